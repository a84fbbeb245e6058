"""Boundaries and the process under them: refusals, edges, and answers that need no other program."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from handful.stats.boundaries import group_sequential_boundaries
from handful.stats.classical import HaybittlePeto, WangTsiatis
from handful.stats.normal_process import Continuing, crossing_probabilities
from handful.stats.pampallona_tsiatis import pampallona_tsiatis
from handful.stats.spending import (
    BetaSpending,
    CumulativeSpending,
    ExponentialSpending,
    HwangShihDeCani,
    KimDeMets,
    LastLookOnly,
    LocationScaleSpending,
    OBrienFlemingType,
    PocockType,
)


@pytest.mark.parametrize("drift", [-300.0, -20.0, -1.0, 0.0, 3.0, 25.0, 300.0])
def test_one_look_is_the_normal_distribution_for_any_drift(drift: float) -> None:
    crossing = crossing_probabilities([1.0], [-0.5], [1.5], drift)
    assert crossing.upper == pytest.approx([ndtr(drift - 1.5)], rel=1e-12)
    assert crossing.lower == pytest.approx([ndtr(-0.5 - drift)], rel=1e-12)


@pytest.mark.parametrize("drift", [-60.0, -5.0, 0.0, 5.0, 60.0])
def test_without_boundaries_at_the_interim_look_the_last_one_is_marginal(drift: float) -> None:
    crossing = crossing_probabilities([0.3, 1.0], [-np.inf, 1.0], [np.inf, 1.0], drift)
    assert crossing.upper == pytest.approx([0.0, ndtr(drift - 1.0)], abs=1e-14)
    assert crossing.lower == pytest.approx([0.0, ndtr(1.0 - drift)], abs=1e-14)


def test_effects_far_apart_can_be_asked_about_together() -> None:
    drifts = np.array([-60.0, -30.0, 0.0, 30.0, 60.0])
    crossing = crossing_probabilities([0.3, 1.0], [-np.inf, 1.0], [np.inf, 1.0], drifts)
    assert crossing.upper[:, 1] == pytest.approx(ndtr(drifts - 1.0), abs=1e-14)
    assert crossing.lower[:, 1] == pytest.approx(ndtr(1.0 - drifts), abs=1e-14)


def test_looks_close_together_are_resolved() -> None:
    # P(|Z1| < 2, Z2 > 2) with correlation r tends to sqrt((1 - r) / pi) * density(2) as r tends to 1.
    fraction = 0.9998
    crossing = crossing_probabilities([fraction, 1.0], [-2.0, -2.0], [2.0, 2.0], 0.0)
    density = np.exp(-2.0) / sqrt(2.0 * np.pi)
    assert crossing.upper[1] == pytest.approx(density * sqrt((1.0 - sqrt(fraction)) / np.pi), rel=0.01)


def test_boundaries_that_meet_at_an_interim_look_end_the_trial() -> None:
    crossing = crossing_probabilities([0.5, 1.0], [1.0, -1.0], [1.0, 1.0], 0.4)
    assert crossing.stopping == pytest.approx([1.0, 0.0], abs=1e-15)
    assert crossing.expected([10.0, 20.0]) == pytest.approx(10.0)


def test_the_shape_of_the_effects_comes_first() -> None:
    crossing = crossing_probabilities([0.5, 1.0], None, [2.0, 2.0], np.zeros((3, 4)))
    assert crossing.upper.shape == crossing.lower.shape == (3, 4, 2)
    assert crossing.expected([1.0, 2.0]).shape == (3, 4)


def test_a_boundary_spends_nothing_or_everything() -> None:
    arriving = Continuing.start().advance(0.5, -1.0, 1.0, following=1.0)
    assert arriving.boundary(1.0, 0.0, 0.0, "upper") == np.inf
    assert arriving.boundary(1.0, 0.0, 0.0, "lower") == -np.inf
    assert arriving.boundary(1.0, 0.7, 0.0, "upper") == -np.inf
    assert arriving.crossing(1.0, -np.inf, 0.0, "upper") == pytest.approx(arriving.mass.sum())


@pytest.mark.parametrize("probability", [1e-200, 1e-12, 1e-3, 0.3, 0.6, 0.68])
@pytest.mark.parametrize("side", ["upper", "lower"])
def test_a_solved_boundary_is_crossed_with_its_probability(probability: float, side: Any) -> None:
    arriving = Continuing.start().advance(0.99, -1.0, 1.0, following=1.0)
    boundary = arriving.boundary(1.0, probability, 0.0, side)
    assert arriving.crossing(1.0, boundary, 0.0, side) == pytest.approx(probability, rel=1e-10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], None, None), "positive numbers"),
        (([0.5, 0.5], None, None), "must grow"),
        (([-1.0], None, None), "positive numbers"),
        (([0.5, np.inf], None, None), "positive numbers"),
        (([1.0], [np.nan], None), "lower must hold one boundary"),
        (([0.5, 1.0], None, [1.0]), "upper must hold one boundary"),
        (([1.0], [2.0], [1.0]), "must not exceed"),
        (([1.0], None, None, np.nan), "finite"),
    ],
)
def test_nonsense_processes_are_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        crossing_probabilities(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"information_fractions": [0.5, 0.9]}, "end at 1"),
        ({"alpha": 0.0}, "alpha must"),
        ({"alpha": 0.6}, "alpha must"),
        ({"power": 0.02}, "power must"),
        ({"power": 1.0}, "power must"),
        ({"sided": 3}, "sided must"),
        ({"sided": 2, "futility": PocockType(), "futility_under": "null"}, "only a one-sided design"),
        ({"futility": [0.0], "futility_under": "null"}, "only a one-sided design"),
        ({"futility": PocockType(), "futility_under": "null", "futility_rate": 1.0}, "between 0 and 1"),
        ({"sided": 2, "futility": [-0.5]}, "below the efficacy"),
        ({"sided": 2, "futility": [4.0], "binding": True}, "below the efficacy"),
        ({"futility": [0.0, 0.0]}, "1 interim boundaries"),
        ({"futility": [4.0]}, "below the efficacy"),
        ({"futility": [4.0], "binding": True}, "below the efficacy"),
        ({"futility": [np.nan]}, "below the efficacy"),
        ({"futility": PocockType(), "futility_rate": 0.1}, "leave futility_rate out"),
        ({"efficacy": HaybittlePeto(1.0)}, "spend more than alpha"),
    ],
)
def test_contradictory_designs_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        group_sequential_boundaries(**{"information_fractions": [0.5, 1.0], **arguments})


@pytest.mark.parametrize(
    "build",
    [
        lambda: HwangShihDeCani(50),
        lambda: KimDeMets(0),
        lambda: BetaSpending(0, 1),
        lambda: ExponentialSpending(-1),
        lambda: CumulativeSpending((0.5, 1.0), (0.5, 0.9)),
        lambda: CumulativeSpending((0.5, 1.0), (1.0,)),
        lambda: CumulativeSpending((0.5, 0.4, 1.0), (0.1, 0.2, 1.0)),
        lambda: WangTsiatis(3),
        lambda: WangTsiatis(0).spent([0.5, 1.5], 0.025),
        lambda: LocationScaleSpending("logistic", 0.0, 0.0),
        lambda: LocationScaleSpending("uniform", 0.0, 1.0),
        lambda: LocationScaleSpending.through("normal", (0.4, 0.1), (0.3, 0.2)),
        lambda: OBrienFlemingType().spent([-0.1], 0.025),
        lambda: OBrienFlemingType().spent([0.1], 0.0),
        lambda: pampallona_tsiatis([0.5, 1.0], efficacy_shape=0.7),
    ],
)
def test_parameters_out_of_range_are_refused(build: Any) -> None:
    with pytest.raises(ValueError, match=r"must|needs"):
        build()


def test_pampallona_tsiatis_not_binding_keeps_alpha_without_its_futility_boundary() -> None:
    design = pampallona_tsiatis([0.4, 1.0], binding=False, power=0.8)
    assert crossing_probabilities([0.4, 1.0], None, design.upper).upper.sum() == pytest.approx(
        0.025, abs=1e-11
    )
    assert design.power_at(design.drift) == pytest.approx(0.8, abs=1e-11)


def test_futility_given_without_an_interim_boundary_is_no_futility() -> None:
    given = group_sequential_boundaries([0.5, 1.0], futility=[-np.inf])
    none = group_sequential_boundaries([0.5, 1.0])
    assert given.upper == none.upper
    assert given.drift == pytest.approx(none.drift, abs=1e-12)


@pytest.mark.parametrize("inner", [[-0.5, 1.0], [2.5, 1.0], [1.5, 1.0], [np.nan, 1.0]])
def test_inner_boundaries_lie_between_zero_and_the_outer_ones(inner: list[float]) -> None:
    with pytest.raises(ValueError, match="inner"):
        crossing_probabilities([0.5, 1.0], [-1.0, -1.0], [2.0, 2.0], inner=inner)


def test_one_look_with_an_inner_boundary_is_the_normal_distribution() -> None:
    crossing = crossing_probabilities([1.0], [-2.0], [2.0], [0.0, 0.7], inner=[0.5])
    drift = np.array([0.0, 0.7])
    assert crossing.inner[:, 0] == pytest.approx(ndtr(0.5 - drift) - ndtr(-0.5 - drift), rel=1e-13)
    assert crossing.stopping[0, 0] == pytest.approx(crossing.inner[0, 0] + 2 * ndtr(-2.0), rel=1e-13)


def test_those_inside_the_inner_boundary_stop_and_the_others_go_on() -> None:
    # A region at the first look that stops nearly nobody changes nearly nothing; its probability is its width.
    whole = crossing_probabilities([0.5, 1.0], [-2.5, -2.0], [2.5, 2.0], 1.0)
    cut = crossing_probabilities([0.5, 1.0], [-2.5, -2.0], [2.5, 2.0], 1.0, inner=[1e-6, 0.0])
    density = np.exp(-0.25) / sqrt(2.0 * np.pi)
    assert cut.inner == pytest.approx([2e-6 * density, 0.0], rel=1e-6)
    assert cut.upper == pytest.approx(whole.upper, abs=2e-6)


def test_two_sided_futility_can_be_given() -> None:
    design = group_sequential_boundaries([0.5, 1.0], futility=[0.4], binding=True, sided=2, alpha=0.05)
    assert design.inner == (0.4, design.upper[-1])
    null = crossing_probabilities([0.5, 1.0], design.lower, design.upper, inner=[0.4, 0.0])
    assert null.upper.sum() == pytest.approx(0.025, abs=1e-13)
    free = group_sequential_boundaries([0.5, 1.0], futility=[0.4], sided=2, alpha=0.05)
    assert free.upper[-1] > design.upper[-1]


@pytest.mark.parametrize("shape", [WangTsiatis(0.3), HaybittlePeto()])
def test_two_sided_classical_shapes_obey_a_binding_inner_boundary(shape: Any) -> None:
    looks = [0.5, 1.0]
    design = group_sequential_boundaries(looks, efficacy=shape, futility=[0.6], binding=True, sided=2)
    null = crossing_probabilities(looks, design.lower, design.upper, inner=[0.6, 0.0])
    assert 2 * null.upper.sum() == pytest.approx(0.025, abs=1e-12)


def test_asymmetric_two_sided_boundaries_that_spend_everything_meet() -> None:
    # gsDesign's test type 5 with its default: below, all that is not spent above.
    design = group_sequential_boundaries(
        [0.3, 0.6, 1.0],
        futility=PocockType(),
        futility_under="null",
        futility_rate=0.975 - 1e-9,
        binding=True,
    )
    null = design.crossing(0.0)
    assert null.upper.sum() == pytest.approx(0.025, abs=1e-12)
    assert np.cumsum(null.lower) == pytest.approx(
        PocockType().spent([0.3, 0.6, 1.0], 0.975 - 1e-9), abs=1e-12
    )
    assert design.lower[-1] == pytest.approx(design.upper[-1], abs=1e-7)


def test_looks_for_futility_alone_leave_the_test_at_the_end_as_it_is() -> None:
    design = group_sequential_boundaries([0.5, 1.0], efficacy=LastLookOnly(), futility=PocockType())
    assert design.upper == (np.inf, pytest.approx(1.959963984540054, abs=1e-12))
    assert design.power_at(0.0) < 0.025


def test_spending_through_two_points_takes_them() -> None:
    for distribution in ("logistic", "normal", "cauchy", "extreme value", "extreme value 2"):
        curve = LocationScaleSpending.through(distribution, (0.2, 0.03), (0.7, 0.5))
        assert curve.spent([0.0, 0.2, 0.7, 1.0], 0.1) == pytest.approx([0.0, 0.003, 0.05, 0.1], rel=1e-12)


def test_an_even_location_scale_curve_spends_evenly() -> None:
    assert LocationScaleSpending("cauchy", 0.0, 1.0).spent([0.1, 0.6], 0.05) == pytest.approx([0.005, 0.03])


def test_twenty_looks_spend_alpha_and_keep_the_power() -> None:
    looks = np.arange(1, 21) / 20
    for sided in (1, 2):
        design = group_sequential_boundaries(
            looks, futility=HwangShihDeCani(-2), binding=True, sided=2 if sided == 2 else 1
        )
        inner = design.inner
        null = crossing_probabilities(looks, design.lower, design.upper, inner=inner)
        assert sided * null.upper.sum() == pytest.approx(0.025, abs=1e-12)
        assert design.power_at(design.drift) == pytest.approx(0.9, abs=1e-11)
