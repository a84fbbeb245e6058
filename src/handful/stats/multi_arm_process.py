"""Several arms against one control over several looks: the probabilities of every way the trial can go.

All arms share the control, so their statistics are dependent. Given the path of the control's sums over the
looks they are independent, and each arm alone is a random walk between two boundaries (Magirr, Jaki and
Whitehead 2012, Biometrika 99:494-501). So there is an outer integral, with one dimension a look, over the
path of the control, and inside it a recursion over the looks for each effect that occurs. The outer integral
is a trapezoidal rule, which converges faster than any power of its step because all is analytic in the
control's increments; the inner ones are Gauss-Legendre rules. Paths that begin alike share what they have in
common.

Arms stop for futility one at a time; the trial stops at the first look at which an arm crosses its upper
boundary, or when no arm is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]
Levels = tuple[float, ...]

NODES_PER_DIGIT = 0.6  # Gauss-Legendre nodes in one panel, for each unit of `digits`
PANEL_WIDTH = 4.5  # standard deviations of the narrowest kernel to one panel
MOST_NUMBERS = 1_500_000  # in one array: 12 MB


@dataclass(frozen=True)
class MultiArmProbabilities:
    """Probabilities of the ways a multi-arm multi-stage trial can go.

    Attributes:
        any_rejected: probability that the trial stops at each look because some arm crossed; shape (looks,).
        rejected: probability that each arm crosses at the look at which the trial stops; shape (arms, looks).
        best: the same and no other arm has a larger statistic at that look, for the arms asked for, in their
            order; shape (arms asked for, looks).
        continuing: probability that the trial goes on after each look.
        active: expected number of arms that go on after each look, 0 for a trial that has stopped.
    """

    any_rejected: Array
    rejected: Array
    best: Array
    continuing: Array
    active: Array


@dataclass(frozen=True)
class MultiArmProcess:
    """Arms and control with unit variance per participant, boundaries on their standardised differences.

    Attributes:
        arm_sizes: participants of each arm up to each look, growing; all arms recruit alike.
        control_sizes: participants of the control up to each look, growing.
        lower: an arm whose statistic is not above it stops for futility; at the last look equal to `upper`.
        upper: an arm whose statistic is above it is better than the control, and the trial stops.
        digits: natural logarithm of the accuracy wanted: 26 for 1e-11.
    """

    arm_sizes: Levels
    control_sizes: Levels
    lower: Levels
    upper: Levels
    digits: float = 26.0

    def probabilities(self, effects: Levels, *, best_of: tuple[int, ...] = ()) -> MultiArmProbabilities:
        """Integrate over the path of the control.

        Args:
            effects: true difference of each arm from the control, in standard deviations of one participant.
            best_of: arms, by number from 0, whose probability to cross as the best one is wanted; it takes
                longer than all the rest.

        Returns:
            The probabilities.
        """
        distinct = sorted(set(effects))
        wanted = {effects[arm] for arm in best_of}
        kinds = tuple(_Kind(effect, effects.count(effect), effect in wanted) for effect in distinct)
        totals = _Totals.zeros(len(kinds), len(self.upper))
        _descend(self, kinds, 0, _Paths.start(len(kinds)), totals)
        of_arm = [distinct.index(effect) for effect in effects]
        return MultiArmProbabilities(
            totals.any_rejected,
            totals.rejected[of_arm],
            totals.best[[of_arm[arm] for arm in best_of]],
            totals.continuing,
            totals.active,
        )

    @property
    def _reach(self) -> float:
        """How many standard deviations of the control, and of an arm, are integrated."""
        return sqrt(2.0 * (self.digits + 4.0))

    @property
    def _panel_order(self) -> int:
        """Gauss-Legendre nodes in one panel."""
        return ceil(NODES_PER_DIGIT * self.digits)

    def _step(self, look: int, arms: int) -> float:
        """Step of the trapezoidal rule over the control's increment of one look.

        Displaced by y into the complex plane, the probability of an arm grows no faster than
        exp(steepness * y**2 / 2), and the density of the increment like exp(y**2 / 2).
        """
        growth = np.diff(self.arm_sizes, prepend=0.0)
        ratio = np.array(self.arm_sizes) / np.array(self.control_sizes)
        moved = np.concatenate([[ratio[look]], np.diff(ratio)[look:]])
        increment = np.diff(self.control_sizes, prepend=0.0)[look]
        steepness = float((moved**2 / growth[look:]).sum() * increment)
        return 2.0 * pi / sqrt(2.0 * self.digits * (1.0 + arms * steepness))


@dataclass(frozen=True)
class _Kind:
    """Arms that share an effect."""

    effect: float
    arms: int
    best: bool


@dataclass
class _Totals:
    """Sums over the paths so far."""

    any_rejected: Array
    rejected: Array
    best: Array
    continuing: Array
    active: Array

    @classmethod
    def zeros(cls, kinds: int, looks: int) -> _Totals:
        """Nothing yet."""
        return cls(
            np.zeros(looks),
            np.zeros((kinds, looks)),
            np.zeros((kinds, looks)),
            np.zeros(looks),
            np.zeros(looks),
        )


@dataclass(frozen=True)
class _Paths:
    """Paths of the control up to a look, and where the arms of each kind are, given the path.

    Shapes: (paths,) for the first three; one entry a kind in the lists, of shape (paths, nodes) for the sums of
    an arm that goes on and their mass, (paths,) for the probability of having stopped for futility.
    """

    weight: Array
    square: Array  # sum of the squared standardised increments
    control: Array  # sum over the control's participants
    sums: list[Array] = field(default_factory=list)
    mass: list[Array] = field(default_factory=list)
    futile: list[Array] = field(default_factory=list)

    @classmethod
    def start(cls, kinds: int) -> _Paths:
        """Before the first look there is one path, and every arm is at zero."""
        one, zero = np.ones(1), np.zeros(1)
        return cls(one, zero, zero, [np.zeros((1, 1))] * kinds, [np.ones((1, 1))] * kinds, [zero] * kinds)

    def part(self, chosen: slice) -> _Paths:
        """Some of the paths."""
        return _Paths(
            self.weight[chosen],
            self.square[chosen],
            self.control[chosen],
            [sums[chosen] for sums in self.sums],
            [mass[chosen] for mass in self.mass],
            [futile[chosen] for futile in self.futile],
        )


def _descend(
    process: MultiArmProcess, kinds: tuple[_Kind, ...], look: int, paths: _Paths, totals: _Totals
) -> None:
    """Extend paths by one look, add up what happens there, and go on to the next one."""
    children = _extended(process, kinds, look, paths)
    nodes = max(sums.shape[1] for sums in children.sums)
    last = look + 1 == len(process.upper)
    chunk = max(
        1,
        MOST_NUMBERS
        // (nodes * (1 if last and not any(kind.best for kind in kinds) else _most_nodes(process, look))),
    )
    for begin in range(0, len(children.weight), chunk):
        some = children.part(slice(begin, begin + chunk))
        going_on = _at_look(process, kinds, look, some, totals)
        if not last:
            _descend(process, kinds, look + 1, going_on, totals)


def _extended(process: MultiArmProcess, kinds: tuple[_Kind, ...], look: int, paths: _Paths) -> _Paths:
    """Every path with every increment of the control that is not too unlikely beside it."""
    step = process._step(look, sum(kind.arms for kind in kinds))
    count = ceil(process._reach / step)
    nodes = step * np.arange(-count, count + 1)
    square = paths.square[:, None] + nodes**2
    parent, node = np.nonzero(square <= process._reach**2)
    increment = np.diff(process.control_sizes, prepend=0.0)[look]
    density = step * np.exp(-0.5 * nodes**2) / sqrt(2.0 * pi)
    return _Paths(
        paths.weight[parent] * density[node],
        square[parent, node],
        paths.control[parent] + sqrt(increment) * nodes[node],
        [sums[parent] for sums in paths.sums],
        [mass[parent] for mass in paths.mass],
        [futile[parent] for futile in paths.futile],
    )


def _bounds(process: MultiArmProcess, look: int, control: Array) -> tuple[Array, Array]:
    """The boundaries of an arm's sum, given the control's."""
    size, control_size = process.arm_sizes[look], process.control_sizes[look]
    deviation = sqrt(1.0 / size + 1.0 / control_size)
    centre = control / control_size
    lower = size * (centre + process.lower[look] * deviation)
    return lower, size * (centre + process.upper[look] * deviation)


def _at_look(
    process: MultiArmProcess, kinds: tuple[_Kind, ...], look: int, paths: _Paths, totals: _Totals
) -> _Paths:
    """Add up what happens at a look; the paths with the arms that go on."""
    growth = float(np.diff(process.arm_sizes, prepend=0.0)[look])
    lower, upper = _bounds(process, look, paths.control)
    before, crossed, futile = [], [], []
    for kind, sums, mass, stopped in zip(kinds, paths.sums, paths.mass, paths.futile, strict=True):
        mean = sums + kind.effect * growth
        before.append(mass.sum(axis=1) + stopped)
        crossed.append((mass * ndtr((mean - upper[:, None]) / sqrt(growth))).sum(axis=1))
        futile.append(stopped + (mass * ndtr((lower[:, None] - mean) / sqrt(growth))).sum(axis=1))
    uncrossed = [arriving - crossing for arriving, crossing in zip(before, crossed, strict=True)]
    arms = [kind.arms for kind in kinds]
    none = _product(uncrossed, arms)
    totals.any_rejected[look] += paths.weight @ (_product(before, arms) - none)
    last = look + 1 == len(process.upper)
    if not last:
        totals.continuing[look] += paths.weight @ (none - _product(futile, arms))
    for own, kind in enumerate(kinds):
        others = _less_one(arms, own)
        totals.rejected[own, look] += paths.weight @ (crossed[own] * _product(before, others))
        if not last:
            going_on = (uncrossed[own] - futile[own]) * _product(uncrossed, others)
            totals.active[look] += kind.arms * (paths.weight @ going_on)
        if kind.best:
            totals.best[own, look] += paths.weight @ _best(process, kinds, look, paths, own, upper)
    return paths if last else _advanced(process, kinds, look, paths, (lower, upper), futile)


def _best(
    process: MultiArmProcess, kinds: tuple[_Kind, ...], look: int, paths: _Paths, own: int, upper: Array
) -> Array:
    """Probability that one arm of a kind crosses and no other arm's sum is larger, given each path."""
    growth = float(np.diff(process.arm_sizes, prepend=0.0)[look])
    points, weights = _rule_between(process, kinds[own].effect, look, upper, np.full(len(upper), np.inf))
    result = weights * _density(paths, kinds, own, points, growth)
    for kind, (index, arms) in zip(
        kinds, enumerate(_less_one([kind.arms for kind in kinds], own)), strict=True
    ):
        if arms:
            distance = points[:, :, None] - paths.sums[index][:, None, :] - kind.effect * growth
            below = np.einsum("pim,pm->pi", ndtr(distance / sqrt(growth)), paths.mass[index])
            result *= (paths.futile[index][:, None] + below) ** arms
    return np.asarray(result.sum(axis=1))


def _advanced(
    process: MultiArmProcess,
    kinds: tuple[_Kind, ...],
    look: int,
    paths: _Paths,
    bounds: tuple[Array, Array],
    futile: list[Array],
) -> _Paths:
    """The paths with the sums of the arms that go on after a look."""
    growth = float(np.diff(process.arm_sizes, prepend=0.0)[look])
    sums, mass = [], []
    for own, kind in enumerate(kinds):
        points, weights = _rule_between(process, kind.effect, look, *bounds)
        sums.append(points)
        mass.append(weights * _density(paths, kinds, own, points, growth))
    return _Paths(paths.weight, paths.square, paths.control, sums, mass, futile)


def _density(paths: _Paths, kinds: tuple[_Kind, ...], own: int, points: Array, growth: float) -> Array:
    """Density of the next sum of an arm of a kind at some points, shape (paths, points)."""
    distance = points[:, :, None] - paths.sums[own][:, None, :] - kinds[own].effect * growth
    distance *= distance
    distance *= -0.5 / growth
    kernel = np.exp(distance, out=distance)
    return np.asarray(np.einsum("pim,pm->pi", kernel, paths.mass[own]) / sqrt(2.0 * pi * growth))


def _panels(process: MultiArmProcess, look: int, width: float) -> int:
    """How many panels a rule on the sums of an arm needs at a look, for an interval of some width."""
    growth = np.diff(process.arm_sizes, prepend=0.0)[look : look + 2]
    return max(1, ceil(width / (PANEL_WIDTH * sqrt(float(growth.min())))))


def _most_nodes(process: MultiArmProcess, look: int) -> int:
    """An upper bound for the nodes of the rules at a look."""
    return process._panel_order * _panels(process, look, 2.0 * process._reach * sqrt(process.arm_sizes[look]))


def _rule_between(
    process: MultiArmProcess, effect: float, look: int, lower: Array, upper: Array
) -> tuple[Array, Array]:
    """Nodes and weights between two bounds of each path, cut to where an arm can be; shape (paths, nodes)."""
    size = process.arm_sizes[look]
    reach = process._reach * sqrt(size)
    start = np.clip(lower, effect * size - reach, effect * size + reach)
    width = np.clip(upper, start, effect * size + reach) - start
    panels = _panels(process, look, float(width.max()))
    nodes, weights = np.polynomial.legendre.leggauss(process._panel_order)
    unit = ((np.arange(panels)[:, None] + 0.5 * (nodes + 1.0)) / panels).ravel()
    return start[:, None] + width[:, None] * unit, width[:, None] * np.tile(weights / (2.0 * panels), panels)


def _product(probabilities: list[Array], powers: list[int]) -> Array:
    """Product of the probabilities of the kinds, each to the number of its arms."""
    result = np.ones(len(probabilities[0]))
    for probability, power in zip(probabilities, powers, strict=True):
        result = result * probability**power
    return result


def _less_one(arms: list[int], own: int) -> list[int]:
    """The numbers of arms without one of a kind."""
    return [number - (index == own) for index, number in enumerate(arms)]
