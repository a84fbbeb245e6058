"""Exact operating characteristics and exact tests of a response-adaptive allocation between two arms.

One walk through all possible trials gives the weight of every final count, and from it the distribution under any pair of
response probabilities (the forward recursion of Baas, Jacko and Villar 2024, arXiv:2407.01055). Where response probabilities
drift while the trial runs, a walk for each truth does: it says by how much a test that takes no account of time is wrong. A test
that is right is in `handful.stats.randomisation_test`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.bandit import final_mass
from handful.stats._arguments import probabilities
from handful.stats.allocation_policy import AllocationPolicy, counts_at
from handful.stats.binomial import pmf
from handful.stats.worst_case import maximum

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Statistics closer than this are equal: rounding parts them by far less, other counts by far more.
SAME_STATISTIC = 1e-9


class Characteristics(NamedTuple):
    """What a policy does under one pair of response probabilities, exactly.

    Attributes:
        successes: Expected number of successes.
        successes_sd: Standard deviation of that number.
        on_better: Expected share of participants on the better arm; on arm 1 when both are equal.
        rejection: Probability of rejecting; nan when no test was given.
        estimable: Probability that both arms have participants, so that a difference can be estimated at all.
        bias: Expected difference in observed proportions (arm 1 minus arm 0), less the true one, given both arms have somebody.
        mse: Expected square of its distance from the truth, given the same.
    """

    successes: float
    successes_sd: float
    on_better: float
    rejection: float
    estimable: float
    bias: float
    mse: float


@dataclass(frozen=True, eq=False)
class FinalCounts:
    """Every final count of a trial with its weight.

    Attributes:
        participants: Participants of the trial.
        successes: Responses on each arm, shape (states, 2).
        totals: Participants on each arm, same shape.
        weights: Probability of each state when both response probabilities are 1/2, shape (states,).

    Example:
        >>> from handful.stats.bernoulli_bandit import optimal_policy
        >>> final = FinalCounts.of(optimal_policy(60).policy)
        >>> found = final.characteristics(0.3, 0.5)
        >>> round(found.successes, 6), round(found.on_better, 4)
        (27.667782, 0.8056)
    """

    participants: int
    successes: Counts
    totals: Counts
    weights: Floats

    @classmethod
    def of(cls, policy: AllocationPolicy) -> FinalCounts:
        """Walk through all possible trials of a policy.

        Args:
            policy: the policy; 60 participants take a twentieth of a second, 100 a quarter of one.

        Returns:
            Final counts and weights.

        Example:
            >>> from handful.stats.bernoulli_bandit import optimal_policy
            >>> float(FinalCounts.of(optimal_policy(2).policy).weights.sum())
            1.0
        """
        fair = np.full((policy.participants, 2), 0.5)
        return cls(policy.participants, *counts_at(policy.participants), probability_with_drift(policy, fair))

    def probability(self, p0: float, p1: float) -> Floats:
        """Probability of each final count.

        Args:
            p0: response probability on arm 0.
            p1: that on arm 1.

        Returns:
            Probabilities, shape (states,).

        Raises:
            ValueError: if a probability is outside [0, 1].

        Example:
            >>> from handful.stats.bernoulli_bandit import optimal_policy
            >>> round(float(FinalCounts.of(optimal_policy(9).policy).probability(0.2, 0.7).sum()), 12)
            1.0
        """
        chances = probabilities([p0, p1], "response probabilities")
        found = self.weights.copy()
        exponent = np.arange(self.participants + 1)
        for arm, p in enumerate(chances):
            successes, failures = self.successes[:, arm], self.totals[:, arm] - self.successes[:, arm]
            found *= ((2.0 * p) ** exponent)[successes] * ((2.0 * (1.0 - p)) ** exponent)[failures]
        return found

    def characteristics(self, p0: float, p1: float, rejects: ArrayLike | None = None) -> Characteristics:
        """Exact operating characteristics under one pair of response probabilities.

        Args:
            p0: response probability on arm 0.
            p1: that on arm 1.
            rejects: whether, or with what chance, the test rejects at each final count, shape (states,).

        Returns:
            The characteristics.

        Raises:
            ValueError: if an argument does not fit.

        Example:
            >>> from handful.stats.bernoulli_bandit import optimal_policy
            >>> final = FinalCounts.of(optimal_policy(60, degree=0.9, least=9).policy)
            >>> rejects = final.conditional_p_values(pooled_z(final.successes, final.totals)) <= 0.05
            >>> found = final.characteristics(0.3, 0.6, rejects)
            >>> round(found.rejection, 4), round(found.on_better, 4), round(found.bias, 4)
            (0.5229, 0.7952, 0.0125)
        """
        mass = self.probability(p0, p1)
        number = self.successes.sum(axis=1)
        mean = mass @ number
        better = 1 if p1 >= p0 else 0
        both = (self.totals > 0).all(axis=1)
        rates = self.successes / np.maximum(self.totals, 1)
        error = rates[:, 1] - rates[:, 0] - (p1 - p0)
        estimable = float(mass[both].sum())
        given = np.where(both, mass, 0.0) / estimable if estimable > 0.0 else np.full(mass.shape, np.nan)
        return Characteristics(
            successes=float(mean),
            successes_sd=float(np.sqrt(mass @ (number - mean) ** 2)),
            on_better=float(mass @ self.totals[:, better]) / self.participants,
            rejection=float("nan") if rejects is None else float(mass @ self._rejection(rejects)),
            estimable=estimable,
            bias=float(given @ error),
            mse=float(given @ error**2),
        )

    def worst_case_size(self, rejects: ArrayLike) -> tuple[float, float]:
        """Largest probability of rejecting when both response probabilities are the same.

        Args:
            rejects: whether, or with what chance, the test rejects at each final count, shape (states,).

        Returns:
            (size, the response probability at which it is reached).

        Raises:
            ValueError: if the shape does not fit.

        Example:
            >>> from handful.stats.bernoulli_bandit import optimal_policy
            >>> final = FinalCounts.of(optimal_policy(60).policy)
            >>> size, where = final.worst_case_size(abs(pooled_z(final.successes, final.totals)) > 1.96)
            >>> print(f"{size:.3f} at {where:.2f}")
            0.218 at 0.85
        """
        number = self.successes.sum(axis=1)
        of_number = np.bincount(number, weights=self.weights * self._rejection(rejects))
        shares = of_number / np.bincount(number, weights=self.weights)
        return maximum(lambda p: pmf(self.participants, p) @ shares)

    def conditional_p_values(self, statistic: ArrayLike) -> Floats:
        """Exact p-value of each final count, given the number of successes on both arms.

        When both response probabilities are the same, the distribution given the total number of successes does not depend on
        them: this is Fisher's test, generalised to the policy. It has the power and the size of no approximation, but it takes
        response probabilities to be the same throughout the trial.

        Args:
            statistic: larger is more extreme, shape (states,); its absolute value for a two-sided test.

        Returns:
            Probability of a statistic as large, shape (states,).

        Raises:
            ValueError: if the shape does not fit.

        Source:
            Baas, Jacko and Villar (2024), arXiv:2407.01055, the conditional exact test; Wei et al. (1990), Journal of the
            American Statistical Association 85:156.

        Example:
            >>> from handful.stats.bernoulli_bandit import optimal_policy
            >>> final = FinalCounts.of(optimal_policy(60, degree=0.9).policy)
            >>> p = final.conditional_p_values(pooled_z(final.successes, final.totals))
            >>> final.worst_case_size(p <= 0.05)[0] <= 0.05
            True
        """
        values = self._of_states(statistic, "statistic")
        number = self.successes.sum(axis=1)
        shares = self.weights / np.bincount(number, weights=self.weights)[number]
        order = np.lexsort((-values, number))
        ranked, of = values[order], number[order]
        reached = np.cumsum(shares[order])
        before = np.concatenate([[0.0], reached])[np.flatnonzero(np.diff(of, prepend=-1))]
        # All that are equal share the p-value of the last of them.
        is_last = np.append((np.diff(of) != 0) | (ranked[:-1] - ranked[1:] > SAME_STATISTIC), True)
        last = np.flatnonzero(is_last)[np.cumsum(is_last) - is_last]
        p = np.empty(values.size)
        p[order] = np.clip(reached[last] - before[of], 0.0, 1.0)
        return p

    def _rejection(self, rejects: ArrayLike) -> Floats:
        """The chance of rejecting at each final count."""
        return probabilities(self._of_states(rejects, "rejects"), "rejects")

    def _of_states(self, values: ArrayLike, name: str) -> Floats:
        """One value for each final count."""
        array = np.asarray(values, dtype=np.float64)
        if array.shape != self.weights.shape:
            raise ValueError(f"{name} must have the shape {self.weights.shape}, not {array.shape}")
        return array


def probability_with_drift(policy: AllocationPolicy, response: ArrayLike) -> Floats:
    """Probability of each final count when response probabilities change from participant to participant.

    Args:
        policy: the allocation.
        response: response probability of each participant on each arm, shape (participants, 2).

    Returns:
        Probabilities in the order of `FinalCounts`, shape (states,).

    Raises:
        ValueError: if a probability is out of range or the shape does not fit.

    Example:
        >>> from handful.stats.bernoulli_bandit import optimal_policy
        >>> policy = optimal_policy(60, degree=0.9, least=9).policy
        >>> final = FinalCounts.of(policy)
        >>> rejects = abs(pooled_z(final.successes, final.totals)) > 1.96
        >>> flat, rising = np.full(60, 0.5), np.linspace(0.1, 0.9, 60)
        >>> [round(float(probability_with_drift(policy, np.stack([p, p], 1)) @ rejects), 4) for p in (flat, rising)]
        [0.0564, 0.3882]
    """
    chances = np.ascontiguousarray(probabilities(response, "response"))
    if chances.shape != (policy.participants, 2):
        raise ValueError(f"response must have the shape {(policy.participants, 2)}, not {chances.shape}")
    return final_mass(policy.participants, policy.looks, policy.codes, policy.levels, chances)


def pooled_z(successes: ArrayLike, totals: ArrayLike) -> Floats:
    """The z-statistic of two proportions with the pooled variance.

    Args:
        successes: responses on each arm, shape (trials, 2).
        totals: participants on each arm, same shape.

    Returns:
        Arm 1 minus arm 0 in standard errors, shape (trials,); 0 when an arm is empty or all outcomes are the same.

    Example:
        >>> pooled_z([[4, 9]], [[15, 15]]).round(4)
        array([1.8422])
    """
    responses, sizes = np.asarray(successes, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    rates = responses / np.maximum(sizes, 1.0)
    pooled = responses.sum(axis=1) / np.maximum(sizes.sum(axis=1), 1.0)
    variance = pooled * (1.0 - pooled) * (1.0 / np.maximum(sizes, 1.0)).sum(axis=1)
    known = (sizes > 0.0).all(axis=1) & (variance > 0.0)
    z: Floats = np.where(known, (rates[:, 1] - rates[:, 0]) / np.sqrt(np.where(known, variance, 1.0)), 0.0)
    return z
