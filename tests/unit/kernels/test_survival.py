"""The log-rank test and the time of the n-th event: twin, published data, definitions."""

import numpy as np
import pytest

from handful.kernels import survival as kernels
from handful.kernels.twins import survival as twins

RNG = np.random.default_rng(12)
TRIALS, PARTICIPANTS = 400, 38


def trials(rounded: bool) -> tuple[np.ndarray, ...]:
    entry = RNG.exponential(1.0, (TRIALS, PARTICIPANTS)).cumsum(axis=1)
    time = RNG.exponential(12.0, (TRIALS, PARTICIPANTS))
    if rounded:
        entry, time = entry.round(), np.ceil(time)
    event = RNG.random((TRIALS, PARTICIPANTS)) < 0.7
    arm = RNG.integers(-1, 3, (TRIALS, PARTICIPANTS)).astype(np.int8)
    cut = RNG.uniform(-1, 60, TRIALS).round() if rounded else RNG.uniform(-1, 60, TRIALS)
    cut[:10] = np.inf
    entry[:, -3:] = np.where(RNG.random((TRIALS, 3)) < 0.3, np.inf, entry[:, -3:])
    observed = RNG.random((TRIALS, PARTICIPANTS)) < 0.9
    return entry, time, event, arm, cut, observed


@pytest.mark.parametrize("rounded", [False, True], ids=["continuous", "with ties"])
def test_twins_give_the_same_bits(rounded: bool) -> None:
    entry, time, event, arm, cut, observed = trials(rounded)
    found = kernels.logrank(entry, time, event, arm, cut, observed)
    for ours, theirs in zip(found, twins.logrank(entry, time, event, arm, cut, observed), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    count = RNG.integers(1, PARTICIPANTS + 3, TRIALS)
    np.testing.assert_array_equal(
        kernels.nth_event_time(entry, time, event, count, observed),
        twins.nth_event_time(entry, time, event, count, observed),
    )


def test_kleinbaum_and_klein_chapter_2_on_remission_times() -> None:
    """Data of Freireich et al. (1963), Blood 21:699, with ties and censoring; the book prints 16.793."""
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    treated = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    event = [1] * 21 + [1] * 9 + [0] * 12
    arm = [1] * 21 + [0] * 21
    result = kernels.logrank([[0] * 42], [placebo + treated], [event], [arm], np.inf)
    assert (result.observed[0], result.events[0]) == (21, 30)
    assert result.z[0] ** 2 == pytest.approx(16.793, abs=5e-4)


def test_swapping_the_arms_changes_the_sign() -> None:
    entry, time, event, arm, cut, observed = trials(True)
    arm = abs(arm) % 2
    ours = kernels.logrank(entry, time, event, arm, cut, observed)
    swapped = kernels.logrank(entry, time, event, 1 - arm, cut, observed)
    # Two sums of at most 38 rounded terms.
    np.testing.assert_allclose(swapped.z, -ours.z, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(ours.observed + swapped.observed, ours.events)
    np.testing.assert_allclose(ours.expected + swapped.expected, ours.events, rtol=1e-13)


def test_cut_at_the_nth_event_sees_n_events() -> None:
    entry, time, event, arm, _, observed = trials(False)
    arm = abs(arm) % 2
    for count in (1, 7, 20):
        cut = kernels.nth_event_time(entry, time, event, count, observed)
        events = kernels.logrank(entry, time, event, arm, cut, observed).events
        reached = np.isfinite(cut)
        assert (events[reached] == count).all()
        assert (events[~reached] < count).all()


def test_look_at_calendar_time_equals_data_censored_by_hand() -> None:
    entry, time, event, arm, _, _ = trials(False)
    cut = 20.0
    seen = entry < cut
    ended = entry + time <= cut
    by_hand = kernels.logrank(
        np.where(seen, 0.0, np.inf), np.where(ended, time, cut - entry), event & ended, arm, np.inf
    )
    for ours, theirs in zip(kernels.logrank(entry, time, event, arm, cut), by_hand, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_no_event_has_no_z() -> None:
    result = kernels.logrank([[0.0, 0.0]], [[1.0, 2.0]], [[False, False]], [[0, 1]], 9.0)
    assert np.isnan(result.z[0])
    assert result.variance[0] == 0


def test_z_is_standard_normal_without_a_difference() -> None:
    """Mean 0 and variance 1 within four standard errors (variance of z**2 is 2)."""
    entry = np.zeros((4_000, 60))
    time = RNG.exponential(1, (4_000, 60))
    arm = np.tile([0, 1], (4_000, 30))
    z = kernels.logrank(entry, time, time < 2, arm, np.inf).z
    assert abs(z.mean()) < 4 / np.sqrt(4_000)
    assert abs(np.mean(z**2) - 1) < 4 * np.sqrt(2 / 4_000)


def test_count_of_events_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        kernels.nth_event_time([[0.0]], [[1.0]], [[True]], 0)
