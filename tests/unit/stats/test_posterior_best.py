"""Probabilities of being the best: special cases, blocks, and what is refused."""

import numpy as np
import pytest

from handful.stats.beta_binomial import superiority_probability
from handful.stats.posterior_best import posterior_best, posterior_better

RNG = np.random.default_rng(1)


@pytest.mark.parametrize("prior", [(1.0, 1.0), (0.5, 0.5), [(1, 1), (0.5, 2)]], ids=str)
def test_two_arms_are_the_superiority_of_one(prior: tuple[float, float]) -> None:
    weights = np.broadcast_to(prior, (2, 2))
    for successes, totals in (([3, 9], [20, 18]), ([0, 0], [0, 0]), ([40, 2], [40, 3])):
        posteriors = [(a + s, b + n - s) for (a, b), s, n in zip(weights, successes, totals, strict=True)]
        expected = superiority_probability(*posteriors)
        assert posterior_best([successes], [totals], prior)[0, 0] == pytest.approx(expected, abs=1e-11)
        assert posterior_better([successes], [totals], prior, control=1)[0, 0] == pytest.approx(
            expected, abs=1e-11
        )


@pytest.mark.parametrize("prior", [(1.0, 1.0), (0.5, 0.7)])
def test_a_trial_has_the_same_bits_alone_and_in_a_block(prior: tuple[float, float]) -> None:
    """Sizes from 0 to 400 need other nodes and other rows, kept and not kept."""
    totals = RNG.integers(0, [[10], [40], [90], [200]] * 5, (20, 3))
    successes = RNG.integers(0, totals + 1)
    is_open = RNG.random((20, 3)) < 0.8
    is_open[:, 1] = True
    block = posterior_best(successes, totals, prior, is_open=is_open)
    better = posterior_better(successes, totals, prior)
    for t in range(20):
        alone = slice(t, t + 1)
        np.testing.assert_array_equal(
            posterior_best(successes[alone], totals[alone], prior, is_open=is_open[alone])[0], block[t]
        )
        np.testing.assert_array_equal(posterior_better(successes[alone], totals[alone], prior)[0], better[t])


def test_closed_arms_do_not_matter() -> None:
    found = posterior_best([[3, 19, 9]], [[20, 20, 18]], is_open=[[True, False, True]])
    pair = posterior_best([[3, 9]], [[20, 18]])
    np.testing.assert_allclose(found, [[pair[0, 0], 0.0, pair[0, 1]]], atol=1e-14)


def test_no_trials_give_nothing() -> None:
    nothing = np.zeros((0, 3), dtype=np.int64)
    assert posterior_best(nothing, nothing).shape == (0, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"successes": [[3, 1]], "totals": [[2, 2]]}, "must not exceed"),
        ({"successes": [3, 1], "totals": [4, 4]}, "shape"),
        ({"successes": [[3]], "totals": [[4]]}, "two arms"),
        ({"successes": [[1, 1]], "totals": [[2, 2]], "prior": (0, 1)}, "positive"),
        ({"successes": [[1, 1]], "totals": [[2, 2]], "is_open": [[True]]}, "is_open"),
        ({"successes": [[1, 1]], "totals": [[2, 2]], "is_open": [[False, False]]}, "open arm"),
    ],
)
def test_nonsense_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        posterior_best(**arguments)


def test_a_control_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="control"):
        posterior_better([[1, 1]], [[2, 2]], control=2)
