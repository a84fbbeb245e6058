"""The page of evidence names what there is: every reference test, every fixture, and no file that is not there."""

from __future__ import annotations

import re

from tests.docs.code_blocks import ROOT

PAGE = (ROOT / "docs" / "reference" / "evidence.md").read_text(encoding="utf-8")
REFERENCE = ROOT / "tests" / "reference"


def files_under(title: str) -> set[str]:
    """Names in the first cells of the table below a heading."""
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ")]
    return set(re.findall(r"[\w.]+\.(?:json|csv)\b", " ".join(rows)))


def test_every_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"`(tests/[^`]+\.py)`", PAGE)
    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_every_reference_test_is_named() -> None:
    missing = [
        path.name for path in REFERENCE.glob("test_*.py") if f"`tests/reference/{path.name}`" not in PAGE
    ]
    assert missing == []


def test_every_fixture_is_named_and_none_besides() -> None:
    assert files_under("The fixtures") == {path.name for path in (REFERENCE / "fixtures").iterdir()}


def test_every_row_that_reproduces_something_names_its_test() -> None:
    tables = PAGE.split("\n## The reference collection\n")[0]
    rows = [
        line for line in tables.splitlines() if line.startswith("| ") and not line.startswith("| method ")
    ]
    assert [row for row in rows if "`tests/" not in row] == []
