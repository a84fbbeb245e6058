"""Multi-arm multi-stage designs: where they reduce to other designs, simulated trials, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt
from typing import Literal

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from handful.stats.classical import pocock
from handful.stats.dunnett import any_exceeds, dunnett_critical_value, loadings
from handful.stats.mams import MultiArmDesign, multi_arm_design
from handful.stats.multi_arm_process import MultiArmProcess
from handful.stats.normal_process import crossing_probabilities

LOWER, UPPER = (-0.5, 0.3, 2.0), (2.8, 2.3, 2.0)
ACCURACY = 1e-11  # of the integrals with 26 digits asked for


@pytest.mark.parametrize(
    ("arm", "control"), [((1.0, 2.0, 3.0), (1.0, 2.0, 3.0)), ((3.0, 4.0, 9.0), (2.0, 7.0, 8.0))]
)
def test_one_arm_is_a_group_sequential_design(arm: tuple[float, ...], control: tuple[float, ...]) -> None:
    information = 1 / (1 / np.array(arm) + 1 / np.array(control))
    found = MultiArmProcess(arm, control, LOWER, UPPER).probabilities((0.4,))
    # A difference of means has cov(Z_j, Z_k) = sqrt(I_j / I_k) however the allocation changes.
    expected = crossing_probabilities(information, LOWER, UPPER, 0.4)
    assert found.any_rejected == pytest.approx(expected.upper, abs=ACCURACY)
    going_on = 1 - np.cumsum(expected.stopping)
    assert found.continuing[:-1] == pytest.approx(going_on[:-1], abs=ACCURACY)
    assert found.active == pytest.approx(found.continuing, abs=ACCURACY)


def test_one_arm_with_pocock_boundaries_has_the_textbook_constant() -> None:
    design = multi_arm_design(1, (1, 2), upper="pocock", lower=None)
    assert design.upper == pytest.approx(pocock().upper((0.5, 1.0), 0.025), abs=1e-9)


@pytest.mark.parametrize("control", [1.0, 2.5])
@pytest.mark.parametrize("arms", [2, 5])
def test_one_stage_is_dunnetts_test(arms: int, control: float) -> None:
    design = multi_arm_design(arms, (1,), (control,), alpha=0.05)
    b = loadings([1.0] * arms, control)
    assert design.upper[0] == pytest.approx(dunnett_critical_value(b, 0.05), abs=1e-9)
    found = MultiArmProcess((1.0,), (control,), (1.2,), (1.2,)).probabilities((0.0,) * arms)
    assert found.any_rejected[0] == pytest.approx(float(any_exceeds([1.2] * arms, b)), abs=ACCURACY)


def test_three_stages_without_futility_are_one_multivariate_normal_probability() -> None:
    """Nine dimensions; SciPy's randomised integration states its error, here asked to be 2e-5."""
    arm, upper = np.array([1.0, 2.0, 3.0]), (2.6, 2.4, 2.2)
    found = MultiArmProcess((1.0, 2.0, 3.0), (1.0, 2.0, 3.0), (-inf, -inf, 2.2), upper).probabilities(
        (0.0,) * 3
    )
    looks = np.sqrt(np.minimum.outer(arm, arm) / np.maximum.outer(arm, arm))
    covariance = np.kron(0.5 * (np.eye(3) + 1), looks)
    inside = multivariate_normal.cdf(
        np.tile(upper, 3), cov=covariance, abseps=2e-5, releps=0, maxpts=2_000_000, rng=1
    )
    assert 1 - found.any_rejected.sum() == pytest.approx(float(inside), abs=6e-5)


def simulated(process: MultiArmProcess, effects: list[float], trials: int) -> dict[str, np.ndarray]:
    """The rule in words, trial by trial: the same quantities as `MultiArmProbabilities`, as means."""
    rng = np.random.default_rng(20261122)
    arm, control = np.array(process.arm_sizes), np.array(process.control_sizes)
    growth, control_growth = np.diff(arm, prepend=0.0), np.diff(control, prepend=0.0)
    drift = np.array(effects)[:, None] * growth
    sums = np.cumsum(drift + np.sqrt(growth) * rng.standard_normal((trials, len(effects), len(arm))), axis=2)
    controls = np.cumsum(np.sqrt(control_growth) * rng.standard_normal((trials, len(arm))), axis=1)
    z = (sums / arm - controls[:, None] / control) / np.sqrt(1 / arm + 1 / control)
    names = ("any_rejected", "rejected", "best", "continuing", "active")
    result: dict[str, list[np.ndarray]] = {name: [] for name in names}
    recruiting = np.ones(z.shape[:2], dtype=bool)
    for look, (low, high) in enumerate(zip(process.lower, process.upper, strict=True)):
        crossed = recruiting & (z[:, :, look] > high)
        stops = crossed.any(axis=1)
        largest = np.where(recruiting, z[:, :, look], -np.inf).argmax(axis=1)
        first = np.arange(len(effects)) == largest[:, None]
        recruiting = recruiting & (z[:, :, look] > low) & ~stops[:, None]
        for name, value in zip(
            names,
            (stops, crossed, crossed & first, recruiting.any(axis=1), recruiting.sum(axis=1)),
            strict=True,
        ):
            result[name].append(value.mean(axis=0))
    return {name: np.array(values) for name, values in result.items()}


@pytest.mark.parametrize(
    ("arm", "control", "effects"),
    [
        ((1.0, 2.0, 3.0), (1.0, 2.0, 3.0), [0.8, 0.1, 0.1, -0.3]),
        ((2.0, 3.0), (1.0, 4.0), [0.5, 0.4, 0.0]),
    ],
)
def test_probabilities_agree_with_simulated_trials_within_four_standard_errors(
    arm: tuple[float, ...], control: tuple[float, ...], effects: list[float]
) -> None:
    trials, stages = 200_000, len(arm)
    process = MultiArmProcess(arm, control, LOWER[-stages:], UPPER[-stages:], digits=16.0)
    exact = process.probabilities(tuple(effects), best_of=tuple(range(len(effects))))
    found = simulated(process, effects, trials)
    assert exact.best.sum(axis=0) == pytest.approx(exact.any_rejected, abs=1e-7)  # one arm is the best
    for name in ("any_rejected", "continuing"):
        expected = getattr(exact, name)
        assert np.all(
            abs(found[name] - expected) <= 4 * np.sqrt(expected * (1 - expected) / trials) + 1e-9
        ), name
    for name in ("rejected", "best"):
        expected = getattr(exact, name).T
        assert np.all(
            abs(found[name] - expected) <= 4 * np.sqrt(expected * (1 - expected) / trials) + 1e-9
        ), name
    # A number of arms between 0 and K has a deviation of at most K / 2.
    assert found["active"] == pytest.approx(exact.active, abs=4 * len(effects) / 2 / sqrt(trials))


@pytest.mark.parametrize("upper", ["obrien fleming", "pocock"])
def test_control_is_strong(upper: Literal["obrien fleming", "pocock"]) -> None:
    """No true effects make a false rejection more likely than the global null does (Magirr et al., theorem 1)."""
    design = multi_arm_design(3, (1, 2), alpha=0.05, upper=upper, lower=[0.0])
    process = MultiArmProcess(design.arm_sizes, design.control_sizes, design.lower, design.upper)
    for effects in ((0.0, 0.0, -0.4), (-0.1, -0.1, -0.1), (-9.0, 0.0, -9.0)):
        assert process.probabilities(effects).any_rejected.sum() < 0.05
    for others in (0.1, 0.5, 2.0):
        assert process.probabilities((0.0, others, others)).rejected[0].sum() < 0.05


def test_futility_that_is_not_binding_costs_a_higher_boundary() -> None:
    binding = multi_arm_design(3, (1, 2), upper="pocock", lower=[0.5])
    free = multi_arm_design(3, (1, 2), upper="pocock", lower=[0.5], binding=False)
    none = multi_arm_design(3, (1, 2), upper="pocock", lower=None)
    assert free.upper[0] == pytest.approx(none.upper[0], abs=1e-9)
    assert binding.upper[0] < free.upper[0]


def test_largest_and_expected_totals_meet_when_nobody_stops() -> None:
    design = MultiArmDesign(4, (1, 2, 3), (2, 4, 6), (-inf, -inf, 2.3), (inf, inf, 2.3))
    assert design.expected_total([0.5, 0.0, 0.0, 0.2], 10) == pytest.approx(
        design.largest_total(10), abs=1e-5
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: multi_arm_design(0, (1, 2)), "one arm"),
        (lambda: multi_arm_design(3, (1, 1)), "grow"),
        (lambda: multi_arm_design(3, (1, 2), (1,)), "each of"),
        (lambda: multi_arm_design(3, (1, 2), alpha=0.5), "alpha"),
        (lambda: multi_arm_design(3, (1, 2), upper="square"), "shape"),
        (lambda: multi_arm_design(3, (1, 2), upper=(1.0,)), "upper"),
        (lambda: multi_arm_design(3, (1, 2), lower=(1.0, 2.0)), "lower"),
        (lambda: multi_arm_design(3, (1, 2), upper="pocock", lower=[3.0]), "exceed"),
        (lambda: MultiArmDesign(2, (1, 2), (1, 2), (0, 1), (2, 2)), "last stage"),
        (lambda: multi_arm_design(2, (1,)).probabilities([0.1], 5), "2 finite"),
        (lambda: multi_arm_design(2, (1,)).probabilities([0.1, 0.2], 5, best_of=(2,)), "0 to 1"),
        (lambda: multi_arm_design(2, (1,)).power(0, 0.5), "size"),
        (lambda: multi_arm_design(2, (1,)).size_for(0.9, 0.1, 0.2), "effect"),
    ],
)
def test_nonsense_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
