"""The assumptions that sink trials, each as a change of a scenario that a family can name."""

from __future__ import annotations

from handful.designs.base import Stress
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario

BENCHMARK_LIMIT = (
    "A benchmark is taken as a number without error. Whatever is wrong with it is counted as benefit or as harm, and no "
    "number of participants mends that."
)
_FRACTIONS = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0)


def _drift(scenario: Scenario, endpoint: Endpoint, hoped: float, amount: float) -> Scenario:
    return scenario.replace(drift=scenario.drift + amount * abs(hoped))


def _learning(scenario: Scenario, endpoint: Endpoint, hoped: float, amount: float) -> Scenario:
    return scenario.replace(learning=scenario.learning + amount * abs(hoped))


def _contamination(scenario: Scenario, endpoint: Endpoint, hoped: float, amount: float) -> Scenario | None:
    return scenario.replace(contamination=amount) if amount > scenario.contamination else None


def _dropout(scenario: Scenario, endpoint: Endpoint, hoped: float, amount: float) -> Scenario:
    recruitment = scenario.recruitment
    return scenario.replace(recruitment=recruitment.replace(dropout=recruitment.dropout + amount / 12))


def _correlation(scenario: Scenario, endpoint: Endpoint, hoped: float, amount: float) -> Scenario | None:
    correlation = scenario.unit_correlation
    return scenario.with_correlation((1 - amount) * correlation) if correlation > 0 else None


def _entry(scenario: Scenario, endpoint: Endpoint, hoped: float, amount: float) -> Scenario | None:
    return scenario.with_entry_threshold(amount, endpoint)


def _spread(scenario: Scenario, endpoint: Endpoint, hoped: float, amount: float) -> Scenario | None:
    return scenario.with_more_spread(1 + amount, endpoint)


def _trend(scenario: Scenario, endpoint: Endpoint, hoped: float, amount: float) -> Scenario | None:
    timed = scenario.recruitment.rate is not None
    return scenario.replace(trend=scenario.trend + amount * abs(hoped)) if timed else None


HISTORICAL_DRIFT = Stress(
    "drift of the benchmark",
    "Untreated people now may do better than the people behind the benchmark did; the design cannot tell that from benefit.",
    _FRACTIONS,
    "of the effect hoped for",
    _drift,
)
UNTREATED_CHANGE = Stress(
    "change without treatment",
    "People may change after treatment for reasons that are not the product (course of the disease, care); their own past "
    "cannot tell.",
    _FRACTIONS,
    "of the effect hoped for",
    _drift,
)
LEARNING = Stress(
    "learning",
    "Being tested again improves performance, and the earlier tests of the same person then flatter the product.",
    _FRACTIONS,
    "of the effect hoped for",
    _learning,
)
REGRESSION_TO_THE_MEAN = Stress(
    "regression to the mean",
    "People who enter because of a bad measurement are on average better at the next one, with no treatment at all.",
    (0.5, 1.0, 1.5, 2.0),
    "standard deviations beyond the mean as entry threshold",
    _entry,
    gradual=False,
)
CONTAMINATION = Stress(
    "contamination of the untreated side",
    "Part of the effect may reach the untreated side, which hides the effect.",
    (0.1, 0.25, 0.5, 0.75, 0.9),
    "of the effect",
    _contamination,
)
TIME_TREND = Stress(
    "trend over time",
    "People who come later may do better whatever their arm; where more and more of them get the treatment that looked good, "
    "the time passes for a benefit.",
    _FRACTIONS,
    "of the effect hoped for, each year",
    _trend,
)
SPREAD = Stress(
    "more variable outcomes",
    "People may differ more than the size was planned for, which hides the effect in a trial of that size.",
    (0.1, 0.25, 0.5, 1.0),
    "of the standard deviation of an untreated outcome beyond what is assumed",
    _spread,
)
DROPOUT = Stress(
    "dropout",
    "Participants who are lost leave fewer outcomes, or count as failures.",
    (0.05, 0.1, 0.2, 0.4),
    "lost per year beyond what is assumed",
    _dropout,
)
CORRELATION = Stress(
    "correlation within a participant",
    "Units of one person that do not resemble each other make the person a worse control of itself.",
    (0.25, 0.5, 0.75, 1.0),
    "of the correlation between units lost",
    _correlation,
)
