"""Quantities as people write them become the right plain numbers; everything else is refused in words."""

import math
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from handful.spec import (
    AscendingPercentList,
    Count,
    Duration,
    HazardPerMonth,
    Multiple,
    NonNegativeNumber,
    Number,
    OpenProbability,
    PercentList,
    PositiveCount,
    PositiveDuration,
    PositiveNumber,
    PositiveProbability,
    PositiveShare,
    Probability,
    RatePerMonth,
    RatePerYear,
    Ratio,
    Seed,
    Share,
)

A_DAY = 12 / 365.25


def read(quantity: Any, value: object) -> Any:
    return TypeAdapter(quantity).validate_python(value)


@pytest.mark.parametrize(
    ("quantity", "written", "stored"),
    [
        (Probability, 0.2, 0.2),
        (Probability, "20%", 0.2),
        (Probability, " 20 % ", 0.2),
        (Probability, "0.7%", 0.007),
        (Probability, "0.2", 0.2),
        (Probability, 0, 0.0),
        (Probability, "100%", 1.0),
        (Share, "2.5%", 0.025),
        (Multiple, "50%", 0.5),
        (Multiple, "-0.7%", -0.007),
        (Multiple, "150%", 1.5),
        (Multiple, 1.2, 1.2),
        (Multiple, -1, -1.0),
        (Duration, 12, 12.0),
        (Duration, "12 months", 12.0),
        (Duration, "1 month", 1.0),
        (Duration, "2 years", 24.0),
        (Duration, "2Years", 24.0),
        (Duration, "6 weeks", 42 * A_DAY),
        (Duration, "30 days", 30 * A_DAY),
        (Duration, "0 days", 0.0),
        (Duration, "365.25 days", 12.0),
        (RatePerMonth, 1.5, 1.5),
        (RatePerMonth, "1.5 per month", 1.5),
        (RatePerMonth, "24 per year", 2.0),
        (RatePerMonth, "24/year", 2.0),
        (RatePerMonth, "3 a month", 3.0),
        (RatePerMonth, "2 per week", 2 / (7 * A_DAY)),
        (RatePerYear, "25 per year", 25.0),
        (RatePerYear, 25, 25.0),
        (RatePerYear, "2 per month", 24.0),
        (RatePerYear, "1 per day", 365.25),
        (HazardPerMonth, "5% per year", 0.0042744411989625445),
        (HazardPerMonth, "0.06 per year", 0.005),
        (HazardPerMonth, 0.01, 0.01),
        (Ratio, "2:1", (2, 1)),
        (Ratio, "4 : 2", (2, 1)),
        (Ratio, [2, 1], (2, 1)),
        (Ratio, (3, 2), (3, 2)),
        (Ratio, 1, (1, 1)),
        (Ratio, 3.0, (3, 1)),
        (PercentList, ["50%", 1], (0.5, 1.0)),
        (PercentList, "50%, 100%", (0.5, 1.0)),
        (PercentList, 0.5, (0.5,)),
        (AscendingPercentList, ["30%", "60%", 1], (0.3, 0.6, 1.0)),
        (Count, 0, 0),
        (Count, 1e3, 1000),
        (PositiveCount, 40.0, 40),
        (Seed, 2**63 - 1, 2**63 - 1),
        (Number, -3, -3.0),
        (Number, 1e12, 1e12),
        (PositiveNumber, 1e-300, 1e-300),
        (NonNegativeNumber, 0, 0.0),
    ],
)
def test_what_is_written_and_what_is_stored(quantity: Any, written: object, stored: object) -> None:
    value = read(quantity, written)
    # One rounding in the conversion factor, one in the product.
    assert value == (pytest.approx(stored, rel=4e-16, abs=0) if isinstance(stored, float) else stored)
    assert type(value) is type(stored)


@pytest.mark.parametrize(
    ("written", "stored"), [("0.7%", 0.007), ("5.7%", 0.057), ("29%", 0.29), ("1e-3%", 1e-5)]
)
def test_a_percentage_is_rounded_once(written: str, stored: float) -> None:
    assert read(Probability, written) == stored


PROBABILITY = "wanted a probability such as 0.2 or 20%"
DURATION = "wanted a duration such as 12 months, 2 years, 6 weeks or 30 days"
RATIO = "wanted a ratio of two whole numbers from 1 to 1000, such as 2:1"
AT_LEAST_1 = "wanted a whole number of at least 1"


@pytest.mark.parametrize(
    ("quantity", "written", "message"),
    [
        (Probability, "20 years", PROBABILITY),
        (Probability, 20, PROBABILITY + " (did you mean 20%?)"),
        (Probability, "120%", PROBABILITY),
        (Probability, -0.1, PROBABILITY),
        (Probability, True, PROBABILITY),
        (Probability, None, PROBABILITY),
        (Probability, math.nan, PROBABILITY),
        (Probability, math.inf, PROBABILITY),
        (Probability, "nan", PROBABILITY),
        (Probability, "1e999", PROBABILITY),
        (Probability, "1e999999999%", PROBABILITY),
        (Probability, "٢%", PROBABILITY),
        (Probability, 10**400, PROBABILITY),
        (Probability, "1" * 10**6, PROBABILITY),
        (Probability, [0.2], PROBABILITY),
        (OpenProbability, 0, "wanted a probability above 0 and below 1, such as 0.2 or 20%"),
        (OpenProbability, "100%", "wanted a probability above 0 and below 1, such as 0.2 or 20%"),
        (PositiveProbability, "0%", "wanted a probability above 0, such as 0.2 or 20%"),
        (Share, "half", "wanted a share of the whole such as 0.2 or 20%"),
        (Multiple, "half", "wanted a share such as 50% or 0.5, which may be below 0 or above 100%"),
        (PositiveShare, 0, "wanted a share of the whole above 0, such as 0.2 or 20%"),
        (Duration, "20%", DURATION),
        (Duration, "12 m", DURATION),
        (Duration, "-1 month", DURATION),
        (Duration, "1e12 years", DURATION),
        (Duration, False, DURATION),
        (
            PositiveDuration,
            "0 weeks",
            "wanted a duration above 0, such as 12 months, 2 years, 6 weeks or 30 days",
        ),
        (
            RatePerMonth,
            "5% per year",
            "wanted a rate such as 1.5 per month or 25 per year (a bare number is per month)",
        ),
        (RatePerMonth, -1, "wanted a rate such as 1.5 per month or 25 per year (a bare number is per month)"),
        (RatePerYear, "fast", "wanted a rate such as 25 per year or 2 per month (a bare number is per year)"),
        (
            HazardPerMonth,
            "100% per year",
            "wanted a hazard such as 5% per year (lost within a year) or 0.05 per year "
            "(a bare number is per month)",
        ),
        (Ratio, "2:0", RATIO),
        (Ratio, "2:1:1", RATIO),
        (Ratio, [1], RATIO),
        (Ratio, 1.5, RATIO + " (write 3:2 for 1.5)"),
        (Ratio, "2000:1", RATIO),
        (Ratio, True, RATIO),
        (Ratio, [math.inf, 1], RATIO),
        (PositiveCount, "forty", AT_LEAST_1),
        (PositiveCount, "40", AT_LEAST_1),
        (PositiveCount, 0, AT_LEAST_1),
        (PositiveCount, 40.5, AT_LEAST_1),
        (PositiveCount, True, AT_LEAST_1),
        (PositiveCount, 1e300, AT_LEAST_1),
        (PositiveCount, 10**400, AT_LEAST_1),
        (PositiveCount, math.nan, AT_LEAST_1),
        (PositiveCount, math.inf, AT_LEAST_1),
        (Count, -1, "wanted a whole number of at least 0"),
        (Seed, 2**63, "wanted a whole number from 0 to 2^63 - 1"),
        (Number, "3", "wanted a number between -1e12 and 1e12"),
        (Number, 1.1e12, "wanted a number between -1e12 and 1e12"),
        (Number, True, "wanted a number between -1e12 and 1e12"),
        (PositiveNumber, 0, "wanted a number above 0"),
        (NonNegativeNumber, -1e-300, "wanted a number of at least 0"),
        (AscendingPercentList, [0.5, 0.5], "wanted a share above the 0.5 before it"),
        (AscendingPercentList, [0, 0.5], "wanted a share of the whole above 0, such as 0.2 or 20%"),
        (PercentList, True, "Input should be a valid tuple"),
        (PercentList, [], "Tuple should have at least 1 item after validation, not 0"),
        (PercentList, "1%," * 2000, "wanted a share of the whole such as 0.2 or 20%"),
    ],
)
def test_what_is_refused_is_said_in_words(quantity: Any, written: object, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(quantity).validate_python(written)
    assert message in [error["msg"] for error in caught.value.errors()]
