"""The results of a comparison as tables: the ranking, every scenario, and when trials stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from handful.participants.endpoint import Endpoint
from handful.report.plot import Series
from handful.report.tables import Table, Text
from handful.report.tags import (
    as_assigned,
    benefit_figure,
    benefit_unit,
    number,
    percent,
    plain,
    share,
    simulated,
)
from handful.select.characteristics import Characteristics, Spread
from handful.select.results import Comparison, DesignSummary, Verdict
from handful.study.model import Study


@dataclass(frozen=True)
class Flag:
    """What a reader must not miss about a design.

    Attributes:
        words: A few words.
        kind: `best`, `bad` or `plain`; a class of the style sheet, never the only sign.
    """

    words: str
    kind: str


@dataclass(frozen=True)
class Ranked:
    """One design in the ranking.

    Attributes:
        series: How it looks.
        design: The design.
        verdict: What the choice says of it.
        measures: (heading, value) pairs in the order of the columns.
        flags: What a reader must not miss, in a few words.
    """

    series: Series
    design: DesignSummary
    verdict: Verdict
    measures: tuple[tuple[str, Text], ...]
    flags: tuple[Flag, ...]


def series_of(comparison: Comparison, stronger: str | None = None) -> dict[str, Series]:
    """How each design looks in tables and figures.

    Args:
        comparison: All results.
        stronger: The design that is drawn stronger than the others; the one to take when None.

    Returns:
        Looks by the name of the design.
    """
    stronger = stronger if stronger is not None else comparison.chosen
    return {d.name: Series(k, d.name, d.name == stronger) for k, d in enumerate(comparison.designs)}


def ranking(study: Study, comparison: Comparison, series: Mapping[str, Series]) -> list[Ranked]:
    """The designs, best first, with the figures of the ranked table.

    Args:
        study: The study.
        comparison: Its results.
        series: How each design looks.

    Returns:
        One entry a design; all have the same columns.
    """
    by_name = {d.name: d for d in comparison.designs}
    return [_ranked(study, comparison, by_name[v.design], v, series[v.design]) for v in comparison.verdicts]


def _ranked(
    study: Study, comparison: Comparison, design: DesignSummary, verdict: Verdict, series: Series
) -> Ranked:
    """One row."""
    told = comparison.cell(design.name, comparison.hoped_for)
    error = design.type_one
    promised = "none promised" if error.nominal is None else f"nominal {percent(error.nominal)}"
    worst = Markup('{} <span class="beside">{}</span>').format(share(error.worst), promised)
    if error.exceeded:
        worst += Markup(' <strong class="flag">above nominal</strong>')
    measures: tuple[tuple[str, Text], ...] = (
        ("Power", share(told.success)),
        ("Type I error, worst", worst),
        ("Participants expected (min to max)", _range(told.participants)),
        ("Months expected (min to max)", _range(told.months)),
        (f"Bias, {benefit_unit(study.endpoint)}", benefit_figure(told.bias, study.endpoint)),
        ("Interval covers the truth", share(told.coverage)),
        ("With the inferior option", number(told.inferior, 1)),
        (utility_words(study), _utility(study, verdict)),
    )
    flags = []
    if verdict.chosen:
        flags.append(Flag("take this one", "best"))
    if not verdict.kept:
        flags.append(Flag("breaks a constraint", "bad"))
    if verdict.frontier:
        flags.append(Flag("on the frontier", "plain"))
    return Ranked(series, design, verdict, measures, tuple(flags))


def utility_words(study: Study) -> str:
    """Heading of the utility."""
    return {
        "people helped over the horizon": "People helped",
        "power": "Utility: power",
        "expected participants": "Utility: minus participants",
        "expected duration": "Utility: minus months",
    }[study.choose.best]


def _utility(study: Study, verdict: Verdict) -> Markup:
    """The utility in its own unit."""
    return share(verdict.utility) if study.choose.best == "power" else number(verdict.utility, 1)


def success_table(comparison: Comparison, series: Mapping[str, Series]) -> Table:
    """Probability of claiming benefit, every design in every scenario."""
    rows = []
    for design in comparison.designs:
        cells = tuple(_shaded(comparison.cell(design.name, s.name)) for s in comparison.scenarios)
        rows.append((named(series[design.name]), *cells))
    head = ("Design", *(s.name for s in comparison.scenarios))
    return Table("Probability of claiming benefit, every design in every scenario", head, tuple(rows))


def scenario_tables(
    study: Study, comparison: Comparison, series: Mapping[str, Series]
) -> list[tuple[str, Table]]:
    """All operating characteristics, one table a scenario.

    Args:
        study: The study.
        comparison: Its results.
        series: How each design looks.

    Returns:
        (name of the scenario, table).
    """
    unit = benefit_unit(study.endpoint)
    head = (
        "Design",
        "Claims benefit",
        "Normal theory says",
        "Participants",
        "Analysed",
        "Enrolled, not analysed",
        "Months",
        f"Bias, {unit}",
        f"RMSE, {unit}",
        "Coverage",
        "Inferior option",
        "Runs out",
    )
    told = []
    for scenario in comparison.scenarios:
        rows: list[tuple[Text, ...]] = []
        for design in comparison.designs:
            c = comparison.cell(design.name, scenario.name)
            rows.append(
                (
                    named(series[design.name]),
                    share(c.success),
                    share(c.nominal) if c.nominal is not None else "",
                    number(c.participants.mean, 1),
                    number(c.analysed, 1),
                    number(c.overrun, 1) if c.overrun.value else "",
                    number(c.months.mean, 1) if c.months is not None else "",
                    benefit_figure(c.bias, study.endpoint),
                    benefit_figure(c.rmse, study.endpoint),
                    share(c.coverage),
                    number(c.inferior, 1),
                    share(c.unfinished),
                )
            )
        truth = study.scenario(scenario.name)
        assigned = as_assigned(
            truth.benefit(study.endpoint), truth.assigned_benefit(study.endpoint), study.endpoint
        )
        judged = f"; estimates are judged by the benefit of being assigned, {assigned}" if assigned else ""
        table = Table(f"Operating characteristics in “{scenario.name}”{judged}", head, tuple(rows))
        told.append((scenario.name, table.without_empty_columns()))
    return told


def stopping_table(comparison: Comparison, series: Mapping[str, Series]) -> Table | None:
    """How trials end at the looks of the designs that have several, where any ends; None when no design has."""
    rows: list[tuple[Text, ...]] = []
    for design in comparison.designs:
        looks = len(comparison.cell(design.name, comparison.hoped_for).success_at)
        if looks < 2:
            continue
        told = [comparison.cell(design.name, s.name) for s in comparison.scenarios]
        for k in range(looks):
            if not any(c.success_at[k].value or c.failure_at[k].value for c in told):
                continue
            cells = [_ending(c, k) for c in told]
            rows.append((Markup("{}, look {}").format(named(series[design.name]), k + 1), *cells))
    if not rows:
        return None
    head = ("Design and look", *(s.name for s in comparison.scenarios))
    caption = "Ends at each look: with a claim (above), without (below), and who was then enrolled and is not analysed"
    return Table(caption, head, tuple(rows))


def _ending(told: Characteristics, look: int) -> Markup:
    """How trials end at one look, for harm where that is looked for, and the pipeline that they leave behind if any."""
    ends = Markup("{}<br>{}").format(share(told.success_at[look]), share(told.failure_at[look]))
    if told.harm_at:
        ends += Markup('<br><span class="beside">{} for harm</span>').format(share(told.harm_at[look]))
    pipeline = told.overrun_at[look]
    if not pipeline.value:
        return ends
    return ends + Markup('<br><span class="beside">{} in the pipeline</span>').format(number(pipeline, 1))


def claims_table(study: Study, comparison: Comparison, series: Mapping[str, Series]) -> Table | None:
    """How often each hypothesis is claimed, for the designs that have several; None when no design has."""
    rows: list[tuple[Text, ...]] = []
    for design in comparison.designs:
        told = [comparison.cell(design.name, s.name) for s in comparison.scenarios]
        if not told[0].claims:
            continue
        for k, claim in enumerate(told[0].claims):
            cells = [
                Markup('{} <span class="beside">truth {}</span>').format(
                    share(c.claims[k].chance), true_benefit(c.claims[k].truth, study.endpoint)
                )
                for c in told
            ]
            rows.append((Markup("{}: {}").format(named(series[design.name]), claim.name), *cells))
        false = [share(c.false_claims) for c in told]
        rows.append((Markup("{}: any false claim").format(named(series[design.name])), *false))
    if not rows:
        return None
    head = ("Design and hypothesis", *(s.name for s in comparison.scenarios))
    caption = f"Probability of each claim, with the true benefit ({benefit_unit(study.endpoint)})"
    return Table(caption, head, tuple(rows))


def true_benefit(benefit: float, endpoint: Endpoint) -> str:
    """A true benefit as a number, in `benefit_unit`.

    Example:
        >>> true_benefit(0.4, Endpoint(name="response", kind="binary"))
        '40'
    """
    return plain(round(100 * benefit if endpoint.kind in ("binary", "ordinal") else benefit, 3))


def named(series: Series) -> Markup:
    """The name of a design with its marker."""
    return Markup("{}{}").format(series.swatch(), series.name)


def _shaded(told: Characteristics) -> Markup:
    """A probability over a bar of that length."""
    value = told.success.value or 0.0
    kind = "bad" if told.truth <= 0 else "good"
    return Markup('<span class="meter {}" style="--v:{:.1f}%">{}</span>').format(
        kind, 100 * value, share(told.success)
    )


def _range(spread: Spread | None) -> Markup | str:
    """Mean with the smallest and largest value that occurred."""
    if spread is None:
        return "no timing"
    least, most = plain(round(spread.least, 1)), plain(round(spread.most, 1))
    said = f"always {least}" if least == most else f"{least} to {most}"
    return Markup('{} <span class="beside">{}</span>').format(number(spread.mean, 1), simulated(said))
