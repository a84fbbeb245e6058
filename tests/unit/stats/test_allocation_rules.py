"""Allocation rules: their formulas at hand-worked points, limits, and what they refuse."""

import numpy as np
import pytest

from handful.stats import allocation_rules as rules

NAN = float("nan")


def test_thall_and_wathen_at_the_ends_of_the_exponent() -> None:
    best = [[0.1, 0.0, 0.9]]
    np.testing.assert_allclose(rules.thall_wathen(best, 0), [[1 / 3] * 3])
    np.testing.assert_array_equal(rules.thall_wathen(best, 1), best)
    np.testing.assert_allclose(
        rules.thall_wathen(best * 2, [0.5, 1])[0], np.sqrt([0.1, 0, 0.9]) / sum(np.sqrt([0.1, 0.9]))
    )


def test_limits_that_push_others_over_theirs_are_met_in_turn() -> None:
    found = rules.thall_wathen([[0.90, 0.07, 0.03]], least=0.08)
    np.testing.assert_allclose(found, [[0.84, 0.08, 0.08]])
    found = rules.thall_wathen([[0.90, 0.07, 0.03]], least=[0, 0.1, 0.15], most=[0.7, 1, 1])
    np.testing.assert_allclose(
        found, [[0.7, 0.15, 0.15]]
    )  # the first is capped, which frees 0.05 for the second


def test_limits_that_can_be_met_are_met_where_setting_all_at_once_would_not() -> None:
    """Beyond both limits: (0.46, 0.46, 0.04, 0.04) clipped adds up to 1.2, and scaling that breaks the lower limit."""
    found = rules.thall_wathen([[0.46, 0.46, 0.04, 0.04]], least=0.15, most=0.45)
    np.testing.assert_allclose(found, [[0.35, 0.35, 0.15, 0.15]])


def test_limits_that_cannot_be_met_are_scaled() -> None:
    np.testing.assert_allclose(rules.thall_wathen([[0.9, 0.1]], least=[0.8, 0.8]), [[0.5, 0.5]])
    np.testing.assert_allclose(rules.thall_wathen([[0.9, 0.1]], most=[0.3, 0.2]), [[0.6, 0.4]])
    np.testing.assert_allclose(rules.thall_wathen([[0.9, 0.1]], most=0), [[0.5, 0.5]])


def test_closed_arms_get_nobody_and_leave_their_minimum_to_the_others() -> None:
    found = rules.thall_wathen([[0.9, 0.1, 0.0]], 1, least=0.15, is_open=[[True, True, False]])
    np.testing.assert_allclose(found, [[0.85, 0.15, 0.0]])


def test_arms_that_cannot_be_the_best_share_what_is_left() -> None:
    np.testing.assert_allclose(rules.thall_wathen([[0.0, 0.0, 1.0]], most=[1, 1, 0.6]), [[0.2, 0.2, 0.6]])


def test_trippa_by_hand() -> None:
    """Two treatments, exponent 2: 0.25 and 0.64 of 0.89; the control is 6 behind: exp(0.1 * 6) / 2 beside 1."""
    found = rules.trippa([[NAN, 0.5, 0.8]], [[8, 10, 14]], exponent=2, catch_up=0.1)
    control = np.exp(0.6) / 2
    expected = np.array([control, 0.25 / 0.89, 0.64 / 0.89]) / (1 + control)
    np.testing.assert_allclose(found, [expected], rtol=1e-14)


def test_trippa_with_a_closed_treatment_and_another_control() -> None:
    found = rules.trippa([[0.5, 0.9, NAN]], [[10, 30, 10]], 1, 0.2, control=2, is_open=[[True, False, True]])
    np.testing.assert_allclose(found, [[0.5, 0, 0.5]])  # one treatment as large as the control: both half


def test_targets_by_hand() -> None:
    np.testing.assert_allclose(
        rules.rosenberger_target([[0.25, 0.49, 0.64], [0, 0, 0]]), [[1 / 4, 7 / 20, 2 / 5], [1 / 3] * 3]
    )
    np.testing.assert_allclose(rules.neyman_target([[0.5, 0.2], [0, 1]]), [[5 / 9, 4 / 9], [0.5, 0.5]])


def test_biased_coin_by_hand() -> None:
    np.testing.assert_allclose(rules.biased_coin([[0.3, 0.7]], [[5, 5]], strength=0), [[0.3, 0.7]])
    np.testing.assert_allclose(rules.biased_coin([[0.3, 0.7]], [[3, 7]]), [[0.3, 0.7]])
    weights = np.array([0.3 * 0.6**2, 0.7 * 1.4**2])
    np.testing.assert_allclose(rules.biased_coin([[0.3, 0.7]], [[8, 8]]), [weights / weights.sum()])
    np.testing.assert_allclose(rules.biased_coin([[0.2, 0.3, 0.5]], [[0, 0, 4]]), [[0.4, 0.6, 0.0]])


def test_the_most_likely_arm_is_never_dropped() -> None:
    assert rules.still_open([[0.3, 0.3, 0.4]], below=0.9).tolist() == [[False, False, True]]
    assert rules.still_open([[0.0, 0.3, 0.7]], 0.5, [[True, True, False]]).tolist() == [[False, True, False]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rules.thall_wathen([[0.5, 1.5]]), "best"),
        (lambda: rules.thall_wathen([0.5, 0.5]), "shape"),
        (lambda: rules.thall_wathen([[0.5, 0.5]], -1), "exponent"),
        (lambda: rules.thall_wathen([[0.5, 0.5]], least=0.6, most=0.5), "least must not exceed"),
        (lambda: rules.thall_wathen([[0.5, 0.5]], is_open=[[True]]), "is_open"),
        (lambda: rules.growing_exponent(5, 0), "participants"),
        (lambda: rules.growing_exponent(5, 4), "enrolled"),
        (lambda: rules.with_control_matched([[0.5, 0.5]], control=2), "control"),
        (lambda: rules.trippa([[NAN, 0.5]], [[1, 1, 1]], 1, 0), "totals"),
        (lambda: rules.trippa([[NAN, 0.5]], [[1, 1]], 1, -1), "catch_up"),
        (lambda: rules.trippa([[NAN, 0.5]], [[1, 1]], 1, 0, is_open=[[True, False]]), "must be open"),
        (lambda: rules.trippa_exponents(1, 2, scale=-1, shape=1), "scale"),
        (lambda: rules.smoothed_rates([1], [2], (0, 1)), "positive"),
        (lambda: rules.biased_coin([[0.5, 0.5]], [[1, -1]]), "totals"),
        (lambda: rules.biased_coin([[0.5, 0.5]], [[1, 1]], -1), "strength"),
        (lambda: rules.still_open([[0.5, 0.5]], 1), "below"),
    ],
)
def test_nonsense_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
