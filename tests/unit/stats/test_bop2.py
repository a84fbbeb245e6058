"""BOP2 beside its definition, and its search beside a search without short cuts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betainc

from handful.stats.bop2 import bop2_boundaries, search_bop2


def stops(responses: int, n: int, n_final: int, p0: float, lambda_: float, gamma: float) -> bool:
    """The stopping rule as the paper writes it."""
    cut_off = 1.0 - lambda_ * (n / n_final) ** gamma
    return bool(betainc(p0 + responses, 1.0 - p0 + n - responses, p0) > cut_off)


@pytest.mark.parametrize(("lambda_", "gamma"), [(0.95, 0.0), (0.9, 0.5), (0.7, 1.0), (0.99, 3.0)])
def test_boundaries_are_where_the_posterior_crosses_the_cut_off(lambda_: float, gamma: float) -> None:
    design = bop2_boundaries([4, 9, 15], 0.3, lambda_, gamma)
    for n, low in zip(design.looks, design.futility_if_at_most, strict=True):
        assert [stops(x, n, 15, 0.3, lambda_, gamma) for x in range(n + 1)] == [
            x <= low for x in range(n + 1)
        ]
    assert design.success_if_at_least == (5, 10, design.futility_if_at_most[-1] + 1)


def test_search_finds_the_most_powerful_design_of_the_grid() -> None:
    looks, alpha = [6, 12, 20], 0.1
    found = search_bop2(looks, 0.2, 0.45, alpha)
    best = 0.0
    for lambda_ in np.arange(0.03, 1.0, 0.03):
        for gamma in np.arange(0.0, 1.01, 0.25):
            design = bop2_boundaries(looks, 0.2, float(lambda_), float(gamma))
            type_one_error, power = design.success_probability([0.2, 0.45])
            if type_one_error <= alpha:
                best = max(best, float(power))
    assert found.power >= best - 1e-12
    assert found.type_one_error <= alpha


def test_the_parameters_found_give_the_boundaries_found() -> None:
    found = search_bop2([10, 20, 30], 0.1, 0.3, 0.05, prior=(1.0, 1.0))
    assert (
        bop2_boundaries([10, 20, 30], 0.1, found.lambda_, found.gamma, prior=(1.0, 1.0)) == found.boundaries
    )
    ours = found.boundaries.success_probability([0.1, 0.3])
    assert ours == pytest.approx([found.type_one_error, found.power], rel=1e-12)


def test_out_of_range_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="keeps a type I error rate"):
        search_bop2([2, 3], 0.5, 0.9, 0.01)
    with pytest.raises(ValueError, match="p1 must exceed p0"):
        search_bop2([5, 10], 0.5, 0.4, 0.1)
    with pytest.raises(ValueError, match="gamma"):
        bop2_boundaries([5, 10], 0.5, 0.9, -0.1)
    with pytest.raises(ValueError, match="lambda_"):
        bop2_boundaries([5, 10], 0.5, 1.0, 0.5)
