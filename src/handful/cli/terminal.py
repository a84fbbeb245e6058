"""How things look on a terminal: sentences, tables, and numbers that say where they come from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from handful.select.figure import Figure

WIDE = 110
"""Columns when the output is a file or a pipe."""


def console(*, stderr: bool = False) -> Console:
    """A console that prints text as it is; without colour where nobody could see it or NO_COLOR is set."""
    from rich.console import Console

    made = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = WIDE
    return made


def table(*headings: str, title: str | None = None) -> Table:
    """A plain table: a line under the headings and space between columns."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, show_edge=False)
    for heading in headings:
        made.add_column(Text(heading), overflow="fold")
    return made


def share(figure: Figure) -> str:
    """A share in two lines: the percentage, and where it comes from."""
    return _two_lines(figure, 100.0, "%", 2)


def amount(figure: Figure, digits: int = 1) -> str:
    """A number in two lines: the number, and where it comes from."""
    return _two_lines(figure, 1.0, "", digits)


def in_line(figure: Figure, *, percent: bool, digits: int = 3) -> str:
    """A number in one line, with where it comes from."""
    scale, unit = (100.0, "%") if percent else (1.0, "")
    return _two_lines(figure, scale, unit, digits).replace("\n", " ", 1)


def _two_lines(figure: Figure, scale: float, unit: str, digits: int) -> str:
    """The number with as many digits as asked, and below it its origin with the Monte Carlo standard error."""
    if figure.value is None:
        return "not defined"
    number = f"{scale * figure.value:.{digits}f}{unit}"
    if figure.error is None:
        return f"{number}\n{figure.how}"
    return f"{number}\n± {scale * figure.error:.2g}{unit} {figure.how}"
