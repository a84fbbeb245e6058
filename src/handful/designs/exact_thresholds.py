"""Thresholds of a design whose trials are counts: error is spent as planned at the worst point of the null hypothesis."""

from __future__ import annotations

from functools import lru_cache

from handful.analyses.base import Aim, Analysis, Lattice
from handful.designs.pieces import Allocation, KnownOutcomes, Looks
from handful.stats.spent_thresholds import spent_on_both_sides, spent_thresholds

KnownSizes = tuple[tuple[int, int], ...]


def known_sizes(looks: Looks, allocation: Allocation) -> KnownSizes | None:
    """Participants on control and on treatment at each look; None when that is left to chance.

    Example:
        >>> from handful.designs.pieces import CoinFlip, PermutedBlocks
        >>> known_sizes(KnownOutcomes((12, 24)), PermutedBlocks((2, 1))), known_sizes(KnownOutcomes((12, 24)), CoinFlip())
        (((4, 8), (8, 16)), None)
    """
    sizes = [allocation.sizes(n) for n in looks.planned()] if isinstance(looks, KnownOutcomes) else [None]
    known = tuple(size for size in sizes if size is not None)
    return known if len(known) == len(sizes) else None


def _enumerated(analysis: Analysis, sizes: KnownSizes | None, aim: Aim) -> Lattice:
    """All possible trials.

    Raises:
        ValueError: When they cannot be enumerated.
    """
    lattice = None if sizes is None else analysis.lattice(sizes, aim)
    if lattice is None:
        raise ValueError(
            "`boundaries: exact` needs a test that depends on counts, such as boschloo or z pooled, and participants that "
            "fill whole blocks"
        )
    return lattice


@lru_cache(maxsize=256)
def exact_thresholds(
    analysis: Analysis,
    sizes: KnownSizes | None,
    aim: Aim,
    spent: tuple[float, ...],
    obeyed: tuple[float, ...] | None,
) -> tuple[float, ...]:
    """Thresholds that spend error as planned; found once, in a few seconds for 400 participants.

    Args:
        analysis: Evidence from data.
        sizes: Participants on control and on treatment at each look.
        aim: What the design asks.
        spent: Type I error that may be spent by each look, cumulative.
        obeyed: Largest statistic that stops each look for futility, where it has to; None where it need not.

    Raises:
        ValueError: When trials cannot be enumerated.

    Example:
        >>> from handful.analyses.registry import make
        >>> found = exact_thresholds(make("z pooled"), ((10, 10), (20, 20)), Aim(), (0.003, 0.025), None)
        >>> print([round(z, 3) for z in found])
        [2.928, 2.081]
    """
    lattice = _enumerated(analysis, sizes, aim)
    futility = None
    if obeyed is not None:
        futility = [table <= limit for table, limit in zip(lattice.statistic, obeyed, strict=True)]
    null = lattice.null
    return spent_thresholds(
        lattice.stages, lattice.statistic, null.at, spent, futility=futility, is_point=null.is_point
    )


@lru_cache(maxsize=256)
def exact_on_both_sides(
    analysis: Analysis, sizes: KnownSizes | None, aim: Aim, spent: tuple[float, ...]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Thresholds for benefit and for harm, which spend the same on each side; found once.

    Args:
        analysis: Evidence from data, positive for benefit and negative for harm.
        sizes: Participants on control and on treatment at each look.
        aim: What the design asks.
        spent: Error that may be spent on each side by each look, cumulative.

    Raises:
        ValueError: When trials cannot be enumerated.

    Example:
        >>> from handful.analyses.both_directions import BothDirections
        >>> from handful.analyses.registry import make
        >>> both = BothDirections(base=make("z pooled"))
        >>> benefit, harm = exact_on_both_sides(both, ((10, 10), (20, 20)), Aim(), (0.003, 0.025))
        >>> print([round(z, 3) for z in benefit], [round(z, 3) for z in harm])
        [2.928, 2.081] [-2.928, -2.081]
    """
    lattice = _enumerated(analysis, sizes, aim)
    null = lattice.null
    return spent_on_both_sides(lattice.stages, lattice.statistic, null.at, spent, is_point=null.is_point)
