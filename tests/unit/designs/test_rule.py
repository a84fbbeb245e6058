"""The rule of a look: benefit above, harm below, and what is futile in between."""

from __future__ import annotations

import numpy as np

from handful.analyses.base import Evidence
from handful.designs.pieces import Decision, Limits, Thresholds

SUCCESS, CONTINUE, FUTILITY, HARM = Decision.SUCCESS, Decision.CONTINUE, Decision.FUTILITY, Decision.HARM
INFINITE = np.inf


def told(rule: Thresholds, look: int, *statistics: float) -> list[int]:
    return rule.decide(look, Evidence(np.array(statistics)[:, None]))[:, 0].tolist()


def test_one_sided_limits_are_reached_where_they_are_met():
    rule = Thresholds((2.0, 1.5), (0.0, -INFINITE))
    assert told(rule, 0, -3.0, 0.0, 0.1, 1.9, 2.0) == [FUTILITY, FUTILITY, CONTINUE, CONTINUE, SUCCESS]
    assert told(rule, 1, -3.0, 1.5) == [CONTINUE, SUCCESS]


def test_harm_is_told_from_futility_which_is_an_interval_around_no_effect():
    rule = Thresholds((2.0,), (0.5,), harm=(-2.0,), futility_from=(-0.5,))
    said = told(rule, 0, -2.5, -2.0, -1.9, -0.6, -0.5, 0.0, 0.5, 0.6, 2.0)
    assert said == [HARM, HARM, CONTINUE, CONTINUE, FUTILITY, FUTILITY, FUTILITY, CONTINUE, SUCCESS]


def test_without_an_interval_of_futility_a_two_sided_trial_goes_on_between_its_limits():
    rule = Thresholds((2.0,), (-INFINITE,), harm=(-2.0,), futility_from=(INFINITE,))
    assert told(rule, 0, -2.0, 0.0, 1.9) == [HARM, CONTINUE, CONTINUE]


def test_limits_of_every_trial_of_its_own_decide_like_those_of_one():
    statistic = np.array([[1.0], [1.0], [-1.0]])
    success = np.array([[0.5], [2.0], [2.0]])
    each = Limits(success, -success / 4, futility_from=-INFINITE, harm=np.array([[-9.0], [-9.0], [-1.0]]))
    assert each.decide(statistic)[:, 0].tolist() == [SUCCESS, CONTINUE, HARM]
