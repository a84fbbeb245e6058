"""What one stored run says, and two beside each other, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from handful.participants.endpoint import Endpoint
from handful.report.tables import Table, Text
from handful.report.tags import (
    as_assigned,
    benefit,
    benefit_figure,
    benefit_unit,
    number,
    plain,
    scaled,
    share,
    simulated,
)
from handful.select.characteristics import Characteristics, Spread
from handful.select.figure import Figure
from handful.select.pairing import Paired, Pairing, leaves

_SOFTWARE = {
    "handful": "Version of handful",
    "kernels": "Hash of the compiled loops",
    "methods": "Hash of the methods",
    "seed": "Seed",
    "trials": "Trials asked for",
    "precision": "Monte Carlo error at which to stop",
    "layout.block": "Trials in a block",
    "layout.part": "Trials in a part",
    "alpha": "Type I error allowed",
    "power": "Power wanted",
}
_SPECS = {"design": "The design", "scenario": "The scenario", "endpoint": "The endpoint"}


def characteristics_table(told: Characteristics, endpoint: Endpoint, assigned: float) -> Table:
    """The operating characteristics of one run.

    Args:
        told: What they are.
        endpoint: The endpoint, for units.
        assigned: True benefit of being assigned to treatment, by which estimates are judged.

    Returns:
        One row a figure, each with how it was obtained and its error.
    """
    unit = benefit_unit(endpoint)
    rows: list[tuple[Text, ...]] = [
        ("True benefit", benefit(told.truth, endpoint)),
        (
            "True benefit of being assigned, by which estimates are judged",
            as_assigned(told.truth, assigned, endpoint),
        ),
        ("Claims benefit", share(told.success)),
        ("Makes a false claim", share(told.false_claims)),
    ]
    if told.nominal is not None:
        rows.append(("Claims benefit, says normal theory", share(told.nominal)))
    rows += [(f"Claims {claim.name}", share(claim.chance)) for claim in told.claims]
    rows += [("Runs out of participants", share(told.unfinished))]
    rows += _spread("Participants enrolled", told.participants)
    names = ["control", *(claim.name for claim in told.claims)]
    for k, on_arm in enumerate(told.arms):
        named = names[k] if len(names) == len(told.arms) else f"arm {k}" if k else "control"
        rows.append((f"Participants on {named}", number(on_arm, 1)))
    rows += [
        ("Participants analysed", number(told.analysed, 1)),
        ("Enrolled and not analysed", number(told.overrun, 1)),
        ("With the inferior option", number(told.inferior, 1)),
    ]
    rows += _spread("Months", told.months) if told.months is not None else []
    rows += [
        (f"Bias, {unit}", benefit_figure(told.bias, endpoint)),
        (f"Root mean squared error, {unit}", benefit_figure(told.rmse, endpoint)),
        ("Interval covers the truth", share(told.coverage)),
    ]
    return Table(
        f"Operating characteristics over {plain(told.trials)} trials",
        ("Figure", "Value"),
        tuple(row for row in rows if row[1]),
    )


def endings_table(told: Characteristics) -> Table | None:
    """How the trials of a run end at each look; None where there is one look."""
    if len(told.success_at) < 2:
        return None
    head = ["Look", "Claims benefit", "Ends without a claim"]
    head += ["of these for harm"] if told.harm_at else []
    head.append("Then enrolled and not analysed")
    rows = []
    for k, success in enumerate(told.success_at):
        row: list[Text] = [str(k + 1), share(success), share(told.failure_at[k])]
        row += [share(told.harm_at[k])] if told.harm_at else []
        rows.append((*row, number(told.overrun_at[k], 1) if told.overrun_at[k].value is not None else ""))
    return Table("How trials end at each look", tuple(head), tuple(rows))


def provenance_table(record: Mapping[str, Any], now: Mapping[str, str]) -> Table:
    """Where a run comes from: software, seed and layout.

    Args:
        record: The record of the run.
        now: The same of the software that is running, by the name in the record.

    Returns:
        One row an item, with what is running now beside it.
    """
    found = dict(leaves({name: value for name, value in record.items() if name not in _SPECS}))
    rows: list[tuple[Text, ...]] = []
    for name in sorted(found, key=lambda name: (name not in _SOFTWARE, [*_SOFTWARE, name].index(name))):
        other = now.get(name, "")
        rows.append((_SOFTWARE.get(name, name), found[name], other))
    return Table(
        "What the run depends on beside design and scenario", ("Item", "Recorded", "Running now"), tuple(rows)
    )


def spec_tables(record: Mapping[str, Any]) -> list[tuple[str, Table]]:
    """Design, scenario and endpoint as they were recorded, every default written out.

    Args:
        record: The record of a run.

    Returns:
        (heading, table) pairs.
    """
    return [
        (
            heading,
            Table(
                f"{heading}, as recorded", ("Field", "Value"), tuple((n, v) for n, v in leaves(record[name]))
            ),
        )
        for name, heading in _SPECS.items()
        if name in record
    ]


def pairing_table(pairing: Pairing, names: tuple[str, str], endpoint: Endpoint) -> Table:
    """Figures of two runs and their differences.

    Args:
        pairing: The two runs.
        names: What they are called.
        endpoint: The endpoint, for units.

    Returns:
        One row a figure.
    """
    rows: list[tuple[Text, ...]] = [
        (
            f"{f.name}, {benefit_unit(endpoint)}" if f.unit == "benefit" else f.name,
            _figure(f, f.first, endpoint),
            _figure(f, f.second, endpoint),
            _figure(f, f.difference, endpoint),
        )
        for f in pairing.figures
    ]
    return Table(
        "Figures of both, and the second minus the first", ("Figure", *names, "Difference"), tuple(rows)
    )


def differences_table(pairing: Pairing, names: tuple[str, str]) -> Table | None:
    """What differs in the records of two runs; None when nothing does."""
    if not pairing.differences:
        return None
    rows = tuple((_SOFTWARE.get(field, field), a, b) for field, a, b in pairing.differences)
    return Table("What differs in their records", ("Field", *names), rows)


def _spread(name: str, spread: Spread) -> list[tuple[Text, ...]]:
    """A distribution in two rows."""
    rows: list[tuple[Text, ...]] = [(f"{name}, mean", number(spread.mean, 1))]
    if spread.least != spread.most:
        least, low, middle, high, most = (
            plain(round(value, 1))
            for value in (spread.least, spread.lower, spread.median, spread.upper, spread.most)
        )
        said = simulated(f"{least} to {most}; {low}, {middle}, {high}")
        rows.append((f"{name}: range; 5%, 50%, 95%", said))
    return rows


def _figure(paired: Paired, figure: Figure, endpoint: Endpoint) -> Text:
    """A figure in its unit."""
    if paired.unit == "share":
        return share(figure) if figure is not paired.difference else _points(figure)
    return benefit_figure(figure, endpoint) if paired.unit == "benefit" else number(figure)


def _points(figure: Figure) -> Text:
    """A difference of two shares, in percentage points."""
    return Markup('{} <span class="beside">points</span>').format(number(scaled(figure, 100.0)))
