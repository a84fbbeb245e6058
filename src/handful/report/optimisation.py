"""The page of a search: the best design, what it costs and gains, the trade-off, and how it was found."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from handful.report.figures.tradeoff import judged_table, tradeoff
from handful.report.tables import Table
from handful.report.tags import number, plain, share
from handful.select.optimise.results import Optimisation
from handful.select.optimise.tradeoff import HELPED
from handful.select.optimise.variants import value_words
from handful.study.model import Study

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup


def render_search(study: Study, found: Optimisation, source: str) -> str:
    """Write the page of a search.

    Args:
        study: The study.
        found: The search.
        source: The study file as it was written.

    Returns:
        One HTML document that loads nothing. Equal input gives equal bytes.
    """
    text: str = _template().render(
        study=study,
        found=found,
        key_figures=_key_figures(found),
        drawing=tradeoff(found),
        judged=judged_table(found),
        searched=_searched(found),
        left_out=_left_out(found),
        rounds=_rounds(found),
        source=source,
        plain=plain,
    )
    return text


@cache
def _template() -> Template:
    """The template of the page."""
    from handful.report.document import environment

    return environment().get_template("optimisation.html.j2")


def _key_figures(found: Optimisation) -> list[tuple[str, Markup]]:
    """The figures that stand beside the answer."""
    chosen = found.chosen
    if chosen is None:
        return []
    figures = [
        (f"power in “{found.hoped_for}”", share(chosen.power)),
        ("claims by mistake, at worst", share(chosen.type_one.worst)),
        ("participants expected", number(chosen.participants, 1)),
    ]
    if found.best == HELPED and found.gain is not None:
        figures.append(("more people helped than as written", number(found.gain)))
    return figures


def _searched(found: Optimisation) -> Table:
    """What was searched, field by field."""
    rows = [
        (told.design, field, f"{len(values)}", ", ".join(value_words(value) for value in values))
        for told in found.searched
        for field, values in (told.fields or {"nothing": ()}).items()
    ]
    return Table("Values that were tried", ("Design", "Field", "Values", "Which"), tuple(rows))


def _left_out(found: Optimisation) -> list[str]:
    """What became of the combinations that were not looked at."""
    counted = {"come to the same trial as another": found.alike, "do not fill whole blocks": found.unfilled}
    said = [f"{number:,} {what}." for what, number in counted.items() if number]
    return said + [f"{number:,} cannot be: {why}." for why, number in found.refused.items()]


def _rounds(found: Optimisation) -> Table:
    """The race, round by round."""
    rows = [
        (
            plain(k),
            plain(told.trials) if told.trials else "none: all enumerated",
            plain(told.entered),
            plain(told.broke),
            plain(told.behind),
        )
        for k, told in enumerate(found.rounds, start=1)
    ]
    head = (
        "Round",
        "Trials in each scenario",
        "Designs",
        "Left: break a constraint",
        "Left: behind the leader",
    )
    return Table("The race", head, tuple(rows))
