"""Inference after stopping: refusals, edges, and answers that need no integration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from handful.stats.classical import HaybittlePeto
from handful.stats.overrun import combination_inference, deletion_inference
from handful.stats.repeated import repeated_intervals, repeated_p_values
from handful.stats.sequential_inference import stage_wise_inference
from handful.stats.spending import OBrienFlemingType

LOOKS = ([10.0, 20.0], [-0.5, 1.98], [2.8, 1.98])


def test_a_trial_that_stops_at_its_first_look_is_a_fixed_trial() -> None:
    z = np.array([-3.0, 0.0, 2.9, 12.0])
    found = stage_wise_inference(*LOOKS, 0, z, null_effect=0.1, confidence=0.9)
    root = np.sqrt(10.0)
    assert found.p_value == pytest.approx(ndtr(0.1 * root - z), rel=1e-12)
    assert found.estimate == pytest.approx(z / root, abs=1e-14)
    assert found.lower == pytest.approx((z + ndtri(0.05)) / root, abs=1e-14)
    assert found.upper == pytest.approx((z - ndtri(0.05)) / root, abs=1e-14)


def test_without_boundaries_before_the_stop_a_late_trial_is_a_fixed_trial() -> None:
    found = stage_wise_inference([10.0, 20.0], None, [np.inf, 1.96], 1, [-12.0, 1.5, 30.0])
    assert found.estimate == pytest.approx(np.array([-12.0, 1.5, 30.0]) / np.sqrt(20.0), abs=1e-9)


def test_earlier_efficacy_says_more_than_later_and_earlier_futility_less() -> None:
    found = stage_wise_inference(*LOOKS, [0, 1, 1, 0], [2.8, 40.0, -40.0, -0.5])
    assert np.all(np.diff(found.p_value) >= 0.0)
    assert found.p_value[1] == pytest.approx(found.p_value[0], rel=1e-9)
    assert found.estimate[1] == pytest.approx(found.estimate[0], rel=1e-9)
    assert found.estimate[2] == pytest.approx(found.estimate[3], rel=1e-9)


def test_trials_without_a_statistic_have_no_conclusions() -> None:
    found = stage_wise_inference(*LOOKS, [0, 1, 1], [np.nan, np.nan, 2.0])
    for part in (found.p_value, found.estimate, found.lower, found.upper):
        assert np.isnan(part).tolist() == [True, True, False]


def test_shapes_follow_the_trials() -> None:
    assert stage_wise_inference(*LOOKS, 1, 2.0).p_value.shape == ()
    assert stage_wise_inference(*LOOKS, 1, np.zeros((2, 3))).lower.shape == (2, 3)
    assert stage_wise_inference(*LOOKS, np.zeros(0, dtype=int), np.zeros(0)).upper.shape == (0,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"information": [20.0, 10.0]}, "grow"),
        ({"upper": [2.8]}, "one boundary"),
        ({"lower": [3.0, 1.98]}, "exceed"),
        ({"look": 2}, "look"),
        ({"look": -1}, "look"),
        ({"look": 0.5}, "look"),
        ({"confidence": 1.0}, "confidence"),
        ({"sided": 3}, "sided"),
    ],
)
def test_questions_that_make_no_sense_are_refused(change: dict[str, Any], message: str) -> None:
    question = dict(zip(("information", "lower", "upper"), LOOKS, strict=True)) | {"look": 1, "z": 2.0}
    with pytest.raises(ValueError, match=message):
        stage_wise_inference(**(question | change))


def test_overrun_needs_information_beyond_the_last_look_passed() -> None:
    with pytest.raises(ValueError, match="exceed"):
        deletion_inference(*LOOKS, 1, 10.0, 2.0)
    # At the first look there is none before it, and the pipeline may have less than the look itself.
    assert deletion_inference(*LOOKS, 0, 5.0, 2.0).p_value == pytest.approx(ndtr(-2.0), rel=1e-12)


def test_combining_needs_later_data_and_a_weight() -> None:
    for more, weight in ((0.0, 0.5), (3.0, 0.0), (3.0, 1.0)):
        with pytest.raises(ValueError, match="must"):
            combination_inference(*LOOKS, 0, 3.0, more, 1.0, weight=weight)


def test_two_sided_p_values_double_the_smaller_side_and_never_exceed_one() -> None:
    for infer in (
        lambda z: stage_wise_inference([1.0, 2.0], [-2.8, -2.0], [2.8, 2.0], 1, z, sided=2),
        lambda z: combination_inference(
            [1.0, 2.0], [-2.8, -2.0], [2.8, 2.0], 1, z, 1.0, z, weight=0.3, sided=2
        ),
    ):
        found = infer(np.array([-2.5, 0.0, 2.5])).p_value
        assert found[0] == pytest.approx(found[2], rel=1e-12)
        assert found[1] == pytest.approx(1.0, abs=1e-12)


def test_repeated_p_values_at_their_ends() -> None:
    p = repeated_p_values([0.5, 1.0], OBrienFlemingType(), [0, 1, 1], [-1.0, np.nan, 30.0])
    assert p[0] == 1.0
    assert np.isnan(p[1])
    assert 0.0 < p[2] < 1e-12


def test_boundaries_that_do_not_move_with_the_level_have_no_repeated_p_value() -> None:
    with pytest.raises(ValueError, match="alpha"):
        repeated_p_values([0.5, 1.0], HaybittlePeto(), 0, 2.0)


def test_repeated_intervals_are_infinite_where_nothing_can_be_rejected() -> None:
    low, high = repeated_intervals([10.0, 20.0], [np.inf, 1.98], [0, 1], 1.0)
    assert (low[0], high[0]) == (-np.inf, np.inf)
    with pytest.raises(ValueError, match="boundary"):
        repeated_intervals([10.0, 20.0], [1.98], 0, 1.0)
