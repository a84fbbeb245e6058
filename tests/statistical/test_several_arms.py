"""Trials of several arms, simulated participant by participant, beside integrals over the same boundaries.

With a known standard deviation the statistics of the arms are normal and nothing else, so that both differ by Monte Carlo
error alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from handful.designs.base import Question
from handful.designs.multi_arm import MultiArm
from handful.designs.registry import families
from handful.engine.simulate import Job, simulate
from handful.engine.summary import Summary, add
from handful.participants.endpoint import Endpoint
from handful.scenarios.continuous import ContinuousScenario
from handful.stats.drop_the_losers import DropTheLosers, drop_the_losers
from handful.testing.agreement import share

SCORE = Endpoint(name="score", kind="continuous")
KNOWN_SD = {"kind": "z test", "sd": 1}
TRIALS = 20_000


def simulated(design: dict[str, Any], effects: tuple[float, ...]) -> Summary:
    """Sums over trials in which the arms have these effects, in standard deviations."""
    spec = families.get(design["kind"]).model_validate(design | {"analysis": KNOWN_SD})
    truth = ContinuousScenario(untreated={"sd": 1}, effect=1, arm_effects=effects)
    return add(part.summary for part in simulate(Job(spec.plan(Question(SCORE)), truth, 20261122, TRIALS)))


DESIGNS = {
    "triangular": {"kind": "multi arm", "arms": 3, "participants": 80},
    "more on control": {
        "kind": "multi arm",
        "arms": 2,
        "participants": 96,
        "allocation": "1:2",
        "looks": ["25%", "75%", "100%"],
        "upper": "obrien fleming",
        "lower": [-0.5, 1],
    },
    "without futility": {
        "kind": "multi arm",
        "arms": 4,
        "participants": 60,
        "upper": "pocock",
        "lower": "none",
    },
}


@pytest.mark.parametrize("effects", [0.0, 0.8], ids=["no effect", "effects"])
@pytest.mark.parametrize("name", DESIGNS)
def test_multi_arm_trials_go_as_integrated(name: str, effects: float) -> None:
    fields = DESIGNS[name]
    design = MultiArm.model_validate(fields)
    arms = len(design.arms)
    true = tuple(effects * k / (arms - 1) for k in range(arms))
    first = design.planned_looks().sizes[0] // sum(design.allocator().places)
    boundaries = design.boundaries(Question(SCORE))
    promised = boundaries.probabilities(true, first)
    s = simulated(fields, true)
    found = [
        share(f"success at look {k + 1}", int(s.success_at[k]), TRIALS, float(p))
        for k, p in enumerate(promised.any_rejected)
    ]
    found += [
        share(f"claim for arm {k + 1}", int(s.claims[k]), TRIALS, float(p))
        for k, p in enumerate(promised.rejected.sum(axis=1))
    ]
    assert not [one for one in found if not one.agrees]
    mean, square = s.analysed / TRIALS
    error = np.sqrt((square - mean * mean) / TRIALS)
    assert mean == pytest.approx(boundaries.expected_total(true, first), abs=4 * error)


def test_the_best_arm_is_kept_as_often_as_integrated_and_the_level_is_used_up() -> None:
    design = {
        "kind": "arm selection",
        "arms": 3,
        "participants": 80,
        "combination": {"kind": "inverse normal", "early success": False},
    }
    effect, others = 0.6, 0.2
    s = simulated(design, (others, effect, others))
    losers = DropTheLosers((3, 1), (1, 2), (1, 2), 2.0)
    # Whoever is kept has 10 more participants than at the look.
    kept = round(float(s.arms[2, 0] - 10 * TRIALS) / 10)
    assert share("kept", kept, TRIALS, losers.selection(10, effect, others)).agrees
    # Dunnett's test of all arms is exact, and nothing but it decides whether any arm is claimed.
    null = simulated(design, (0.0, 0.0, 0.0))
    assert share("false claims", null.false_claims, TRIALS, 0.025).agrees


def test_drop_the_losers_claims_as_often_as_integrated() -> None:
    design = {
        "kind": "drop the losers",
        "arms": 4,
        "participants": 90,
        "allocation": "1:2",
        "looks": ["33.333333%", "66.666667%", "100%"],
        "keep": [2, 1],
    }
    sizes, controls = (5, 10, 15), (10, 20, 30)
    losers = drop_the_losers((4, 2, 1), sizes, controls)
    effect, others = 0.9, 0.3
    s = simulated(design, (others, others, effect, others))
    assert share("power", int(s.claims[2]), TRIALS, losers.power(1, effect, others)).agrees
    null = simulated(design, (0.0, 0.0, 0.0, 0.0))
    assert share("false claims", null.false_claims, TRIALS, 0.025).agrees


@pytest.mark.parametrize("keep", [{"kind": "within", "margin": 1}, {"kind": "above", "at least": 0}])
@pytest.mark.parametrize("combination", ["inverse normal", {"kind": "fisher", "futility above": "60%"}])
@pytest.mark.parametrize("effects", [(0.0, 0.0, 0.0), (0.0, 0.0, 3.0), (0.0, 1.0, 0.4)])
def test_no_rule_of_selection_makes_more_false_claims(
    keep: dict[str, Any], combination: Any, effects: tuple[float, ...]
) -> None:
    design = {
        "kind": "arm selection",
        "arms": 3,
        "participants": 80,
        "keep": keep,
        "combination": combination,
        "later": "same total",
        "ends": "all decided",
    }
    false = simulated(design, effects).false_claims
    assert false / TRIALS <= 0.025 or share("false claims", false, TRIALS, 0.025).agrees
