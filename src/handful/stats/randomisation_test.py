"""Randomisation tests after response-adaptive allocation, valid whatever the outcomes do over time.

The outcomes of the participants are kept in their order and the arms are drawn anew by the very rule of the trial. Under the
null hypothesis that nobody's outcome depends on the arm, the allocation seen is one such draw, so the p-value is right for every
sequence of outcomes: for a drift of the participants, a change of the product or a learning surgeon. The rule must not know more
about the participants to come than their predecessors' outcomes and arms.

Source: Simon and Simon (2011), Statistics & Probability Letters 81:767; Villar, Bowden and Wason (2018), Pharmaceutical
Statistics 17:182; Galbete and Rosenberger (2016), Journal of Biopharmaceutical Statistics 26:466.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.kernels.inputs import as_block, as_mask, as_per_trial
from handful.kernels.rerandomisation import draw_block, drawn_tails, exact_tails, uniforms_of_resamples
from handful.kernels.streams import Purpose, address
from handful.stats.allocation_policy import AllocationPolicy, counts_at
from handful.stats.exact_allocation import SAME_STATISTIC

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

Adaptive = Callable[[Floats, Counts], Floats]
"""From the sum of outcomes and the participants of each arm, shape (trials, arms), to the chance of each arm."""
Statistic = Callable[[Floats, Counts], Floats]
"""From the same to one number for each trial, shape (trials,); larger is more extreme."""

# Allocations drawn side by side: enough to make the rule's arrays long, few enough to stay in the processor's cache.
_AT_ONCE = 16_384


def exact_randomisation_p_values(
    outcomes: ArrayLike, arms: ArrayLike, policy: AllocationPolicy, statistic: Statistic
) -> Floats:
    """Test two arms with binary outcomes over all allocations that the policy could have made.

    Args:
        outcomes: 0 or 1, in order of enrolment, shape (trials, participants).
        arms: arm of each participant, 0 or 1, same shape.
        policy: the allocation of the trial, for as many participants.
        statistic: such as `handful.stats.exact_allocation.pooled_z`; its absolute value for a two-sided test.

    Returns:
        Probability of a statistic at least as large, shape (trials,). A trial of 60 takes a quarter of a millisecond.

    Raises:
        ValueError: if outcomes, arms and policy do not fit each other.

    Example:
        >>> from handful.stats.allocation_policy import AllocationPolicy
        >>> from handful.stats.exact_allocation import pooled_z
        >>> coin = AllocationPolicy.from_rule(6, lambda successes, totals: np.full(successes.shape, 0.5))
        >>> exact_randomisation_p_values([[0, 1, 0, 1, 1, 0]], [[0, 1, 0, 1, 1, 0]], coin, pooled_z).tolist()
        [0.015625]
    """
    seen = as_block("outcomes", outcomes, np.int8)
    allocated = as_block("arms", arms, np.int8, seen.shape)
    if seen.shape[1] != policy.participants:
        raise ValueError(
            f"the policy is for {policy.participants} participants, the trials have {seen.shape[1]}"
        )
    if not (np.isin(seen, (0, 1)).all() and np.isin(allocated, (0, 1)).all()):
        raise ValueError("outcomes and arms must be 0 or 1")
    successes, totals = counts_at(policy.participants)
    values = np.asarray(statistic(successes.astype(np.float64), totals), dtype=np.float64)
    return exact_tails(seen, allocated, policy.looks, policy.codes, policy.levels, values, SAME_STATISTIC)


def randomisation_p_values_as_known(
    outcomes: ArrayLike,
    arms: ArrayLike,
    policy: AllocationPolicy,
    included: ArrayLike,
    enrolled: ArrayLike,
    *,
    observed: ArrayLike | None = None,
    trial: ArrayLike = 0,
    resamples: int = 999,
) -> Floats:
    """Test two arms with binary outcomes that become known late or never, over random allocations by the policy of the trial.

    The arms are drawn anew with what was known when: that is the same whatever the arms are. The statistic is the z-test's
    with the pooled variance, arm 1 against arm 0.

    Args:
        outcomes: 0 or 1, in order of enrolment, shape (trials, participants).
        arms: arm of each participant, 0 or 1, same shape.
        policy: the allocation of the trial, its chance set anew whatever the number of known outcomes.
        included: participants whose outcome was known, or known to be missing, at each look, shape (trials, looks).
        enrolled: participants enrolled by each look, same shape: the new chance holds for those after them.
        observed: whose outcome is seen, shape (trials, participants); everybody's by default.
        trial: number of each trial, or of its data, one or shape (trials,).
        resamples: allocations drawn; p is (1 + those at least as extreme) / (1 + resamples), so the level holds.

    Returns:
        p-values, shape (trials,). A trial of 60 takes a millisecond with 999 allocations.

    Raises:
        ValueError: if an argument does not fit.

    Example:
        >>> from handful.stats.bernoulli_bandit import optimal_policy
        >>> policy = optimal_policy(8, degree=0.9).policy
        >>> looks = np.arange(1, 8)[None, :]
        >>> found = [[0, 1, 0, 1, 0, 1, 1, 1]]
        >>> p = randomisation_p_values_as_known(found, found, policy, looks, np.minimum(looks + 2, 8))
        >>> bool(0.0 < p[0] < 0.1)
        True
    """
    seen = as_block("outcomes", outcomes, np.int8)
    allocated = as_block("arms", arms, np.int8, seen.shape)
    known, there = (as_block("looks", looks, np.int64) for looks in (included, enrolled))
    if known.shape != there.shape or len(known) != len(seen):
        raise ValueError(f"included and enrolled must have the shape ({len(seen)}, looks), and the same one")
    if seen.shape[1] != policy.participants or policy.looks.size != policy.participants:
        raise ValueError("the policy must be for as many participants, its chance set anew at each")
    if not (np.isin(seen, (0, 1)).all() and np.isin(allocated, (0, 1)).all()):
        raise ValueError("outcomes and arms must be 0 or 1")
    if (
        np.any(known < 0)
        or np.any(known > there)
        or np.any(there > seen.shape[1])
        or np.any(known >= seen.shape[1])
    ):
        raise ValueError("at a look some of those enrolled are included, and not everybody")
    if resamples < 1:
        raise ValueError("resamples must be 1 or more")
    return drawn_tails(
        seen,
        as_mask(observed, seen.shape),
        allocated,
        known,
        there,
        policy.codes,
        policy.levels,
        as_per_trial("trial", trial, np.uint64, seen.shape),
        resamples,
        SAME_STATISTIC,
    )


def randomisation_p_values(
    outcomes: ArrayLike,
    arms: ArrayLike,
    looks: Iterable[int],
    rule: Adaptive,
    statistic: Statistic,
    *,
    arms_of_trial: int,
    seed: int = 0,
    trial: ArrayLike = 0,
    resamples: int = 999,
) -> Floats:
    """Test any number of arms and any outcome over random allocations by the rule of the trial.

    Args:
        outcomes: in order of enrolment, shape (trials, participants).
        arms: arm of each participant from 0, same shape.
        looks: participants seen when the rule is asked for new chances; the start is always one. Between looks participants
            are allocated independently.
        rule: from sums of outcomes and totals, shape (rows, arms), to chances of the arms; it need not make them add up to 1.
        statistic: from the same at the end to one number a row, larger being more extreme.
        arms_of_trial: how many arms there are.
        seed: the study's seed.
        trial: number of each trial, or of its data, one or shape (trials,).
        resamples: allocations drawn; p is (1 + those at least as extreme) / (1 + resamples), so the level holds.

    Returns:
        p-values, shape (trials,).

    Raises:
        ValueError: if an argument does not fit.

    Example:
        >>> from handful.stats.allocation_rules import thall_wathen
        >>> from handful.stats.posterior_best import posterior_best
        >>> def rule(successes, totals):
        ...     return thall_wathen(posterior_best(successes, totals), 0.5)
        >>> def difference(successes, totals):
        ...     rates = successes / np.maximum(totals, 1)
        ...     return rates[:, 1] - rates[:, 0]
        >>> arms = [[0, 1] * 5 + [1] * 10]
        >>> outcomes = [[0, 1] * 5 + [1] * 8 + [0] * 2]
        >>> p = randomisation_p_values(outcomes, arms, [10, 15], rule, difference, arms_of_trial=2)
        >>> bool(0.001 <= p[0] <= 0.01)
        True
    """
    seen = as_block("outcomes", outcomes, np.float64)
    allocated = as_block("arms", arms, np.int64, seen.shape)
    trials, participants = seen.shape
    if resamples < 1:
        raise ValueError("resamples must be 1 or more")
    if not np.all((allocated >= 0) & (allocated < arms_of_trial)):
        raise ValueError(f"arms must be 0 .. {arms_of_trial - 1}")
    bounds = [*sorted({0, *looks}), participants]
    if bounds[0] < 0 or bounds[-2] >= participants:
        raise ValueError(f"looks must be 0 .. {participants - 1}, got {bounds[:-1]}")
    word = address(seed, 0, 0, Purpose.PERMUTATION, 0)[0]
    numbers = as_per_trial("trial", trial, np.uint64, seen.shape)
    observed = statistic(*_by_arm(seen, allocated, arms_of_trial))
    p = np.empty(trials)
    together = max(1, _AT_ONCE // resamples)
    for start in range(0, trials, together):
        part = slice(start, min(start + together, trials))
        drawn = np.concatenate(
            [uniforms_of_resamples(word, number, resamples, participants) for number in numbers[part]]
        )
        sums, totals = _drawn_anew(
            np.repeat(seen[part], resamples, axis=0), drawn, bounds, rule, arms_of_trial
        )
        found = statistic(sums, totals).reshape(-1, resamples)
        extreme = found >= observed[part, None] - SAME_STATISTIC
        p[part] = (1.0 + extreme.sum(axis=1)) / (1.0 + resamples)
    return p


def _drawn_anew(
    outcomes: Floats, drawn: Floats, bounds: list[int], rule: Adaptive, arms: int
) -> tuple[Floats, Counts]:
    """Sums and totals of each arm when the rule allocates the participants of every row."""
    sums, totals = np.zeros((len(outcomes), arms)), np.zeros((len(outcomes), arms), dtype=np.int64)
    for first, last in pairwise(bounds):
        chances = np.ascontiguousarray(rule(sums.copy(), totals.copy()), dtype=np.float64)
        draw_block(sums, totals, outcomes, drawn, chances, first, last)
    return sums, totals


def _by_arm(outcomes: Floats, arms: Counts, number: int) -> tuple[Floats, Counts]:
    """Sums and totals of each arm as the trial allocated them."""
    of_arm = arms[:, :, None] == np.arange(number)
    return np.einsum("tp,tpa->ta", outcomes, of_arm.astype(np.float64)), of_arm.sum(axis=1)
