"""Numbers as printed: how many digits, and what the tag says."""

from __future__ import annotations

import pytest

from handful.participants.endpoint import Endpoint
from handful.report.tags import benefit, benefit_figure, number, plain, share
from handful.select.figure import Figure


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Figure.exact(0.0371), "3.71% exact"),
        (Figure.numeric(0.8), "80.0% numeric"),
        (Figure.share(8240, 10_000), "82.4% ±0.4 sim"),
        (Figure.share(0, 10_000), "0.00% ±0.01 sim"),
        (Figure.share(9_999, 10_000), "100.0% ±0.01 sim"),
        (Figure(value=None, how="simulated"), "not defined"),
    ],
)
def test_shares(figure: Figure, text: str) -> None:
    assert share(figure).striptags() == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (21.438, 0.062, "21.44 ±0.06 sim"),
        (21.438, 0.0124, "21.438 ±0.012 sim"),
        (-0.0004, 0.05, "0.00 ±0.05 sim"),
        (30.0, 0.0, "30.0 ±0 sim"),
        (1234.4, 31.0, "1 234 ±31 sim"),
    ],
)
def test_numbers_have_the_digits_that_their_error_leaves(value: float, error: float, text: str) -> None:
    assert number(Figure.simulated(value, error)).striptags() == text  # which makes every space a plain one


def test_a_bias_of_proportions_is_in_percentage_points() -> None:
    endpoint = Endpoint(name="response", kind="binary")
    assert benefit_figure(Figure.simulated(-0.0123, 0.004), endpoint).striptags() == "\u22121.2 ±0.4 sim"


@pytest.mark.parametrize(
    ("endpoint", "value", "text"),
    [
        (Endpoint(name="e", kind="continuous", unit="letters"), 8.0, "8 letters"),
        (Endpoint(name="e", kind="count", better="lower"), 0.6931471805599453, "ratio 0.5"),
        (Endpoint(name="e", kind="time to event"), 0.6931471805599453, "ratio 0.5"),
    ],
)
def test_benefits_on_the_scale_that_people_read(endpoint: Endpoint, value: float, text: str) -> None:
    assert benefit(value, endpoint) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.1 + 0.2, "0.3"), (1e9, "1\u202f000\u202f000\u202f000"), (0.0, "0")]
)
def test_plain_numbers(value: float, text: str) -> None:
    assert plain(value) == text
