"""Predictive-probability monitoring beside the paper that proposed it and the R package ph2bayes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handful.stats.predictive import final_success_threshold, predictive_boundaries, predictive_probability

PUBLISHED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "fixtures" / "predictive_probability.json").read_text()
)


@pytest.mark.parametrize("certainty", [0.852, 0.9, 0.922])
def test_lee_and_liu_print_the_same_boundaries_and_characteristics(certainty: float) -> None:
    case = PUBLISHED["lee_liu_2008"]
    design = predictive_boundaries(range(10, 37), 0.2, certainty, futility_below=0.001, prior=(0.2, 0.8))
    futile = np.array(design.futility_if_at_most)
    first_sizes = [design.looks[int(np.flatnonzero(futile >= count)[0])] for count in range(futile[-1] + 1)]
    assert first_sizes == case["first_size_at_which_a_count_is_futile"]
    type_one_error, power = design.success_probability([0.2, 0.4])
    assert type_one_error == pytest.approx(case["type_one_error"], abs=0.0005)
    assert power == pytest.approx(case["power"], abs=0.0005)
    stopped_early = design.stopping_probabilities(0.2).futility[:-1].sum()
    assert stopped_early == pytest.approx(case["stopped_early_at_null"], abs=0.005)
    assert design.expected_size(0.2) == pytest.approx(case["expected_size_at_null"], abs=0.005)


@pytest.mark.parametrize(("certainty", "threshold"), [(0.851, 10), (0.852, 11), (0.922, 11), (0.923, 12)])
def test_lee_and_liu_print_the_range_of_certainties_with_the_same_final_threshold(
    certainty: float, threshold: int
) -> None:
    assert final_success_threshold(36, 0.2, certainty, prior=(0.2, 0.8)) == threshold


def test_ph2bayes_gives_the_same_predictive_probability() -> None:
    threshold = final_success_threshold(40, 0.6, 0.9, prior=(0.6, 0.4))
    ours = predictive_probability(23, 40, threshold, prior=(0.6, 0.4))[16]
    assert ours == pytest.approx(PUBLISHED["ph2bayes_predprob"]["value"], abs=5e-8)


def test_ph2bayes_prints_the_same_futility_boundary() -> None:
    case = PUBLISHED["ph2bayes_stopbound"]
    design = predictive_boundaries(range(1, 41), 0.3, 0.85, futility_below=0.05, prior=(0.6, 1.4))
    futile = np.array(design.futility_if_at_most)
    first_sizes = [design.looks[int(np.flatnonzero(futile >= bound)[0])] for bound in case["bound"]]
    assert first_sizes == case["size"]
