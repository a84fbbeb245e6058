"""Assurance of a design: its chance of success, averaged over what is believed of the benefit.

Power is the chance of success if the benefit is what was hoped for. Who is not sure of that weighs the power at every benefit
by how likely it is (O'Hagan, Stevens and Campbell 2005, "Assurance in clinical trial design", Pharmaceutical Statistics
4:187-201). The belief here is that of whoever plans; the design's own analysis need not share it, or have any.
"""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np
from scipy.special import ndtr

from handful.designs.base import Design, Plan, Question
from handful.engine.simulate import Job, simulate
from handful.engine.summary import add
from handful.scenarios.base import Scenario
from handful.select.characteristics import exact_success
from handful.select.figure import Figure
from handful.select.results import Result

# Benefits in standard deviations from what is expected: the trapezoidal rule on a function that fades at both ends.
_DEVIATES = np.linspace(-5.0, 5.0, 41)
_FEWEST = 20
"""Fewest trials at one benefit."""


class Assurance(Result):
    """What a design promises to whoever is not sure of the benefit.

    Attributes:
        mean: Benefit expected, on the scale of the endpoint's measure (a logarithm for ratios).
        sd: Standard deviation of what is believed of it.
        works: Probability that there is a benefit above the null of the design.
        success: Probability that the trial succeeds: the assurance.
    """

    mean: float
    sd: float
    works: float
    success: Figure


def assured(
    design: Design,
    scenario: Scenario,
    question: Question,
    sd: float,
    *,
    mean: float | None = None,
    trials: int = 10_000,
    seed: int = 1,
    executor: Executor | None = None,
) -> Assurance:
    """Average the chance of success of a design over a normal belief of the benefit.

    All else is as in the scenario. Where a benefit is out of reach (a proportion beyond 0 or 1) the nearest stands for it.

    Args:
        design: The design.
        scenario: The truth hoped for.
        question: Endpoint and level.
        sd: Standard deviation of the belief, above 0.
        mean: Its mean; the benefit of the scenario when None.
        trials: Trials to simulate over all benefits together, where trials cannot be enumerated.
        seed: Seed of the simulation.
        executor: Threads to simulate with.

    Returns:
        The assurance.

    Raises:
        ValueError: When the scenario has no benefit that could be more or less, or `sd` is not above 0.

    Example:
        >>> from handful.designs.randomised import Randomised
        >>> from handful.participants.endpoint import Endpoint
        >>> from handful.scenarios.binary import BinaryScenario
        >>> question = Question(Endpoint(name="response", kind="binary"))
        >>> hoped = BinaryScenario(untreated=0.2, treated=0.6)
        >>> told = assured(Randomised(participants=48), hoped, question, sd=0.15)
        >>> print(f"{told.success}; it works with a probability of {told.works:.3f}")
        0.7407 (numeric); it works with a probability of 0.996
    """
    plan, hoped = design.plan(question), scenario.benefit(question.endpoint)
    centre = hoped if mean is None else mean
    if hoped == 0:
        raise ValueError("assurance needs a scenario with a benefit, which is then made larger and smaller")
    if not 0 < sd < np.inf:
        raise ValueError(f"the standard deviation of a belief is above 0, not {sd:g}")
    weights = np.exp(-0.5 * _DEVIATES**2)
    weights /= weights.sum()
    truths = [scenario.scaled(float(centre + sd * deviate) / hoped) for deviate in _DEVIATES]
    counted = [exact_success(plan, truth) for truth in truths]
    if all(chance is not None for chance in counted):
        success = Figure.numeric(min(1.0, float(weights @ np.array(counted, dtype=np.float64))))
    else:
        success = _simulated(plan, truths, weights, trials, seed, executor)
    return Assurance(
        mean=centre, sd=sd, works=float(ndtr((centre - plan.null_benefit) / sd)), success=success
    )


def _simulated(
    plan: Plan,
    truths: list[Scenario],
    weights: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    trials: int,
    seed: int,
    executor: Executor | None,
) -> Figure:
    """Each benefit on people of its own, the more of them the likelier it is."""
    total = variance = 0.0
    for number, (truth, weight) in enumerate(zip(truths, weights, strict=True)):
        share = max(_FEWEST, round(trials * float(weight)))
        job = Job(plan, truth, (seed + number) % 2**63, share)
        seen = add(part.summary for part in simulate(job, executor=executor))
        figure = Figure.share(int(seen.success_at.sum()), share)
        total += float(weight) * (figure.value or 0.0)
        variance += (float(weight) * (figure.error or 0.0)) ** 2
    return Figure.simulated(total, variance**0.5)
