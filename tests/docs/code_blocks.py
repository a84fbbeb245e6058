"""The code blocks of a Markdown page, and what it means for each of them to be true.

All blocks of a page run top to bottom in one temporary folder that holds a copy of the examples.

- ``python`` runs in the page's one namespace; a block that starts with ``>>>`` is compared as a doctest. A first line
  ``# family.py`` also keeps it as that file, a module for the commands further down; ``# test_family.py`` keeps it
  and leaves it to ``$ pytest``.
- ``console`` runs its lines ``$ handful ...``. What is printed must match what is shown below the command,
  where a line ``...`` stands for any lines and ``...`` within a line for any text; nothing shown means
  anything may be printed. A comment ``# exit code 2`` after the command says how it ends. ``$ pytest`` runs too.
  ``$ make x`` must name a target of the Makefile. Other commands must be in `SHOWN_ONLY`, so that nothing goes unchecked.
- ``yaml`` must be YAML 1.2 without repeated keys. A block that is a whole study (it has a ``schema:``) must
  pass ``handful check``. A first line ``# study.yaml`` keeps it as that file for the commands further down.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
SHOWN_ONLY = (
    "git clone ",
    "cd handful",
    "pip install ",
    "python -m pip install ",
    "source .venv/",
    ". .venv/",
)
EXIT_CODE = re.compile(r"\s+# exit code (\d+)$")
KEPT = re.compile(r"#\s*([\w.-]+\.(?:py|ya?ml))\s*$", re.MULTILINE)
LANGUAGE = re.compile(r"^(?:\{code-block\}\s*)?(\w+)")


@dataclass(frozen=True)
class CodeBlock:
    """A fenced block: its language, its text, and the number of its first line on the page."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """A command of a console block, the number of its line, and the lines shown below it."""

    text: str
    line: int
    shown: str


def pages() -> list[Path]:
    """Return the pages whose blocks are run: the front pages and docs/, but not what a build wrote there."""
    built = (ROOT / "docs" / "_build", ROOT / "docs" / "reference" / "api")
    documentation = [
        page
        for page in sorted((ROOT / "docs").rglob("*.md"))
        if not any(folder in page.parents for folder in built)
    ]
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *documentation]


def blocks_of(page: Path) -> list[CodeBlock]:
    """Return the fenced blocks of a page that name a language, in their order."""
    found = []
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        language = LANGUAGE.match(token.info.strip())
        if token.type == "fence" and language and token.map:
            found.append(CodeBlock(language[1].lower(), token.content, token.map[0] + 2))
    return found


def run_page(page: Path, folder: Path) -> int:
    """Run every block of a page in a folder and return how many were checked.

    Raises:
        AssertionError: If a block does not do what the page says; the message names the line.
    """
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", folder / "examples")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    checked = 0
    for block in blocks_of(page):
        if block.language == "python":
            run_python(block, page, folder, namespace)
        elif block.language == "console":
            run_console(block, page, folder)
        elif block.language == "yaml":
            check_yaml(block, page, folder)
        else:
            continue
        checked += 1
    return checked


def run_python(block: CodeBlock, page: Path, folder: Path, namespace: dict[str, Any]) -> None:
    """Execute a block in the namespace of its page, or compare it when it is a session with a prompt."""
    if name := KEPT.match(block.text):
        (folder / name[1]).write_text(block.text, encoding="utf-8")
        if name[1].startswith("test_"):
            return
    if block.text.lstrip().startswith(">>>"):
        examples = doctest.DocTestParser().get_doctest(
            block.text, namespace, page.name, str(page), block.line - 1
        )
        examples.globs = namespace
        report: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        failed, _ = runner.run(examples, out=report.append, clear_globs=False)
        assert not failed, "".join(report)
    else:
        # Empty lines above make the line numbers of a traceback those of the page.
        exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec"), namespace)


def commands_of(block: CodeBlock) -> Iterator[Command]:
    """Split a console block at its prompts; a backslash continues a command on the next line."""
    lines = block.text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    assert starts[:1] == [0], f"line {block.line}: a console block starts with a prompt"
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        text, shown_from = lines[start][2:], start + 1
        while text.endswith("\\"):
            text, shown_from = text[:-1] + lines[shown_from].strip(), shown_from + 1
        yield Command(text, block.line + start, "\n".join(lines[shown_from:end]))


def run_console(block: CodeBlock, page: Path, folder: Path) -> None:
    """Run the commands of a block and compare what they print with what the page shows."""
    for command in commands_of(block):
        where = f"{page.name}, line {command.line}: {command.text}"
        if command.text.startswith("make "):
            target = command.text.split()[1]
            assert re.search(rf"^{re.escape(target)}:", (ROOT / "Makefile").read_text(), re.MULTILINE), where
        elif command.text.startswith(("handful ", "pytest ")):
            expected = EXIT_CODE.search(command.text)
            program, *arguments = shlex.split(command.text, comments=True)
            run = run_handful if program == "handful" else run_pytest
            done = run(arguments, folder)
            printed = done.stdout + done.stderr
            assert done.returncode == (int(expected[1]) if expected else 0), f"{where}\n{printed}"
            if command.shown.strip():
                assert matches(command.shown, printed), (
                    f"{where}\nshown:\n{command.shown}\nprinted:\n{printed}"
                )
        else:
            assert command.text.startswith(SHOWN_ONLY), f"{where}\nthis command would go unchecked"


def run_handful(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder as a user would, without colours and 100 columns wide."""
    return run_program(
        ["-c", "import sys; from handful.cli import main; sys.exit(main())", *arguments], folder
    )


def run_pytest(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run tests that a page has kept, in a folder that knows nothing of our own tests."""
    return run_program(["-m", "pytest", "-p", "no:cacheprovider", *arguments], folder)


def run_program(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, without colours and 100 columns wide; the folder's own modules can be imported."""
    environment = os.environ | {
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def matches(shown: str, printed: str) -> bool:
    """Say whether printed text is what is shown, where ``...`` stands for what is left out."""
    pattern = ""
    for line in shown.strip("\n").splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ \t]*\n"
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None


def check_yaml(block: CodeBlock, page: Path, folder: Path) -> None:
    """Read a block as YAML 1.2, check it when it is a study, keep it when its first line names a file."""
    where = f"{page.name}, line {block.line}"
    document = YAML(typ="safe", pure=True).load(block.text)
    name = KEPT.match(block.text)
    file = folder / (name[1] if name else f"line-{block.line}.yaml")
    file.write_text(block.text, encoding="utf-8")
    if isinstance(document, dict) and "schema" in document:
        done = run_handful(["check", file.name], folder)
        assert done.returncode == 0, f"{where}\n{done.stdout}{done.stderr}"
