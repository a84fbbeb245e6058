"""Simon's two-stage designs for one arm and a binary outcome: search and exact operating characteristics.

A two-stage design gives up after its first stage when too few participants respond and otherwise goes on to
its full size, where it claims that the treatment works if enough have responded (Simon, Controlled Clinical
Trials 1989;10:1-10). What may be concluded from such a trial afterwards is in
`handful.stats.simon_inference`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import proportion
from handful.stats.binomial import cdf, pmf, tail

Array = NDArray[np.float64]

# A criterion is met if it is missed by no more than the rounding of a sum of binomial probabilities.
ROUNDING = 1e-12


@dataclass(frozen=True, order=True)
class TwoStage:
    """A single-arm trial with one look at which it can stop for futility.

    The trial observes `first_stage_size` participants and stops, without a claim, if at most
    `first_stage_futility` of them respond. Otherwise it goes on to `total_size` participants and claims that
    the treatment works if more than `final_threshold` of all of them respond.

    Attributes:
        first_stage_size: n1, participants in the first stage.
        first_stage_futility: r1, the largest number of responses at which the first stage ends the trial.
        total_size: n, participants of both stages together.
        final_threshold: r, the largest total number of responses without a claim.

    Raises:
        ValueError: unless 0 <= r1 < n1 < n and r1 <= r < n.

    Example:
        >>> design = TwoStage(first_stage_size=10, first_stage_futility=1, total_size=29, final_threshold=5)
        >>> print(f"{design.rejection_probability(0.1):.3f} {design.rejection_probability(0.3):.3f}")
        0.047 0.805
        >>> print(f"{design.expected_size(0.1):.1f}")
        15.0
    """

    first_stage_size: int
    first_stage_futility: int
    total_size: int
    final_threshold: int

    def __post_init__(self) -> None:
        n1, r1, n, r = self.first_stage_size, self.first_stage_futility, self.total_size, self.final_threshold
        if not (0 <= r1 < n1 < n and r1 <= r < n):
            raise ValueError(
                f"a two-stage design needs r1 < n1 < n and r1 <= r < n, got {r1}/{n1} and {r}/{n}"
            )

    def early_termination_probability(self, p: ArrayLike) -> Array:
        """Probability that the trial ends after its first stage, PET(p), at each response probability.

        Args:
            p: response probabilities in [0, 1], any shape.

        Returns:
            Probabilities, the shape of `p`.

        Raises:
            ValueError: if a probability lies outside [0, 1].

        Example:
            >>> TwoStage(10, 1, 29, 5).early_termination_probability(0.1).round(4)
            np.float64(0.7361)
        """
        stops: Array = cdf(self.first_stage_size, p)[..., self.first_stage_futility]
        return stops

    def expected_size(self, p: ArrayLike) -> Array:
        """Expected number of participants, EN(p), at each response probability.

        Args:
            p: response probabilities in [0, 1], any shape.

        Returns:
            Expected sizes between n1 and n, the shape of `p`.

        Raises:
            ValueError: if a probability lies outside [0, 1].

        Example:
            >>> TwoStage(10, 1, 29, 5).expected_size([0.1, 0.3]).round(2)
            array([15.01, 26.16])
        """
        second_stage_size = self.total_size - self.first_stage_size
        return self.first_stage_size + second_stage_size * (1.0 - self.early_termination_probability(p))

    def rejection_probability(self, p: ArrayLike) -> Array:
        """Probability that the trial claims the treatment works, at each response probability.

        At the null response probability this is the type I error rate, at the alternative the power. It
        increases in `p`, so the type I error rate over all p <= p0 is the one at p0.

        Args:
            p: response probabilities in [0, 1], any shape.

        Returns:
            Probabilities, the shape of `p`.

        Raises:
            ValueError: if a probability lies outside [0, 1].

        Example:
            >>> TwoStage(10, 1, 29, 5).rejection_probability([0.1, 0.3]).round(4)
            array([0.0471, 0.8051])
        """
        n1, n2 = self.first_stage_size, self.total_size - self.first_stage_size
        first = np.arange(self.first_stage_futility + 1, n1 + 1)
        enough = tail(n2, p)
        # Responses the second stage must add; past n2 it cannot, and a column of zeros says so.
        needed = np.clip(self.final_threshold + 1 - first, 0, n2 + 1)
        padded = np.concatenate([enough, np.zeros_like(enough[..., :1])], axis=-1)
        claims: Array = (pmf(n1, p)[..., first] * padded[..., needed]).sum(axis=-1)
        return claims


@dataclass(frozen=True)
class AdmissibleTwoStage:
    """A design that is best for somebody: for some weight between the largest and the expected size.

    It minimises weight * n + (1 - weight) * EN(p0) for every weight between `lowest_weight` and
    `highest_weight` (Jung, Lee, Kim and George, Statistics in Medicine 2004;23:561-569). The minimax design
    is the one whose interval reaches to 1, the optimal design the one whose interval starts at 0.
    """

    design: TwoStage
    lowest_weight: float
    highest_weight: float


@dataclass(frozen=True)
class TwoStageChoices:
    """The two-stage designs worth considering for one pair of hypotheses: the best of each total size.

    Attributes:
        null: response probability p0 that is not worth a claim.
        best_of_each_size: for every total size at which the error rates can be kept, ascending, the design
            with the smallest expected size under `null`; of equals, the one with the smallest first stage.
    """

    null: float
    best_of_each_size: tuple[TwoStage, ...]

    @property
    def minimax(self) -> TwoStage:
        """The design of the smallest total size, and of the smallest expected size among those."""
        return self.best_of_each_size[0]

    @property
    def optimal(self) -> TwoStage:
        """The design with the smallest expected size under the null."""
        return min(self.best_of_each_size, key=lambda design: float(design.expected_size(self.null)))

    @property
    def admissible(self) -> tuple[AdmissibleTwoStage, ...]:
        """The lower convex hull of total size against expected size, from minimax to optimal."""
        points = [(d.total_size, float(d.expected_size(self.null)), d) for d in self.best_of_each_size]
        corner = points[0]
        corners, weights = [corner], [1.0]
        while later := [point for point in points if point[0] > corner[0] and point[1] < corner[1]]:
            # The next corner is where the line from this one falls most steeply; the weight at which both
            # cost the same follows from the slope. Of points on one line, the farthest leaves only true
            # corners.
            slope, _, corner = min(((y - corner[1]) / (n - corner[0]), -n, (n, y, d)) for n, y, d in later)
            corners.append(corner)
            weights.append(-slope / (1.0 - slope))
        weights.append(0.0)
        return tuple(
            AdmissibleTwoStage(design, lowest_weight=weights[i + 1], highest_weight=weights[i])
            for i, (_, _, design) in enumerate(corners)
        )


def search_two_stage(p0: float, p1: float, alpha: float, beta: float, n_max: int = 100) -> TwoStageChoices:
    """Find every two-stage design worth considering by exhaustive search (Simon 1989).

    For each total size n <= `n_max`, first stage n1 and futility limit r1, the final threshold is the
    smallest that keeps the type I error rate, since a larger one only loses power and changes the expected
    size not at all. What is left is judged by its power and compared by its expected size under p0. All
    probabilities are exact.

    Args:
        p0: the response probability that is not worth a claim, in (0, 1).
        p1: the response probability at which a claim is wanted, in (p0, 1).
        alpha: largest type I error rate at p0, in (0, 1).
        beta: largest type II error rate at p1, in (0, 1).
        n_max: largest total size looked at. Unless the expected size rises towards the end of
            `best_of_each_size`, a better optimal design may lie beyond it.

    Returns:
        The designs, from which `minimax`, `optimal` and `admissible` choose.

    Raises:
        ValueError: if an argument is out of range, or no design of at most `n_max` participants keeps both
            error rates.

    Example:
        >>> choices = search_two_stage(p0=0.1, p1=0.3, alpha=0.05, beta=0.2)
        >>> choices.optimal
        TwoStage(first_stage_size=10, first_stage_futility=1, total_size=29, final_threshold=5)
        >>> choices.minimax
        TwoStage(first_stage_size=15, first_stage_futility=1, total_size=25, final_threshold=5)
        >>> [(a.design.total_size, round(a.lowest_weight, 2)) for a in choices.admissible]
        [(25, 0.73), (26, 0.48), (27, 0.29), (29, 0.0)]
    """
    null, alternative = proportion(p0, "p0"), proportion(p1, "p1")
    if not null < alternative:
        raise ValueError(f"p1 must exceed p0, got p0 = {p0}, p1 = {p1}")
    alpha, beta = proportion(alpha, "alpha"), proportion(beta, "beta")
    if n_max < 2:
        raise ValueError(f"n_max must be at least 2, got {n_max}")

    search = _Search(_triangle(n_max, null), _triangle(n_max, alternative), alpha + ROUNDING, beta + ROUNDING)
    best: dict[int, tuple[float, TwoStage]] = {}
    for n1 in range(1, n_max):
        for expected_size, design in search.first_stage(n1):
            known = best.get(design.total_size)
            if known is None or expected_size < known[0] - ROUNDING * n_max:
                best[design.total_size] = (expected_size, design)
    if not best:
        raise ValueError(
            f"no two-stage design with at most {n_max} participants keeps a type I error rate of {alpha:g} "
            f"at {p0} and a type II error rate of {beta:g} at {p1}; raise n_max or relax one of them"
        )
    return TwoStageChoices(null, tuple(best[n][1] for n in sorted(best)))


def _triangle(n_max: int, p: float) -> Array:
    """Binomial probabilities of k responses among n, for all n and k up to n_max, by Pascal's rule."""
    table = np.zeros((n_max + 1, n_max + 1))
    table[0, 0] = 1.0
    for n in range(1, n_max + 1):
        table[n, 1:] = p * table[n - 1, :-1]
        table[n] += (1.0 - p) * table[n - 1]
    return table


class _Search:
    """Judges all two-stage designs that share a first stage, at once."""

    def __init__(self, pmf_null: Array, pmf_alternative: Array, alpha: float, beta: float) -> None:
        self.n_max = len(pmf_null) - 1
        self.alpha, self.beta = alpha, beta
        self.pmf = np.stack([pmf_null, pmf_alternative])
        # tail[h, n, k] is the probability under hypothesis h of k responses or more among n.
        self.tail = self.pmf[..., ::-1].cumsum(axis=-1)[..., ::-1]
        # No threshold is worth trying that has too little power even without a first stage.
        powerful = self.tail[1] >= 1.0 - beta
        self.largest_threshold = int(np.nonzero(powerful)[1].max()) - 1

    def first_stage(self, n1: int) -> list[tuple[float, TwoStage]]:
        """The best design of each total size with n1 participants first, each with its expected size."""
        first = self.pmf[:, n1, : n1 + 1]
        stopped = first.cumsum(axis=-1)
        # r1 may be as large as stopping wrongly more often than beta allows; r1 = n1 would never go on.
        choices = min(int(np.searchsorted(stopped[1], self.beta, side="right")), n1)
        if choices == 0 or self.largest_threshold < 0:
            return []
        r1, r = np.arange(choices), np.arange(self.largest_threshold + 1)
        n2 = np.arange(1, self.n_max - n1 + 1)

        # A claim needs more than r responses in all but no stop at or below r1: P(X > r) - P(X1 <= r1, X >
        # r).
        padded = np.concatenate([np.ones((2, len(n2), choices)), self.tail[:, n2]], axis=-1)
        needed = choices + r + 1 - r1[:, None]
        lost = (first[:, None, :choices, None] * padded[:, :, needed]).cumsum(axis=2)
        claims = self.tail[:, n1 + n2][:, :, None, r + 1] - lost

        kept = (claims[0] <= self.alpha) & (r > r1[:, None])
        threshold = kept.argmax(axis=-1)
        power = np.take_along_axis(claims[1], threshold[..., None], axis=-1)[..., 0]
        feasible = kept.any(axis=-1) & (power >= 1.0 - self.beta)

        expected = np.where(feasible, n1 + n2[:, None] * (1.0 - stopped[0, :choices]), np.inf)
        best = expected.argmin(axis=-1)
        return [
            (float(expected[i, j]), TwoStage(n1, int(j), int(n1 + n2[i]), int(threshold[i, j])))
            for i, j in enumerate(best)
            if np.isfinite(expected[i, j])
        ]
