"""Whatever is stored is written so that it is read back as the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from handful.app.spelling import Style, spelled
from handful.spec.quantities import (
    AscendingPercentList,
    Duration,
    HazardPerMonth,
    Number,
    Probability,
    RatePerMonth,
    RatePerYear,
    Ratio,
)
from handful.study.fields import parsed

PROBABILITY, DURATION, PER_MONTH, PER_YEAR, HAZARD, RATIO, NUMBER, SHARES = map(
    TypeAdapter,
    (Probability, Duration, RatePerMonth, RatePerYear, HazardPerMonth, Ratio, Number, AscendingPercentList),
)


def read(kind: TypeAdapter, style: Style, value: object) -> object:
    return kind.validate_python(parsed(f"x={spelled(style, value)}")[1])


@given(st.floats(0, 1))
def test_probabilities(value: float) -> None:
    assert read(PROBABILITY, "percent", value) == pytest.approx(value, rel=1e-9, abs=1e-14)


@given(st.floats(0, 1e4))
def test_times_and_rates(value: float) -> None:
    for kind, style in ((DURATION, "months"), (PER_MONTH, "per month"), (PER_YEAR, "per year")):
        assert read(kind, style, value) == pytest.approx(value, rel=1e-9, abs=1e-12)


@given(st.floats(0, 0.5))
def test_hazards_as_the_share_that_is_lost_in_a_year(value: float) -> None:
    # Ten digits of the share that is lost; near all of it they say less of the hazard.
    assert read(HAZARD, "hazard", value) == pytest.approx(value, rel=1e-6, abs=1e-11)


@given(st.floats(-1e9, 1e9))
def test_numbers(value: float) -> None:
    assert read(NUMBER, "number", value) == pytest.approx(value, rel=1e-9, abs=1e-12)


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_ratios(one: int, other: int) -> None:
    ratio = RATIO.validate_python((one, other))
    assert read(RATIO, "ratio", ratio) == ratio


@given(st.sets(st.integers(1, 100), min_size=1, max_size=20))
def test_lists_of_shares(percents: set[int]) -> None:
    shares = tuple(p / 100 for p in sorted(percents))
    assert read(SHARES, "shares", shares) == pytest.approx(shares)
