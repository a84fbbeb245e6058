"""Assurance, conditional and predictive power and the conditional error, as the documentation of gsDesign prints them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from handful.stats.assurance import expected_power, normal_assurance
from handful.stats.boundaries import Boundaries, group_sequential_boundaries
from handful.stats.conditional_error import conditional_rejection_probability
from handful.stats.conditional_power import conditional_power, predictive_power
from handful.stats.normal_posterior import Normal
from handful.stats.spending import HwangShihDeCani

GSDESIGN: dict[str, Any] = json.loads(
    (Path(__file__).parent / "fixtures" / "gsdesign_prediction.json").read_text()
)
GRID = 2e-5  # what gsDesign's grid leaves in a boundary, and at most in a probability
FOUR_DECIMALS = 5e-5


@cache
def default_design(looks: int) -> Boundaries:
    """gsDesign's own default: upper boundaries and ones for futility that do not bind, by Hwang, Shih and DeCani."""
    return group_sequential_boundaries(
        np.arange(1, looks + 1) / looks,
        efficacy=HwangShihDeCani(-4),
        futility=HwangShihDeCani(-2),
        alpha=0.025,
        power=0.9,
    )


def optimistic(solved: Boundaries) -> Normal:
    """A prior about the drift: three quarters of the planned one, give or take a half of it, in units of the fixed design."""
    planned = solved.fixed_drift
    return Normal(0.75 * planned, 4 / planned**2)


def test_assurance_of_a_design_with_five_looks() -> None:
    solved, stated = default_design(5), GSDESIGN["assurance_of_five_looks"]

    def power(effect: np.ndarray) -> np.ndarray:
        return np.asarray(solved.power_at(effect * np.sqrt(solved.inflation)))

    assert expected_power(power, optimistic(solved)) == pytest.approx(stated["value"], abs=GRID)


def test_assurance_of_the_benchmark_of_dragalin() -> None:
    stated = GSDESIGN["assurance_of_one_look"]
    prior, information = stated["prior"], stated["information"]
    belief = Normal(prior["mean"] / prior["unit"], (prior["unit"] / prior["sd"]) ** 2)
    found = normal_assurance(information, -float(ndtri(0.025)) / np.sqrt(information), belief)
    # gsDesign's test of it allows 1e-5 of the value.
    assert float(found) == pytest.approx(stated["value"], rel=1e-5)


def test_conditional_power_at_the_futility_boundary_of_the_second_of_five_looks() -> None:
    solved = default_design(5)
    information = solved.inflation * np.array(solved.information_fractions)
    z = solved.lower[1]
    for effect, stated in zip(
        (0.0, solved.fixed_drift),
        GSDESIGN["conditional_power_at_the_second_of_five_looks"]["values"],
        strict=True,
    ):
        found = conditional_rejection_probability(
            information, solved.lower, solved.upper, 1, z, effect=effect
        )
        assert float(found) == pytest.approx(stated, abs=GRID)


def test_conditional_and_predictive_power_half_way() -> None:
    solved, stated = default_design(2), GSDESIGN["two_looks"]
    now, end = solved.inflation * np.array(solved.information_fractions)
    trend = stated["z"] / np.sqrt(now)
    found = conditional_power(now, stated["z"], end, solved.upper[-1], [trend, 0.0, solved.fixed_drift])
    assert found == pytest.approx(np.array(stated["conditional_power"]), abs=GRID)
    prior = optimistic(solved)
    averaged = predictive_power(
        now,
        stated["z"],
        end,
        solved.upper[-1],
        prior_effect=prior.mean,
        prior_information=prior.information,
    )
    assert float(averaged) == pytest.approx(stated["predictive_power"], abs=GRID)


def test_conditional_error_and_power_at_the_first_look_of_a_survival_trial() -> None:
    stated = GSDESIGN["conditional_error"]
    events, z = stated["events"], -float(ndtri(stated["p"]))
    given = (events, stated["lower"], stated["upper"], 0, z)
    effects = -np.log(stated["hazard_ratios"]) / 2  # drift per root of an event, allocated 1 : 1
    both = np.array(stated["second_look"]) + np.array(stated["last_look"])
    found = [float(conditional_rejection_probability(*given, effect=effect)) for effect in effects]
    # The boundaries are printed to four decimals.
    assert found == pytest.approx(both, abs=FOUR_DECIMALS)
    assert round(found[1], 3) == 0.121
    planned = effects[2]
    prior = 1 / (2 * planned) ** 2
    belief = Normal((0.5 * planned * prior + z * np.sqrt(events[0])) / (prior + events[0]), prior + events[0])

    def power(effect: np.ndarray) -> np.ndarray:
        return np.array([conditional_rejection_probability(*given, effect=float(e)) for e in effect])

    assert expected_power(power, belief) == pytest.approx(stated["predictive_power"], abs=FOUR_DECIMALS)
