"""The words of handful with their meaning: the glossary of the documentation, read where a page explains a term."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_ENTRY = re.compile(r"^(?P<term>\S[^\n]*)\n(?P<meaning>(?:  [^\n]*\n?)+)", re.MULTILINE)


@cache
def terms() -> dict[str, str]:
    """Every term with its meaning, by the term in small letters."""
    text = (files("handful.app") / "glossary.md").read_text(encoding="utf-8")
    found = {}
    for entry in _ENTRY.finditer(text):
        told = " ".join(line.strip() for line in entry["meaning"].splitlines())
        found[entry["term"].strip().lower()] = re.sub(r"[*`]", "", told)
    return found


def meaning(term: str) -> str | None:
    """What a term means; None when it is no term.

    Args:
        term: The term, in any spelling of capitals; a plural of one is found too.

    Example:
        >>> (meaning("Look") or "").split()[0]
        'A'
    """
    name = term.strip().lower()
    return terms().get(name) or terms().get(name.removesuffix("s"))
