"""What inference after a group-sequential trial must keep for every design, integrated and not simulated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from handful.stats.bisection import bisect_increasing
from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.normal_process import crossing_probabilities
from handful.stats.overrun import combination_inference, deletion_inference
from handful.stats.repeated import repeated_intervals, repeated_p_values
from handful.stats.sequential_inference import (
    WORTH_A_TABLE,
    SequentialInference,
    stage_wise_inference,
)
from handful.stats.spending import HwangShihDeCani

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """Looks and boundaries of a trial, with 1 as its full information."""

    information: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]

    def infer(self, look: int, z: Array, **question: float) -> SequentialInference:
        return stage_wise_inference(self.information, self.lower, self.upper, look, z, **question)

    def thresholds(self, evidence: Callable[[int, Array], Array], functions: int = 1) -> Array:
        """The statistic at each look from which growing functions of it are positive: (looks, functions)."""
        ends, looks = np.full(functions, 16.0), range(len(self.information))
        return np.array(
            [bisect_increasing(lambda z, k=k: evidence(k, z), -ends, ends, steps=42) for k in looks]
        )

    def probability_above(self, thresholds: Array, effect: float) -> float:
        """Probability of stopping at some look at or above its threshold, added up look by look."""
        total = 0.0
        for k, threshold in enumerate(thresholds):
            levels, passed = self.information[: k + 1], (self.lower[:k], self.upper[:k])
            last = k + 1 == len(self.information)
            low, high = (threshold, threshold) if last else (self.lower[k], max(threshold, self.upper[k]))
            beyond = crossing_probabilities(levels, (*passed[0], -np.inf), (*passed[1], high), effect)
            total += beyond.upper[k]
            if threshold < low:
                for sign, cut in ((1.0, low), (-1.0, threshold)):
                    below = crossing_probabilities(levels, (*passed[0], cut), (*passed[1], np.inf), effect)
                    total += sign * below.lower[k]
        return total


@st.composite
def designs(draw: st.DrawFn) -> Design:
    gaps = draw(st.lists(st.floats(0.05, 1.0), min_size=1, max_size=4))
    fractions = [*(np.cumsum(gaps)[:-1] / sum(gaps)), 1.0]
    kind = draw(st.sampled_from(["efficacy", "futility", "two-sided"]))
    solved = group_sequential_boundaries(
        fractions,
        efficacy=HwangShihDeCani(draw(st.floats(-6, 3))),
        futility=HwangShihDeCani(draw(st.floats(-6, 1))) if kind == "futility" else None,
        alpha=draw(st.floats(0.005, 0.1)),
        power=draw(st.floats(0.6, 0.95)),
        sided=2 if kind == "two-sided" else 1,
    )
    assume(all(low < high for low, high in zip(solved.lower[:-1], solved.upper[:-1], strict=True)))
    return Design(solved.information_fractions, solved.lower, solved.upper)


EFFECTS = st.floats(-4.0, 6.0)


@given(designs(), st.floats(0.001, 0.999), EFFECTS)
@settings(max_examples=15)
def test_p_values_are_uniform_under_the_hypothesis(design: Design, level: float, null_effect: float) -> None:
    thresholds = design.thresholds(lambda k, z: level - design.infer(k, z, null_effect=null_effect).p_value)
    assert design.probability_above(thresholds[:, 0], null_effect) == pytest.approx(level, abs=1e-11)


@given(designs(), EFFECTS, st.sampled_from([0.5, 0.8, 0.95, 0.99]))
@settings(max_examples=8)
def test_limits_miss_the_truth_as_often_as_stated_on_either_side_and_estimates_are_median_unbiased(
    design: Design, truth: float, confidence: float
) -> None:
    def evidence(look: int, z: Array) -> Array:
        found = design.infer(look, z, confidence=confidence)
        return np.array([found.lower[0], found.estimate[1], found.upper[2]]) - truth

    miss = 0.5 * (1.0 - confidence)
    thresholds = design.thresholds(evidence, functions=3)
    found = [design.probability_above(at_looks, truth) for at_looks in thresholds.T]
    assert found == pytest.approx([miss, 0.5, 1.0 - miss], abs=1e-9)


@given(designs(), st.lists(st.floats(-9.0, 9.0), min_size=5, max_size=5))
@settings(max_examples=15)
def test_tables_for_many_trials_agree_with_roots_for_few(design: Design, statistics: list[float]) -> None:
    last, few = len(design.information) - 1, np.array(statistics)
    many = np.concatenate([few, np.linspace(1.0, 2.0, WORTH_A_TABLE)])
    together, alone = design.infer(last, many), design.infer(last, few)
    for part in ("estimate", "lower", "upper"):
        assert getattr(together, part)[:5] == pytest.approx(getattr(alone, part), abs=1e-9)
    assert np.all(np.diff(together.p_value[5:]) <= 0.0)
    assert np.all(np.diff(together.lower[5:]) >= 0.0)


@given(designs(), st.floats(-5.0, 7.0), st.sampled_from([1, 2]))
@settings(max_examples=20)
def test_conclusions_do_not_depend_on_units_and_mirror(design: Design, z: float, sided: int) -> None:
    look, maximum = len(design.information) // 2, 37.0
    found = design.infer(look, np.array(z), sided=sided)
    levels = maximum * np.array(design.information)
    rescaled = stage_wise_inference(levels, design.lower, design.upper, look, z, sided=sided)
    assert rescaled.p_value == pytest.approx(float(found.p_value), abs=1e-12)
    assert rescaled.estimate * sqrt(maximum) == pytest.approx(float(found.estimate), abs=1e-9)
    turned = Design(
        design.information, tuple(-b for b in design.upper), tuple(-b for b in design.lower)
    ).infer(look, np.array(-z), sided=sided)
    expected = float(found.p_value) if sided == 2 else 1.0 - float(found.p_value)
    assert turned.p_value == pytest.approx(expected, abs=1e-12)
    for part, opposite in (("estimate", "estimate"), ("lower", "upper"), ("upper", "lower")):
        assert -getattr(turned, opposite) == pytest.approx(float(getattr(found, part)), abs=1e-9)


@given(designs(), st.floats(-3.0, 6.0), st.floats(1.0001, 1.6))
@settings(max_examples=20)
def test_deletion_without_overrun_changes_nothing_and_its_limits_invert_its_p_value(
    design: Design, z: float, growth: float
) -> None:
    look = len(design.information) - 1
    plain = design.infer(look, np.array(z))
    same = deletion_inference(design.information, design.lower, design.upper, look, 1.0, z)
    for part in ("p_value", "estimate", "lower", "upper"):
        assert getattr(same, part) == pytest.approx(getattr(plain, part), abs=1e-12)
    question = (design.information, design.lower, design.upper, look, growth, z)
    found = deletion_inference(*question, confidence=0.9)
    for limit, tail in ((found.lower, 0.05), (found.estimate, 0.5), (found.upper, 0.95)):
        again = deletion_inference(*question, null_effect=float(limit))
        assert again.p_value == pytest.approx(tail, abs=1e-12)


@given(designs(), st.floats(-3.0, 6.0), st.floats(0.01, 0.5), st.floats(-3.0, 4.0), st.floats(0.05, 0.9))
@settings(max_examples=20)
def test_combined_limits_invert_a_p_value_that_adds_independent_normal_scores(
    design: Design, z: float, more: float, later: float, weight: float
) -> None:
    look = len(design.information) - 1
    question = (design.information, design.lower, design.upper, look, z, more, later)
    found = combination_inference(*question, weight=weight, confidence=0.9)
    for limit, tail in ((found.lower, 0.05), (found.estimate, 0.5), (found.upper, 0.95)):
        truth = float(limit)
        again = combination_inference(*question, weight=weight, null_effect=truth)
        # The stage-wise p-value is uniform and the later statistic normal, both whatever the other one is.
        at_stop = float(design.infer(look, np.array(z), null_effect=truth).p_value)
        if 1e-6 < at_stop < 1 - 1e-6:  # beyond that 1 - p has lost the digits of the score
            assert again.p_value == pytest.approx(tail, abs=1e-9)
            score = sqrt(1 - weight) * -ndtri(at_stop) + sqrt(weight) * (later - truth * sqrt(more))
            assert ndtr(-score) == pytest.approx(tail, abs=1e-9)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.4])
def test_overrun_by_deletion_keeps_the_type_one_error(share: float) -> None:
    information, alpha = (0.4, 0.7, 1.0), 0.025
    upper = group_sequential_boundaries(information, alpha=alpha).upper
    claims = 0.0
    for k, reached in enumerate((0.4 + share, 0.7 + share, 1.0)):

        def evidence(z: Array, k: int = k, reached: float = reached) -> Array:
            return alpha - deletion_inference(information, None, upper, k, reached, z).p_value

        threshold = float(bisect_increasing(evidence, np.zeros(1), np.full(1, 9.0))[0])
        # The final statistic beyond its threshold: of those who come to look k, without those who pass it.
        come = crossing_probabilities((*information[:k], reached), None, (*upper[:k], threshold))
        claims += come.upper[-1]
        if k < 2:
            levels = (*information[: k + 1], reached)
            claims -= crossing_probabilities(levels, None, (*upper[: k + 1], threshold)).upper[-1]
    assert 0.5 * alpha < claims <= alpha


@given(
    st.lists(st.floats(0.1, 1.0), min_size=1, max_size=3),
    st.floats(-4.0, 1.0),
    st.floats(0.001, 0.4),
    st.sampled_from([1, 2]),
)
@settings(max_examples=12)
def test_repeated_p_values_are_the_levels_at_which_the_design_just_rejects(
    gaps: list[float], gamma: float, level: float, sided: int
) -> None:
    fractions = [*(np.cumsum(gaps)[:-1] / sum(gaps)), 1.0]
    spending = HwangShihDeCani(gamma)
    design = group_sequential_boundaries(
        fractions, efficacy=spending, alpha=level * sided, sided=sided, power=0.95
    )
    looks = np.arange(len(fractions))
    found = repeated_p_values(fractions, spending, looks, design.upper, sided=sided)
    assert found == pytest.approx(np.full(looks.size, level * sided), rel=1e-7)
    low, _ = repeated_intervals(fractions, design.upper, looks, design.upper)
    assert low == pytest.approx(np.zeros(looks.size), abs=1e-12)
