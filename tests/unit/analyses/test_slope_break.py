"""The break from the own slope: contrasts, missing visits, the mixed model."""

from __future__ import annotations

import numpy as np
import pytest

from handful.analyses.base import Aim
from handful.analyses.slope_break import SlopeBreak, SlopeBreakPermutation
from handful.participants.observations import Courses
from tests.unit.analyses.seen import courses, everybody

TIMES = [-12.0, -6.0, 0.0, 6.0, 12.0]
T = np.array(TIMES)


def people(noise: float, step: float = 0.0, bend: float = 0.0, n: int = 8, seed: int = 3) -> Courses:
    rng = np.random.default_rng(seed)
    line = rng.normal(0, 9, (n, 1)) + rng.normal(0, 1, (n, 1)) * T
    after = T > 0
    return courses(
        (line + step * after + bend * np.where(after, T, 0) + rng.normal(0, noise, (n, 5))).tolist(), TIMES
    )


def test_lines_leave_no_trace_and_breaks_are_found_exactly() -> None:
    step = people(1e-9, step=3.0)
    assert SlopeBreak().estimate(step, everybody(step), Aim()).value[0] == pytest.approx(3.0, abs=1e-6)
    bend = people(1e-9, bend=0.25)
    found = SlopeBreak(shape="bend").estimate(bend, everybody(bend), Aim())
    assert found.value[0] == pytest.approx(0.25 * 12, abs=1e-6)  # at the last visit
    assert SlopeBreak().estimate(step, everybody(step), Aim(-1)).value[0] == pytest.approx(-3.0, abs=1e-6)


@pytest.mark.parametrize("shape", ["step", "bend"])
def test_mean_of_the_breaks_is_the_generalised_least_squares_estimate(shape: str) -> None:
    """Of the mixed model with random lines, for any covariance of the lines; all visits, so it does not depend on it."""
    seen = people(1.0, step=2.0)
    after = T > 0
    broken = after.astype(float) if shape == "step" else np.where(after, T, 0) / 12
    design = np.stack([np.ones(5), T, broken], axis=1)
    for g in (np.diag([4.0, 0.1]), np.array([[9.0, -0.8], [-0.8, 2.0]])):
        weight = np.linalg.inv(design[:, :2] @ g @ design[:, :2].T + 0.7 * np.eye(5))
        normal = 8 * design.T @ weight @ design
        gls = np.linalg.solve(normal, design.T @ weight @ seen.values[0].sum(axis=0))
        found = SlopeBreak(shape=shape).estimate(seen, everybody(seen), Aim())
        assert found.value[0] == pytest.approx(gls[2], rel=1e-9)


def test_missing_visits_are_fitted_around() -> None:
    seen = people(1e-9, step=3.0)
    observed = np.ones((1, 8, 5), dtype=bool)
    observed[0, 0, 1] = False  # three visits before and after are left that tell a step from a line
    observed[0, 1, 3:] = False  # no visit after treatment: of no use
    values = np.where(observed, seen.values, np.nan)
    masked = Courses(seen.arm, observed, values, seen.times)
    broken = SlopeBreak().breaks(masked, everybody(seen), Aim())
    assert broken.seen.tolist() == [[True, False] + [True] * 6]
    assert broken.benefit[0, 0] == pytest.approx(3.0, abs=1e-6)
    assert SlopeBreak().estimate(masked, everybody(seen), Aim()).value[0] == pytest.approx(3.0, abs=1e-6)


def test_visits_that_cannot_tell_a_break_are_refused() -> None:
    seen = courses([[1.0, 2.0], [2.0, 3.0]], [-6.0, 12.0])
    with pytest.raises(ValueError, match="cannot be told"):
        SlopeBreak().evidence(seen, everybody(seen), Aim())


def test_permutation_flips_the_same_breaks() -> None:
    seen = people(1.0, step=4.0)
    found = SlopeBreakPermutation().evidence(seen, everybody(seen), Aim()).statistic[0, 0]
    assert found == -1 / 2**8  # all eight breaks point the same way
