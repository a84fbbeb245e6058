"""Row 14, Zevaskyn (VIITAL) [V:viital]: 43 pairs of wounds in 11 people, 81% against 16% at least half healed.

Golden numbers [G]: 35 of 43 against 7 of 43; effective pairs 33, 23 and 17.5 at intra-class correlations of 0.1, 0.3 and 0.5.
"""

from __future__ import annotations

import numpy as np
import pytest

from handful.analyses.base import Aim
from handful.analyses.matched import ClusteredMcNemar, McNemar
from handful.analyses.registry import make
from handful.participants.observations import Pairs
from handful.stats.clustered_pairs import design_effect, effective_pairs, inflated_mcnemar
from handful.study.loading import load
from tests.cases.published import EXAMPLES, answered, compared, kept

PAIRS, PEOPLE = 43, 11


@pytest.mark.parametrize(("correlation", "effective"), [(0.1, 33), (0.3, 23), (0.5, 17.5)])
def test_effective_pairs(correlation, effective):
    assert effective_pairs(PAIRS, PEOPLE, correlation) == pytest.approx(effective, abs=0.4)


def test_the_p_value_grows_with_the_correlation_and_stays_small():
    """28 pairs unlike, all in favour: whatever the correlation, which was not published, the result stands."""
    correlations = np.array([0.0, 0.1, 0.3, 0.5, 1.0])
    p_values = inflated_mcnemar(28, 0, design_effect(PAIRS, PEOPLE, correlations)).p_value
    assert (np.diff(p_values) > 0).all()
    assert p_values[-1] < 0.01


def _wounds(clustered: bool) -> Pairs:
    """35 of 43 and 7 of 43, the grafted failures spread over people or gathered in two of them."""
    treated = np.zeros(PAIRS)
    treated[:35] = 1
    control = np.zeros(PAIRS)
    control[:7] = 1
    person = np.arange(PAIRS) % PEOPLE if not clustered else np.arange(PAIRS) // 4
    most = int(np.bincount(person).max())
    observed = np.zeros((1, PEOPLE, most), dtype=np.bool_)
    sides = np.zeros((2, 1, PEOPLE, most))
    filled = np.zeros(PEOPLE, dtype=int)
    for pair in range(PAIRS):
        who = person[pair]
        place = filled[who]
        observed[0, who, place] = True
        sides[:, 0, who, place] = treated[pair], control[pair]
        filled[who] += 1
    return Pairs(np.ones((1, PEOPLE), dtype=np.int8), observed, sides[0], sides[1])


def test_the_unit_of_the_analysis_is_the_person():
    analysis = ClusteredMcNemar()
    spread = answered(analysis, _wounds(clustered=False), Aim())
    gathered = answered(analysis, _wounds(clustered=True), Aim())
    # Every wound counts as much as the next, so that the difference is 28/43 either way, published as 67%.
    assert gathered.statistic < spread.statistic
    assert gathered.upper - gathered.lower > spread.upper - spread.lower


def test_wounds_counted_as_people_would_be_overconfident():
    alone = Pairs(
        np.ones((1, PAIRS), dtype=np.int8),
        None,
        np.where(np.arange(PAIRS) < 35, 1.0, 0.0)[None, :, None],
        np.where(np.arange(PAIRS) < 7, 1.0, 0.0)[None, :, None],
    )
    naive = -answered(McNemar(), alone, Aim()).statistic
    honest = -answered(make("paired permutation"), _wounds(clustered=True), Aim()).statistic
    assert naive == pytest.approx(0.5**28, rel=1e-6)  # 28 pairs unlike, all in favour
    assert honest > 1000 * naive


def test_power_falls_when_wounds_of_a_person_are_more_alike():
    study = load(EXAMPLES / "viital" / "study.yaml")
    results = compared("viital", 1000)
    alike = results.cell("four pairs each", "wounds much alike").success.value
    assert alike < results.cell("four pairs each", "hoped for").success.value - 0.1
    assert study.scenario("wounds much alike").correlation > study.scenario("hoped for").correlation


def test_several_pairs_of_wounds_beat_one_and_beat_people_by_lot():
    results = compared("viital", 1000)
    assert results.chosen in {"four pairs each", "four pairs each, clustered"}
    assert "between people" not in kept(results)
    assert results.cell("four pairs each", "as published").success.value > 0.95
