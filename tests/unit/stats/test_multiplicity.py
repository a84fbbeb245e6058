"""Multiple hypotheses: worked examples by hand, shapes, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from handful.stats.graphical import Graph, fallback, fixed_sequence, holm_graph
from handful.stats.multiplicity import (
    bonferroni_test,
    closed,
    hochberg,
    holm,
    holm_sidak,
    hommel,
    intersections,
    sidak,
    simes_test,
)

GATEKEEPER = Graph((0.5, 0.5, 0, 0), ((0, 0, 1, 0), (0, 0, 0, 1), (0, 1, 0, 0), (1, 0, 0, 0)))


def test_intersections_are_all_sets_once() -> None:
    for hypotheses in range(1, 9):
        found = intersections(hypotheses)
        assert len(set(found)) == len(found) == 2**hypotheses - 1


def test_any_leading_shape_is_kept() -> None:
    p = np.random.default_rng(5).random((4, 3, 5))
    for adjust in (holm, hochberg, hommel, sidak, holm_sidak, holm_graph(5).adjusted):
        assert adjust(p).shape == p.shape
        np.testing.assert_array_equal(adjust(p)[2, 1], adjust(p[2, 1]))
    assert simes_test(p).shape == (4, 3)
    assert closed(5, lambda members: simes_test(p[..., members])).shape == p.shape


def test_sidak_keeps_the_digits_of_a_small_p_value() -> None:
    assert float(sidak([1e-18, 0.5])[0]) == pytest.approx(2e-18, rel=1e-15)


def test_extremes() -> None:
    for adjust in (holm, hochberg, hommel, sidak, holm_sidak, holm_graph(3).adjusted):
        assert adjust([0.0, 1.0, 1.0]).tolist() == [0.0, 1.0, 1.0]


def test_a_gatekeeper_keeps_the_gate() -> None:
    """The secondary hypothesis of a branch has no weight before its primary one is rejected."""
    assert GATEKEEPER.rejects([0.04, 0.5, 0.0, 0.0], 0.05).tolist() == [False] * 4
    # H1 at 0.025, then H3 at 0.025, then H2 at 0.05, then H4 at 0.05.
    assert GATEKEEPER.adjusted([0.02, 0.045, 0.01, 0.03]) == pytest.approx([0.04, 0.045, 0.04, 0.045])


def test_a_zero_p_value_without_weight_is_not_rejected() -> None:
    stuck = Graph((1.0, 0.0), ((0.0, 0.0), (0.0, 0.0)))
    assert stuck.adjusted([0.01, 0.0]).tolist() == [0.01, 1.0]


def test_fallback_adds_the_share_of_the_hypothesis_before() -> None:
    graph = fallback((0.5, 0.3, 0.2))
    assert graph.weights_of((1, 2)) == pytest.approx([0.8, 0.2])
    assert graph.weights_of((0, 2)) == pytest.approx([0.5, 0.5])
    assert graph.weights_of((2,)) == pytest.approx([1.0])
    assert fixed_sequence((2, 0, 1)).adjusted([0.02, 0.03, 0.01]).tolist() == [0.02, 0.03, 0.01]


def test_weighted_simes_by_hand() -> None:
    """Ordered 0.01 (weight 0.2), 0.03 (0.5), 0.04 (0.3): 0.05, 0.03 / 0.7, 0.04."""
    assert float(simes_test([0.03, 0.04, 0.01], [0.5, 0.3, 0.2])) == pytest.approx(0.04)
    assert float(simes_test([0.03, 0.5, 0.01], [0.5, 0.3, 0.2])) == pytest.approx(0.03 / 0.7)


@pytest.mark.parametrize("p", [[0.1, 1.1], [-0.1, 0.5], [np.nan, 0.5], 0.5, []])
def test_what_is_no_p_value_is_refused(p: list[float]) -> None:
    for function in (holm, hommel, simes_test, bonferroni_test):
        with pytest.raises(ValueError, match="p-values"):
            function(p)


@pytest.mark.parametrize("weights", [[0.5, 0.6], [-0.1, 0.5], [1.0], [np.nan, 0.5]])
def test_what_is_no_weight_is_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        bonferroni_test([0.1, 0.2], weights)
    with pytest.raises(ValueError, match="weights"):
        simes_test([0.1, 0.2], weights)


@pytest.mark.parametrize(
    ("weights", "transitions", "message"),
    [
        ((0.6, 0.5), ((0, 1), (1, 0)), "weights"),
        ((0.5, 0.5), ((0, 1.5), (1, 0)), "row must sum"),
        ((0.5, 0.5), ((0.5, 0.5), (1, 0)), "itself"),
        ((0.5, 0.5), ((0, 1),), "2 rows of 2"),
        ((), (), "1 to 12"),
    ],
)
def test_what_is_no_graph_is_refused(
    weights: tuple[float, ...], transitions: tuple[tuple[float, ...], ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Graph(weights, transitions)


def test_wrong_arguments_of_a_graph_are_refused() -> None:
    with pytest.raises(ValueError, match="members"):
        GATEKEEPER.weights_of((0, 0))
    with pytest.raises(ValueError, match="members"):
        GATEKEEPER.weights_of((4,))
    with pytest.raises(ValueError, match="4 hypotheses"):
        GATEKEEPER.adjusted([0.1, 0.2])
    with pytest.raises(ValueError, match="alpha"):
        GATEKEEPER.rejects([0.1, 0.2, 0.1, 0.2], 0.0)
    with pytest.raises(ValueError, match="order"):
        fixed_sequence((0, 2))
    with pytest.raises(ValueError, match="1 to 12"):
        intersections(13)
