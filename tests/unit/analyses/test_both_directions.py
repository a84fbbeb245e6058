"""Evidence for benefit and for harm as one statistic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from handful.analyses.base import Aim
from handful.analyses.both_directions import BothDirections, exchanged
from handful.analyses.registry import make
from handful.participants.observations import Cut, Outcomes

AIM = Aim()


def trial(control: list[float], treated: list[float]) -> tuple[Outcomes, Cut]:
    arm = np.array([[0] * len(control) + [1] * len(treated)], dtype=np.int8)
    outcome = np.array([control + treated], dtype=np.float64)
    return Outcomes(arm, None, outcome), Cut(np.array([outcome.size]), np.zeros(1))


def test_an_antisymmetric_statistic_stays_as_it_is():
    both, alone = BothDirections(base=make("t test")), make("t test")
    for treated in ([3.0, 4.0, 6.0], [-3.0, -4.0, -6.5], [1.0, 2.0, 3.0]):
        data = trial([1.0, 2.0, 3.0], treated)
        np.testing.assert_allclose(
            both.evidence(*data, AIM).statistic, alone.evidence(*data, AIM).statistic, atol=1e-12
        )


def test_harm_has_the_p_value_of_benefit_with_the_arms_exchanged():
    both = BothDirections(base=make("boschloo"))
    good, poor = [1.0] * 7 + [0.0] * 3, [1.0] * 2 + [0.0] * 8
    benefit = both.evidence(*trial(poor, good), AIM).statistic[0, 0]
    harm = both.evidence(*trial(good, poor), AIM).statistic[0, 0]
    assert benefit > 1.96
    assert harm == -benefit
    # One minus the p-value of benefit would call it stronger than it is.
    alone = make("boschloo").evidence(*trial(good, poor), AIM).statistic[0, 0]
    assert ndtr(harm) > 1 + alone


def test_where_nothing_is_known_neither_direction_is():
    both = BothDirections(base=make("boschloo"))
    assert both.evidence(*trial([], [1.0, 0.0]), AIM).statistic[0, 0] == 0
    assert both.evidence(*trial([1.0, 1.0], [1.0, 1.0]), AIM).statistic[0, 0] == 0


def test_the_lattice_says_what_the_evidence_of_each_trial_says():
    both = BothDirections(base=make("boschloo"))
    for aim in (AIM, Aim(sign=-1)):
        lattice = both.lattice([(4, 6)], aim)
        assert lattice is not None
        for x in range(5):
            for y in range(7):
                data = trial([1.0] * x + [0.0] * (4 - x), [1.0] * y + [0.0] * (6 - y))
                place = tuple(int(count[0]) for count in both.counts(*data, aim))
                assert lattice.statistic[0][place] == both.evidence(*data, aim).statistic[0, 0]


def test_a_margin_changes_sides_with_the_aim():
    aim = Aim(sign=-1, null=-0.2)
    assert exchanged(aim) == Aim(sign=1, null=0.2)
    assert exchanged(exchanged(aim)) == aim
    both = BothDirections(base=make("z pooled"))
    data = trial([1.0] * 6 + [0.0] * 4, [1.0] * 3 + [0.0] * 7)
    far = both.evidence(*data, replace(AIM, null=-0.2)).statistic[0, 0]
    assert far == -make("z pooled").evidence(*data, exchanged(replace(AIM, null=-0.2))).statistic[0, 0]
