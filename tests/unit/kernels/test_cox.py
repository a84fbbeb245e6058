"""The Cox model with one arm covariate: twin, definitions, monotone likelihood."""

import numpy as np
import pytest
from scipy import optimize

from handful.kernels import cox as kernels
from handful.kernels.twins import cox as twins


def trials(rounded: bool, participants: int = 14) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(31)
    shape = (400, participants)
    entry = rng.exponential(1.0, shape).cumsum(axis=1)
    time = rng.exponential(12.0, shape)
    if rounded:
        entry, time = entry.round(), np.ceil(time)
    event = rng.random(shape) < 0.6
    arm = rng.integers(-1, 3, shape).astype(np.int8)
    cut = rng.uniform(-1, 60, 400)
    cut[:10] = np.inf
    return entry, time, event, arm, cut, rng.random(shape) < 0.9


@pytest.mark.parametrize("rounded", [False, True], ids=["continuous", "with ties"])
def test_twins_give_the_same_bits(rounded: bool) -> None:
    data = trials(rounded)
    entry, time, event, arm, cut, observed = data
    for ours, theirs in zip(kernels.cox(*data), twins.cox(*data), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    found = kernels.cox_score(entry, time, event, arm, cut, -0.4, observed)
    for ours, theirs in zip(found, twins.cox_score(*data, -0.4), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_maximum_has_no_score_and_its_error_is_that_of_the_information() -> None:
    data = trials(True)
    fit = kernels.cox(*data)
    entry, time, event, arm, cut, observed = data
    for t in np.flatnonzero(np.isfinite(fit.log_ratio) & ~fit.penalised)[:50]:
        row = slice(t, t + 1)
        at = kernels.cox_score(
            entry[row], time[row], event[row], arm[row], cut[row], float(fit.log_ratio[t]), observed[row]
        )
        assert abs(at.score[0]) < 1e-9
        assert fit.error[t] == pytest.approx(at.information[0] ** -0.5, rel=1e-9)


def test_events_in_one_arm_only_give_the_penalised_maximum() -> None:
    """Two controls fail while five treated never do: the penalised likelihood, maximised another way."""
    time, event, arm = [[1.0, 2, 3, 4, 5, 6, 7]], [[1, 1, 0, 0, 0, 0, 0]], [[0, 0, 1, 1, 1, 1, 1]]
    fit = kernels.cox([[0.0] * 7], time, event, arm, np.inf)
    assert fit.penalised[0]

    def loss(beta: float) -> float:
        shares = np.array(
            [5 * np.exp(beta) / (2 + 5 * np.exp(beta)), 5 * np.exp(beta) / (1 + 5 * np.exp(beta))]
        )
        return -float(np.log(1 - shares).sum() + 0.5 * np.log((shares * (1 - shares)).sum()))

    best = optimize.minimize_scalar(loss, bounds=(-10, 10), method="bounded", options={"xatol": 1e-10}).x
    # A maximum found from values of the likelihood has half their digits.
    assert fit.log_ratio[0] == pytest.approx(best, abs=1e-6)
    mirrored = kernels.cox([[0.0] * 7], time, event, 1 - np.array(arm), np.inf)
    assert mirrored.log_ratio[0] == pytest.approx(-fit.log_ratio[0], rel=1e-9)


def test_nothing_to_compare_has_no_estimate() -> None:
    fit = kernels.cox([[0.0, 0.0]], [[1.0, 2.0]], [[True, True]], [[1, 1]], np.inf)
    assert np.isnan(fit.log_ratio[0])
    assert np.isnan(fit.error[0])
