"""Text of reports as runs: stretches of one manner each, for documents that know no markup."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html.parser import HTMLParser

from markupsafe import Markup

from handful.report.tables import Text


@dataclass(frozen=True)
class Run:
    """A stretch of text.

    Attributes:
        text: The text.
        strong: Whether it is set bold.
        code: Whether it is set in a typewriter's letters.
        how: Whether it says how the number before it was obtained.
        address: What it links to: an address, `#` and a name in the document, or nothing.
    """

    text: str
    strong: bool = False
    code: bool = False
    how: bool = False
    address: str = ""


def runs(said: Text) -> tuple[Run, ...]:
    """Read a text.

    Args:
        said: Plain text, or markup as the reports write it; drawings in it are decoration and left out.

    Returns:
        Its stretches; equal neighbours are joined.

    Example:
        >>> from handful.report.tags import share
        >>> from handful.select.figure import Figure
        >>> [(run.text, run.how) for run in runs(share(Figure.exact(0.0371)))]
        [('3.71% ', False), ('exact', True)]
    """
    if not isinstance(said, Markup):
        return (Run(said),) if said else ()
    reader = _Reader()
    reader.feed(str(said))
    reader.close()
    return tuple(reader.found)


def plain_text(said: Text) -> str:
    """A text without its manners.

    Example:
        >>> plain_text(Markup("<strong>above</strong> nominal"))
        'above nominal'
    """
    return "".join(run.text for run in runs(said))


class _Reader(HTMLParser):
    """Collects runs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Run] = []
        self._open: list[tuple[str, Run]] = [("", Run(""))]
        self._drawing = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Change the manner."""
        given, now = dict(attrs), self._open[-1][1]
        classes = (given.get("class") or "").split()
        self._drawing += tag == "svg"
        if tag == "br":
            self.handle_data(" ")
            return
        if tag in ("strong", "b"):
            now = replace(now, strong=True)
        elif tag == "code":
            now = replace(now, code=True)
        elif tag == "a":
            now = replace(now, address=given.get("href") or "")
        if "how" in classes or "beside" in classes:
            now = replace(now, how=True)
        self._open.append((tag, now))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content changes nothing."""
        if tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        """Go back to the manner before."""
        self._drawing -= tag == "svg"
        while len(self._open) > 1:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        """Take text that is not part of a drawing."""
        if self._drawing or not data:
            return
        run = replace(self._open[-1][1], text=data)
        if self.found and replace(self.found[-1], text=data) == run:
            run = replace(run, text=self.found.pop().text + data)
        self.found.append(run)
