"""Every code block of the documentation does what its page says."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from ruamel.yaml.error import YAMLError

from tests.docs.code_blocks import ROOT, CodeBlock, commands_of, matches, pages, run_page


def test_there_are_pages_to_check():
    folders = {page.parent.name for page in pages()}
    assert {ROOT.name, "docs", "explanation", "reference"} <= folders
    assert all(page.is_file() for page in pages())


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_code_blocks_of(page: Path, tmp_path: Path):
    with contextlib.chdir(tmp_path):
        run_page(page, tmp_path)


def page_with(folder: Path, language: str, text: str) -> Path:
    """Write a page of two blocks, the second in the given language."""
    page = folder / "page.md"
    page.write_text(
        f"# Page\n\n```python\nx = 2\n```\n\nText.\n\n```{language}\n{text}\n```\n", encoding="utf-8"
    )
    return page


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "assert x == 2"),
        ("{code-block} python", "assert x == 2"),
        ("python", ">>> x + 1\n3"),
        ("console", "$ make test\n$ git clone somewhere"),
        ("yaml", "allocation: 2:1\nlooks: [50%, 100%]"),
    ],
)
def test_a_true_block_passes(tmp_path: Path, language: str, text: str):
    assert run_page(page_with(tmp_path, language, text), tmp_path) == 2


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "assert x == 3"),
        ("{code-block} python", "assert x == 3"),
        ("python", ">>> x + 1\n4"),
        ("console", "$ make nothing-of-the-kind"),
        ("console", "$ curl somewhere"),
        ("console", "handful compare"),
        ("yaml", "best: one\nbest: two"),
        ("yaml", "schema: 1\nno such field: 3"),
    ],
)
def test_a_false_block_fails(tmp_path: Path, language: str, text: str):
    with pytest.raises((AssertionError, YAMLError)):
        run_page(page_with(tmp_path, language, text), tmp_path)


def test_a_failure_names_the_line_of_the_page(tmp_path: Path):
    page = page_with(tmp_path, "python", "y = 1\nassert x == 3")
    with pytest.raises(AssertionError) as failure:
        run_page(page, tmp_path)
    last = failure.traceback[-1]
    assert (Path(last.path).name, last.lineno + 1) == ("page.md", 11)


def test_a_command_may_be_continued_and_is_followed_by_what_it_prints():
    block = CodeBlock(
        "console", "$ handful compare \\\n    study.yaml\nfirst\n...\n$ handful check study.yaml\n", 7
    )
    assert [(command.text, command.line, command.shown) for command in commands_of(block)] == [
        ("handful compare study.yaml", 7, "first\n..."),
        ("handful check study.yaml", 11, ""),
    ]


@pytest.mark.parametrize(("answer", "passes"), [(42, True), (41, False)])
def test_a_named_python_block_is_a_module_for_the_commands_below(tmp_path: Path, answer: int, passes: bool):
    blocks = {
        "python": [
            "# answer.py\nanswer = 42",
            f"# test_it.py\nimport answer\ndef test_it(): assert answer.answer == {answer}",
        ],
        "console": ["$ pytest -q test_it.py\n...\n1 passed in ..."],
    }
    page = tmp_path / "page.md"
    page.write_text(
        "\n".join(f"```{language}\n{text}\n```\n" for language, texts in blocks.items() for text in texts)
    )
    with contextlib.nullcontext() if passes else pytest.raises(AssertionError):
        assert run_page(page, tmp_path) == 3


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("power 0.81", "power 0.81\n", True),
        ("power 0.81", "power 0.82\n", False),
        ("power 0.81", "power 0.81\nmore\n", False),
        ("power ...", "power 0.82  \n", True),
        ("first\n...\nlast", "first\nlast", True),
        ("first\n...\nlast", "first\na\nb\nlast", True),
        ("...\nlast", "a\nlast", True),
        ("first\n...", "first\na\nb", True),
        ("a.c", "abc", False),
    ],
)
def test_shown_output_is_compared_with_printed_output(shown: str, printed: str, same: bool):
    assert matches(shown, printed) is same
