"""Drop-the-losers designs: a fixed number of the worst arms is dropped at each interim look, the last one is tested.

Thall, Simon and Ellenberg (1988), "Two-stage selection and testing designs for comparative clinical trials",
Biometrika 75:303-310 (their rule that may also stop at the first look is not used); Wason, Stallard, Bowden
and Jennison (2017), "A multi-stage drop-the-losers design for multi-arm clinical trials", Statistical Methods
in Medical Research 26:508-524.

The arms share the control, so that their order is that of their own sums, which are independent. Given the
largest sum among those dropped at each look, all arms are independent random walks that lay above these
sums while they were kept. That leaves an outer integral with one dimension an interim look, and the control
enters only into the last test. The family-wise error rate is largest when no arm differs from the control, and
the critical value holds it there exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, comb, inf, pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from handful.stats.roots import find_root

Array = NDArray[np.float64]
Levels = tuple[float, ...]

MOST_STAGES = 4  # the outer integral has one dimension less
DIGITS = {2: 24.0, 3: 24.0, 4: 18.0}  # natural logarithm of the accuracy by stages: 4e-11, 4e-11, 2e-8
PANEL_ORDER = 16  # Gauss-Legendre nodes in one panel
PANEL_WIDTH = 4.5  # standard deviations of the narrowest kernel to one panel


@dataclass(frozen=True)
class DropTheLosers:
    """A drop-the-losers design with its critical value.

    Attributes:
        keep: arms that recruit in each stage, falling, the last one 1; the worst ones are dropped.
        arm_sizes: participants of one arm up to the end of each stage, as multiples of a size that is free.
        control_sizes: participants of the control, in the same multiples.
        critical_value: the last arm is better than the control if its statistic over all stages is above it.
    """

    keep: tuple[int, ...]
    arm_sizes: Levels
    control_sizes: Levels
    critical_value: float

    def __post_init__(self) -> None:
        _check(self.keep, self.arm_sizes, self.control_sizes)

    def familywise_error(self) -> float:
        """Probability of a rejection when no arm differs from the control.

        Example:
            >>> design = DropTheLosers((3, 1), (1, 2), (1, 2), 2.0)
            >>> round(design.familywise_error(), 4)
            0.0477
        """
        return self.keep[0] * self._chosen(0.0, 0.0)

    def selection(self, size: float, effect: float, others: float = 0.0) -> float:
        """Probability that one arm is kept to the end when all others share an effect.

        Args:
            size: participants that the sizes of the design are multiples of.
            effect: difference of that arm from the control, in standard deviations of one participant.
            others: difference of the other arms.

        Returns:
            The probability, whatever the last test says.

        Raises:
            ValueError: if the size is not positive.

        Example:
            >>> round(DropTheLosers((4, 2, 1), (1, 2, 3), (1, 2, 3), 2.0).selection(20, 0.0), 6)
            0.25
        """
        scale = _root_size(size)
        return self._chosen(scale * effect, scale * others, tested=False)

    def power(self, size: float, effect: float, others: float = 0.0) -> float:
        """Probability that one arm is kept to the end and found better, when all others share an effect.

        Args:
            size: participants that the sizes of the design are multiples of; need not be whole.
            effect: difference of that arm from the control, in standard deviations of one participant.
            others: difference of the other arms.

        Returns:
            The power.

        Raises:
            ValueError: if the size is not positive.

        Example:
            >>> design = drop_the_losers((3, 1), (1, 2), alpha=0.05)
            >>> round(design.power(47, 0.545, 0.178), 4)
            0.9028
        """
        scale = _root_size(size)
        return self._chosen(scale * effect, scale * others)

    def size_for(self, power: float, effect: float, others: float = 0.0) -> float:
        """The size, not rounded, at which the power is reached.

        Args:
            power: wanted power, in (0, 1).
            effect: difference of one arm from the control, in standard deviations; positive.
            others: difference of the other arms, smaller than `effect`.

        Returns:
            Participants that the sizes of the design are multiples of.

        Raises:
            ValueError: if the power is no probability or the effect is not the larger one.

        Example:
            >>> round(drop_the_losers((3, 1), (1, 2), alpha=0.05).size_for(0.9, 0.545, 0.178), 2)
            46.46
        """
        if not 0.0 < power < 1.0 or not effect > max(0.0, others):
            raise ValueError(
                f"need a power in (0, 1) and a positive effect above the others, got {power!r}, {effect!r}"
            )
        target = float(ndtri(power))

        def excess(root: float) -> float:
            return float(ndtri(self._chosen(root * effect, root * others))) - target

        # The probit of power is nearly linear in the square root of the size.
        deviation = sqrt(1.0 / self.arm_sizes[-1] + 1.0 / self.control_sizes[-1])
        start = max(0.1, (self.critical_value + target) / effect * deviation)
        return find_root(excess, start, 1.05 * start, tolerance=1e-9) ** 2

    def total(self, size: float) -> int:
        """Participants of the trial, each arm rounded up; the number is fixed.

        Example:
            >>> DropTheLosers((4, 2, 1), (1, 2, 3), (1, 2, 3), 2.0).total(10)
            100
        """
        dropped = [now - then for now, then in zip(self.keep, (*self.keep[1:], 0), strict=True)]
        arms = sum(
            number * ceil(round(size * part, 9)) for number, part in zip(dropped, self.arm_sizes, strict=True)
        )
        return arms + ceil(round(size * self.control_sizes[-1], 9))

    @property
    def _digits(self) -> float:
        """Natural logarithm of the accuracy of the integrals."""
        return DIGITS[len(self.keep)]

    @property
    def _reach(self) -> float:
        """How many standard deviations of a sum are integrated."""
        return sqrt(2.0 * (self._digits + 4.0))

    def _chosen(self, effect: float, others: float, *, tested: bool = True) -> float:
        """Probability that one arm is kept, and found better if tested; effects at size 1."""
        kept = _Kept(np.ones(1), [np.zeros((1, 1))] * 2, [np.ones((1, 1))] * 2)
        for look in range(len(self.keep) - 1):
            kept = _after_look(self, look, (effect, others), kept)
        if not tested:
            return float(kept.weight @ kept.mass[0].sum(axis=1))
        size, control = self.arm_sizes[-1], self.control_sizes[-1]
        growth = size - self.arm_sizes[-2]
        bound = self.critical_value * size * sqrt(1.0 / size + 1.0 / control)
        distance = kept.sums[0] + effect * growth - bound
        crossing = ndtr(distance / sqrt(growth + size * size / control))
        return float(kept.weight @ (kept.mass[0] * crossing).sum(axis=1))


def drop_the_losers(
    keep: Sequence[int],
    arm_sizes: Sequence[float],
    control_sizes: Sequence[float] | None = None,
    *,
    alpha: float = 0.025,
) -> DropTheLosers:
    """Solve the critical value of a drop-the-losers design for its family-wise error rate.

    Args:
        keep: arms that recruit in each stage, falling, the last one 1: (4, 2, 1).
        arm_sizes: participants of one arm up to the end of each stage, as multiples of a free size: (1, 2, 3).
        control_sizes: those of the control; as the arms when nothing is said.
        alpha: one-sided family-wise error rate, in (0, 0.5).

    Returns:
        The design; its family-wise error rate is alpha within 1e-10, with four stages 1e-8.

    Raises:
        ValueError: if the numbers of arms, the sizes or alpha are not of that kind.

    Example:
        >>> round(drop_the_losers((4, 1), (1, 2), alpha=0.05).critical_value, 4)
        2.0551
    """
    sizes = tuple(float(part) for part in arm_sizes)
    controls = sizes if control_sizes is None else tuple(float(part) for part in control_sizes)
    arms = tuple(int(number) for number in keep)
    _check(arms, sizes, controls)
    if not 0.0 < alpha < 0.5:
        raise ValueError(f"alpha must lie in (0, 0.5), got {alpha!r}")
    target = float(ndtri(alpha))

    def excess(critical_value: float) -> float:
        return float(ndtri(DropTheLosers(arms, sizes, controls, critical_value).familywise_error())) - target

    start = -target
    return DropTheLosers(arms, sizes, controls, find_root(excess, start, start + 0.1, tolerance=1e-10))


@dataclass(frozen=True)
class _Kept:
    """Given the largest sums of those dropped so far, where one arm and where each other arm is.

    Shapes: (paths,) for the weight; (paths, nodes) for the sums and their mass: first of the one arm, then of
    any other that is still kept.
    """

    weight: Array
    sums: list[Array]
    mass: list[Array]


def _after_look(design: DropTheLosers, look: int, effects: tuple[float, float], kept: _Kept) -> _Kept:
    """Drop the worst of the other arms at a look; those that are kept lie above the best of the dropped."""
    size = design.arm_sizes[look]
    growth = size - (design.arm_sizes[look - 1] if look else 0.0)
    arms = design.keep[look]
    dropped = arms - design.keep[look + 1]

    # The largest dropped sum: no arm's probability grows faster than exp(y**2 / 2) in the complex plane.
    step = 2.0 * pi / sqrt(2.0 * design._digits * arms) * sqrt(growth)
    count = ceil(design._reach * sqrt(size) / step)
    largest = effects[1] * size + step * np.arange(-count, count + 1, dtype=np.float64)
    points = np.broadcast_to(largest, (len(kept.weight), largest.size))
    density = _density(points, kept.sums[1] + effects[1] * growth, kept.mass[1], growth)
    below = _below(points, kept.sums[1] + effects[1] * growth, kept.mass[1], growth)
    ways = comb(arms - 1, dropped) * dropped
    weight = kept.weight[:, None] * step * ways * density * below ** (dropped - 1)

    path, place = np.nonzero(weight > np.exp(-design._digits - 4.0) / largest.size)
    sums, mass = [], []
    for effect, before, masses in zip(effects, kept.sums, kept.mass, strict=True):
        nodes, weights = _rule_above(design, effect, look, largest[place])
        sums.append(nodes)
        mass.append(weights * _density(nodes, before[path] + effect * growth, masses[path], growth))
    return _Kept(weight[path, place], sums, mass)


def _density(points: Array, means: Array, mass: Array, growth: float) -> Array:
    """Density of the next sum at some points, shape (paths, points)."""
    distance = points[:, :, None] - means[:, None, :]
    kernel = np.exp(-0.5 / growth * distance * distance)
    return np.asarray(np.einsum("pim,pm->pi", kernel, mass) / sqrt(2.0 * pi * growth))


def _below(points: Array, means: Array, mass: Array, growth: float) -> Array:
    """Probability that the next sum is below some points, shape (paths, points)."""
    distance = points[:, :, None] - means[:, None, :]
    return np.asarray(np.einsum("pim,pm->pi", ndtr(distance / sqrt(growth)), mass))


def _rule_above(design: DropTheLosers, effect: float, look: int, lower: Array) -> tuple[Array, Array]:
    """Nodes and weights above a bound of each path, up to where an arm can be; shape (paths, nodes)."""
    size = design.arm_sizes[look]
    growths = np.diff(design.arm_sizes, prepend=0.0)[look : look + 2]
    reach = design._reach * sqrt(size)
    start = np.clip(lower, effect * size - reach, effect * size + reach)
    width = effect * size + reach - start
    panels = max(1, ceil(float(width.max(initial=0.0)) / (PANEL_WIDTH * sqrt(float(growths.min())))))
    nodes, weights = np.polynomial.legendre.leggauss(PANEL_ORDER)
    unit = ((np.arange(panels)[:, None] + 0.5 * (nodes + 1.0)) / panels).ravel()
    return start[:, None] + width[:, None] * unit, width[:, None] * np.tile(weights / (2.0 * panels), panels)


def _root_size(size: float) -> float:
    """Effects at a size are those at size 1 times its square root."""
    if not 0.0 < size < inf:
        raise ValueError(f"the size must be positive, got {size!r}")
    return sqrt(size)


def _check(keep: tuple[int, ...], arm_sizes: Levels, control_sizes: Levels) -> None:
    """Numbers of arms fall to one and sizes grow."""
    if not 2 <= len(keep) <= MOST_STAGES or keep[-1] != 1 or any(np.diff(keep) >= 0):
        raise ValueError(
            f"keep must fall from stage to stage to 1, in 2 to {MOST_STAGES} stages, got {keep!r}"
        )
    if not len(keep) == len(arm_sizes) == len(control_sizes):
        raise ValueError("need sizes of arms and control for each stage")
    for sizes in (arm_sizes, control_sizes):
        if not np.all(np.isfinite(sizes)) or np.any(np.diff(sizes, prepend=0.0) <= 0.0):
            raise ValueError(f"sizes must be positive and grow from stage to stage, got {sizes!r}")
