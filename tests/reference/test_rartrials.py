"""What response-adaptive rules are made of, to the digits that the vignette of the R package RARtrials prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handful.stats.allocation_rules import biased_coin, rosenberger_target, smoothed_rates
from handful.stats.beta_binomial import superiority_probability
from handful.stats.posterior_best import posterior_best

RARTRIALS: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "rartrials.json").read_text())
SEVEN_DIGITS = 5e-7  # relative


@pytest.mark.parametrize(("highest", "name"), [(True, "largest"), (False, "smallest")])
def test_posterior_probability_that_each_of_three_arms_is_the_best(highest: bool, name: str) -> None:
    case = RARTRIALS["posterior"]
    responses, others = np.array(case["responses"]), np.array(case["others"])
    # Their weights are those of the posterior, ours are counts beside a uniform prior.
    found = posterior_best([responses - 1], [responses + others - 2], highest=highest)[0]
    assert found == pytest.approx(np.array(case[name]), rel=SEVEN_DIGITS)


def test_posterior_probability_of_a_difference_by_more_than_a_margin() -> None:
    case = RARTRIALS["posterior"]
    control, *treated = zip(case["responses"], case["others"], strict=True)
    for arm, larger, smaller in zip(
        treated, case["larger_by_margin"], case["smaller_by_margin"], strict=True
    ):
        found = superiority_probability(arm, control, case["margin"])
        assert float(found) == pytest.approx(larger, rel=SEVEN_DIGITS)
        found = superiority_probability(control, arm, case["margin"])
        assert float(found) == pytest.approx(smaller, rel=SEVEN_DIGITS)


def test_biased_coin_of_five_arms_towards_the_target_of_rosenberger() -> None:
    case = RARTRIALS["biased_coin"]
    # RARtrials adds one success and one failure to each arm.
    target = rosenberger_target(smoothed_rates([case["successes"]], [case["totals"]], prior=(1, 1)))
    assert target[0] == pytest.approx(np.array(case["target"]), abs=5e-8)
    assert biased_coin(target, [case["totals"]])[0] == pytest.approx(np.array(case["chances"]), abs=5e-8)
