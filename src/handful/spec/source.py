"""From a file or bytes to text that a parser may see: bounded, UTF-8, without hidden characters."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, NoReturn

from handful.spec.messages import Problem, SpecError, clean

if TYPE_CHECKING:
    from handful.spec.positions import Path, Place

MOST_BYTES = 1_000_000
MOST_LINES = 20_000
LONGEST_LINE = 10_000

LINE_BREAK = re.compile(r"\r\n|\r|\n")
# Controls, surrogates, the separators that would unsettle line numbers, byte order marks, non-characters.
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def refuse(file: str | None, place: Place | None, found: str, wanted: str, path: Path = ()) -> NoReturn:
    """Raise a `SpecError` of one problem.

    Args:
        file: Name of the file, if there is one.
        place: Line and column from 1, if known.
        found: What was found.
        wanted: What would be right.
        path: The way to the field.

    Raises:
        SpecError: Always.

    Example:
        >>> refuse("study.yaml", (2, 1), "a tab", "spaces")
        Traceback (most recent call last):
        handful.spec.messages.SpecError: study.yaml, line 2: found a tab, wanted spaces
    """
    raise SpecError([Problem.at(file, place, path, found, wanted)])


def read_source(path: str | FilePath) -> str:
    """Read a text file, whatever it may be.

    Args:
        path: A regular file of at most one million bytes.

    Returns:
        Its text, checked as by `checked_text`.

    Raises:
        SpecError: When the file cannot be read, or `checked_text` refuses its text.

    Example:
        >>> read_source("no.yaml")
        Traceback (most recent call last):
        handful.spec.messages.SpecError: no.yaml: found no such file, wanted a file that can be read
    """
    name = str(path)
    file = FilePath(path)
    try:
        if file.exists() and not file.is_file():
            refuse(name, None, "a folder" if file.is_dir() else "something else", "a file that can be read")
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        refuse(name, None, "no such file", "a file that can be read")
    except PermissionError:
        refuse(name, None, "a file that may not be read", "permission to read it")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        refuse(name, None, f"a file that cannot be read ({clean(reason)})", "a file that can be read")
    return checked_text(content, name)


def checked_text(text: str | bytes, file: str | None) -> str:
    """Decode, and refuse what no study file contains, before a parser sees it.

    Args:
        text: The text, or its bytes in UTF-8; a byte order mark is dropped.
        file: Name of the file for the messages.

    Returns:
        The text: at most one million bytes, 20,000 lines, 10,000 characters a line, no control characters.

    Raises:
        SpecError: With one problem, when it is not so.

    Example:
        >>> checked_text(b"sex: m\\xe4nnlich", "study.yaml")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        handful.spec.messages.SpecError: study.yaml, line 1: found the byte 0xE4, ...wanted text in UTF-8 ...
    """
    if len(text) > MOST_BYTES:
        refuse(file, None, "more than 1 MB", "a study file of at most 1 MB")
    if isinstance(text, bytes):
        text = _decoded(text, file)
    text = text.removeprefix("\ufeff")
    bad = HIDDEN.search(text)
    if bad:
        before = LINE_BREAK.split(text[: bad.start()])
        found = f"the character U+{ord(bad[0]):04X}, which cannot be seen"
        refuse(file, (len(before), len(before[-1]) + 1), found, "plain text")
    lines = LINE_BREAK.split(text)
    if len(lines) > MOST_LINES:
        refuse(file, None, f"{len(lines)} lines", f"at most {MOST_LINES}")
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            refuse(file, (number, 1), f"a line of {len(line)} characters", f"at most {LONGEST_LINE}")
    return text


def _decoded(content: bytes, file: str | None) -> str:
    """Decode UTF-8; name the usual other encodings."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        refuse(file, (1, 1), "text in UTF-16", "text in UTF-8 (save the file again with this encoding)")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = LINE_BREAK.split(content[: error.start].decode("utf-8"))
        found = f"the byte 0x{content[error.start]:02X}, which is not UTF-8"
        place = (len(before), len(before[-1]) + 1)
        refuse(file, place, found, "text in UTF-8 (save the file again with this encoding)")
