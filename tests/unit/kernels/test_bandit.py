"""Walks over the counts of two arms: twins bit for bit, and the numbering of states."""

import numpy as np
import pytest

from handful.kernels import bandit as kernels
from handful.kernels.twins import bandit as twins

RNG = np.random.default_rng(3)
PRIORS = {"uniform": [[1.0, 1.0], [1.0, 1.0]], "others": [[0.5, 1.3], [2.0, 1.0]]}


def test_states_are_numbered_without_gaps() -> None:
    for total in (0, 1, 2, 7):
        s0, f0, s1, f1 = twins.layer(total)
        assert s0.size == kernels.layer_size(total)
        assert (s0 + f0 + s1 + f1 == total).all()
        places = [kernels.state_in_layer(total, *state) for state in zip(s0, f0, s1, strict=True)]
        assert places == list(range(s0.size))
        assert kernels.states_before(total) == sum(kernels.layer_size(t) for t in range(total))


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize(
    ("degree", "least", "penalty", "afterwards"), [(1.0, 0, 0.0, 0.0), (0.9, 3, 12.0, 5.5)]
)
def test_twin_of_preferences_gives_the_same_bits(
    prior: str, degree: float, least: int, penalty: float, afterwards: float
) -> None:
    for participants in (1, 2, 12):
        settings = participants, np.array(PRIORS[prior]), degree, least, penalty, afterwards
        (found, value), (expected, wanted) = kernels.preferences(*settings), twins.preferences(*settings)
        np.testing.assert_array_equal(found, expected)
        assert value == wanted


@pytest.mark.parametrize("looks", [range(9), [0, 4, 5, 8], [0]])
@pytest.mark.parametrize("kind", [np.uint8, np.uint32])
def test_twin_of_final_mass_gives_the_same_bits(looks: list[int], kind: type) -> None:
    states = sum(kernels.layer_size(look) for look in looks)
    levels = np.concatenate([[0.0, 0.5, 1.0], RNG.random(20)])
    codes = RNG.integers(0, levels.size, states).astype(kind)
    settings = 9, np.array(looks), codes, levels, RNG.random((9, 2))
    found = kernels.final_mass(*settings)
    np.testing.assert_array_equal(found, twins.final_mass(*settings))
    assert found.sum() == pytest.approx(1.0, abs=1e-14)


def test_states_that_are_as_good_on_either_arm_prefer_neither() -> None:
    """With equal priors a state with the same counts on both arms is one; its mirror image prefers the other arm."""
    codes, _ = kernels.preferences(30, np.ones((2, 2)), 1.0, 0, 0.0, 0.0)
    for total in (0, 6, 29):
        start = kernels.states_before(total)
        of_layer = codes[start : start + kernels.layer_size(total)].astype(int)
        s0, f0, s1, f1 = twins.layer(total)
        place = {state: i for i, state in enumerate(zip(s0, f0, s1, strict=True))}
        mirrored = [place[state] for state in zip(s1, f1, s0, strict=True)]
        np.testing.assert_array_equal(of_layer[mirrored], 2 - of_layer)
