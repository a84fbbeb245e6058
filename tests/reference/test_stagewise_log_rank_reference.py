"""Stage-wise log-rank statistics against rpact: the closed test of arms, and of a population and its subgroup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handful.analyses.base import Floats, Score
from handful.analyses.closed import Closed, ClosedByProducts
from handful.analyses.hypotheses import Hypothesis
from handful.analyses.logrank import LogRank
from handful.analyses.stages import StageEvidence
from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.conditional_error import conditional_rejection_probability
from handful.stats.fisher_combination import fisher_test
from handful.stats.repeated import repeated_p_values
from handful.stats.spending import KimDeMets, PocockType

RPACT = json.loads((Path(__file__).parent / "fixtures" / "stagewise_log_rank.json").read_text())
OF_ARMS, OF_PEOPLE, OF_STRATA = RPACT["arms"], RPACT["populations"], RPACT["strata"]
ARMS = (Hypothesis(name="arm 1", arm=1), Hypothesis(name="arm 2", arm=2))
PEOPLE = (Hypothesis(name="subgroup", in_subgroup=True), Hypothesis(name="whole"))


def stage(z: list[float | None], events: list[float | None] | None = None) -> StageEvidence:
    """What one stage of one trial says; arms are allocated alike, and information goes with the events."""
    return StageEvidence(
        z=np.array([[value or 0.0 for value in z]]),
        tested=np.array([[value is not None for value in z]]),
        sizes=np.ones((1, 3), dtype=np.int64),
        information=None if events is None else np.array([[number or 0.0 for number in events]]) / 4,
    )


def told(
    cls: type[Closed], asked: tuple[Hypothesis, ...], weights: Floats, test: Any, stages: list[StageEvidence]
) -> list[Floats]:
    """The statistic of each hypothesis after each stage."""
    closed = cls(base=LogRank(), hypotheses=asked, weights=tuple(weights.tolist()), intersection=test)
    return [closed.combined(stages[: k + 1])[0] for k in range(len(stages))]


@pytest.mark.parametrize("test", OF_ARMS["conditional_rejection"]["inverse normal"])
def test_arms_whose_log_ranks_are_combined_by_the_inverse_normal_method(test: str) -> None:
    fractions = tuple(OF_ARMS["fractions"])
    rule = group_sequential_boundaries(fractions, efficacy=KimDeMets(1.2), alpha=OF_ARMS["alpha"])
    found = told(Closed, ARMS, np.diff(fractions, prepend=0.0), test, [stage(z) for z in OF_ARMS["z"]])
    stated = OF_ARMS["conditional_rejection"]["inverse normal"][test]
    bounds = (fractions, (-0.5, 0.0, -np.inf), rule.upper)
    first, second = (conditional_rejection_probability(*bounds, look, z) for look, z in enumerate(found))
    np.testing.assert_allclose(first, stated[0], rtol=1e-5)
    assert second[0] == pytest.approx(stated[1][0], rel=1e-5)


@pytest.mark.parametrize("test", OF_ARMS["conditional_rejection"]["fisher"])
def test_arms_whose_p_values_are_multiplied(test: str) -> None:
    rule = fisher_test(tuple(OF_ARMS["fractions"]), alpha=OF_ARMS["alpha"], futility=(0.7, 0.5))
    (found,) = told(ClosedByProducts, ARMS, np.square(rule.weights), test, [stage(OF_ARMS["z"][0])])
    stated = OF_ARMS["conditional_rejection"]["fisher"][test][0]
    np.testing.assert_allclose(rule.conditional_error(0, np.exp(-found)), stated, rtol=1e-5)


def repeated(test: str, stages: list[StageEvidence]) -> Floats:
    """Repeated p-values of subgroup and whole, hypotheses by looks."""
    fractions = tuple(OF_PEOPLE["fractions"])
    found = told(Closed, PEOPLE, np.diff(fractions, prepend=0.0), test, stages)
    return np.array(
        [repeated_p_values(fractions, PocockType(), look, z) for look, z in enumerate(found)],
        dtype=np.float64,
    ).T


@pytest.mark.parametrize("test", OF_PEOPLE["repeated_p"])
def test_subgroup_and_whole_are_correlated_by_their_events(test: str) -> None:
    stages = [stage(z, events) for z, events in zip(OF_PEOPLE["z"], OF_PEOPLE["events"], strict=True)]
    found, stated = repeated(test, stages).T, OF_PEOPLE["repeated_p"][test]
    for now, printed in zip(found, stated, strict=True):
        for ours, theirs in zip(now, printed, strict=True):
            assert theirs is None or ours == pytest.approx(theirs, rel=0, abs=1e-6)


def test_everybody_is_compared_by_the_sum_of_the_strata() -> None:
    def score(stratum: dict[str, float]) -> Score:
        excess = stratum["observed"] - stratum["expected"]
        return Score(np.array([excess]), np.array([stratum["variance"]]), of_one=0.25)

    members, others = score(OF_STRATA["members"]), score(OF_STRATA["others"])
    z = [float(members.z[0]), float(members.with_stratum(others).z[0])]
    events = [OF_STRATA["members"]["observed"], OF_STRATA["others"]["observed"]]
    found = repeated("spiessens debois", [stage([*z], [events[0], sum(events)])])[:, 0]
    np.testing.assert_allclose(found, OF_STRATA["repeated_p"], rtol=0, atol=1e-6)
