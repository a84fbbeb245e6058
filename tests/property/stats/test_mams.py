"""What must hold for every multi-arm multi-stage design."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handful.stats.mams import Shape, multi_arm_design
from handful.stats.multi_arm_process import MultiArmProcess

GROWTH = st.floats(0.2, 3.0)
SHAPE = st.sampled_from(["pocock", "obrien fleming", "triangular"])


@st.composite
def processes(draw: st.DrawFn) -> MultiArmProcess:
    """One or two looks, any allocation and boundaries."""
    looks = draw(st.integers(1, 2))
    arm, control = (np.cumsum([draw(GROWTH) for _ in range(looks)]) for _ in range(2))
    upper = [draw(st.floats(1.0, 3.5)) for _ in range(looks)]
    lower = [draw(st.floats(-3.0, 1.0)) for _ in range(looks - 1)] + upper[-1:]
    return MultiArmProcess(tuple(arm), tuple(control), tuple(lower), tuple(upper), digits=20.0)


EFFECTS = st.lists(st.sampled_from([-0.5, 0.0, 0.3, 1.0]), min_size=1, max_size=4)
ACCURACY = 1e-8  # with 20 digits asked for, 2e-9 an integral


@given(processes(), EFFECTS)
@settings(max_examples=40)
def test_probabilities_fit_together(process: MultiArmProcess, effects: list[float]) -> None:
    found = process.probabilities(tuple(effects), best_of=tuple(range(len(effects))))
    assert found.best.sum(axis=0) == pytest.approx(found.any_rejected, abs=ACCURACY)
    assert np.all(found.rejected >= found.best - ACCURACY)
    assert np.all(found.rejected.max(axis=0) <= found.any_rejected + ACCURACY)
    assert np.all(found.active >= found.continuing - ACCURACY)
    assert np.all(found.active <= len(effects) * found.continuing + ACCURACY)
    assert np.cumsum(found.any_rejected)[-1] + found.continuing[-1] <= 1 + ACCURACY


@given(processes(), EFFECTS, st.floats(0.1, 50.0))
@settings(max_examples=40)
def test_only_effects_times_root_size_matter(
    process: MultiArmProcess, effects: list[float], factor: float
) -> None:
    arm, control = (
        tuple(factor * part for part in sizes) for sizes in (process.arm_sizes, process.control_sizes)
    )
    larger = MultiArmProcess(arm, control, process.lower, process.upper, process.digits)
    smaller_effects = tuple(effect / np.sqrt(factor) for effect in effects)
    one, other = process.probabilities(tuple(effects)), larger.probabilities(smaller_effects)
    assert other.any_rejected == pytest.approx(one.any_rejected, abs=ACCURACY)
    assert other.rejected == pytest.approx(one.rejected, abs=ACCURACY)
    assert other.active == pytest.approx(one.active, abs=ACCURACY)


@given(processes(), EFFECTS, st.sampled_from([-0.5, 0.0, 1.0]))
@settings(max_examples=30)
def test_another_arm_adds_to_the_error(process: MultiArmProcess, effects: list[float], more: float) -> None:
    few = process.probabilities(tuple(effects)).any_rejected.sum()
    alone = process.probabilities((more,)).any_rejected.sum()
    many = process.probabilities((*effects, more)).any_rejected.sum()
    assert max(few, alone) - ACCURACY <= many <= few + alone + ACCURACY


@given(st.integers(1, 5), SHAPE, SHAPE, st.floats(0.01, 0.2), GROWTH, GROWTH)
@settings(max_examples=25)
def test_solved_designs_have_their_error_rate(
    arms: int, upper: Shape, lower: Shape, alpha: float, growth: float, control: float
) -> None:
    design = multi_arm_design(
        arms, (1.0, 1.0 + growth), (1.0, 1.0 + control), alpha=alpha, upper=upper, lower=lower
    )
    assert design.familywise_error()[-1] == pytest.approx(alpha, abs=1e-10)
