"""What is said of a design that is being explored: its figures beside those of another, and one sentence for who hears it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handful.participants.endpoint import Endpoint
from handful.report.tables import Table, Text
from handful.report.tags import MINUS, benefit, benefit_figure, number, percent, plain, share, signed
from handful.select.explore import Estimated, Exploration, Neighbour, Rehearsed
from handful.select.figure import Figure

_Read = Callable[[Exploration], Figure | None]
_Change = Callable[[Figure, Figure], str]


@dataclass(frozen=True)
class KeyFigure:
    """One figure beside that of another design.

    Attributes:
        name: What it is.
        term: Its term in the glossary.
        now: The figure.
        before: The same of the other design; empty without one.
        change: What changed, with its sign; empty without another, and where nothing did.
    """

    name: str
    term: str
    now: Text
    before: Text = ""
    change: str = ""


def key_figures(told: Exploration, other: Exploration | None, endpoint: Endpoint) -> list[KeyFigure]:
    """The figures that matter most, each with what changed against another design.

    Args:
        told: The design.
        other: What it is compared with; None for nothing.
        endpoint: The endpoint.

    Example:
        >>> from handful.designs.base import Question
        >>> from handful.designs.single_arm import SingleArm
        >>> from handful.scenarios.binary import BinaryScenario
        >>> from handful.select.explore import explored
        >>> endpoint, truth = Endpoint(name="response", kind="binary"), BinaryScenario(untreated=0.2, treated=0.6)
        >>> two = [explored(SingleArm(participants=n, benchmark=0.2), truth, Question(endpoint)) for n in (16, 20)]
        >>> for figure in key_figures(*two, endpoint)[:3]:
        ...     print(figure.name, figure.change)
        Participants, at most −4
        Power at a benefit of 40 points −8.6 points
        Claims without effect −0.3 points
    """
    counted = told.counted
    wanted: list[tuple[str, str, _Read, _Change]] = [
        ("Participants, at most", "participant", _size, _whole),
        (f"Power at a benefit of {benefit(told.truth, endpoint)}", "power", lambda one: one.success, _share),
        ("Claims without effect", "type I error", lambda one: one.without, _share),
        ("Type I error at its worst", "boundary of the null", _worst, _share),
        (f"Expected {counted}", "participant", lambda one: one.analysed, _amount),
        (f"Expected {counted} without effect", "participant", lambda one: one.analysed_without, _amount),
    ]
    rows = [
        _row(name, term, read(told), None if other is None else read(other), change)
        for name, term, read, change in wanted
    ]
    return [row for row in rows if row is not None]


def summary(told: Exploration, other: Exploration | None, beside: str, endpoint: Endpoint) -> str:
    """One sentence on the design, and one on what changed.

    Args:
        told: The design.
        other: What it is compared with; None for nothing.
        beside: What the other is called, such as `the pinned design`.
        endpoint: The endpoint.
    """
    most = f"At most {told.participants} participants"
    if told.success is None or told.without is None:
        return f"{most}. There is no exact and no numeric answer: simulated trials are below."
    worst = _worst(told)
    said = [
        f"power {_percent(told.success)} at a benefit of {benefit(told.truth, endpoint)}",
        f"{_percent(told.without)} false claims without effect",
    ]
    if worst is not None:
        said.append(f"type I error at most {_percent(worst)}")
    if told.analysed is not None:
        said.append(f"{signed(told.analysed.value or 0.0, 1)} {told.counted} expected")
    words = f"{most}: {', '.join(said)} ({told.success.how})."
    if other is None or other.success is None or other.success.value is None or told.success.value is None:
        return words
    changes = [_in_words(told.participants - other.participants, "participants")]
    changes.append(_in_points(told.success.value - other.success.value, "power"))
    return f"{words} Against {beside}: {', '.join(changes)}."


def brief(told: Exploration, other: Exploration | None) -> str:
    """The two figures that matter most in a few words, each with what changed, for a narrow screen.

    Args:
        told: The design.
        other: What it is compared with; None for nothing.
    """
    parts = [f"{told.participants} participants"]
    if other is not None:
        parts[0] += _bracketed(_whole_change(told.participants - other.participants))
    if told.success is not None:
        change = "" if other is None or other.success is None else _share(told.success, other.success)
        parts.append(f"power {_percent(told.success)}{_bracketed(change)}")
    return " · ".join(parts)


def size_table(found: tuple[Neighbour, ...], here: int, counted: str) -> Table:
    """What some participants fewer would cost, and some more would buy.

    Args:
        found: The design at several sizes.
        here: Participants of the design itself.
        counted: What looks count.
    """
    own = next((one for one in found if one.participants == here), None)
    rows: list[tuple[Text, ...]] = []
    for one in found:
        more = one.participants - here
        change = "" if own is None or own is one else _share(one.success, own.success)
        name = (
            f"{one.participants} (this design)"
            if more == 0
            else f"{one.participants} ({_whole_change(more)})"
        )
        rows.append((name, share(one.success), change or "–", share(one.type_one), number(one.analysed)))
    head = ("Participants", "Power", "Change", "Type I error at its worst", f"Expected {counted}")
    return Table("Some participants fewer or more", head, tuple(rows))


def estimate_table(found: Estimated, endpoint: Endpoint) -> Table:
    """How good the reported estimate is.

    Args:
        found: Bias, error and coverage.
        endpoint: The endpoint.
    """
    rows: tuple[tuple[Text, ...], ...] = (
        ("Bias of the estimate", benefit_figure(found.bias, endpoint)),
        ("Root mean squared error", benefit_figure(found.rmse, endpoint)),
        ("Coverage of the interval", share(found.coverage)),
    )
    return Table("What is reported at the end", ("Figure", "In the scenario"), rows)


def rehearsal_table(found: Rehearsed, before: Rehearsed | None = None, name: str = "") -> Table:
    """A few simulated trials, with the effect and without.

    Args:
        found: Their characteristics.
        before: Those of another design on the same people; None without one.
        name: What the other is called.
    """
    columns = {"With the effect": found.hoped, "Without effect": found.without}
    if before is not None:
        columns |= {f"With the effect, {name}": before.hoped, f"Without effect, {name}": before.without}
    both = columns.values()
    rows: list[tuple[Text, ...]] = [
        ("Claims of benefit", *(share(told.success) for told in both)),
        ("Participants enrolled", *(number(told.participants.mean) for told in both)),
        ("Participants analysed", *(number(told.analysed) for told in both)),
        ("Enrolled and not analysed", *(number(told.overrun) for told in both)),
        ("Months", *(number(None if told.months is None else told.months.mean) for told in both)),
        ("Participants run out", *(share(told.unfinished) for told in both)),
    ]
    if all(told.months is None for told in both):
        rows = [row for row in rows if row[0] != "Months"]
    caption = f"{found.hoped.trials} simulated trials, on the same people"
    return Table(caption, ("Figure", *columns), tuple(rows))


def type_one_words(told: Exploration) -> str:
    """Where the type I error is at its worst, and what is to be said of the level; nothing without one."""
    if told.type_one is None:
        return ""
    level = (
        f" The design promises {percent(told.type_one.nominal)}." if told.type_one.nominal is not None else ""
    )
    above = " It is above that level." if told.type_one.exceeded else ""
    return f"The type I error is at its worst {told.type_one.at}.{level}{above}"


def _size(told: Exploration) -> Figure:
    """Most participants, as a figure."""
    return Figure.exact(told.participants)


def _worst(told: Exploration) -> Figure | None:
    """Type I error at its worst."""
    return None if told.type_one is None else told.type_one.worst


def _row(name: str, term: str, now: Figure | None, before: Figure | None, kind: _Change) -> KeyFigure | None:
    """One row; None where there is no figure."""
    if now is None:
        return None
    show = share if kind is _share else _plain if kind is _whole else number
    if before is None:
        return KeyFigure(name, term, show(now))
    return KeyFigure(name, term, show(now), show(before), kind(now, before))


def _plain(figure: Figure) -> Text:
    """A whole number that is part of the design and no result."""
    return plain(figure.value or 0.0)


def _share(now: Figure, before: Figure) -> str:
    """The change of a probability, in percentage points; nothing for less than can be seen."""
    change = 100 * ((now.value or 0.0) - (before.value or 0.0))
    digits = 2 if abs(change) < 0.1 else 1
    return "" if abs(change) < 0.005 else f"{_plus(change)}{signed(change, digits)} points"


def _amount(now: Figure, before: Figure) -> str:
    """The change of an amount."""
    change = (now.value or 0.0) - (before.value or 0.0)
    return "" if abs(change) < 0.05 else f"{_plus(change)}{signed(change, 1)}"


def _whole(now: Figure, before: Figure) -> str:
    """The change of a whole number."""
    return _whole_change(round((now.value or 0.0) - (before.value or 0.0)))


def _whole_change(change: int) -> str:
    """A change of a whole number with its sign; nothing for none."""
    return "" if change == 0 else f"{'+' if change > 0 else MINUS}{abs(change)}"


def _plus(change: float) -> str:
    """A sign for what became more; less has its own."""
    return "+" if change > 0 else ""


def _bracketed(change: str) -> str:
    """A change behind what changed."""
    return f" ({change})" if change else ""


def _in_words(change: int, counted: str) -> str:
    """A change of a whole number in words."""
    if change == 0:
        return f"as many {counted}"
    return f"{abs(change)} {counted} {'more' if change > 0 else 'fewer'}"


def _in_points(change: float, what: str) -> str:
    """A change of a probability in words."""
    if abs(change) < 0.0005:
        return f"{what} the same"
    return f"{what} {abs(100 * change):.1f} points {'higher' if change > 0 else 'lower'}"


def _percent(figure: Figure) -> str:
    """A probability in words."""
    value = 100 * (figure.value or 0.0)
    return f"{value:.2f}%" if value < 10 else f"{value:.1f}%"
