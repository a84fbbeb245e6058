"""A simulated trial as lanes: one participant a line over the months, looks as upright lines."""

from __future__ import annotations

import math
from collections.abc import Mapping

from markupsafe import Markup

from handful.engine.replay import ParticipantStory, TrialStory
from handful.participants.endpoint import Endpoint
from handful.report.plot import Plot, Scale, Series, plain_ticks
from handful.report.tables import Drawing, Table, Text
from handful.report.tags import plain

_MOST = 80
_TALLEST = 340
_GOOD = '<circle class="outcome good" r="{r}"/>'
_BAD = '<circle class="outcome bad" r="{r}"/>'
_SEEN = '<path class="outcome seen" d="M0,-{r}V{r}"/>'
_LOST = '<path class="outcome lost" d="M-{r},-{r}L{r},{r}M-{r},{r}L{r},-{r}"/>'
_GONE = '<circle class="outcome bad" r="{r}"/><path class="outcome lost" d="M-{h},-{h}L{h},{h}M-{h},{h}L{h},-{h}"/>'
_DOSE = '<path class="dose" d="M0,-{r}V{r}"/>'
_VISIT = '<circle class="visit" r="1.5"/>'


def lanes(
    name: str, title: str, story: TrialStory, endpoint: Endpoint, whole: TrialStory | None = None
) -> Drawing | None:
    """Draw a trial.

    Args:
        name: Identity in the page.
        title: What happened, in a few words.
        story: The trial.
        endpoint: Its endpoint.
        whole: The trial to its end, when `story` is what is known of it at a moment before (`handful.report.moments`): the
            drawing then keeps the extent of the whole, and what lies beyond the moment is covered.

    Returns:
        The figure; None when recruitment has no timing or nobody was enrolled.
    """
    extent = whole or story
    shown = extent.participants[:_MOST]
    if extent.months is None or not shown or any(p.arrival is None for p in shown):
        return None
    end = max(extent.months, max(p.arrival or 0.0 for p in shown), 1.0)
    now = end if whole is None else min(end, story.months or 0.0)
    lane = min(14.0, max(5.0, _TALLEST / len(shown)))
    x = Scale(0.0, end * 1.02)
    plot = Plot(
        name,
        title,
        _described(story, endpoint, ended=whole is None),
        x,
        Scale(0, 1),
        height=int(lane * len(shown)) + 8,
        left=34,
        top=30,
    )
    plot.x_axis("Months since recruitment began", plain_ticks(x, 6), grid=True)
    colours = _colours(extent)
    for k, person in enumerate(story.participants[: len(shown)]):
        _lane(plot, person, 4 + lane * (k + 0.5), lane, now, endpoint, colours)
    step = max(1, math.ceil(len(shown) / 6 / 5) * 5)
    for k in [0, *range(step - 1, len(shown), step)]:
        plot.margin_text(4 + lane * (k + 0.5), str(k + 1), "tick")
    if now < x.high and whole is not None:
        plot.bar(now, x.high, 0, plot.height, "later")
    _looks(plot, story)
    more = (
        f" The first {_MOST} of {len(extent.participants)} are drawn."
        if len(extent.participants) > _MOST
        else ""
    )
    return Drawing(
        name=name,
        svg=(plot.svg(),),
        caption=Markup(" ").join(
            [
                f"One lane a participant, from enrolment until the outcome was known; upright lines are looks.{more}",
                *_arms(extent),
                *_key(story, endpoint),
                *(["What is not known yet is covered."] if whole is not None else []),
            ]
        ),
        table=participants_table(story, endpoint),
    )


def _treatments(story: TrialStory) -> list[Series]:
    """The treatments of a trial that has several, in a colour each."""
    arms = sorted({p.arm for p in story.participants} - {"control", "treated"})
    return [Series(number, arm) for number, arm in enumerate(arms)]


def _colours(story: TrialStory) -> dict[str, str]:
    """Classes of the bars of each arm."""
    several = {arm.name: f"arm {arm.classes}" for arm in _treatments(story)}
    return {"control": "arm-control"} | (several or {"treated": "arm-treated"})


def _arms(story: TrialStory) -> list[Text]:
    """Which bars are which arm's."""
    there, several = {p.arm for p in story.participants}, _treatments(story)
    thin = ", thin ones on control" if "control" in there else ""
    if several:
        named = Markup(", ").join(Markup("{}{}").format(arm.swatch(), arm.name) for arm in several)
        return [Markup("Thick bars are treated ({}){}.").format(named, thin)]
    return [f"Thick bars are treated{thin}."] if len(there) > 1 else []


def _looks(plot: Plot, story: TrialStory) -> None:
    """Looks as upright lines with their number above."""
    for look in story.looks:
        if look.month is not None:
            late = plot.x.share(look.month) > 0.8
            plot.upright(look.month, kind="look")
            plot.text(look.month, -12, f"Look {look.number}", "note", "end" if late else "middle")


def participants_table(story: TrialStory, endpoint: Endpoint) -> Table:
    """Everybody in a trial, as a table."""
    people = story.participants
    timed = story.months is not None
    paired = any(p.beside is not None for p in people)
    waited = timed and any(p.start is not None and p.start != p.arrival for p in people)
    gone = timed and any(p.lost is not None for p in people)
    head = ["Participant", "Arm", "Outcome"]
    head += ["Other side, or before"] if paired else []
    head += ["Enrolled, month"] if timed else []
    head += ["Follow-up from, month"] if waited else []
    head += ["Lost, month"] if gone else []
    head += ["Known, month"] if timed else []
    rows: list[tuple[Text, ...]] = []
    for p in people:
        told = p.observed and not p.awaited
        row: list[Text] = [str(p.number), p.arm if p.dosed else f"{p.arm}, no product", _outcome(p, endpoint)]
        row += [_value(p.beside, endpoint) if p.beside is not None and told else ""] if paired else []
        row += [_month(p.arrival)] if timed else []
        row += [_month(p.start)] if waited else []
        row += [_month(p.lost)] if gone else []
        row += ["" if p.awaited else _month(p.resolved)] if timed else []
        rows.append(tuple(row))
    return Table("Participants of this simulated trial", tuple(head), tuple(rows))


def _lane(
    plot: Plot,
    person: ParticipantStory,
    middle: float,
    lane: float,
    now: float,
    endpoint: Endpoint,
    colours: Mapping[str, str],
) -> None:
    """One participant: waiting, the treatment, follow-up with its visits, and at its end what was seen."""
    came = person.arrival or 0.0
    start = came if person.start is None else person.start
    known = now if person.resolved is None or person.awaited else person.resolved
    if came > now:
        return
    if start > came:
        plot.bar(came, min(start, known, now), middle - 0.5, middle + 0.5, "arm-waiting")
    thick = max(3.0, lane * 0.28) if person.arm == "control" else max(4.0, lane * 0.5)
    kind = colours.get(person.arm, "arm-treated") if person.dosed else "arm-undosed"
    if start < min(known, now):
        plot.bar(start, min(known, now), middle - thick / 2, middle + thick / 2, kind)
    if start > came and start <= min(known, now) and person.dosed and person.arm != "control":
        plot.glyph(start, middle, _DOSE.format(r=round(max(2.5, lane * 0.4), 1)))
    for visit in person.visits:
        if visit <= now:
            plot.glyph(visit, middle, _VISIT)
    if known <= now + 1e-9 and not person.awaited and person.resolved is not None:
        radius = max(2.0, min(4.2, lane * 0.36))
        plot.glyph(
            known, middle, _mark(person, endpoint).format(r=round(radius, 1), h=round(radius * 0.6, 1))
        )


def _mark(person: ParticipantStory, endpoint: Endpoint) -> str:
    """The mark of an outcome."""
    if not person.observed:
        return _LOST
    if person.lost is not None:
        return _GONE
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


def _key(story: TrialStory, endpoint: Endpoint) -> list[str]:
    """What the marks mean, for those that occur."""
    people = story.participants
    marks = {_mark(p, endpoint) for p in people if not p.awaited}
    said = []
    if any(p.start is not None and p.arrival is not None and p.start > p.arrival for p in people):
        said.append("A thin line is the time until treatment, an upright stroke the day of it.")
    if any(not p.dosed for p in people):
        said.append("A broken outline: no product could be made.")
    if any(p.visits for p in people):
        said.append("Small dots: visits.")
    if _GOOD in marks or _BAD in marks:
        said.append("Filled circle: favourable; open circle: not.")
    if _GONE in marks:
        said.append("Crossed circle: lost to follow-up.")
    if _LOST in marks:
        said.append("Cross: the outcome was not seen.")
    return said


def _described(story: TrialStory, endpoint: Endpoint, *, ended: bool) -> str:
    """What there is to see, in words."""
    known = [p for p in story.participants if p.observed and not p.awaited]
    told = [p for p in known if _favourable(p, endpoint) is not None]
    good = [p for p in told if _favourable(p, endpoint)]
    counted = f" {len(good)} of {len(told)} outcomes seen were favourable." if told else ""
    looks = "; ".join(
        f"look {k.number} in month {k.month:.1f}: {k.decision}" for k in story.looks if k.month is not None
    )
    over = "over" if ended else "in the first"
    held = f" {looks}." if looks else ""
    return f"{len(story.participants)} participants enrolled {over} {story.months:.1f} months.{counted}{held}"


def _outcome(person: ParticipantStory, endpoint: Endpoint) -> str:
    """An outcome in a cell of a table."""
    if person.awaited:
        return "awaited"
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
