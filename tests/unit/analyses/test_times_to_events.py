"""Log-rank, hazard ratio and one-sample tests: looks, signs, margins, nobody and nothing."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from handful.analyses.base import Aim
from handful.analyses.logrank import LogRank
from handful.analyses.one_sample_logrank import OneSampleLogRank, OneSamplePoisson
from handful.participants.observations import Cut
from handful.stats.counts import rate_interval
from tests.unit.analyses.seen import events, everybody

TIME, EVENT, ARM = [2.0, 3, 5, 8, 9, 6, 11, 15, 22, 24], [1, 1, 0, 1, 1, 1, 1, 0, 1, 0], [0] * 5 + [1] * 5


def z(analysis: LogRank | OneSampleLogRank, seen: object, aim: Aim, month: float = 0.0) -> float:
    return float(analysis.evidence(seen, everybody(seen, month), aim).statistic[0, 0])  # type: ignore[arg-type]


def test_sooner_is_better_turns_the_sign() -> None:
    seen = events(TIME, EVENT, ARM)
    assert z(LogRank(), seen, Aim(1)) == -z(LogRank(), seen, Aim(-1)) > 0


def test_look_in_the_calendar_sees_what_has_happened() -> None:
    entry = [float(k) for k in range(10)]
    seen = events(TIME, EVENT, ARM, entry)
    month = 12.0
    cut = [min(t, month - e) for t, e in zip(TIME, entry, strict=True)]
    happened = [int(v and e + t <= month) for v, t, e in zip(EVENT, TIME, entry, strict=True)]
    by_hand = events(cut, happened, ARM)
    assert z(LogRank(), seen, Aim(), month) == z(LogRank(), by_hand, Aim())
    later = LogRank().estimate(seen, everybody(seen, month), Aim())
    assert later.value[0] == LogRank().estimate(by_hand, everybody(by_hand), Aim()).value[0]
    tally = OneSampleLogRank().tally(seen, everybody(seen, month), Aim(1, 7.0))
    assert tally.seen[0] == sum(happened[5:])
    assert tally.expected[0] == pytest.approx(log(2) / 7 * sum(cut[5:]))


def test_margin_at_the_estimate_leaves_no_evidence() -> None:
    """The score of the partial likelihood is 0 at its maximum."""
    seen = events(TIME, EVENT, ARM)
    benefit = LogRank().estimate(seen, everybody(seen), Aim()).value[0]
    assert z(LogRank(), seen, Aim(1, float(benefit))) == pytest.approx(0, abs=1e-9)
    assert z(LogRank(), seen, Aim(1, -0.5)) > z(LogRank(), seen, Aim())
    # Without ties the score test at 0 is the log-rank test.
    assert z(LogRank(), seen, Aim(1, 1e-12)) == pytest.approx(z(LogRank(), seen, Aim()), rel=1e-9)


def test_arm_without_events_has_a_finite_estimate_and_nobody_none() -> None:
    seen = events(TIME, [1, 1, 0, 1, 1, 0, 0, 0, 0, 0], ARM)
    assert 0 < LogRank().estimate(seen, everybody(seen), Aim()).value[0] < 10
    nothing = events(TIME, [0] * 10, ARM)
    assert z(LogRank(), nothing, Aim()) == 0
    assert np.isnan(LogRank().estimate(nothing, everybody(nothing), Aim()).value[0])
    assert z(LogRank(), nothing, Aim(1, -0.3)) == 0


def test_whoever_never_has_the_event_is_at_risk_for_ever() -> None:
    never = events([*TIME[:9], np.inf], [*EVENT[:9], 1], ARM)
    censored = events([*TIME[:9], 500.0], [*EVENT[:9], 0], ARM)
    assert z(LogRank(), never, Aim()) == z(LogRank(), censored, Aim())


def test_process_counts_events_by_their_allocation() -> None:
    process = LogRank().process([(15, 15), (20, 40)], Aim(1, -0.1), 0.5, {})
    assert process is not None
    np.testing.assert_allclose(process.information, [7.5, 60 * 2 / 9])
    assert process.effect == pytest.approx(0.6)


def test_one_sample_statistics_by_hand() -> None:
    """9 expected (a hazard of 0.1 over 90 months), 4 seen."""
    seen = events([9.0] * 10, [1] * 4 + [0] * 6, [1] * 10)
    aim = Aim(1, 10 * log(2))
    assert z(OneSampleLogRank(variance="expected"), seen, aim) == pytest.approx(5 / 3)
    assert z(OneSampleLogRank(), seen, aim) == pytest.approx(5 / np.sqrt(6.5))
    estimate = OneSamplePoisson().estimate(seen, everybody(seen), aim)
    assert estimate.value[0] == pytest.approx(log(9 / 4))
    low, high = rate_interval(4, 9.0)
    np.testing.assert_allclose([estimate.lower[0], estimate.upper[0]], [-log(high), -log(low)])


def test_benchmark_as_yearly_hazard_and_weibull_shape() -> None:
    seen = events([6.0, 12.0], [1, 0], [1, 1])
    cut = everybody(seen)
    hazard = OneSampleLogRank(benchmark_is="yearly hazard").tally(seen, cut, Aim(1, 0.4))
    assert hazard.expected[0] == pytest.approx(0.4 * 18 / 12)
    weibull = OneSampleLogRank(shape=2.0).tally(seen, cut, Aim(1, 6.0))
    assert weibull.expected[0] == pytest.approx(
        log(2) * (1 + 4)
    )  # half are left at the median whatever the shape


def test_one_sample_without_a_benchmark_is_refused() -> None:
    seen = events([6.0], [1], [1])
    with pytest.raises(ValueError, match="above 0"):
        OneSampleLogRank().evidence(seen, everybody(seen), Aim(1, 0.0))


def test_participants_not_included_take_no_part() -> None:
    seen = events(TIME, EVENT, ARM)
    first = Cut(np.array([7]), np.zeros(1))
    alone = events(TIME[:7], EVENT[:7], ARM[:7])
    assert float(LogRank().evidence(seen, first, Aim()).statistic[0, 0]) == z(LogRank(), alone, Aim())
