"""What every spec is made of: the base model, quantities in people's words, YAML with lines, messages.

Knows no scenario and no design. Importing it is light: pydantic alone; the YAML parser is loaded when a file
is read. `registry`, `references`, `schema` and `describe` are imported from their modules.
"""

from pydantic import Field

from handful.spec.base import Spec, spaced, wanted
from handful.spec.messages import Problem, SpecError
from handful.spec.positions import Positions
from handful.spec.quantities import (
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
    Quantity,
    RatePerMonth,
    RatePerYear,
    Ratio,
    Seed,
    Share,
)
from handful.spec.validation import validate
from handful.spec.yaml import read_yaml, read_yaml_file

__all__ = [
    "AscendingPercentList",
    "Count",
    "Duration",
    "Field",
    "HazardPerMonth",
    "Multiple",
    "NonNegativeNumber",
    "Number",
    "OpenProbability",
    "PercentList",
    "Positions",
    "PositiveCount",
    "PositiveDuration",
    "PositiveNumber",
    "PositiveProbability",
    "PositiveShare",
    "Probability",
    "Problem",
    "Quantity",
    "RatePerMonth",
    "RatePerYear",
    "Ratio",
    "Seed",
    "Share",
    "Spec",
    "SpecError",
    "read_yaml",
    "read_yaml_file",
    "spaced",
    "validate",
    "wanted",
]
