"""Several treatments of one scenario: the same people, the effect of each arm, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from handful.participants.block import Block
from handful.participants.potential import Exposure
from handful.scenarios.base import Scenario
from handful.scenarios.registry import scenario_kinds
from tests.unit.scenarios.people import ENDPOINTS, FULL, SEED

BLOCK = Block(SEED, 0, 50)
KINDS = list(FULL)


def scenario(kind: str, **more: object) -> Scenario:
    return scenario_kinds.get(kind).model_validate({"kind": kind} | FULL[kind] | more)


@pytest.mark.parametrize("kind", KINDS)
def test_each_arm_shows_its_own_effect_in_the_same_people(kind: str) -> None:
    endpoint = ENDPOINTS[kind]
    truth = scenario(kind, **{"arm effects": [0, 0.5, 1]})
    people = truth.participants(BLOCK, 12, endpoint)
    arm = (np.arange(50 * 12).reshape(50, 12) % 4).astype(np.int8)
    seen = people.outcome_on(arm, 3)
    half = truth.scaled(0.5).participants(BLOCK, 12, endpoint)
    np.testing.assert_array_equal(seen[arm == 0], people.outcome(Exposure.UNTREATED)[arm == 0])
    np.testing.assert_array_equal(
        seen[arm == 1], truth.scaled(0).participants(BLOCK, 12, endpoint).outcome(Exposure.TREATED)[arm == 1]
    )
    np.testing.assert_array_equal(seen[arm == 2], half.outcome(Exposure.TREATED)[arm == 2])
    np.testing.assert_array_equal(seen[arm == 3], people.outcome(Exposure.TREATED)[arm == 3])
    assert truth.on_arm(2, 3).benefit(endpoint) == pytest.approx(truth.scaled(0.5).benefit(endpoint))
    assert truth.on_arm(3, 3).benefit(endpoint) == truth.benefit(endpoint)


@pytest.mark.parametrize("kind", KINDS)
def test_arms_of_a_scenario_that_names_none_are_alike(kind: str) -> None:
    truth, endpoint = scenario(kind), ENDPOINTS[kind]
    people = truth.participants(BLOCK, 6, endpoint)
    arm = np.tile(np.array([0, 1, 2, 0, 1, 2], dtype=np.int8), (50, 1))
    np.testing.assert_array_equal(people.outcome_on(arm, 2), people.outcome_under(arm >= 1))
    assert truth.on_arm(2, 2) is truth


def test_a_design_with_another_number_of_arms_is_refused() -> None:
    truth = scenario("binary", **{"arm effects": [0.5, 1]})
    people = truth.participants(BLOCK, 3, ENDPOINTS["binary"])
    with pytest.raises(ValueError, match="says the effect of 2 arms, and the design has 3"):
        people.outcome_on(np.zeros((50, 3), dtype=np.int8), 3)
    # A design of one treatment tests the treatment itself.
    one = np.ones((50, 3), dtype=np.int8)
    np.testing.assert_array_equal(people.outcome_on(one, 1), people.outcome_under(one == 1))


def test_a_factor_that_nobody_named_is_refused() -> None:
    truth = scenario("binary")
    people = truth.participants(BLOCK, 3, ENDPOINTS["binary"])
    np.testing.assert_array_equal(people.has("young"), people.factors()[:, :, 0] == 1)
    with pytest.raises(ValueError, match="no factor 'old'; it has 'young'"):
        people.has("old")
    with pytest.raises(ValueError, match="no factor 'old'"):
        truth.within("old", ENDPOINTS["binary"])
