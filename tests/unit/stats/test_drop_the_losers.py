"""Drop-the-losers designs: simulated trials, where they reduce to others, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

from handful.stats.drop_the_losers import DropTheLosers, drop_the_losers

DESIGNS = [
    DropTheLosers((3, 1), (1, 2), (1, 2), 2.0),
    DropTheLosers((5, 2, 1), (1, 4, 5), (2, 3, 9), 1.8),
    DropTheLosers((4, 3, 2, 1), (1, 2, 3, 4), (1, 2, 3, 4), 2.1),
]


def simulated(design: DropTheLosers, effects: list[float], trials: int) -> tuple[float, float]:
    """How often the first arm is kept to the end, and kept and found better: the rule in words."""
    rng = np.random.default_rng(20261122)
    arm, control = np.array(design.arm_sizes), np.array(design.control_sizes)
    growth = np.diff(arm, prepend=0.0)
    noise = np.sqrt(growth) * rng.standard_normal((trials, len(effects), len(arm)))
    sums = np.cumsum(np.array(effects)[:, None] * growth + noise, axis=2)
    kept = np.ones(sums.shape[:2], dtype=bool)
    for look, number in enumerate(design.keep[1:]):
        ranked = np.where(kept, sums[:, :, look], -np.inf)
        kept &= ranked >= np.sort(ranked, axis=1)[:, -number, None]
    means = rng.standard_normal(trials) / sqrt(control[-1])
    z = (sums[:, 0, -1] / arm[-1] - means) / sqrt(1 / arm[-1] + 1 / control[-1])
    return float(kept[:, 0].mean()), float((kept[:, 0] & (z > design.critical_value)).mean())


@pytest.mark.parametrize(
    ("design", "effect", "others"),
    [(DESIGNS[0], 0.0, 0.0), (DESIGNS[0], -0.2, 0.3), (DESIGNS[1], 0.7, 0.2), (DESIGNS[2], 0.7, 0.2)],
)
def test_probabilities_agree_with_simulated_trials_within_four_standard_errors(
    design: DropTheLosers, effect: float, others: float
) -> None:
    trials = 200_000
    found = simulated(design, [effect] + [others] * (design.keep[0] - 1), trials)
    for share, exact in zip(
        found, (design.selection(1.0, effect, others), design.power(1.0, effect, others)), strict=True
    ):
        assert abs(share - exact) <= 4 * sqrt(exact * (1 - exact) / trials)


@pytest.mark.parametrize("design", DESIGNS)
def test_without_differences_every_arm_is_kept_equally_often(design: DropTheLosers) -> None:
    assert design.selection(7.0, 0.3, 0.3) == pytest.approx(1 / design.keep[0], abs=1e-8)


def test_solved_designs_have_their_error_rate_and_power() -> None:
    for keep, sizes, control in (((4, 1), (1, 2), (2, 3)), ((6, 2, 1), (1, 2, 4), (1, 2, 4))):
        design = drop_the_losers(keep, sizes, control, alpha=0.025)
        assert design.familywise_error() == pytest.approx(0.025, abs=1e-10)
        size = design.size_for(0.8, 0.6, 0.1)
        assert design.power(size, 0.6, 0.1) == pytest.approx(0.8, abs=1e-7)


def test_no_effects_cause_a_larger_error_than_the_global_null() -> None:
    """A false rejection of any of the other arms when one has an effect: the rest of all rejections."""
    design = drop_the_losers((3, 1), (1, 2), alpha=0.05)
    for size in (0.01, 1.0, 9.0):
        false = 2 * simulated(design, [0.0, 0.0, 0.4 * sqrt(size)], 200_000)[1]
        assert false <= 0.05 + 4 * sqrt(0.05 * 0.95 / 200_000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: drop_the_losers((3,), (1,)), "2 to 4 stages"),
        (lambda: drop_the_losers((3, 3, 1), (1, 2, 3)), "fall"),
        (lambda: drop_the_losers((3, 2), (1, 2)), "to 1"),
        (lambda: drop_the_losers((3, 1), (1, 2, 3)), "each stage"),
        (lambda: drop_the_losers((3, 1), (2, 1)), "grow"),
        (lambda: drop_the_losers((3, 1), (1, 2), alpha=0.7), "alpha"),
        (lambda: DESIGNS[0].power(0.0, 0.5), "size"),
        (lambda: DESIGNS[0].size_for(0.9, -0.5), "effect"),
    ],
)
def test_nonsense_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
