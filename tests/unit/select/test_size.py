"""The smallest size that reaches a power: against sizes that are proved, known formulas, and every size tried by hand."""

from __future__ import annotations

from typing import Any

import pytest

import handful as hf
from handful.designs.base import Question
from handful.select.size import LARGEST, plans_its_own_size, resized, smallest_size
from handful.stats.sample_size_means import two_means_z
from handful.stats.single_stage import single_stage

BINARY = Question(hf.Endpoint(name="response", kind="binary"), alpha=0.05)


@pytest.mark.parametrize(
    ("p0", "p1", "power"),
    [
        (0.05, 0.25, 0.8),
        (0.1, 0.3, 0.9),
        (0.2, 0.4, 0.8),
        (0.02, 0.1, 0.8),
        (0.5, 0.7, 0.9),
        (0.7, 0.9, 0.8),
        (0.2, 0.6, 0.8),
    ],
)
@pytest.mark.parametrize("start", [3, 40, 150])
def test_the_saw_tooth_of_the_binomial_test_is_resolved_wherever_the_search_begins(p0, p1, power, start):
    proved = single_stage(p0, p1, 0.05, power)
    design = hf.SingleArm(participants=start, benchmark=p0)
    found = smallest_size(design, hf.BinaryScenario(untreated=p0, treated=p1), BINARY, power)
    assert (found.size, found.holds_from) == (proved.smallest.n, proved.stable.n)
    assert found.power.how == "exact"
    assert found.power.value == pytest.approx(proved.smallest.power, abs=1e-12)
    assert found.power_there.value == pytest.approx(proved.stable.power, abs=1e-12)


def test_two_arms_grow_by_whole_blocks_and_no_smaller_size_reaches_the_power():
    design = hf.Randomised(participants=20, analysis="fisher")
    scenario = hf.BinaryScenario(untreated=0.2, treated=0.7)
    found = smallest_size(design, scenario, BINARY, 0.8)
    powers = {
        size: hf.characteristics(
            resized(design, BINARY, size), scenario, BINARY.endpoint, alpha=0.05, trials=0
        ).success.value
        for size in range(4, found.size + 1, 4)
    }
    assert found.step == 4
    assert min(size for size, power in powers.items() if power >= 0.8) == found.size
    assert found.searched[0] == 4


def test_the_numeric_engine_finds_the_textbook_size_of_the_z_test():
    endpoint = hf.Endpoint(name="acuity", kind="continuous")
    question = Question(endpoint, alpha=0.025)
    design = hf.Randomised(participants=10, analysis={"kind": "z test", "sd": 6}, blocks_of=2)
    scenario = hf.ContinuousScenario(untreated={"sd": 6}, effect=5)
    found = smallest_size(design, scenario, question, 0.9)
    formula = two_means_z(5, 6).size(alpha=0.025, power=0.9)
    assert found.power.how == "numeric"
    assert found.size - 2 < formula <= found.size


def test_where_only_simulation_answers_the_error_is_stated():
    endpoint = hf.Endpoint(name="acuity", kind="continuous", known_after=12.0)
    lost = {"rate": 2.0, "dropout": 0.01}
    scenario = hf.ContinuousScenario(untreated={"sd": 6}, effect=6, recruitment=lost)
    question, design = Question(endpoint), hf.Randomised(participants=20, analysis="t test")
    found = smallest_size(design, scenario, question, 0.8, trials=2000)
    assert found.power.how == "simulated"
    assert found.power.error == pytest.approx((0.8 * 0.2 / 2000) ** 0.5, rel=0.1)
    assert found.power.value >= 0.8
    smaller = resized(design, question, found.size - found.step)
    below = hf.simulate(smaller, scenario, endpoint, trials=2000, threads=1)
    assert below.characteristics.success.value < 0.8


def test_events_are_searched_with_participants_in_proportion():
    endpoint = hf.Endpoint(name="death", kind="time to event")
    scenario = hf.TimeToEventScenario(untreated={"median": "12 months"}, hazard_ratio=0.4)
    design = hf.Randomised(participants=60, events=40)
    found = smallest_size(design, scenario, Question(endpoint), 0.8, trials=2000)
    assert found.counted == "events"
    assert found.participants == -(-found.size * 3 // 2)
    # Schoenfeld: 4 (1.96 + 0.84)^2 / log(0.4)^2 = 37.4 events.
    assert 30 <= found.size <= 45


def test_a_design_that_plans_its_own_size_is_refused():
    design = hf.Simon(benchmark=0.2, target=0.4)
    assert plans_its_own_size(design, BINARY)
    with pytest.raises(ValueError, match="finds its own size"):
        smallest_size(design, hf.BinaryScenario(untreated=0.2, treated=0.4), BINARY, 0.8)


@pytest.mark.parametrize(
    ("power", "treated", "said"),
    [(0.8, 0.2, f"no size up to {LARGEST}"), (1.0, 0.6, "between 0 and 1"), (0.0, 0.6, "between")],
)
def test_what_cannot_be_reached_is_said(power: float, treated: float, said: str):
    scenario: Any = hf.BinaryScenario(untreated=0.2, treated=treated)
    with pytest.raises(ValueError, match=said):
        smallest_size(hf.SingleArm(participants=10, benchmark=0.2), scenario, BINARY, power)
