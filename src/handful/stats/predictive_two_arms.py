"""Predictive probability that a comparison of two proportions will succeed at its final analysis.

Every trial that can follow from the interim one is weighed by its beta-binomial probability, so the figure is exact for any
final analysis that depends on the two counts, a test or a posterior probability (Lee and Liu 2008, Clinical Trials 5:93-106,
for one arm; Saville et al. 2014, Clinical Trials 11:485-493). One participant more or less in an arm is a row more or less
of a table, and a whole table is two products of matrices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handful.stats._arguments import probabilities, size
from handful.stats.beta_binomial import UNIFORM, predictive_pmf

Array = NDArray[np.float64]


def final_counts(n: int, n_final: int, prior: tuple[float, float] = UNIFORM) -> Array:
    """Predictive distribution of an arm's final number of responses, for every number so far.

    Args:
        n: participants observed so far.
        n_final: participants at the final analysis, at least `n`.
        prior: weights (a, b) of the beta prior.

    Returns:
        Shape (n + 1, n_final + 1): rows are the responses so far, columns the final ones; each row sums to 1.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> final_counts(1, 2).round(3)
        array([[0.667, 0.333, 0.   ],
               [0.   , 0.333, 0.667]])
    """
    seen, remaining = size(n, "n"), size(n_final, "n_final") - size(n, "n")
    if remaining < 0:
        raise ValueError(f"n_final must not be less than n, got {n_final} and {n}")
    responses = np.arange(seen + 1)
    to_come = predictive_pmf(remaining, (prior[0] + responses, prior[1] + seen - responses))
    table = np.zeros((seen + 1, seen + remaining + 1))
    for count, row in zip(responses, to_come, strict=True):
        table[count, count : count + remaining + 1] = row
    return table


def predictive_table(
    success: ArrayLike,
    control: int,
    treated: int,
    prior_control: tuple[float, float] = UNIFORM,
    prior_treated: tuple[float, float] = UNIFORM,
) -> Array:
    """Probability that the final analysis will succeed, for every pair of response counts so far.

    Args:
        success: whether each possible final trial succeeds (or with which probability), shape (final participants on
            control + 1, final participants on treatment + 1), indexed by their responses.
        control: participants on control so far.
        treated: participants on treatment so far.
        prior_control: weights (a, b) of the beta prior of control.
        prior_treated: those of treatment.

    Returns:
        Shape (control + 1, treated + 1), indexed by the responses so far on control and on treatment.

    Raises:
        ValueError: if an argument is out of range, or more participants have been seen than there will be.

    Example:
        >>> from handful.stats.beta_binomial import superiority_table
        >>> claims = superiority_table(20, 20).T >= 0.975
        >>> table = predictive_table(claims, control=10, treated=10)
        >>> print(f"{table[3, 7]:.4f} with 3 of 10 against 7 of 10")
        0.6349 with 3 of 10 against 7 of 10
    """
    outcome = probabilities(success, "success")
    if outcome.ndim != 2:
        raise ValueError(f"success is a table of two counts, got {outcome.ndim} axes")
    on_control = final_counts(control, outcome.shape[0] - 1, prior_control)
    on_treatment = final_counts(treated, outcome.shape[1] - 1, prior_treated)
    # A sum that rounds to more than 1 would pass for certainty.
    return np.minimum(on_control @ outcome @ on_treatment.T, 1.0)


def predictive_tables(
    success: ArrayLike,
    sizes: Sequence[tuple[int, int]],
    prior_control: tuple[float, float] = UNIFORM,
    prior_treated: tuple[float, float] = UNIFORM,
) -> tuple[Array, ...]:
    """What a trial watches that stops by predictive probability: one table a look.

    At the last look, when nobody is to come, the predictive probability is 1 where the final analysis succeeds and 0 where it
    does not, so that the same two thresholds, one to stop for futility and one for success, serve all looks.

    Args:
        success: whether each possible final trial succeeds, as for `predictive_table`.
        sizes: participants (on control, on treatment) at each look, cumulative; the last are those of `success`.
        prior_control: weights (a, b) of the beta prior of control.
        prior_treated: those of treatment.

    Returns:
        One table a look, indexed by the responses on control and on treatment.

    Raises:
        ValueError: if an argument is out of range, or the last look is not that of `success`.

    Example:
        >>> from handful.stats.beta_binomial import superiority_table
        >>> claims = superiority_table(20, 20).T >= 0.975
        >>> interim, final = predictive_tables(claims, [(10, 10), (20, 20)])
        >>> int((interim < 0.05).sum()), bool(np.array_equal(final, claims))
        (66, True)
    """
    outcome = probabilities(success, "success")
    if not sizes or outcome.shape != (sizes[-1][0] + 1, sizes[-1][1] + 1):
        raise ValueError(f"the last look must be that of `success`, a table of {outcome.shape}")
    return tuple(
        predictive_table(outcome, control, treated, prior_control, prior_treated)
        for control, treated in sizes
    )
