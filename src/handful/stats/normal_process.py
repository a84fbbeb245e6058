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
recursion serves a whole power curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import ceil, log, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]
Side = Literal["upper", "lower"]

TAIL = 8.3  # standard errors beyond which the normal density is dropped: 5e-17 of the probability
PANEL_ORDER = 16  # Gauss-Legendre nodes in one panel
PANEL_WIDTH = 4.0  # standard deviations of the narrowest kernel to one panel; twice the nodes change < 1e-15
CLOSEST_LOOKS = 1e-4  # smallest growth of information between looks, relative to the information reached
DRIFT_BAND = 12.0  # effects whose drift differs by less than this share one recursion
SMALLEST_PROBABILITY = 1e-250  # spending less than this at a look is spending nothing


@lru_cache(maxsize=256)
def _unit_rule(panels: int) -> tuple[Array, Array]:
    """Nodes and weights on [0, 1] in equal panels."""
    nodes, weights = np.polynomial.legendre.leggauss(PANEL_ORDER)
    starts = np.arange(panels)[:, None]
    return ((starts + 0.5 * (nodes + 1.0)) / panels).ravel(), np.tile(weights / (2 * panels), panels)


def _composite_rule(start: float, stop: float, width: float) -> tuple[Array, Array]:
    """Nodes and weights on [start, stop] in equal panels no wider than `width`; none where stop <= start."""
    if not start < stop:
        return np.empty(0), np.empty(0)
    length = stop - start
    nodes, weights = _unit_rule(ceil(length / width))
    return start + length * nodes, length * weights


@dataclass(frozen=True)
class Continuing:
    """Those who have not stopped by a look: probability mass at the nodes of a quadrature rule on the score.

    Attributes:
        information: information at the look; 0 before the first.
        score: the nodes, on the scale of the score Z * sqrt(information).
        mass: quadrature weight times density at each node, under `reference`; sums to the probability of
            going on.
        reference: the effect under which `mass` holds.
    """

    information: float
    score: Array
    mass: Array
    reference: float

    @classmethod
    def start(cls, reference: float = 0.0) -> Continuing:
        """Before the first look: all mass at score zero."""
        return cls(0.0, np.zeros(1), np.ones(1), reference)

    def mass_under(self, effect: ArrayLike) -> Array:
        """The mass at each node under other effects, of shape (*effect.shape, nodes)."""
        effects = np.asarray(effect, dtype=np.float64)
        if effects.ndim == 0 and effects == self.reference:
            return self.mass
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

        The probability of crossing is a log-concave function of the boundary, because truncating and
        convolving a normal density leaves it log-concave. Newton's method on its logarithm, started from a
        bound beyond the root, therefore moves monotonically to the root, quadratically near it.

        Returns:
            The boundary; infinite on the far side when `probability` is zero or nobody has gone on, on the
            near side when it is at least the probability of having gone on.
        """
        sign = 1.0 if side == "upper" else -1.0
        mass = self.mass_under(effect)
        total = float(mass.sum())
        if probability < SMALLEST_PROBABILITY or total <= 0.0:
            return sign * np.inf
        if probability >= total:
            return -sign * np.inf
        growth = information - self.information
        deviation = sqrt(growth)
        mean = sign * (self.score + effect * growth)
        # Two bounds beyond the root: as if nobody had stopped, and as if all were at the most extreme node.
        edge = min(
            sign * effect * information - sqrt(information) * float(ndtri(probability)),
            float(mean.max()) - deviation * float(ndtri(probability / total)),
        )
        target = log(probability)
        for _ in range(100):
            standardised = (mean - edge) / deviation
            beyond = float(mass @ ndtr(standardised))
            density = float(mass @ np.exp(-0.5 * standardised**2)) / (deviation * sqrt(2 * np.pi))
            step = (log(beyond) - target) * beyond / density
            edge += step
            if abs(step) < 1e-8 * deviation:  # the error left is of the order of the square of this
                break
        return sign * edge / sqrt(information)

    def advance(
        self,
        information: float,
        lower: float,
        upper: float,
        *,
        following: float | None = None,
        effects: tuple[float, float] = (0.0, 0.0),
    ) -> Continuing:
        """Those who also go on at the next look, where lower < Z < upper.

        Args:
            information: information at the next look.
            lower: lower boundary on the Z scale, may be -inf.
            upper: upper boundary on the Z scale, may be inf.
            following: information at the look after that, which sets how fine the nodes must be.
            effects: smallest and largest effect under which the result will be used.
        """
        growth = information - self.information
        deviation, root = sqrt(growth), sqrt(information)
        narrowest = deviation if following is None else min(deviation, sqrt(following - information))
        score, weight = _composite_rule(
            max(lower * root, min(effects) * information - TAIL * root),
            min(upper * root, max(effects) * information + TAIL * root),
            PANEL_WIDTH * narrowest,
        )
        distance = np.subtract.outer(score, self.score + self.reference * growth)
        distance *= distance
        distance *= -0.5 / growth
        density = np.exp(distance, out=distance) @ self.mass / (deviation * sqrt(2 * np.pi))
        return Continuing(information, score, weight * density, self.reference)


@dataclass(frozen=True)
class CrossingProbabilities:
    """Probabilities of stopping at each look.

    Attributes:
        upper: probability of crossing the upper boundary for the first time at each look; shape
            (*effect.shape, looks).
        lower: the same for the lower boundary.
    """

    upper: Array
    lower: Array

    @property
    def stopping(self) -> Array:
        """Probability of crossing either boundary at each look."""
        return self.upper + self.lower

    def expected(self, values: ArrayLike) -> Array:
        """Mean over trials of a quantity at the look where they end: information, participants, time.

        Args:
            values: the quantity at each look; trials that cross nothing end at the last.
        """
        at_looks = np.asarray(values, dtype=np.float64)
        return np.asarray(at_looks[-1] - self.stopping[..., :-1] @ (at_looks[-1] - at_looks[:-1]))


@dataclass(frozen=True)
class StoppedProcess:
    """A process with boundaries at every look, integrated once for a range of effects.

    Attributes:
        information: information at each look, growing.
        lower: lower boundaries on the Z scale.
        upper: upper boundaries on the Z scale.
        effects: smallest and largest effect that `crossing` will be asked about.
    """

    information: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    effects: tuple[float, float] = (0.0, 0.0)

    @cached_property
    def continuing(self) -> tuple[Continuing, ...]:
        """Those who come to each look: one entry a look."""
        arriving = [Continuing.start(0.5 * (self.effects[0] + self.effects[1]))]
        followings = self.information[1:]
        for now, lower, upper, following in zip(
            self.information, self.lower, self.upper, followings, strict=False
        ):
            arriving.append(
                arriving[-1].advance(now, lower, upper, following=following, effects=self.effects)
            )
        return tuple(arriving)

    def crossing(self, effect: ArrayLike) -> CrossingProbabilities:
        """Crossing probabilities under effects that lie within `effects`."""
        looks = list(zip(self.continuing, self.information, self.lower, self.upper, strict=True))
        return CrossingProbabilities(
            upper=np.stack([at.crossing(now, high, effect, "upper") for at, now, _, high in looks], axis=-1),
            lower=np.stack([at.crossing(now, low, effect, "lower") for at, now, low, _ in looks], axis=-1),
        )


def check_information(information: ArrayLike) -> tuple[float, ...]:
    """Information levels as floats.

    Raises:
        ValueError: if there are none, they are not positive and finite, or two looks are closer than 0.01 %
            of the information reached, which the quadrature would need thousands of nodes to tell apart.
    """
    levels = np.atleast_1d(np.asarray(information, dtype=np.float64))
    if levels.ndim != 1 or levels.size == 0 or not np.all(np.isfinite(levels)) or levels[0] <= 0.0:
        raise ValueError(f"information must be a list of positive numbers, got {information!r}")
    if np.any(np.diff(levels) < CLOSEST_LOOKS * levels[1:]):
        raise ValueError(f"information must grow by at least 0.01 % from look to look, got {information!r}")
    return tuple(levels.tolist())


def _boundaries(values: ArrayLike | None, default: float, looks: int, name: str) -> tuple[float, ...]:
    """One boundary a look."""
    array = np.full(looks, default) if values is None else np.atleast_1d(np.asarray(values, dtype=np.float64))
    if array.shape != (looks,) or np.any(np.isnan(array)):
        raise ValueError(f"{name} must hold one boundary for each of the {looks} looks, got {values!r}")
    return tuple(array.tolist())


def crossing_probabilities(
    information: ArrayLike, lower: ArrayLike | None, upper: ArrayLike | None, effect: ArrayLike = 0.0
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

    Returns:
        The probabilities, of shape (*effect.shape, looks).

    Raises:
        ValueError: if the information does not grow, or a boundary is missing, not a number, or below its
            partner.

    Example:
        >>> crossing = crossing_probabilities([0.5, 1.0], None, [2.797, 1.977], effect=[0.0, 2.8])
        >>> crossing.upper.sum(axis=-1).round(4)
        array([0.025 , 0.7966])
    """
    levels = check_information(information)
    below = _boundaries(lower, -np.inf, len(levels), "lower")
    above = _boundaries(upper, np.inf, len(levels), "upper")
    if any(low > high for low, high in zip(below, above, strict=True)):
        raise ValueError(f"lower boundaries must not exceed upper ones, got {lower!r} and {upper!r}")
    theta = np.asarray(effect, dtype=np.float64)
    if not np.all(np.isfinite(theta)):
        raise ValueError(f"effect must be finite, got {effect!r}")

    flat = theta.ravel()
    result = np.zeros((2, flat.size, len(levels)))
    # Weighting by a likelihood ratio is accurate for a band of drifts only: beyond it the reference mass
    # underflows.
    band = np.round(flat * sqrt(levels[-1]) / DRIFT_BAND)
    for members in (np.flatnonzero(band == value) for value in np.unique(band)):
        extremes = (float(flat[members].min()), float(flat[members].max()))
        part = StoppedProcess(levels, below, above, extremes).crossing(flat[members])
        result[0, members], result[1, members] = part.upper, part.lower
    shape = (*theta.shape, len(levels))
    return CrossingProbabilities(result[0].reshape(shape), result[1].reshape(shape))
