"""What the adaptive families share whose looks wait for events: what they ask of the endpoint, and what their stages promise."""

from __future__ import annotations

from handful.participants.endpoint import Endpoint

CHOICE_WORDS = (
    "What is chosen at a look may rest on the times to this event alone: a choice that knows more of people who are still "
    "followed, such as a marker or an event that comes first, can break the level."
)
"""What the choice at a look may rest on."""

STAGE_WORDS = (
    "A stage is what was added to the statistic since the look before, with everybody who was followed by then.",
    CHOICE_WORDS,
)
"""How the stages of a time to event are told apart, and what makes them independent."""


def check_events(endpoint: Endpoint, events: int | None, participants: int) -> None:
    """Refuse a time to event without a number of events, a number of events without one, and more events than participants.

    Args:
        endpoint: The endpoint.
        events: Events that the last look waits for; None when none were given.
        participants: Most participants.

    Raises:
        ValueError: In one sentence.

    Example:
        >>> check_events(Endpoint(name="response", kind="binary"), 20, 40)
        Traceback (most recent call last):
        ...
        ValueError: `events` belongs to a time to event, and this endpoint is binary
    """
    timed = endpoint.kind == "time to event"
    if timed and events is None:
        raise ValueError("looks at a time to event are planned by `events`: say how many the last look needs")
    if events is None:
        return
    if not timed:
        raise ValueError(f"`events` belongs to a time to event, and this endpoint is {endpoint.kind}")
    if events > participants:
        raise ValueError(f"{participants} participants cannot have {events} events")
