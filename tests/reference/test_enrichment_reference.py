"""Adaptive enrichment against rpact: the closed test of real data to its printed digits, and simulated trials."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import handful as hf
from handful.analyses.base import Aim
from handful.analyses.closed import Closed
from handful.analyses.hypotheses import Hypothesis
from handful.analyses.registry import make
from handful.designs.base import Plan, Question
from handful.designs.combination_choice import InverseNormal
from handful.engine.simulate import Job, simulate
from handful.engine.summary import Summary, add
from handful.participants.observations import Cut, Outcomes, Stage
from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.classical import pocock
from handful.stats.conditional_error import conditional_rejection_probability
from handful.stats.nested import nested_correlation, nested_p_value
from handful.stats.repeated import repeated_p_values

RPACT = json.loads((Path(__file__).parent / "fixtures" / "enrichment.json").read_text())
RATES: dict[str, Any] = RPACT["rates"]
SIMULATED: dict[str, Any] = RPACT["simulated"]
FRACTIONS = tuple(RATES["fractions"])
POCOCK = group_sequential_boundaries(FRACTIONS, efficacy=pocock(), alpha=RATES["alpha"])
ASKED = (Hypothesis(name="subgroup", in_subgroup=True), Hypothesis(name="whole"))
MINE = {"SpiessensDebois": "spiessens debois", "Bonferroni": "bonferroni"}


def observed() -> tuple[Outcomes, list[int]]:
    """The one trial of rpact's test, member for member, and how many have been seen by the end of each stage."""
    arm: list[int] = []
    event: list[float] = []
    member: list[bool] = []
    ends = []
    for stage in range(2):
        for number, name in enumerate(("control", "treated")):
            part, whole = (
                (RATES[name][who]["size"][stage], RATES[name][who]["events"][stage])
                for who in ("subgroup", "whole")
            )
            for (size, events), inside in ((part, True), ((whole[0] - part[0], whole[1] - part[1]), False)):
                arm += [number] * size
                event += [1.0] * events + [0.0] * (size - events)
                member += [inside] * size
        ends.append(len(arm))
    seen = Outcomes(np.array([arm], dtype=np.int8), None, np.array([event]), subgroup=np.array([member]))
    return seen, ends


def statistics(intersection: str) -> list[np.ndarray]:
    """The combined statistics of subgroup and whole after each stage."""
    seen, (first, second) = observed()
    analysis = Closed(
        base=make("z pooled"),
        hypotheses=ASKED,
        weights=tuple(np.diff(FRACTIONS, prepend=0.0).tolist()),
        intersection=MINE[intersection],
    )
    month = np.zeros(1)
    looks = [
        Cut(np.array([first]), month),
        Cut(np.array([second]), month, (Stage(np.array([first]), month),)),
    ]
    return [analysis.evidence(seen, look, Aim(sign=-1)).statistic[0] for look in looks]


def with_rpacts_correlation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Correlate the statistics by the participants alone, as rpact does; ours counts how they fall on the arms too."""

    def by_participants(control: Any, treated: Any, in_control: Any, in_treated: Any) -> Any:
        return np.sqrt((in_control + in_treated) / (control + treated))

    monkeypatch.setattr("handful.analyses.closed.nested_correlation", by_participants)


@pytest.mark.parametrize("intersection", MINE)
def test_the_closed_test_of_subgroup_and_whole_is_that_of_rpact(
    intersection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_rpacts_correlation(monkeypatch)
    stated = RATES["conditional_rejection"][intersection]
    for look, found in enumerate(statistics(intersection)):
        left = conditional_rejection_probability(FRACTIONS, None, POCOCK.upper, look, found)
        # rpact prints eight digits, of integrals with a precision of 1e-6 or so.
        np.testing.assert_allclose(left, [stated["subgroup"][look], stated["whole"][look]], rtol=1e-5)


@pytest.mark.parametrize("intersection", MINE)
def test_its_repeated_p_values_are_those_of_rpact(intersection: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_rpacts_correlation(monkeypatch)
    stated = RATES["repeated_p"][intersection]
    told = np.array(statistics(intersection)).T  # hypotheses by looks
    for number, name in enumerate(("subgroup", "whole")):
        best = np.minimum.accumulate(
            [float(repeated_p_values(FRACTIONS, pocock(), look, told[number, look])) for look in range(2)]
        )
        # rpact searches the level until it moves by less than 1e-6.
        np.testing.assert_allclose(best, stated[name], rtol=0, atol=1e-6)


def test_the_correlation_by_arms_is_near_that_of_participants_and_makes_a_small_difference() -> None:
    by_arms = float(nested_correlation(49, 46, 28, 22))
    assert by_arms == pytest.approx((50 / 95) ** 0.5, abs=0.006)
    p = [float(nested_p_value([2.0, 1.5], rho)) for rho in (by_arms, (50 / 95) ** 0.5)]
    assert p[0] == pytest.approx(p[1], rel=5e-3)


RULES: dict[str, dict[str, Any]] = {
    "epsilon 0.1, SpiessensDebois": {
        "go_on_with": {"kind": "difference", "margin": 0.1, "by": "estimate"},
        "intersection": "spiessens debois",
    },
    "all, Sidak": {"go_on_with": {"kind": "difference", "margin": 100}, "intersection": "sidak"},
    "rBest 2, Simes": {"go_on_with": {"kind": "difference", "margin": 100}, "intersection": "simes"},
}


def plan(rule: str) -> Plan:
    """The design of rpact's simulation: weights by the information rates stated there, though the sizes are others."""
    design = hf.Enrichment(
        subgroup="S", participants=160, allocation=(1, 2), looks=(0.375, 1), analysis="t test", **RULES[rule]
    )
    question = Question(hf.Endpoint(name="change", kind="continuous"))
    made, base = design.plan(question), design.chosen_analysis(question.endpoint)
    given = {"kind": "given", "fractions": [0.3, 1], "cumulative": [0.4, 1]}
    stages = InverseNormal(spending=given).rule((0.3, 1.0), 0.025)
    analysis = stages.closed(base, design.hypotheses(), design.intersection)
    return replace(made, rule=stages.thresholds, analysis=analysis)


def conducted(rule: str, subgroup: float, others: float) -> Summary:
    """Sums over simulated trials."""
    untreated = {"sd": 0.8}
    factor = {"name": "S", "share": 0.2, "effect with": subgroup, "effect without": others}
    truth = hf.ContinuousScenario(untreated=untreated, effect=1, factors=[factor])
    return add(part.summary for part in simulate(Job(plan(rule), truth, 20261122, 8192)))


@pytest.mark.parametrize("rule", RULES)
def test_rpacts_simulated_trials(rule: str) -> None:
    # rpact simulated 100 trials a figure, with a stratified test and exactly a fifth of the participants in the subgroup;
    # both matter far less than the Monte Carlo error of 100 trials.
    stated, trials = SIMULATED[rule], SIMULATED["iterations"]
    for number, (subgroup, others) in enumerate(SIMULATED["effects"]):
        s = conducted(rule, subgroup, others)
        for name, count in (("at_least_one", s.success_at.sum()), ("early", s.success_at[0])):
            chance = (count + 1) / (s.trials + 2)
            error = (chance * (1 - chance) * (1 / trials + 1 / s.trials)) ** 0.5
            assert abs(stated[name][number] - chance) < 4 * error, (name, subgroup, others)
