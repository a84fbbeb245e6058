"""The trade-off: what each further participant buys, along the designs of which none costs less and gives as much."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

from handful.select.optimise.estimate import Standing

MOST_POINTS = 12
"""Designs of the trade-off that are judged by new trials."""
HELPED = "people helped over the horizon"
_SAME = 1e-9

Key = TypeVar("Key", bound=Hashable)


def pareto(points: Mapping[Key, tuple[float, float]]) -> list[Key]:
    """The points of which no other costs as little and gives as much.

    Args:
        points: (cost, what is had for it) by key.

    Returns:
        Keys by ascending cost, and so by ascending gain.

    Example:
        >>> pareto({"a": (10, 0.5), "b": (12, 0.4), "c": (12, 0.7), "d": (20, 0.7)})
        ['a', 'c']
    """
    found: list[Key] = []
    most = -float("inf")
    for key in sorted(points, key=lambda key: (points[key][0], -points[key][1])):
        if points[key][1] > most + _SAME:
            found.append(key)
            most = points[key][1]
    return found


def merit(best: str, worth: float, power: float) -> float:
    """What participants are traded for: the utility where it counts people helped, else power."""
    return worth if best == HELPED else power


def front(standings: Mapping[Key, Standing], best: str, sound: Callable[[Key], bool]) -> list[Key]:
    """The trade-off among the designs of a race, as far as can be seen: power may be too low, type I error may not be too high.

    Args:
        standings: How each stood when it was last looked at.
        best: What is made as good as possible, in words.
        sound: Says whether a design keeps its type I error where that is costly to find out.

    Returns:
        At most `MOST_POINTS` designs, evenly spread, by ascending expected participants.
    """
    points = {
        key: (told.participants, merit(best, told.worth.value, told.power))
        for key, told in standings.items()
        if all(limit.kept() for limit in told.limits if not limit.traded)
    }
    found = pareto(points)
    while unsound := [key for key in found if not sound(key)]:
        for key in unsound:
            del points[key]
        found = pareto(points)
    return thinned(found)


def thinned(found: Sequence[Key], most: int = MOST_POINTS) -> list[Key]:
    """As many as there may be, evenly spread, the first and the last among them.

    Example:
        >>> thinned([1, 2, 3, 4, 5, 6, 7], most=3)
        [1, 4, 7]
    """
    if len(found) <= most:
        return list(found)
    return [found[round(k * (len(found) - 1) / (most - 1))] for k in range(most)]
