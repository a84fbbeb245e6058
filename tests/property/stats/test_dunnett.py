"""What must hold for every many-to-one comparison."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from handful.stats.dunnett import any_exceeds, dunnett_p_value, loadings

Arms = list[tuple[float, int]]

ARMS = st.lists(st.tuples(st.floats(0.0, 6.0), st.integers(1, 60)), min_size=2, max_size=5)
CONTROL = st.integers(1, 60)
SIDED = st.sampled_from([1, 2])
ACCURACY = 2e-12


@given(ARMS, CONTROL, SIDED)
@settings(max_examples=80)
def test_between_the_largest_arm_and_sidak(arms: Arms, control: int, sided: int) -> None:
    """Slepian's and Sidak's inequalities: positive correlation makes exceeding rarer than independence does."""
    bounds, sizes = np.array(arms).T
    b = loadings(sizes, control)
    found = float(any_exceeds(bounds, b, sided=sided))
    tails = sided * ndtr(-bounds)
    assert tails.max() - ACCURACY <= found <= 1 - np.prod(1 - tails) + ACCURACY
    assert found <= tails.sum() + ACCURACY
    # A larger control makes the arms less dependent.
    assert found <= float(any_exceeds(bounds, loadings(sizes, 2 * control), sided=sided)) + ACCURACY


@given(ARMS, CONTROL, SIDED, st.sampled_from([None, 2.0, 15.0]), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_of_the_arms_does_not_matter(
    arms: Arms, control: int, sided: int, degrees: float | None, random: Random
) -> None:
    whole = np.array(arms).T
    shuffled = np.array(random.sample(arms, len(arms))).T
    one, other = (
        float(any_exceeds(bounds, loadings(sizes, control), degrees=degrees, sided=sided))
        for bounds, sizes in (whole, shuffled)
    )
    assert one == pytest.approx(other, abs=ACCURACY)


@given(ARMS, CONTROL, st.floats(0.0, 3.0))
@settings(max_examples=60)
def test_a_larger_statistic_has_a_smaller_p_value(arms: Arms, control: int, more: float) -> None:
    z, sizes = np.array(arms).T
    b = loadings(sizes, control)
    assert float(dunnett_p_value(z + more, b)) <= float(dunnett_p_value(z, b)) + ACCURACY
