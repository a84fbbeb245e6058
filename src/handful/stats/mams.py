"""Multi-arm multi-stage designs: several arms against one control, with looks, error rate and size.

Magirr, Jaki and Whitehead (2012), "A generalized Dunnett test for multi-arm multi-stage clinical studies with
treatment selection", Biometrika 99:494-501; Jaki, Pallmann and Magirr (2019), "The R package MAMS for
designing multi-arm multi-stage clinical trials", Journal of Statistical Software 88(4). Boundaries hold the
probability of any rejection under the global null, which is the largest family-wise error rate that any true
effects can cause (theorem 1 of the paper): control is strong. Everything is integrated
(`handful.stats.multi_arm_process`), nothing is simulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from handful.stats.multi_arm_process import MultiArmProbabilities, MultiArmProcess
from handful.stats.roots import find_root

Array = NDArray[np.float64]
Levels = tuple[float, ...]
Shape = Literal["pocock", "obrien fleming", "triangular"]

MOST_STAGES = 5  # the outer integral has one dimension a stage
ACCURATE, QUICK = 26.0, 16.0  # natural logarithms of accuracy: of error rates, and of power, which needs less


@dataclass(frozen=True)
class MultiArmDesign:
    """A multi-arm multi-stage design on the scale of the standardised differences from the control.

    At each look an arm whose statistic is not above the lower boundary stops; if any is above the upper one,
    the trial stops and those arms are better than the control.

    Attributes:
        arms: experimental arms at the start.
        arm_sizes: participants of one arm up to each look, as multiples of a size that is free.
        control_sizes: participants of the control up to each look, in the same multiples.
        lower: futility boundaries, -inf where there is none; at the last look equal to the upper one.
        upper: efficacy boundaries.
        binding: whether the error rate counts on arms stopping at the lower boundary.
    """

    arms: int
    arm_sizes: Levels
    control_sizes: Levels
    lower: Levels
    upper: Levels
    binding: bool = True

    def __post_init__(self) -> None:
        _check(self.arms, self.arm_sizes, self.control_sizes)
        if not len(self.lower) == len(self.upper) == len(self.arm_sizes):
            raise ValueError("need one lower and one upper boundary for each stage")
        if any(not low <= high for low, high in zip(self.lower, self.upper, strict=True)):
            raise ValueError(
                f"lower boundaries must not exceed upper ones, got {self.lower} and {self.upper}"
            )
        if self.lower[-1] != self.upper[-1]:
            raise ValueError("at the last stage the lower and upper boundary must be the same")

    def familywise_error(self) -> Array:
        """Probability of any rejection up to each look when no arm differs from the control; shape (stages,).

        Lower boundaries that are not binding are left out, as if every arm went on.

        Example:
            >>> design = MultiArmDesign(3, (1, 2), (1, 2), (0.777, 2.197), (2.330, 2.197))
            >>> design.familywise_error().round(4)
            array([0.0262, 0.05  ])
        """
        lower = self.lower if self.binding else (-inf,) * (len(self.lower) - 1) + self.lower[-1:]
        process = MultiArmProcess(
            self.arm_sizes, self.control_sizes, lower, self.upper, _digits(ACCURATE, self.arm_sizes)
        )
        return np.asarray(np.cumsum(process.probabilities((0.0,) * self.arms).any_rejected))

    def probabilities(
        self, effects: Sequence[float], size: float, *, best_of: tuple[int, ...] = ()
    ) -> MultiArmProbabilities:
        """Probabilities of the ways the trial can go; both boundaries are obeyed.

        Args:
            effects: true difference of each arm from the control, in standard deviations.
            size: participants that the sizes of the design are multiples of.
            best_of: arms, by number from 0, whose probability to cross with the largest statistic is wanted.

        Returns:
            The probabilities, within 1e-7.

        Raises:
            ValueError: if the effects are not one finite number an arm, an arm does not exist, or the size is not
                positive.

        Example:
            >>> design = MultiArmDesign(3, (1, 2), (1, 2), (0.777, 2.197), (2.330, 2.197))
            >>> found = design.probabilities([0.5, 0.2, 0.2], 40)
            >>> round(float(found.rejected[0].sum()), 4)
            0.8018
        """
        if len(effects) != self.arms or not np.all(np.isfinite(effects)):
            raise ValueError(f"need {self.arms} finite effects, got {effects!r}")
        if not set(best_of) <= set(range(self.arms)):
            raise ValueError(f"arms are numbered 0 to {self.arms - 1}, got {best_of!r}")
        if not 0.0 < size < inf:
            raise ValueError(f"the size must be positive, got {size!r}")
        process = MultiArmProcess(
            tuple(size * part for part in self.arm_sizes),
            tuple(size * part for part in self.control_sizes),
            self.lower,
            self.upper,
            QUICK,
        )
        return process.probabilities(tuple(float(effect) for effect in effects), best_of=best_of)

    def power(self, size: float, effect: float, uninteresting: float = 0.0) -> float:
        """Probability of finding the one arm that works, under the least favourable configuration.

        That is: one arm has the effect, all others the largest effect that is of no interest. The trial must
        stop with that arm above the upper boundary and no other arm above it (Magirr et al. 2012, section 2).

        Args:
            size: participants that the sizes of the design are multiples of; need not be whole.
            effect: interesting difference from the control, in standard deviations.
            uninteresting: difference of the other arms, smaller than `effect`.

        Returns:
            The power, within 1e-7.

        Raises:
            ValueError: if the size is not positive.

        Example:
            >>> design = MultiArmDesign(3, (1, 2), (1, 2), (0.777, 2.197), (2.330, 2.197))
            >>> round(design.power(60, 0.545, 0.178), 4)
            0.953
        """
        effects = (effect,) + (uninteresting,) * (self.arms - 1)
        return float(self.probabilities(effects, size, best_of=(0,)).best.sum())

    def size_for(self, power: float, effect: float, uninteresting: float = 0.0) -> float:
        """The size, not rounded, at which the least favourable configuration has some power.

        Args:
            power: wanted power, in (0, 1).
            effect: interesting difference from the control, in standard deviations; positive.
            uninteresting: difference of the other arms, smaller than `effect`.

        Returns:
            Participants that the sizes of the design are multiples of.

        Raises:
            ValueError: if the power is no probability or the effect is not the larger one.

        Example:
            >>> design = MultiArmDesign(3, (1,), (1,), (2.0621,), (2.0621,))
            >>> round(design.size_for(0.9, 0.545, 0.178), 3)
            78.181
        """
        if not 0.0 < power < 1.0 or not effect > max(0.0, uninteresting):
            raise ValueError(
                f"need a power in (0, 1) and a positive effect above the uninteresting one, got {power!r}, "
                f"{effect!r} and {uninteresting!r}"
            )
        target = float(ndtri(power))

        def excess(root: float) -> float:
            return float(ndtri(self.power(root * root, effect, uninteresting))) - target

        # The probit of power is nearly linear in the square root of the size.
        guess = (self.upper[-1] + target) / effect
        start = guess * float((1.0 / self.arm_sizes[-1] + 1.0 / self.control_sizes[-1]) ** 0.5)
        return find_root(excess, max(start, 0.1), 1.05 * max(start, 0.1), tolerance=1e-7) ** 2

    def largest_total(self, size: float) -> int:
        """Participants when no arm stops early, each arm rounded up.

        Example:
            >>> MultiArmDesign(3, (1, 2), (2, 4), (0.786, 2.225), (2.359, 2.225)).largest_total(38)
            380
        """
        rounded = [ceil(round(size * part, 9)) for part in (self.arm_sizes[-1], self.control_sizes[-1])]
        return self.arms * rounded[0] + rounded[1]

    def expected_total(self, effects: Sequence[float], size: float) -> float:
        """Mean number of participants, counting those of each look at which somebody is still recruited.

        Args:
            effects: true difference of each arm from the control, in standard deviations.
            size: participants that the sizes of the design are multiples of.

        Returns:
            The mean over trials.

        Raises:
            ValueError: as `probabilities`.

        Example:
            >>> design = MultiArmDesign(3, (1, 2), (2, 4), (0.786, 2.225), (2.359, 2.225))
            >>> round(design.expected_total([0.0, 0.0, 0.0], 38), 1)
            244.8
        """
        found = self.probabilities(effects, size)
        arm, control = (np.diff(sizes, prepend=0.0) for sizes in (self.arm_sizes, self.control_sizes))
        later = found.continuing[:-1] @ control[1:] + found.active[:-1] @ arm[1:]
        return size * float(self.arms * arm[0] + control[0] + later)


def multi_arm_design(
    arms: int,
    arm_sizes: Sequence[float],
    control_sizes: Sequence[float] | None = None,
    *,
    alpha: float = 0.025,
    upper: Shape | Sequence[float] = "triangular",
    lower: Shape | Sequence[float] | None = "triangular",
    binding: bool = True,
) -> MultiArmDesign:
    """Solve the boundaries of a multi-arm multi-stage design for its family-wise error rate.

    With information fractions t (1 at the last look) and one constant c that is solved for, the shapes are c
    ("pocock"), c / sqrt(t) ("obrien fleming") and c * (1 + t) / sqrt(t) ("triangular", Whitehead 1997); the
    lower boundaries are -c, -c / sqrt(t) and c * (3 * t - 1) / sqrt(t).

    Args:
        arms: experimental arms beside the control.
        arm_sizes: participants of one arm up to each look, as multiples of a size that is free: (1, 2, 3).
        control_sizes: those of the control; as the arms when nothing is said.
        alpha: one-sided family-wise error rate, in (0, 0.5).
        upper: a shape, or numbers that are to be multiplied by the constant, one a look.
        lower: a shape, or fixed boundaries of the looks before the last one, or None for no futility.
        binding: whether the error rate may count on arms stopping at the lower boundary.

    Returns:
        The design; its family-wise error rate is alpha within 1e-10, with four stages 1e-8, with five 1e-6.

    Raises:
        ValueError: if arms, sizes, alpha or shapes are not of that kind, or lower boundaries exceed upper ones.

    Example:
        >>> design = multi_arm_design(3, (1, 2), (2, 4), alpha=0.05)
        >>> [round(bound, 3) for bound in design.upper], [round(bound, 3) for bound in design.lower]
        ([2.36, 2.225], [0.787, 2.225])
    """
    sizes = tuple(float(part) for part in arm_sizes)
    controls = sizes if control_sizes is None else tuple(float(part) for part in control_sizes)
    _check(arms, sizes, controls)
    if not 0.0 < alpha < 0.5:
        raise ValueError(f"alpha must lie in (0, 0.5), got {alpha!r}")
    information = 1.0 / (1.0 / np.array(sizes) + 1.0 / np.array(controls))
    fractions = information / information[-1]
    multipliers = _upper_shape(fractions, upper)

    def design(constant: float) -> MultiArmDesign:
        highs = constant * multipliers
        lows = np.minimum(_lower_boundaries(fractions, lower, constant), highs[:-1])
        # Too small a constant, met on the way to the root, would put lower boundaries above upper ones.
        return MultiArmDesign(
            arms, sizes, controls, (*lows.tolist(), float(highs[-1])), tuple(highs.tolist()), binding
        )

    target = float(ndtri(alpha))

    def excess(constant: float) -> float:
        return float(ndtri(design(constant).familywise_error()[-1])) - target

    start = -float(ndtri(alpha / arms)) / float(multipliers[-1])
    constant = find_root(excess, start, 1.02 * start, tolerance=1e-10)
    if np.any(_lower_boundaries(fractions, lower, constant) > constant * multipliers[:-1]):
        raise ValueError(f"lower boundaries {lower!r} exceed the upper ones that hold alpha = {alpha!r}")
    return design(constant)


def _check(arms: int, arm_sizes: Sequence[float], control_sizes: Sequence[float]) -> None:
    """There are arms, and their sizes and the control's grow from look to look."""
    if arms < 1 or arms != int(arms):
        raise ValueError(f"need one arm or more beside the control, got {arms!r}")
    if not 1 <= len(arm_sizes) <= MOST_STAGES or len(arm_sizes) != len(control_sizes):
        raise ValueError(f"need sizes of arms and control for each of 1 to {MOST_STAGES} stages")
    for sizes in (arm_sizes, control_sizes):
        if not np.all(np.isfinite(sizes)) or np.any(np.diff(sizes, prepend=0.0) <= 0.0):
            raise ValueError(f"sizes must be positive and grow from stage to stage, got {tuple(sizes)!r}")


def _digits(wanted: float, sizes: Levels) -> float:
    """Less is asked of an integral with four or five dimensions."""
    return min(wanted, {4: 20.0, 5: 16.0}.get(len(sizes), wanted))


def _upper_shape(fractions: Array, shape: Shape | Sequence[float]) -> Array:
    """What the constant is multiplied with at each look."""
    root = np.sqrt(fractions)
    if isinstance(shape, str):
        return _named(
            shape,
            {
                "pocock": np.ones_like(root),
                "obrien fleming": 1.0 / root,
                "triangular": (1.0 + fractions) / root,
            },
        )
    multipliers = np.asarray(shape, dtype=np.float64)
    if multipliers.shape != fractions.shape or not np.all((multipliers > 0.0) & np.isfinite(multipliers)):
        raise ValueError(f"upper must be a known shape or one positive number for each stage, got {shape!r}")
    return multipliers


def _lower_boundaries(fractions: Array, shape: Shape | Sequence[float] | None, constant: float) -> Array:
    """Lower boundaries of the looks before the last one."""
    interim = fractions[:-1]
    root = np.sqrt(interim)
    if shape is None:
        return np.full(interim.shape, -inf)
    if isinstance(shape, str):
        return constant * _named(
            shape,
            {
                "pocock": -np.ones_like(root),
                "obrien fleming": -1.0 / root,
                "triangular": (3.0 * interim - 1.0) / root,
            },
        )
    fixed = np.asarray(shape, dtype=np.float64)
    if fixed.shape != interim.shape or np.any(np.isnan(fixed)):
        raise ValueError(f"lower must be None, a known shape or one number for each interim, got {shape!r}")
    return fixed


def _named(shape: str, shapes: dict[str, Array]) -> Array:
    """One of the shapes that have a name."""
    if shape not in shapes:
        raise ValueError(f"shape must be one of {', '.join(shapes)}, got {shape!r}")
    return shapes[shape]
