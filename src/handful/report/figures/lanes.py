"""A simulated trial as lanes: one participant a line over the months, looks as upright lines."""

from __future__ import annotations

import math

from handful.engine.replay import ParticipantStory, TrialStory
from handful.participants.endpoint import Endpoint
from handful.report.plot import Plot, Scale, plain_ticks
from handful.report.tables import Drawing, Table, Text
from handful.report.tags import plain

_MOST = 80
_TALLEST = 340
_GOOD = '<circle class="outcome good" r="{r}"/>'
_BAD = '<circle class="outcome bad" r="{r}"/>'
_SEEN = '<path class="outcome seen" d="M0,-{r}V{r}"/>'
_LOST = '<path class="outcome lost" d="M-{r},-{r}L{r},{r}M-{r},{r}L{r},-{r}"/>'


def lanes(name: str, title: str, story: TrialStory, endpoint: Endpoint) -> Drawing | None:
    """Draw a trial.

    Args:
        name: Identity in the page.
        title: What happened, in a few words.
        story: The trial.
        endpoint: Its endpoint.

    Returns:
        The figure; None when recruitment has no timing or nobody was enrolled.
    """
    shown = story.participants[:_MOST]
    if story.months is None or not shown or any(p.arrival is None for p in shown):
        return None
    end = max(story.months, max(p.arrival or 0.0 for p in shown), 1.0)
    lane = min(14.0, max(5.0, _TALLEST / len(shown)))
    x = Scale(0.0, end * 1.02)
    plot = Plot(
        name,
        title,
        _described(story, endpoint),
        x,
        Scale(0, 1),
        height=int(lane * len(shown)) + 8,
        left=34,
        top=30,
    )
    plot.x_axis("Months since recruitment began", plain_ticks(x, 6), grid=True)
    for k, person in enumerate(shown):
        _lane(plot, person, 4 + lane * (k + 0.5), lane, end, endpoint)
    step = max(1, math.ceil(len(shown) / 6 / 5) * 5)
    for k in [0, *range(step - 1, len(shown), step)]:
        plot.margin_text(4 + lane * (k + 0.5), str(k + 1), "tick")
    for look in story.looks:
        if look.month is not None:
            plot.upright(look.month, kind="look")
            plot.text(
                look.month,
                -12,
                f"Look {look.number}",
                "note",
                "end" if x.share(look.month) > 0.8 else "middle",
            )
    more = (
        f" The first {_MOST} of {len(story.participants)} are drawn."
        if len(story.participants) > _MOST
        else ""
    )
    return Drawing(
        name=name,
        svg=(plot.svg(),),
        caption=(
            f"One lane a participant, from enrolment until the outcome was known; upright lines are looks.{more} "
            f"{_key(story, endpoint)}"
        ),
        table=participants_table(story, endpoint),
    )


def participants_table(story: TrialStory, endpoint: Endpoint) -> Table:
    """Everybody in a trial, as a table."""
    timed = story.months is not None
    paired = any(p.beside is not None for p in story.participants)
    head = ["Participant", "Arm", "Outcome"]
    head += ["Other side, or before"] if paired else []
    head += ["Enrolled, month", "Known, month"] if timed else []
    rows: list[tuple[Text, ...]] = []
    for p in story.participants:
        arm = p.arm if p.dosed else f"{p.arm}, no product"
        row: list[Text] = [str(p.number), arm, _outcome(p, endpoint)]
        row += [_value(p.beside, endpoint) if p.beside is not None and p.observed else ""] if paired else []
        row += [_month(p.arrival), _month(p.resolved)] if timed else []
        rows.append(tuple(row))
    return Table("Participants of this simulated trial", tuple(head), tuple(rows))


def _lane(
    plot: Plot, person: ParticipantStory, middle: float, lane: float, end: float, endpoint: Endpoint
) -> None:
    """One participant: a bar, and at its end what was seen."""
    start = person.arrival or 0.0
    known = person.resolved if person.resolved is not None else end
    thick = max(2.0, lane * 0.45)
    kind = ("treated" if person.dosed else "undosed") if person.arm == "treated" else "control"
    if start > end:
        return
    plot.bar(start, min(known, end), middle - thick / 2, middle + thick / 2, f"arm-{kind}")
    if known <= end + 1e-9:
        radius = round(max(2.0, min(4.2, lane * 0.36)), 1)
        plot.glyph(known, middle, _mark(person, endpoint).format(r=radius))


def _mark(person: ParticipantStory, endpoint: Endpoint) -> str:
    """The mark of an outcome."""
    if not person.observed:
        return _LOST
    favourable = _favourable(person, endpoint)
    if favourable is None:
        return _SEEN
    return _GOOD if favourable else _BAD


def _favourable(person: ParticipantStory, endpoint: Endpoint) -> bool | None:
    """Whether an outcome is a good one, where outcomes are good or not."""
    if person.event is not None:
        return person.event == (endpoint.better == "sooner")
    if endpoint.kind == "binary":
        return (person.outcome if endpoint.sign > 0 else 1 - person.outcome) > 0.5
    return None


def _key(story: TrialStory, endpoint: Endpoint) -> str:
    """What the marks mean, for those that occur."""
    marks = {_mark(p, endpoint) for p in story.participants}
    arms = {p.arm for p in story.participants}
    said = ["Thick bars are treated, thin ones on control."] if len(arms) > 1 else []
    if any(not p.dosed for p in story.participants):
        said.append("A broken outline: no product could be made.")
    if _GOOD in marks or _BAD in marks:
        said.append("Filled circle: favourable; open circle: not.")
    if _LOST in marks:
        said.append("Cross: the outcome was not seen.")
    return " ".join(said)


def _described(story: TrialStory, endpoint: Endpoint) -> str:
    """What there is to see, in words."""
    good = [p for p in story.participants if p.observed and _favourable(p, endpoint)]
    told = [p for p in story.participants if p.observed and _favourable(p, endpoint) is not None]
    counted = f" {len(good)} of {len(told)} outcomes seen were favourable." if told else ""
    looks = "; ".join(
        f"look {k.number} in month {k.month:.1f}: {k.decision}" for k in story.looks if k.month is not None
    )
    return (
        f"{len(story.participants)} participants enrolled over {story.months:.1f} months.{counted} {looks}."
    )


def _outcome(person: ParticipantStory, endpoint: Endpoint) -> str:
    """An outcome in a cell of a table."""
    if not person.observed:
        return "not seen"
    if person.event is not None:
        return f"{'event at' if person.event else 'no event by'} {person.outcome:.1f} months"
    return _value(person.outcome, endpoint)


def _value(value: float, endpoint: Endpoint) -> str:
    """A number, or yes and no."""
    if endpoint.kind == "binary" and value in (0.0, 1.0):
        return "yes" if value else "no"
    if endpoint.kind == "ordinal" and value == int(value) and 0 <= value < len(endpoint.categories):
        return endpoint.categories[int(value)]
    return plain(float(f"{value:.4g}"))


def _month(month: float | None) -> str:
    """A month, where there is one."""
    return f"{month:.1f}" if month is not None and math.isfinite(month) else ""
