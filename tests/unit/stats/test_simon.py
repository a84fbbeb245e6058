"""Two-stage designs beside a search and an enumeration that take no short cuts."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest

from handful.stats.simon import TwoStage, search_two_stage


def claims(n1: int, r1: int, n: int, r: int, p: Fraction) -> Fraction:
    """Probability of a claim, added up over the responses of both stages in rational numbers."""
    n2 = n - n1
    return sum(
        (
            comb(n1, first) * comb(n2, second) * p ** (first + second) * (1 - p) ** (n - first - second)
            for first, second in product(range(r1 + 1, n1 + 1), range(n2 + 1))
            if first + second > r
        ),
        Fraction(0),
    )


@pytest.mark.parametrize("design", [(10, 1, 29, 5), (3, 0, 4, 0), (12, 11, 13, 12), (5, 2, 30, 29)])
def test_rejection_probability_is_the_rational_enumeration(design: tuple[int, int, int, int]) -> None:
    for p in (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)):
        exact = float(claims(*design, p))
        assert TwoStage(*design).rejection_probability(float(p)) == pytest.approx(exact, rel=1e-12)


def test_certain_responses_decide_the_trial() -> None:
    design = TwoStage(10, 1, 29, 5)
    np.testing.assert_array_equal(design.rejection_probability([0.0, 1.0]), [0.0, 1.0])
    np.testing.assert_array_equal(design.early_termination_probability([0.0, 1.0]), [1.0, 0.0])
    np.testing.assert_array_equal(design.expected_size([0.0, 1.0]), [10.0, 29.0])


def test_shapes_follow_the_probabilities() -> None:
    design, rates = TwoStage(10, 1, 29, 5), np.full((2, 3), 0.3)
    assert design.rejection_probability(rates).shape == (2, 3)
    assert design.expected_size(rates).shape == (2, 3)
    assert np.shape(design.rejection_probability(0.3)) == ()


def test_search_finds_what_a_search_of_every_design_finds() -> None:
    p0, p1, alpha, beta, n_max = Fraction(1, 5), Fraction(3, 5), Fraction(1, 10), Fraction(1, 5), 12
    best: dict[int, Fraction] = {}
    for n in range(2, n_max + 1):
        for n1 in range(1, n):
            for r1 in range(n1):
                stop = sum(comb(n1, x) * p0**x * (1 - p0) ** (n1 - x) for x in range(r1 + 1))
                size = n1 + (n - n1) * (1 - stop)
                for r in range(r1 + 1, n):
                    kept = claims(n1, r1, n, r, p0) <= alpha and claims(n1, r1, n, r, p1) >= 1 - beta
                    if kept and size < best.get(n, Fraction(n + 1)):
                        best[n] = size
    found = search_two_stage(float(p0), float(p1), float(alpha), float(beta), n_max).best_of_each_size
    assert [design.total_size for design in found] == sorted(best)
    for design in found:
        assert design.expected_size(float(p0)) == pytest.approx(float(best[design.total_size]), rel=1e-12)


def test_each_admissible_design_is_best_for_the_weights_it_names() -> None:
    choices = search_two_stage(0.1, 0.3, 0.05, 0.1)
    sizes = np.array([design.total_size for design in choices.best_of_each_size])
    expected = np.array([float(design.expected_size(0.1)) for design in choices.best_of_each_size])
    admissible = choices.admissible
    assert admissible[0].design == choices.minimax
    assert admissible[-1].design == choices.optimal
    assert (admissible[0].highest_weight, admissible[-1].lowest_weight) == (1.0, 0.0)
    for choice in admissible:
        for weight in np.linspace(choice.lowest_weight, choice.highest_weight, 5)[1:-1]:
            winner = int(np.argmin(weight * sizes + (1.0 - weight) * expected))
            assert choices.best_of_each_size[winner] == choice.design


@pytest.mark.parametrize(
    "design", [(0, 0, 5, 1), (5, 5, 9, 6), (5, 1, 5, 2), (5, 3, 9, 2), (5, 1, 9, 9), (5, -1, 9, 3)]
)
def test_impossible_designs_are_refused(design: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="two-stage design needs"):
        TwoStage(*design)


def test_an_impossible_search_says_what_to_change() -> None:
    with pytest.raises(ValueError, match="raise n_max"):
        search_two_stage(0.3, 0.35, 0.05, 0.1, n_max=30)
    with pytest.raises(ValueError, match="p1 must exceed p0"):
        search_two_stage(0.3, 0.3, 0.05, 0.1)
    with pytest.raises(ValueError, match="n_max must be at least 2"):
        search_two_stage(0.1, 0.9, 0.05, 0.1, n_max=1)
