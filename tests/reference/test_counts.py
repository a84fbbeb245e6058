"""Exact tests of event rates beside R."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handful.stats.counts import rate_p_value, rate_ratio_interval, rate_ratio_p_value

CASE: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "poisson.json").read_text())[
    "poisson_exact"
]


def test_r_poisson_test_of_one_rate() -> None:
    assert rate_p_value(4, 45.0, 0.25, "two-sided") == pytest.approx(CASE["one_p"], rel=1e-12)


def test_r_poisson_test_of_two_rates() -> None:
    assert rate_ratio_p_value(3, 10.0, 11, 9.0, alternative="two-sided") == pytest.approx(
        CASE["two_p"], rel=1e-12
    )
    assert rate_ratio_interval(3, 10.0, 11, 9.0) == pytest.approx(CASE["two_interval"], rel=1e-12)
