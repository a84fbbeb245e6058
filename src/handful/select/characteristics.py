"""Operating characteristics of one design in one scenario: exact where possible, simulated otherwise, and each says which."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from handful.analyses.base import Lattice
from handful.designs.base import Plan
from handful.engine import exact, numeric
from handful.engine.summary import Summary
from handful.engine.truth import Truth
from handful.scenarios.base import Scenario
from handful.select.figure import Figure


class Spread(BaseModel):
    """Distribution of a whole number over simulated trials.

    Attributes:
        mean: Its mean.
        least: Smallest value seen.
        lower: 5% quantile.
        median: Median.
        upper: 95% quantile.
        most: Largest value seen.
        values: The values that occurred, ascending; neighbouring values are binned when there are many.
        shares: Share of trials at each of `values`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: Figure
    least: float
    lower: float
    median: float
    upper: float
    most: float
    values: tuple[float, ...]
    shares: tuple[float, ...]


class Claim(BaseModel):
    """How often one of several hypotheses is rejected.

    Attributes:
        name: What is claimed then.
        truth: True benefit of what it is about.
        chance: Probability of the claim.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    truth: float
    chance: Figure


class Characteristics(BaseModel):
    """What a design does in a scenario.

    Attributes:
        truth: True benefit in people who are treated, on the scale of the endpoint's measure.
        success: Probability of claiming benefit (of any treatment in anybody): power when there is one, type I error when
            there is none.
        claims: The same for each hypothesis, where there are several.
        false_claims: Probability of claiming a benefit that is not there, be it beside one that is: the family-wise error.
        arms: Expected participants on each arm, control first, where there are several treatments.
        success_at: The same at each look.
        failure_at: Probability of ending without a claim at each look.
        harm_at: Probability of ending for harm at each look, which is part of that; empty where a design does not look for harm.
        unfinished: Probability that participants run out before the trial can be finished.
        participants: Participants enrolled.
        analysed: Expected participants analysed.
        overrun: Participants who are enrolled when the trial ends and whose outcome it does not use: the pipeline.
        overrun_at: The same among the trials that end at each look; no value for a look at which none did.
        months: Duration; None when recruitment has no timing.
        inferior: Expected participants left with the inferior option.
        bias: Mean of the reported estimate minus what the estimand asks for (`Scenario.assigned_benefit`).
        rmse: Root mean squared error of the reported estimate, likewise.
        coverage: Probability that the reported interval covers what the estimand asks for.
        nominal: Probability of success that the normal theory promises; None where there is no such theory.
        trials: Trials simulated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    truth: float
    success: Figure
    claims: tuple[Claim, ...] = ()
    false_claims: Figure
    arms: tuple[Figure, ...] = ()
    success_at: tuple[Figure, ...]
    failure_at: tuple[Figure, ...]
    harm_at: tuple[Figure, ...] = ()
    unfinished: Figure
    participants: Spread
    analysed: Figure
    overrun: Figure
    overrun_at: tuple[Figure, ...]
    months: Spread | None
    inferior: Figure
    bias: Figure
    rmse: Figure
    coverage: Figure
    nominal: Figure | None
    trials: int


def characteristics(plan: Plan, scenario: Scenario, summary: Summary) -> Characteristics:
    """Put together what the engines say of a design in a scenario.

    Args:
        plan: The design.
        scenario: The truth.
        summary: Sums over its simulated trials.

    Returns:
        The characteristics; figures that depend on counts alone are exact where all trials can be enumerated.
    """
    told = _simulated(plan, scenario, summary)
    promised = numeric.characteristics(plan, scenario)
    if promised is not None:
        told["nominal"] = Figure.numeric(promised.success)
    counted = exact_characteristics(plan, scenario)
    if counted is not None:
        told |= {
            "success": Figure.exact(counted.success),
            "false_claims": Figure.exact(counted.success if Truth.of(plan, scenario).nulls[0] else 0.0),
            "success_at": tuple(Figure.exact(p) for p in counted.success_at),
            "failure_at": tuple(Figure.exact(p) for p in counted.failure_at),
            "harm_at": () if counted.harm_at is None else tuple(Figure.exact(p) for p in counted.harm_at),
            "analysed": Figure.exact(counted.analysed),
            "bias": Figure.exact(counted.bias),
            "rmse": Figure.exact(counted.rmse),
            "coverage": Figure.exact(counted.coverage),
        }
    return Characteristics.model_validate(told)


def simulated_characteristics(plan: Plan, scenario: Scenario, summary: Summary) -> Characteristics:
    """Characteristics from simulated trials alone, also where they could be enumerated.

    Args:
        plan: The design.
        scenario: The truth.
        summary: Sums over its simulated trials.

    Returns:
        The characteristics, each figure with its Monte Carlo standard error.
    """
    return Characteristics.model_validate(_simulated(plan, scenario, summary))


def exact_characteristics(plan: Plan, scenario: Scenario) -> exact.ExactCharacteristics | None:
    """Characteristics by enumeration, or None where trials cannot be enumerated.

    They cannot where evidence is no function of counts, where outcomes go missing by chance, where people change with the
    time of their enrolment, or where participants may run out before a look.
    """
    counted = countable(plan, scenario)
    if counted is None:
        return None
    return exact.characteristics(plan, *counted, scenario.assigned_benefit(plan.endpoint))


def exact_success(plan: Plan, scenario: Scenario) -> float | None:
    """Probability of claiming benefit by enumeration, or None where trials cannot be enumerated.

    It costs far less than `exact_characteristics`, because no estimate has to be computed.
    """
    stopping = exact_stopping(plan, scenario)
    return None if stopping is None else float(stopping[0].sum())


def exact_stopping(plan: Plan, scenario: Scenario) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Probabilities of ending at each look with a claim and without one, by enumeration.

    Args:
        plan: The design.
        scenario: The truth.

    Returns:
        (with a claim, without one), each of shape (looks,); None where trials cannot be enumerated.
    """
    counted = countable(plan, scenario)
    if counted is None:
        return None
    lattice, chances = counted
    at_one_point = {name: np.array([chance]) for name, chance in chances.items()}
    ends = [(s.success.sum(), s.failure.sum()) for s in exact.walk(plan, lattice, at_one_point)]
    success, failure = np.array(ends, dtype=np.float64).T
    return success, failure


def countable(plan: Plan, scenario: Scenario) -> tuple[Lattice, dict[str, float]] | None:
    """The lattice of a plan and its named chances in a scenario; None where trials cannot be enumerated.

    Args:
        plan: The design.
        scenario: The truth.

    Example:
        >>> from handful.designs.base import Question
        >>> from handful.designs.single_arm import SingleArm
        >>> from handful.participants.endpoint import Endpoint
        >>> from handful.scenarios.binary import BinaryScenario
        >>> plan = SingleArm(participants=16, benchmark=0.2).plan(Question(Endpoint(name="response", kind="binary")))
        >>> countable(plan, BinaryScenario(untreated=0.2, treated=0.6))[1]["treated"]
        0.6
    """
    known = scenario.chances(plan.endpoint) if scenario.steady else None
    chances = plan.arrangement.chances(known) if known is not None else None
    lattice = exact.lattice_of(plan) if chances is not None else None
    if chances is None or lattice is None or _can_run_out(plan, scenario) or _known_late(plan, scenario):
        return None
    if any(name not in chances for name in lattice.null.names):
        return None
    return lattice, chances


def _known_late(plan: Plan, scenario: Scenario) -> bool:
    """Whether a design that adapts has to do so before the results of everybody enrolled are known."""
    if plan.adaptation is None:
        return False
    recruitment = scenario.recruitment
    if recruitment.rate is not None:
        return scenario.product.waiting_time > 0
    return recruitment.pool is not None and recruitment.pool < plan.participants  # they all come at once


def _can_run_out(plan: Plan, scenario: Scenario) -> bool:
    """Whether the pool or the end of recruitment can stop the trial."""
    recruitment = scenario.recruitment
    exhausted = (
        recruitment.pool is not None and recruitment.pool < plan.participants and recruitment.new_cases == 0
    )
    return exhausted or recruitment.until is not None


def _simulated(plan: Plan, scenario: Scenario, s: Summary) -> dict[str, object]:
    """Every figure from the sums over simulated trials."""
    n = s.trials
    truth = scenario.benefit(plan.endpoint)
    defined = int(s.error[0])
    inferior = _inferior(plan, s)
    timed = scenario.recruitment.rate is not None or plan.endpoint.kind == "time to event"
    return {
        "truth": truth,
        "success": Figure.share(int(s.success_at.sum()), n),
        "claims": _claims(plan, scenario, s),
        "false_claims": Figure.share(s.false_claims, n),
        "arms": tuple(Figure.mean(float(a), float(b), n) for a, b in s.arms) if plan.arms > 1 else (),
        "success_at": tuple(Figure.share(int(k), n) for k in s.success_at),
        "failure_at": tuple(Figure.share(int(k), n) for k in s.failure_at),
        "harm_at": () if plan.rule.harm is None else tuple(Figure.share(int(k), n) for k in s.harm_at),
        "unfinished": Figure.share(s.unfinished, n),
        "participants": _spread(s.enrolled, np.arange(len(s.enrolled), dtype=np.float64)),
        "analysed": Figure.mean(float(s.analysed[0]), float(s.analysed[1]), n),
        "overrun": Figure.mean(float(s.overrun[:, 1].sum()), float(s.overrun[:, 2].sum()), n),
        "overrun_at": tuple(_overrun(s, look) for look in range(len(s.overrun))),
        "months": _spread(s.months, np.arange(len(s.months)) + 0.5, s.month) if timed else None,
        "inferior": inferior,
        "bias": _bias(s.error),
        "rmse": _rmse(s.error),
        "coverage": Figure.share(s.covered, defined) if defined else Figure(value=None, how="simulated"),
        "nominal": None,
        "trials": n,
    }


def _claims(plan: Plan, scenario: Scenario, s: Summary) -> tuple[Claim, ...]:
    """How often each of several hypotheses is rejected."""
    if len(plan.hypotheses) == 1:
        return ()
    truth = Truth.of(plan, scenario)
    of_each = zip(plan.hypotheses, truth.benefits, s.claims, strict=True)
    return tuple(
        Claim(name=hypothesis.name, truth=benefit, chance=Figure.share(int(claimed), s.trials))
        for hypothesis, benefit, claimed in of_each
    )


def _overrun(s: Summary, look: int) -> Figure:
    """Enrolled and not analysed, among the trials that ended at a look."""
    ended, total, squares = map(float, s.overrun[look])
    return Figure.mean(total, squares, int(ended)) if ended else Figure(value=None, how="simulated")


def _inferior(plan: Plan, s: Summary) -> Figure:
    """Participants with an option that is not the best: control when the product helps, treatment when it does not."""
    share = plan.arrangement.inferior_share
    if share is not None:
        treated = s.arms[1]
        return Figure.mean(share * float(treated[0]), share**2 * float(treated[1]), s.trials)
    return Figure.mean(float(s.inferior[0]), float(s.inferior[1]), s.trials)


def _bias(error: np.ndarray) -> Figure:
    """Mean error with its Monte Carlo error."""
    n = error[0]
    if n == 0:
        return Figure(value=None, how="simulated")
    return Figure.mean(float(error[1]), float(error[2]), int(n))


def _rmse(error: np.ndarray) -> Figure:
    """Root mean squared error with its Monte Carlo error (delta method)."""
    n = error[0]
    if n == 0:
        return Figure(value=None, how="simulated")
    mean_square = float(error[2]) / float(n)
    if mean_square == 0:
        return Figure.simulated(0.0, 0.0)
    spread = math.sqrt(max(0.0, float(error[4]) / float(n) - mean_square**2) / n)
    return Figure.simulated(math.sqrt(mean_square), spread / (2 * math.sqrt(mean_square)))


_MOST_BARS = 40


def _spread(counts: np.ndarray, values: np.ndarray, powers: np.ndarray | None = None) -> Spread:
    """Distribution from counts over values; the mean from sums of powers where the values are bin centres."""
    trials = int(counts.sum())
    seen = np.flatnonzero(counts)
    total = (values @ counts, (values * values) @ counts) if powers is None else (powers[0], powers[1])
    cumulative = np.cumsum(counts) / trials
    quantile = [float(values[np.searchsorted(cumulative, q - 1e-12)]) for q in (0.05, 0.5, 0.95)]
    low, high = int(seen[0]), int(seen[-1])
    width = max(1, math.ceil((high - low + 1) / _MOST_BARS))
    starts = range(low, high + 1, width)
    bars = [
        (float(values[a : min(a + width, high + 1)].mean()), int(counts[a : a + width].sum())) for a in starts
    ]
    return Spread(
        mean=Figure.mean(float(total[0]), float(total[1]), trials),
        least=float(values[low]),
        lower=quantile[0],
        median=quantile[1],
        upper=quantile[2],
        most=float(values[high]),
        values=tuple(value for value, count in bars if count),
        shares=tuple(count / trials for _, count in bars if count),
    )
