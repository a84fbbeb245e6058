"""The one process that every large-sample group-sequential design reduces to, integrated over its looks.

At look k a trial holds statistical information I_k, and its standardised statistic Z_k behaves like a
Brownian motion with drift: Z_k ~ N(effect * sqrt(I_k), 1) and cov(Z_j, Z_k) = sqrt(I_j / I_k) for j <= k
(Jennison and Turnbull 2000, chapter 3). Means, rates, survival and counts differ only in what "effect" and
"information" are.

The recursion of Armitage, McPherson and Rowe (1969) is carried out on the score S_k = Z_k * sqrt(I_k), whose
increments are independent: S_k - S_{k-1} ~ N(effect * (I_k - I_{k-1}), I_k - I_{k-1}). The density of the
score of those who go on is kept at the nodes of a composite Gauss-Legendre rule on the continuation region.
Two facts make it fast: the rule converges geometrically because the density is analytic inside the region,
and the density under any effect is the density under a reference effect times a likelihood ratio, so that one
recursion serves a whole power curve. The loops are in `handful.kernels.normal_process`
and `handful.kernels.normal_boundaries`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, isnan, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from handful.kernels import normal_boundaries
from handful.kernels import normal_process as kernels

Array = NDArray[np.float64]
Side = Literal["upper", "lower"]
Levels = tuple[float, ...]

CLOSEST_LOOKS = 1e-4  # smallest growth of information between looks, relative to the information reached
DRIFT_BAND = 12.0  # effects whose drift differs by less than this share one recursion


@dataclass(frozen=True)
class Continuing:
    """Those who have not stopped by a look: probability mass at the nodes of a quadrature rule on the score.

    Attributes:
        information: information at the look; 0 before the first.
        score: the nodes, on the scale of the score Z * sqrt(information), growing.
        mass: quadrature weight times density at each node, under `reference`; sums to the probability of
            going on.
        reference: the effect under which `mass` holds.
        centre: middle of each panel of 16 nodes.
        half_width: half the width of each panel.
    """

    information: float
    score: Array
    mass: Array
    reference: float
    centre: Array
    half_width: Array

    @classmethod
    def start(cls, reference: float = 0.0) -> Continuing:
        """Before the first look: all mass at score zero."""
        centre, half_width, score, mass = kernels.start()
        return cls(0.0, score, mass, reference, centre, half_width)

    def mass_under(self, effect: ArrayLike) -> Array:
        """The mass at each node under other effects, of shape (*effect.shape, nodes)."""
        effects = np.asarray(effect, dtype=np.float64)
        if effects.ndim == 0:
            return kernels.reweighted(self.score, self.mass, self.information, self.reference, float(effects))
        theta = effects[..., None]
        shift = theta - self.reference
        middle = 0.5 * (theta + self.reference)
        return np.asarray(self.mass * np.exp(shift * (self.score - middle * self.information)))

    def crossing(self, information: float, boundary: float, effect: ArrayLike, side: Side = "upper") -> Array:
        """Probability of going on until now and lying beyond `boundary` (on the Z scale) at the next look."""
        theta = np.asarray(effect, dtype=np.float64)
        if np.isinf(boundary):  # nobody, or everybody who went on
            beyond = (boundary < 0) == (side == "upper")
            return self.mass_under(theta).sum(axis=-1) if beyond else np.zeros(theta.shape)
        growth = information - self.information
        sign = 1.0 if side == "upper" else -1.0
        distance = self.score + theta[..., None] * growth - boundary * sqrt(information)
        return np.asarray((self.mass_under(theta) * ndtr(sign * distance / sqrt(growth))).sum(axis=-1))

    def boundary(self, information: float, probability: float, effect: float, side: Side = "upper") -> float:
        """The boundary (on the Z scale) that is crossed at the next look with a given probability.

        Returns:
            The boundary; infinite on the far side when `probability` is zero or nobody has gone on, on the
            near side when it is at least the probability of having gone on.
        """
        mass, sign = self.mass_under(effect), 1.0 if side == "upper" else -1.0
        return float(
            normal_boundaries.boundary(
                self.score, mass, self.information, information, effect, probability, sign
            )
        )

    def advance(
        self,
        information: float,
        lower: float,
        upper: float,
        *,
        inner: float = 0.0,
        following: float | None = None,
        effects: tuple[float, float] = (0.0, 0.0),
    ) -> Continuing:
        """Those who also go on at the next look, where lower < Z < upper and |Z| > inner.

        Args:
            information: information at the next look.
            lower: lower boundary on the Z scale, may be -inf.
            upper: upper boundary on the Z scale, may be inf.
            inner: inner boundary on the Z scale; 0 if there is none.
            following: information at the look after that, which sets how fine the nodes must be.
            effects: smallest and largest effect under which the result will be used.
        """
        growth = information - self.information
        narrowest = sqrt(growth if following is None else min(growth, following - information))
        centre, half_width, score, mass = kernels.advance(
            (self.centre, self.half_width, self.score, self.mass),
            self.information,
            information,
            (float(lower), float(inner), float(upper)),
            narrowest,
            self.reference,
            (float(min(effects)), float(max(effects))),
        )
        return Continuing(information, score, mass, self.reference, centre, half_width)


@dataclass(frozen=True)
class CrossingProbabilities:
    """Probabilities of stopping at each look.

    Attributes:
        upper: probability of crossing the upper boundary for the first time at each look; shape
            (*effect.shape, looks).
        lower: the same for the lower boundary.
        inner: the same for lying within the inner boundaries; zero where there are none.
    """

    upper: Array
    lower: Array
    inner: Array

    @property
    def stopping(self) -> Array:
        """Probability of stopping at each look, at whichever boundary."""
        return self.upper + self.lower + self.inner

    def expected(self, values: ArrayLike) -> Array:
        """Mean over trials of a quantity at the look where they end: information, participants, time.

        Args:
            values: the quantity at each look; trials that cross nothing end at the last.
        """
        at_looks = np.asarray(values, dtype=np.float64)
        return np.asarray(at_looks[-1] - self.stopping[..., :-1] @ (at_looks[-1] - at_looks[:-1]))


def check_information(information: ArrayLike) -> Levels:
    """Information levels as floats.

    Raises:
        ValueError: if there are none, they are not positive and finite, or two looks are closer than 0.01 %
            of the information reached, which the quadrature would need thousands of nodes to tell apart.
    """
    array = np.asarray(information, dtype=np.float64)
    levels: Levels = tuple(array.ravel().tolist())
    if array.ndim > 1 or not levels or not all(0.0 < level < inf for level in levels):
        raise ValueError(f"information must be a list of positive numbers, got {information!r}")
    before = 0.0
    for level in levels:
        if level - before < CLOSEST_LOOKS * level:
            raise ValueError(
                f"information must grow by at least 0.01 % from look to look, got {information!r}"
            )
        before = level
    return levels


def _boundaries(values: ArrayLike | None, default: float, looks: int, name: str) -> Levels:
    """One boundary a look."""
    if values is None:
        return (default,) * looks
    array = np.asarray(values, dtype=np.float64)
    levels: Levels = tuple(array.ravel().tolist())
    if array.ndim > 1 or len(levels) != looks or any(isnan(level) for level in levels):
        raise ValueError(f"{name} must hold one boundary for each of the {looks} looks, got {values!r}")
    return levels


def crossing_probabilities(
    information: ArrayLike,
    lower: ArrayLike | None,
    upper: ArrayLike | None,
    effect: ArrayLike = 0.0,
    *,
    inner: ArrayLike | None = None,
) -> CrossingProbabilities:
    """Probability of first crossing each boundary at each look of a group-sequential trial.

    Numerical integration after Armitage, McPherson and Rowe (1969), "Repeated significance tests on
    accumulating data", JRSS A 132:235-244, with composite Gauss-Legendre quadrature; the error is below
    1e-13.

    Args:
        information: information at each look, growing; any unit, as long as `effect` is in the matching one.
            With information fractions, `effect` is the drift at the end of the trial.
        lower: lower (futility) boundaries on the Z scale, -inf where there is none; None for none at all.
        upper: upper (efficacy) boundaries on the Z scale, inf where there is none; None for none at all.
        effect: drift per unit of square-root information: Z_k ~ N(effect * sqrt(information_k), 1). Any
            shape.
        inner: inner boundaries of a two-sided design with futility, within which |Z| stops the trial, on the Z
            scale; 0 where there is none; None for none at all.

    Returns:
        The probabilities, of shape (*effect.shape, looks).

    Raises:
        ValueError: if the information does not grow, or a boundary is missing, not a number, or on the wrong
            side of another.

    Example:
        >>> crossing = crossing_probabilities([0.5, 1.0], None, [2.797, 1.977], effect=[0.0, 2.8])
        >>> crossing.upper.sum(axis=-1).round(4)
        array([0.025 , 0.7966])
    """
    levels = check_information(information)
    below = _boundaries(lower, -inf, len(levels), "lower")
    above = _boundaries(upper, inf, len(levels), "upper")
    between = _boundaries(inner, 0.0, len(levels), "inner")
    if any(low > high for low, high in zip(below, above, strict=True)):
        raise ValueError(f"lower boundaries must not exceed upper ones, got {lower!r} and {upper!r}")
    if any(
        not near >= 0.0 or (near > 0.0 and near > min(-low, high))
        for low, near, high in zip(below, between, above, strict=True)
    ):
        raise ValueError(f"inner boundaries must lie between zero and the outer ones, got {inner!r}")
    theta = np.asarray(effect, dtype=np.float64)
    flat = theta.ravel()
    if not all(isfinite(value) for value in flat.tolist()):
        raise ValueError(f"effect must be finite, got {effect!r}")
    times, bounds = np.array(levels), np.array((below, between, above))
    found = np.empty((3, flat.size, len(levels)))
    # Weighting by a likelihood ratio is accurate for a band of drifts only: beyond it the reference mass
    # underflows.
    band = np.round(flat * sqrt(levels[-1]) / DRIFT_BAND)
    for value in np.unique(band):
        members = np.flatnonzero(band == value)
        found[:, members] = normal_boundaries.crossing(times, bounds, flat[members])
    first, second, third = found.reshape(3, *theta.shape, len(levels))
    return CrossingProbabilities(upper=third, lower=first, inner=second)
