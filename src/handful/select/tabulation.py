"""Figures as tables: polars frames for scripts, HTML for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

from handful.select.figure import Figure

if TYPE_CHECKING:
    import polars as pl


def table_of(figures: Mapping[str, Figure]) -> pl.DataFrame:
    """Figures as a table.

    Args:
        figures: Figures by name.

    Returns:
        One row a figure: its name, its value, how it was obtained, and its Monte Carlo standard error.

    Example:
        >>> table_of({"power": Figure.exact(0.8)}).row(0)
        ('power', 0.8, 'exact', None)
    """
    import polars as pl

    rows = [(name, figure.value, figure.how, figure.error) for name, figure in figures.items()]
    columns = {"figure": pl.String, "value": pl.Float64, "how": pl.String, "error": pl.Float64}
    return pl.DataFrame(rows, schema=columns, orient="row")


def html_of(title: str, sentences: Iterable[str], frame: pl.DataFrame) -> str:
    """A heading, sentences and a table, for notebooks.

    Args:
        title: The heading.
        sentences: What is to be said above the table.
        frame: The table.

    Returns:
        HTML.
    """
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    return f"<h4>{escape(title)}</h4>{said}{frame._repr_html_()}"
