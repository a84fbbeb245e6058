"""What must hold for every set of p-values: short cuts equal the full closure, and procedures keep their order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from handful.stats.graphical import Graph, _without, holm_graph
from handful.stats.multiplicity import (
    bonferroni,
    bonferroni_test,
    closed,
    hochberg,
    hochberg_test,
    holm,
    holm_sidak,
    hommel,
    sidak,
    sidak_test,
    simes_test,
)

Array = NDArray[np.float64]
Adjust = Callable[[Array], Array]

# Small ratios make ties, which are where orderings go wrong.
P_VALUE = st.one_of(st.floats(0.0, 1.0), st.integers(0, 8).map(lambda k: k / 8))
ADJUSTMENTS = [bonferroni, sidak, holm, holm_sidak, hochberg, hommel]
ROUNDING = 1e-12  # a handful of products of numbers below 10


@st.composite
def blocks(draw: st.DrawFn, most: int = 6) -> Array:
    """P-values of a block: shape (trials, hypotheses)."""
    hypotheses = draw(st.integers(1, most))
    trials = draw(st.integers(1, 3))
    return np.array([[draw(P_VALUE) for _ in range(hypotheses)] for _ in range(trials)])


@st.composite
def graphs(draw: st.DrawFn, hypotheses: int) -> Graph:
    """Any graph: shares in eighths, so that zero weights, closed circles and dead ends come often."""
    eighths = st.lists(st.integers(0, 8), min_size=hypotheses, max_size=hypotheses)

    def shares(without: int | None) -> tuple[float, ...]:
        parts = np.array(draw(eighths), dtype=np.float64)
        if without is not None:
            parts[without] = 0.0
        total = max(parts.sum(), draw(st.sampled_from([1.0, 8.0])), 1.0)
        return tuple((parts / total).tolist())

    return Graph(shares(None), tuple(shares(i) for i in range(hypotheses)))


@given(blocks())
@pytest.mark.parametrize(
    ("short_cut", "test"),
    [(holm, bonferroni_test), (holm_sidak, sidak_test), (hochberg, hochberg_test), (hommel, simes_test)],
)
def test_short_cut_equals_the_full_closure(short_cut: Adjust, test: Adjust, p: Array) -> None:
    assert short_cut(p) == pytest.approx(
        closed(p.shape[1], lambda members: test(p[:, members])), abs=ROUNDING
    )


@given(st.data())
@settings(max_examples=60)
def test_graph_equals_the_closure_of_its_weighted_bonferroni_tests(data: st.DataObject) -> None:
    p = data.draw(blocks(5))
    graph = data.draw(graphs(p.shape[1]))
    full = closed(p.shape[1], lambda members: bonferroni_test(p[:, members], graph.weights_of(members)))
    assert graph.adjusted(p) == pytest.approx(full, abs=1e-9)  # p / weight, with weights down to 1 / 64 or so


@given(blocks())
def test_holm_equals_its_graph(p: Array) -> None:
    assert holm_graph(p.shape[1]).adjusted(p) == pytest.approx(holm(p), abs=ROUNDING)


@given(blocks())
def test_more_is_assumed_so_more_is_rejected(p: Array) -> None:
    for weaker, stronger in (
        (bonferroni, sidak),
        (bonferroni, holm),
        (sidak, holm_sidak),
        (holm, holm_sidak),
        (holm, hochberg),
        (hochberg, hommel),
    ):
        assert np.all(weaker(p) >= stronger(p) - ROUNDING), (weaker.__name__, stronger.__name__)


@given(blocks(), st.randoms(use_true_random=False))
@pytest.mark.parametrize("adjust", ADJUSTMENTS)
def test_adjusted_p_values_do_not_depend_on_order_or_company(
    adjust: Adjust, p: Array, random: Random
) -> None:
    whole = adjust(p)
    assert np.all((whole >= p - ROUNDING) & (whole <= 1.0))
    shuffled = random.sample(range(p.shape[1]), p.shape[1])
    assert adjust(p[:, shuffled]) == pytest.approx(whole[:, shuffled], abs=ROUNDING)
    for trial in range(len(p)):
        np.testing.assert_array_equal(adjust(p[trial]), whole[trial])


@given(blocks(), st.integers(0, 5), st.floats(0.0, 1.0))
def test_a_smaller_p_value_never_loses_a_rejection(p: Array, which: int, factor: float) -> None:
    smaller = p.copy()
    smaller[:, which % p.shape[1]] *= factor
    for adjust in ADJUSTMENTS:
        assert np.all(adjust(smaller) <= adjust(p) + ROUNDING), adjust.__name__


@given(st.integers(2, 4).flatmap(graphs))
@settings(max_examples=40)
def test_the_order_of_rejections_leaves_the_same_weights(graph: Graph) -> None:
    """Bretz et al. (2009), lemma in the appendix: the weights are those of the set, not of the path to it."""
    hypotheses = graph.hypotheses
    for order in permutations(range(hypotheses), hypotheses - 1):
        weights, transitions = np.array(graph.weights), np.array(graph.transitions)
        for step, rejected in enumerate(order):
            weights, transitions = _without(rejected, weights, transitions)
            rest = [hypothesis for hypothesis in range(hypotheses) if hypothesis not in order[: step + 1]]
            assert weights[rest] == pytest.approx(graph.weights_of(rest), abs=1e-9)


@given(blocks(), st.data())
def test_equal_weights_are_no_weights(p: Array, data: st.DataObject) -> None:
    equal = np.full(p.shape[1], 1.0 / p.shape[1])
    assert bonferroni_test(p, equal) == pytest.approx(bonferroni_test(p), abs=ROUNDING)
    assert simes_test(p, equal) == pytest.approx(simes_test(p), abs=ROUNDING)
