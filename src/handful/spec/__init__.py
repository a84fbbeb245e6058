"""What every spec is made of: the base model, quantities in people's words, YAML with line numbers, messages.

Knows no scenario and no design. Importing it is light: pydantic only; the YAML parser is loaded when a file
is read.
"""

from pydantic import Field

from handful.spec.base import Spec, spaced, wanted
from handful.spec.quantities import (
    AscendingPercentList,
    Count,
    Duration,
    HazardPerMonth,
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
    Quantity,
    RatePerMonth,
    RatePerYear,
    Ratio,
    Seed,
    Share,
)

__all__ = [
    "AscendingPercentList",
    "Count",
    "Duration",
    "Field",
    "HazardPerMonth",
    "NonNegativeNumber",
    "Number",
    "OpenProbability",
    "PercentList",
    "PositiveCount",
    "PositiveDuration",
    "PositiveNumber",
    "PositiveProbability",
    "PositiveShare",
    "Probability",
    "Quantity",
    "RatePerMonth",
    "RatePerYear",
    "Ratio",
    "Seed",
    "Share",
    "Spec",
    "spaced",
    "wanted",
]
