"""Walks under a policy: the probabilities of `FinalCounts`, look by look, and what cannot be walked."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from handful.stats.allocation_lattice import PolicyStage
from handful.stats.allocation_policy import AllocationPolicy
from handful.stats.bernoulli_bandit import optimal_policy
from handful.stats.exact_allocation import FinalCounts
from handful.stats.lattice import advance, start

ONE_BY_ONE = optimal_policy(12, degree=0.9, least=3).policy
IN_BLOCKS = AllocationPolicy.from_rule(
    12, lambda s, n: (s + 1) / (s + 1).sum(axis=1, keepdims=True), looks=[0, 3, 4, 8]
)
CHANCES = {"control": np.array([0.3, 0.5]), "treated": np.array([0.6, 0.5])}


@pytest.mark.parametrize(
    ("policy", "looks"),
    [(ONE_BY_ONE, range(13)), (ONE_BY_ONE, [0, 5, 12]), (IN_BLOCKS, [0, 4, 8, 12])],
    ids=str,
)
def test_stages_end_at_the_final_counts(policy: AllocationPolicy, looks: list[int]) -> None:
    mass = start(1, 2)
    for first, last in pairwise(looks):
        mass = advance(mass, PolicyStage(policy, first, last), CHANCES)
        assert mass.sum(axis=1) == pytest.approx([1, 1], abs=1e-12)
    final = FinalCounts.of(policy)
    for row, p0, p1 in zip(mass, *CHANCES.values(), strict=True):
        np.testing.assert_allclose(row, final.probability(p0, p1), rtol=1e-12)


def test_a_shortened_policy_is_the_policy_so_far() -> None:
    short = ONE_BY_ONE.shortened(7)
    walked = PolicyStage(ONE_BY_ONE, 0, 7).advance(np.ones((1, 1)), {k: v[:1] for k, v in CHANCES.items()})
    np.testing.assert_allclose(walked[0], FinalCounts.of(short).probability(0.3, 0.6), rtol=1e-12)
    with pytest.raises(ValueError, match=r"1 \.\. 12"):
        ONE_BY_ONE.shortened(13)


@pytest.mark.parametrize(("first", "last"), [(2, 4), (4, 4), (8, 13)])
def test_what_cannot_be_walked_is_refused(first: int, last: int) -> None:
    with pytest.raises(ValueError, match=r"policy sets its chance|cannot go"):
        PolicyStage(IN_BLOCKS, first, last)
