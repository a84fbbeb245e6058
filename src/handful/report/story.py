"""The words in which one simulated trial is told."""

from __future__ import annotations

import math

from handful.analyses.scales import natural_statistic
from handful.designs.arrangements import BothSides
from handful.designs.base import Plan
from handful.engine.replay import LookStory, ParticipantStory, TrialStory
from handful.participants.endpoint import Endpoint
from handful.select.words import benefit_words

_SAID = {
    "success": "Benefit is claimed.",
    "futility": "The trial stops without a claim.",
    "harm": "The trial ends for harm.",
    "continue": "The trial goes on.",
    "no success": "Benefit is not claimed.",
    "dropped": "The trial stops without a claim.",
    "settled": "The trial stops without a claim.",
}
_SAID_OF_ONE = {
    "success": "benefit is claimed",
    "futility": "dropped for futility",
    "harm": "dropped for harm",
    "dropped": "dropped",
    "continue": "goes on",
    "no success": "benefit is not claimed",
    "settled": "was decided before",
}


def tell(
    story: TrialStory,
    endpoint: Endpoint,
    statistic: str = "the statistic",
    beside: str = "without treatment",
    *,
    ended: bool = True,
) -> list[str]:
    """Tell one trial in sentences: who came and what became of them, what each look said, and how it ended.

    Args:
        story: The trial.
        endpoint: Its endpoint, for units and scales.
        statistic: What the evidence is called, such as `z`; `minus the p-value` is told as the p-value.
        beside: What the outcome of a participant is held against, where there are two: see `compared_with`.
        ended: Whether to say how it ended; not of a trial on its way (`handful.report.moments`).

    Returns:
        Sentences in the order in which things happened; participants stand before the first look that counted them.
    """
    told = 0
    sentences: list[str] = []
    for look in story.looks:
        newcomers = story.participants[told : max(told, look.enrolled)]
        sentences += [_participant(person, endpoint, beside) for person in newcomers]
        told += len(newcomers)
        sentences.append(_look(look, story, statistic, only=ended and len(story.looks) == 1))
        sentences += look.changes
    sentences += [_participant(person, endpoint, beside) for person in story.participants[told:]]
    return [*sentences, *_end(story, endpoint)] if ended else sentences


def compared_with(plan: Plan) -> str:
    """What the outcome of a participant is held against, where a design has two outcomes of each.

    Args:
        plan: The design.

    Returns:
        Words that read well after a value.
    """
    return "on the untreated side" if isinstance(plan.arrangement, BothSides) else "before treatment"


def _participant(person: ParticipantStory, endpoint: Endpoint, beside: str) -> str:
    """One participant in one sentence."""
    came = f", enrolled in month {person.arrival:.1f}," if person.arrival is not None else ""
    arms = {"treated": "is treated", "control": "is on control"}
    arm = arms.get(person.arm, f"gets {person.arm}")
    if not person.dosed:
        arm = "should be treated, but no product could be made"
    return f"Participant {person.number}{came} {arm}: {_outcome(person, endpoint, beside)}."


def _outcome(person: ParticipantStory, endpoint: Endpoint, beside: str) -> str:
    """What became of a participant."""
    if person.awaited:
        return "the outcome is awaited"
    if not person.observed:
        return "the outcome is not seen"
    if person.event is not None:
        end = "the event comes" if person.event else "without the event, followed up"
        return f"{end} {'after' if person.event else 'for'} {person.outcome:.1f} months"
    words = _value(person.outcome, endpoint)
    if person.beside is not None:
        words += f", against {_value(person.beside, endpoint)} {beside}"
    if person.resolved is not None and math.isfinite(person.resolved):
        words += f", known in month {person.resolved:.1f}"
    return words


def _value(outcome: float, endpoint: Endpoint) -> str:
    """An outcome as people say it; a mean over several units keeps its fraction."""
    if endpoint.kind == "binary" and outcome in (0.0, 1.0):
        return "yes" if outcome else "no"
    if endpoint.kind == "ordinal" and outcome == int(outcome) and 0 <= outcome < len(endpoint.categories):
        return endpoint.categories[int(outcome)]
    unit = f" {endpoint.unit}" if endpoint.unit and endpoint.kind == "continuous" else ""
    noun = (" event" if outcome == 1 else " events") if endpoint.kind == "count" else ""
    return f"{outcome:.3g}{noun}{unit}"


def _look(look: LookStory, story: TrialStory, statistic: str, *, only: bool) -> str:
    """One look in a few sentences."""
    name = "The analysis" if only else f"Look {look.number}"
    when = f" in month {look.month:.1f}" if look.month is not None else ""
    counted = "participant is" if look.included == 1 else "participants are"
    evidence, sign = natural_statistic(statistic)
    high, low = ("at least", "at most") if sign > 0 else ("at most", "at least")
    needed = []
    if look.success_at_least is not None:
        needed.append(f"a claim needs {high} {sign * look.success_at_least + 0.0:.4g}")
    if look.futility_at_most is not None and look.futility_at_least is not None:
        ends = sorted(sign * limit + 0.0 for limit in (look.futility_at_least, look.futility_at_most))
        needed.append(f"futility is between {ends[0]:.4g} and {ends[1]:.4g}")
    elif look.futility_at_most is not None:
        needed.append(f"futility is {low} {sign * look.futility_at_most + 0.0:.4g}")
    if look.harm_at_most is not None:
        needed.append(f"harm is {low} {sign * look.harm_at_most + 0.0:.4g}")
    rule = f" ({'; '.join(needed)})" if needed else ""
    values = [f"{sign * statistic + 0.0:.4g}" for statistic in look.statistics]
    if not values:
        reached, said = "and nobody learns who is on which arm", _SAID[look.decision]
    elif not needed and set(look.decisions) == {"continue"}:
        return f"{name}{when}: {look.included} {counted} counted; nothing can be decided yet."
    elif len(values) == 1:
        reached, said = f"{evidence} is {values[0]}{rule}", _SAID[look.decision]
    else:
        of_each = zip(story.hypotheses, values, look.decisions, strict=True)
        told = "; ".join(
            f"{name} {_SAID_OF_ONE[word]}" if word == "settled" else f"{name} {value}, {_SAID_OF_ONE[word]}"
            for name, value, word in of_each
        )
        reached, said = f"{evidence} of each hypothesis{rule}: {told}", _SAID[look.decision]
    return f"{name}{when}: {look.included} {counted} counted, {reached}. {said}"


def _end(story: TrialStory, endpoint: Endpoint) -> list[str]:
    """How the trial ended, and how near its estimate came to the truth."""
    sentences = []
    time = f" after {story.months:.1f} months" if story.months is not None else ""
    if not story.finished:
        sentences.append(f"Participants run out before the next look; the trial ends{time} without a claim.")
    else:
        claim = "with a claim of benefit" if story.success else "without a claim"
        sentences.append(f"The trial ends{time} {claim}.")
    value, *limits = story.estimate
    if math.isfinite(value):
        low, high = sorted(endpoint.natural(limit) for limit in limits)
        interval = f" (interval {_plain(low, endpoint)} to {_plain(high, endpoint)})"
        about = f" for {story.hypotheses[story.reported]}" if len(story.hypotheses) > 1 else ""
        sentences.append(f"It reports {benefit_words(value, endpoint)}{interval}{about}.")
        if story.p_value is not None:
            sentences.append(f"Its one-sided p-value, which allows for the looks, is {story.p_value:.3g}.")
    else:
        sentences.append("No benefit can be estimated from it.")
    sentences.append(f"The truth in this scenario is {_truth(story, endpoint)}.")
    return sentences


def _truth(story: TrialStory, endpoint: Endpoint) -> str:
    """The true benefit, of what the estimate is about."""
    asked, treated = (benefit_words(value, endpoint) for value in (story.truth, story.treated_truth))
    if asked == treated:
        return asked
    return f"{asked} for those assigned to treatment, for some of whom no product can be made, and {treated} for those who get it"


def _plain(value: float, endpoint: Endpoint) -> str:
    """A limit on the scale of the sentence around it."""
    return f"{100 * value:.3g}" if endpoint.kind in ("binary", "ordinal") else f"{value:.3g}"
