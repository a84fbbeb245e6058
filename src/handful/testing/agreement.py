"""Whether simulated figures agree with exact ones, with a stated chance of a false alarm.

"Within four standard errors" is meant as the chance that goes with it, 1 in 15,787. Shares of trials are held to their
binomial distribution and means to Bernstein's inequality, so that rare results and skewed errors raise no alarm that a
normal approximation would. What lies further off is simulated again with another seed, and only a figure that is off both
times disagrees: 1 in 249 million, so that even ten thousand figures give a false alarm with a chance below 1 in 10,000.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, ndtr

from handful.engine import exact
from handful.engine.simulate import Job, simulate
from handful.engine.summary import Summary, add
from handful.select.characteristics import exact_characteristics

Floats = NDArray[np.float64]

FOUR_STANDARD_ERRORS = float(2 * ndtr(-4.0))
"""Chance that a normal figure lies more than four standard errors from its mean."""
_ANOTHER = 0x9E3779B9


@dataclass(frozen=True)
class Compared:
    """One simulated figure beside the exact one.

    Attributes:
        name: Which figure.
        seen: What was simulated.
        expected: What is exact.
        chance: Largest chance of lying so far off when both engines are right.
    """

    name: str
    seen: float
    expected: float
    chance: float

    @property
    def agrees(self) -> bool:
        """Whether it is as near as four standard errors."""
        return self.chance >= FOUR_STANDARD_ERRORS


def share(name: str, hits: int, trials: int, probability: float) -> Compared:
    """Compare a share of trials with its probability, by the binomial distribution.

    Args:
        name: Which figure.
        hits: Trials in which it happened.
        trials: All trials, at least one.
        probability: Exact probability; beyond 0 and 1 by rounding at most.

    Returns:
        The comparison.

    Example:
        >>> share("success", 540, 1000, 0.5).agrees, share("success", 570, 1000, 0.5).agrees
        (True, False)
        >>> share("success", 1, 1000, 0.0).chance
        0.0
    """
    p = min(1.0, max(0.0, probability))
    if min(p, 1 - p) < 1e-13:  # certainty, up to the rounding of sums over many possible trials
        chance = 1.0 if hits == round(p) * trials else 0.0
    else:
        below, above = float(bdtr(hits, trials, p)), float(bdtrc(hits - 1, trials, p)) if hits else 1.0
        chance = min(1.0, 2 * min(below, above))
    return Compared(name, hits / trials, probability, chance)


def mean(name: str, seen: float, trials: int, values: Floats, weights: Floats) -> Compared:
    """Compare a mean over trials with its expectation, by Bernstein's inequality.

    Args:
        name: Which figure.
        seen: Simulated mean.
        trials: Trials over which it was taken, at least one.
        values: Every value that one trial can give.
        weights: Their probabilities, up to a factor.

    Returns:
        The comparison.

    Example:
        >>> coin = np.array([0.0, 1.0]), np.array([0.5, 0.5])
        >>> mean("heads", 0.54, 1000, *coin).agrees, mean("heads", 0.58, 1000, *coin).agrees
        (True, False)
    """
    share_of = weights / weights.sum()
    expected = float(share_of @ values)
    deviation = values - expected
    variance = float(share_of @ (deviation * deviation))
    reach = float(np.abs(deviation[share_of > 0]).max())
    distance = abs(seen - expected)
    if distance <= 1e-9 * max(1.0, abs(expected)):  # rounding of sums over many trials
        return Compared(name, seen, expected, 1.0)
    exponent = trials * distance**2 / (2 * (variance + reach * distance / 3))
    return Compared(name, seen, expected, min(1.0, 2 * math.exp(-min(exponent, 700.0))))


def compared(job: Job) -> list[Compared] | None:
    """Simulate a job and put every figure beside the exact one.

    Args:
        job: What to simulate.

    Returns:
        Probability of success and of each way to stop at each look, expected participants analysed, bias, mean squared
        error and coverage of the estimate, and how often it is defined. None where trials cannot be enumerated.
    """
    told = exact_characteristics(job.plan, job.scenario)
    if told is None:
        return None
    s = add(part.summary for part in simulate(job))
    looks = range(len(told.success_at))
    found = [
        share("success", int(s.success_at.sum()), s.trials, told.success),
        *(
            share(f"success at look {k + 1}", int(s.success_at[k]), s.trials, told.success_at[k])
            for k in looks
        ),
        *(
            share(f"no success at look {k + 1}", int(s.failure_at[k]), s.trials, told.failure_at[k])
            for k in looks
        ),
        *(
            share(f"harm at look {k + 1}", int(s.harm_at[k]), s.trials, told.harm_at[k])
            for k in looks
            if told.harm_at is not None
        ),
        share("unfinished", s.unfinished, s.trials, 0.0),
        share("estimate defined", int(s.error[0]), s.trials, told.defined),
    ]
    sizes = np.asarray(job.plan.looks.planned(), dtype=np.float64)
    stopped = told.success_at + told.failure_at
    found.append(mean("analysed", float(s.analysed[0]) / s.trials, s.trials, sizes, stopped))
    return found + (_of_estimates(job, s, told) if s.error[0] else [])


def _of_estimates(job: Job, s: Summary, told: exact.ExactCharacteristics) -> list[Compared]:
    """Bias, mean squared error and coverage, over the trials whose estimate is defined."""
    defined = int(s.error[0])
    errors, weights = possible_errors(job)
    figures = [
        mean("bias", float(s.error[1]) / defined, defined, errors, weights),
        mean("mean squared error", float(s.error[2]) / defined, defined, errors * errors, weights),
        share("coverage", s.covered, defined, told.coverage),
    ]
    # The exact engine's own figures are those of the distribution that the simulated ones are held against.
    same = np.allclose(
        [figures[0].expected, figures[1].expected], [told.bias, told.rmse**2], rtol=1e-9, atol=1e-12
    )
    return [*figures, Compared("bias and rmse", told.bias, figures[0].expected, float(same))]


def possible_errors(job: Job) -> tuple[Floats, Floats]:
    """Every error that the reported estimate of a trial can have, with its probability.

    Args:
        job: A plan with a lattice, in a scenario with chances.

    Returns:
        (estimate minus truth, probability), over all ways to stop with a defined estimate.
    """
    plan = job.plan
    lattice, chances = exact.lattice_of(plan), job.scenario.chances(plan.endpoint)
    assert lattice is not None
    assert chances is not None
    truth = job.scenario.assigned_benefit(plan.endpoint)
    estimates = plan.estimator.of_counts(lattice)
    errors: list[Floats] = []
    weights: list[Floats] = []
    for stopped in exact.walk(plan, lattice, {name: np.array([value]) for name, value in chances.items()}):
        mass, value = (stopped.success + stopped.failure)[0], estimates[stopped.look].value
        known = np.isfinite(value) & (mass > 0)
        errors.append(value[known] - truth)
        weights.append(mass[known])
    return np.concatenate(errors), np.concatenate(weights)


def disagreements(job: Job) -> list[Compared] | None:
    """Figures that are more than four standard errors off, and are so again with another seed and four times the trials.

    Args:
        job: What to simulate.

    Returns:
        The figures of the second simulation that disagree; None where trials cannot be enumerated.
    """
    first = compared(job)
    if first is None:
        return None
    doubtful = {figure.name for figure in first if not figure.agrees}
    if not doubtful:
        return []
    again = compared(replace(job, seed=job.seed ^ _ANOTHER, trials=4 * job.trials)) or []
    return [figure for figure in again if figure.name in doubtful and not figure.agrees]
