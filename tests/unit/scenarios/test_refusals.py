"""Every refused scenario says in one sentence what would be right, and points at the field."""

from __future__ import annotations

import pytest

from handful.scenarios.operations import Recruitment
from handful.scenarios.registry import scenario_kinds
from handful.spec.messages import SpecError
from handful.spec.validation import validate

BASELINE = {"mean": 50, "sd": 8, "within sd": 4}

REFUSED = [
    ("binary", {"untreated": "20%"}, "either `treated` or `effect`, and exactly one of them"),
    ("binary", {"untreated": "20%", "treated": "30%", "effect": 0.1}, "effect: found 0.1, wanted either"),
    ("binary", {"untreated": 0.9, "effect": 0.2}, "an effect that leaves a probability; 1.1 is none"),
    (
        "binary",
        {"untreated": 0.2, "effect": 0.1, "factors": [{"name": "old", "share": 0.5, "effect": -0.6}]},
        "effects that leave everybody a probability; some would have -0.1 when untreated",
    ),
    (
        "binary",
        {
            "untreated": 0.2,
            "effect": 0,
            "factors": [{"name": "old", "share": 0.5}, {"name": "old", "share": 0.2}],
        },
        "a name other than 'old', which another factor has",
    ),
    (
        "continuous",
        {"untreated": {"sd": 4}, "effect": 3, "baseline": BASELINE},
        "measurement error alone gives the observed change a standard deviation of 5.66",
    ),
    (
        "continuous",
        {"untreated": {"sd": 6, "correlation": 0.5}, "effect": 3, "baseline": BASELINE},
        "a correlation of at most 0.111",
    ),
    (
        "continuous",
        {"untreated": {"sd": 6}, "effect": 3, "baseline": BASELINE | {"entry": {"at least": 100}}},
        "a threshold that at least one person in a million reaches at screening",
    ),
    (
        "continuous",
        {"untreated": {"sd": 6}, "effect": 3, "baseline": BASELINE | {"entry": {}}},
        "either `at least` or `at most`, and exactly one of them",
    ),
    ("count", {"untreated": 4}, "either `treated` or `rate ratio`, and exactly one of them"),
    ("count", {"untreated": 0, "rate ratio": 0.5}, "untreated: found 0"),
    ("count", {"untreated": 1, "rate ratio": 0.5, "dispersion": 11}, "dispersion: found 11"),
    ("time to event", {"untreated": {"median": 12}, "hazard ratio": 1e7}, "hazard ratio: found 10000000.0"),
    (
        "continuous",
        {"untreated": {"sd": 9}, "effect": 3, "baseline": BASELINE | {"visits": 21}},
        "baseline > visits: found 21",
    ),
    (
        "count",
        {"untreated": 1, "rate ratio": 0.5, "entry": {"at least": 30}},
        "a threshold that at least one person in a million reaches",
    ),
    (
        "count",
        {"untreated": 1000, "rate ratio": 1, "entry": {"at least": 3, "over": 1000}},
        "a time over which at most 10,000 events are expected",
    ),
    ("count", {"untreated": 1, "rate ratio": 1, "dispersion": 1e-9}, "0 or a number of at least 0.000001"),
    (
        "time to event",
        {"untreated": {"shape": 1.5}, "hazard ratio": 0.5},
        "`shape` and `scale` together",
    ),
    (
        "time to event",
        {"untreated": {}, "hazard ratio": 0.5},
        "either `median` or `rate` or `shape` or `hazard`",
    ),
    (
        "time to event",
        {"untreated": {"hazard": [[1, 0.1]]}, "hazard ratio": 0.5},
        "0 as the first month",
    ),
    (
        "time to event",
        {"untreated": {"hazard": [[0, 0.1], [6, 0.2], [6, 0.1]]}, "hazard ratio": 0.5},
        "a month after 6",
    ),
    ("time to event", {"untreated": {"median": 12}, "hazard ratio": 1, "cured": 1}, "a share below 100%"),
    (
        "time to event",
        {"untreated": {"hazard": [[0, 0]]}, "hazard ratio": 1},
        "a hazard above 0 in some month",
    ),
    (
        "time to event",
        {"untreated": {"median": 12}, "hazard ratio": 1, "cured treated": "100%"},
        "cured treated: found",
    ),
    ("ordinal", {"untreated": [0.5, 0.4], "odds ratio": 2}, "these add up to 0.9"),
    ("ordinal", {"untreated": [1.0], "odds ratio": 2}, "2 to 50 categories"),
    (
        "ordinal",
        {
            "untreated": [0.5, 0.5],
            "treated": [0.2, 0.8],
            "factors": [{"name": "old", "share": 0.5, "effect without": -1}],
        },
        "shares of the effect between 0 and 1, or an `odds ratio` in place of `treated`",
    ),
    (
        "binary",
        {"untreated": 0.2, "effect": 0.3, "factors": [{"name": "old", "share": 0.5, "effect without": -1}]},
        "an effect that leaves a probability; -0.1 is none",
    ),
    (
        "binary",
        {"untreated": 0.2, "effect": 0.3, "factors": [{"name": "old", "share": 0.5, "sensitivity": 0}]},
        "factors > item 1 > sensitivity: found 0",
    ),
    (
        "time to event",
        {
            "untreated": {"median": 12},
            "hazard ratio": 0.5,
            "cured treated": 0.2,
            "factors": [{"name": "old", "share": 0.5, "effect without": 0}],
        },
        "nothing beside factors that change what treatment does",
    ),
]


@pytest.mark.parametrize(("kind", "fields", "words"), REFUSED)
def test_a_refused_scenario_says_what_would_be_right(kind, fields, words):
    with pytest.raises(SpecError) as refused:
        validate(scenario_kinds.get(kind), fields)
    assert words in str(refused.value)


def test_new_cases_need_a_pool():
    with pytest.raises(SpecError, match="new cases: found 2, wanted `pool` beside `new cases`"):
        validate(Recruitment, {"rate": 1, "new cases": 2})
