"""A race of many designs over the same simulated trials: who is behind for certain leaves, and the others see twice as many.

Maron and Moore (1994, Hoeffding races) and Birattari and others (2002) race candidates on common instances; here the
instances are simulated trials, and the comparison is the paired difference of what each trial says. A design leaves when it
is behind the leader, or breaks a constraint, by more than z standard errors. z is set so that the best design of all is lost
with a small probability over the whole race, whatever the number of designs and rounds (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Generic, TypeVar

from handful.select.optimise.estimate import Standing, difference_error

Entrant = TypeVar("Entrant", bound=Hashable)

LOST = 0.01
"""Largest probability that the best design leaves the race, by the normal approximation."""
FIRST = 250
"""Trials of the first round; each round doubles them."""
_SAME = 1e-9


@dataclass(frozen=True)
class Round:
    """One round of a race.

    Attributes:
        trials: Trials that every design in it had seen in each scenario, but for those known by enumeration; 0 when all are.
        entered: Designs that entered it.
        broke: Designs that left because they break a constraint.
        behind: Designs that left because they are behind the leader.
    """

    trials: int
    entered: int
    broke: int
    behind: int


@dataclass(frozen=True)
class Race(Generic[Entrant]):
    """The outcome of a race.

    Attributes:
        standings: How every design stood when it was last looked at; those that could not be conducted are missing.
        running: The designs that did not leave.
        rounds: The rounds.
        z: Standard errors by which a design had to be behind.
    """

    standings: Mapping[Entrant, Standing]
    running: tuple[Entrant, ...]
    rounds: tuple[Round, ...]
    z: float


def schedule(most: int) -> tuple[int, ...]:
    """Trials to be seen by the end of each round: doubled until there are enough.

    Example:
        >>> schedule(1500)
        (250, 500, 1000, 1500)
    """
    trials = [min(FIRST, most)]
    while trials[-1] < most:
        trials.append(min(2 * trials[-1], most))
    return tuple(trials)


def strictness(entrants: int, rounds: int, limits: int, lost: float = LOST) -> float:
    """How many standard errors a design must be behind to leave, for the best to be lost with a probability of at most `lost`.

    In each round the best could be beaten by chance by any other, or break any constraint by chance.

    Args:
        entrants: Designs in the race.
        rounds: Rounds at most.
        limits: Constraints.
        lost: The probability.

    Returns:
        The number of standard errors.

    Example:
        >>> round(strictness(entrants=200, rounds=7, limits=3), 2)
        4.34
    """
    comparisons = rounds * (max(1, entrants - 1) + limits)
    return NormalDist().inv_cdf(1 - lost / comparisons)


def race(
    entrants: Sequence[Entrant],
    look: Callable[[Sequence[Entrant], int], Iterable[Standing | None]],
    sound: Callable[[Entrant], bool],
    trials: Sequence[int],
    lost: float = LOST,
) -> Race[Entrant]:
    """Race designs until one is left that will do, or there are no more trials.

    The leader is the best design that keeps every constraint beyond doubt (of a type I error: as far as can be seen). When a
    leader is found to break a constraint later, those that left because they were behind it come back.

    Args:
        entrants: The designs.
        look: Gives, for some designs in order, how each stands when so many trials are seen; None for one that cannot be
            conducted.
        sound: Says whether a design keeps what is costly to find out and asked of few: its type I error by enumeration. It is
            asked of the leaders alone, and a design that does not leaves.
        trials: Trials to be seen by the end of each round, ascending.
        lost: Largest probability that the best design leaves.

    Returns:
        The outcome.
    """
    standings: dict[Entrant, Standing] = {}
    beaten_by: dict[Entrant, Entrant] = {}
    running, rounds, z = list(entrants), list[Round](), 0.0
    levels = list(trials)
    while levels:
        seen = levels[0]
        found = dict(zip(running, look(running, seen), strict=True))
        standings |= {entrant: standing for entrant, standing in found.items() if standing is not None}
        held = [entrant for entrant in running if found[entrant] is not None]
        limits = max((len(standings[entrant].limits) for entrant in held), default=0)
        z = z or strictness(len(entrants), len(trials), limits, lost)
        keeping = [entrant for entrant in held if not _breaks(standings[entrant], z)]
        leader, keeping = _leader(keeping, standings, sound, z)
        left = keeping
        if leader is not None:
            left = [e for e in keeping if not _behind(standings[e], standings[leader], z)]
            beaten_by |= dict.fromkeys(set(keeping) - set(left), leader)
        shown = max((standings[entrant].trials for entrant in held), default=0)
        rounds.append(Round(shown, len(running), len(running) - len(keeping), len(keeping) - len(left)))
        broke = set(running) - set(keeping)
        recalled = [e for e in entrants if beaten_by.get(e) in broke]
        for entrant in recalled:
            del beaten_by[entrant]
        running = [*left, *recalled]
        if not recalled:
            levels = [] if _settled([standings[entrant] for entrant in running], z) else levels[1:]
    return Race(standings, tuple(running), tuple(rounds), z)


def _settled(running: Sequence[Standing], z: float) -> bool:
    """Whether more trials would tell nothing more: nothing is simulated, or one design is left that will do beyond doubt."""
    if all(standing.trials == 0 for standing in running):
        return True
    rooms = [limit.room for standing in running for limit in standing.limits]
    return len(running) == 1 and all(room.value - z * room.error(z) >= -_SAME for room in rooms)


def _breaks(standing: Standing, z: float) -> bool:
    """Whether a constraint is broken beyond doubt."""
    return any(limit.room.value + z * limit.room.error(z) < -_SAME for limit in standing.limits)


def _leads(standing: Standing, z: float) -> bool:
    """Whether a design may send others home: one that may yet break a constraint is no reason to."""
    return all(
        limit.kept() if limit.doubt else limit.room.value - z * limit.room.error(z) >= -_SAME
        for limit in standing.limits
    )


def _leader(
    running: list[Entrant], standings: Mapping[Entrant, Standing], sound: Callable[[Entrant], bool], z: float
) -> tuple[Entrant | None, list[Entrant]]:
    """(the best design that may lead, those that were not found unsound on the way to it)."""
    unsound = set()
    leader = None
    for entrant in sorted(running, key=lambda entrant: -standings[entrant].worth.value):
        if _leads(standings[entrant], z):
            if sound(entrant):
                leader = entrant
                break
            unsound.add(entrant)
    return leader, [entrant for entrant in running if entrant not in unsound]


def _behind(standing: Standing, leader: Standing, z: float) -> bool:
    """Whether a design is behind the leader beyond doubt."""
    gap = leader.worth.value - standing.worth.value
    same = _SAME * max(1.0, abs(leader.worth.value))
    return gap > z * difference_error(leader.worth, standing.worth, z) + same


def ranked(outcome: Race[Entrant]) -> list[Entrant]:
    """The designs still running that keep every constraint as far as can be seen: the one to take first, then by utility.

    Those that cannot be told from the best by one standard error of the paired difference tie with it; of them the one with
    the fewest participants goes first.

    Args:
        outcome: The race.

    Returns:
        The designs in the order in which they should be taken.
    """
    standings = outcome.standings
    kept = [e for e in outcome.running if all(limit.kept() for limit in standings[e].limits)]
    kept.sort(key=lambda e: -standings[e].worth.value)
    if not kept:
        return []
    best = standings[kept[0]].worth
    close = _SAME * max(1.0, abs(best.value))
    tied = [
        e
        for e in kept
        if best.value - standings[e].worth.value <= difference_error(best, standings[e].worth) + close
    ]
    first = min(tied, key=lambda e: (standings[e].most, standings[e].participants))
    return [first, *(e for e in kept if e is not first)]
