"""A simulated trial on its way: who has come and what is known at one moment of it, and nothing of what comes later.

Moments are counted, not timed: the one at which so many participants are enrolled, and the one at which so many looks have
been held. So they are the same for a trial whose recruitment has a timing and for one where it has none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from handful.engine.replay import LookStory, ParticipantStory, TrialStory


@dataclass(frozen=True)
class Moment:
    """One moment of a trial.

    Attributes:
        enrolled: Participants enrolled by then.
        looks: Looks held by then.
        month: Month in which it is; None when recruitment has no timing.
    """

    enrolled: int
    looks: int
    month: float | None


def after_look(story: TrialStory, number: int) -> Moment:
    """The moment just after a look.

    Args:
        story: The trial.
        number: Number of the look, from 1; 0 for the moment before anybody comes, and the last look when it is beyond that.

    Returns:
        The moment.
    """
    held = max(0, min(number, len(story.looks)))
    if held == 0:
        return after_enrolment(story, 0)
    look = story.looks[held - 1]
    return Moment(min(look.enrolled, len(story.participants)), held, look.month)


def after_enrolment(story: TrialStory, number: int) -> Moment:
    """The moment at which so many participants have just been enrolled.

    Args:
        story: The trial.
        number: How many; all who ever came when it is beyond that.

    Returns:
        The moment; a look that waited for this very participant has not been held.
    """
    enrolled = max(0, min(number, len(story.participants)))
    month = (
        (story.participants[enrolled - 1].arrival if enrolled else 0.0) if story.months is not None else None
    )
    return Moment(enrolled, sum(look.enrolled < enrolled for look in story.looks), month)


def known_at(story: TrialStory, moment: Moment) -> TrialStory:
    """What is known of a trial at one moment.

    Args:
        story: The trial to its end.
        moment: When.

    Returns:
        The trial with those who have come, the looks that were held, and outcomes that are known by then; of a trial on its
        way nothing is reported, and it has not claimed more than its looks have.
    """
    looks = story.looks[: moment.looks]
    came = story.participants[: moment.enrolled]
    return replace(
        story,
        participants=tuple(_known(person, place, looks, moment) for place, person in enumerate(came)),
        looks=looks,
        success=any(look.decision == "success" for look in looks),
        months=moment.month,
        estimate=(math.nan, math.nan, math.nan),
        p_value=None,
    )


def at_its_end(story: TrialStory) -> TrialStory:
    """A trial as it was seen when it ended: whose outcome came later is awaited, though the simulation knows it.

    Args:
        story: The trial to its end.

    Returns:
        The trial; all that it reports is as it was.
    """
    end = Moment(len(story.participants), len(story.looks), story.months)
    return replace(story, participants=known_at(story, end).participants)


def _known(
    person: ParticipantStory, place: int, looks: tuple[LookStory, ...], moment: Moment
) -> ParticipantStory:
    """A participant with what has been seen of them; without timing an outcome is known to the look that counts it."""
    if moment.month is None:
        awaited = not any(place < look.included for look in looks)
        return replace(person, awaited=awaited)
    if person.resolved is not None and person.resolved <= moment.month:
        return person
    lost = person.lost if person.lost is not None and person.lost <= moment.month else None
    held = tuple(visit for visit in person.visits if visit <= moment.month)
    return replace(person, awaited=True, lost=lost, visits=held)
