"""The exact type I error of asymptotic O'Brien-Fleming rules in small trials, against an independent enumeration.

`small_n_truth.json` was computed by plain enumeration of binomial paths with the boundaries of the design asOF, k = 2, alpha =
0.025 (rpact 4.5 claims 0.0250 for each of them).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from handful.designs.base import Question
from handful.designs.group_sequential import GroupSequential
from handful.designs.single_arm import SingleArm
from handful.engine import exact, numeric
from handful.participants.endpoint import Endpoint
from handful.scenarios.binary import BinaryScenario
from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.sample_size import drift_with
from handful.stats.sample_size_rates import rate_difference

TRUTH = json.loads((Path(__file__).parent / "fixtures" / "small_n_truth.json").read_text())
ENDPOINT = Endpoint(name="response", kind="binary")
SINGLE = [row for row in TRUTH["rows"] if row["design"].startswith("single-arm")]
TWO_ARM = [row for row in TRUTH["rows"] if row["design"].startswith("two-arm")]


def single_arm(participants: int, benchmark: float) -> SingleArm:
    return SingleArm(
        participants=participants,
        benchmark=benchmark,
        looks=(0.5, 1.0),
        analysis={"kind": "z one proportion"},
    )


@pytest.mark.parametrize("row", SINGLE, ids=lambda row: f"N={row['N']}, p0={row['p0']}")
def test_single_arm_z_rule_equals_enumeration(row: dict[str, float]) -> None:
    plan = single_arm(int(row["N"]), row["p0"]).plan(Question(ENDPOINT))
    lattice = exact.lattice_of(plan)
    assert lattice is not None
    value, nuisance = exact.worst_type_one_error(plan, lattice)
    assert nuisance is None
    assert value == pytest.approx(row["exact_type1"], abs=1e-14)


@pytest.mark.parametrize("row", TWO_ARM, ids=lambda row: f"N={row['N']}")
def test_two_arm_pooled_z_rule_equals_enumeration(row: dict[str, float]) -> None:
    design = GroupSequential(participants=int(row["N"]), blocks_of=2, analysis={"kind": "z pooled"})
    plan = design.plan(Question(ENDPOINT))
    lattice = exact.lattice_of(plan)
    assert lattice is not None
    chance = np.array([0.2, 0.05, 0.5, row["at_p"]])
    found = exact.success_probability(plan, lattice, lattice.null.at(chance))
    expected = [row["at_p02"], row["at_p05"], row["at_p5"], row["max_exact_type1"]]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)
    # The reference looked at a grid of hundredths; the true maximum may lie between its points.
    worst, where = exact.worst_type_one_error(plan, lattice)
    assert worst >= row["max_exact_type1"] - 1e-14
    assert worst == pytest.approx(row["max_exact_type1"], abs=2e-4)
    assert where is not None


def test_rpact_claims_and_exact_truth_of_a_single_arm_of_24() -> None:
    """S13: rpact's nominal power and what the rule really does, for benchmark 0.2 and truths 0.2, 0.35 and 0.5."""
    plan = single_arm(24, 0.2).plan(Question(ENDPOINT))
    lattice = exact.lattice_of(plan)
    assert lattice is not None
    found = exact.success_probability(plan, lattice, {"treated": np.array([0.2, 0.35, 0.5])})
    np.testing.assert_allclose(found, TRUTH["S13"]["exact"], rtol=0, atol=1e-14)
    assert found[0] == pytest.approx(0.0371, abs=5e-5)
    assert plan.aim.alpha == 0.025


def test_rpact_claims_and_exact_truth_of_two_arms_of_24() -> None:
    """S12: 48 participants, a response of 0.2 on control and of 0.2 to 0.8 on treatment."""
    design = GroupSequential(participants=48, blocks_of=2, analysis={"kind": "z pooled"})
    plan = design.plan(Question(ENDPOINT))
    lattice = exact.lattice_of(plan)
    assert lattice is not None
    rates = np.array([0.2, 0.4, 0.6, 0.8])
    found = exact.success_probability(plan, lattice, {"control": np.full(4, 0.2), "treated": rates})
    np.testing.assert_allclose(found, TRUTH["S12"]["exact"], rtol=0, atol=1e-14)
    boundaries = group_sequential_boundaries([0.5, 1], power=0.8)
    drifts = [drift_with(rate_difference(rate, 0.2), 48, boundaries) for rate in rates[1:]]
    claimed = boundaries.power_at([0.0, *drifts])
    # rpact's probabilities of crossing are off by up to 1.1e-8.
    np.testing.assert_allclose(claimed, TRUTH["S12"]["rpact_claim"], rtol=0, atol=2e-8)


def test_exact_boundaries_keep_the_level_that_normal_ones_exceed() -> None:
    for row in TWO_ARM:
        spec = {"participants": int(row["N"]), "blocks_of": 2, "analysis": {"kind": "z pooled"}}
        plan = GroupSequential(**spec, boundaries="exact").plan(Question(ENDPOINT))
        lattice = exact.lattice_of(plan)
        assert lattice is not None
        assert exact.worst_type_one_error(plan, lattice)[0] <= 0.025 + 1e-9


def test_nominal_power_is_that_of_the_normal_process() -> None:
    scenario = BinaryScenario(untreated=0.2, treated=0.2)
    plan = GroupSequential(participants=40, blocks_of=2, analysis={"kind": "z pooled"}).plan(
        Question(ENDPOINT)
    )
    promised = numeric.characteristics(plan, scenario)
    assert promised is not None
    assert promised.success == pytest.approx(0.025, abs=1e-8)
