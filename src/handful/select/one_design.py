"""The answer to one design's question: the size that is wanted, and what the design then does."""

from __future__ import annotations

from contextlib import nullcontext

from handful.designs.base import Question
from handful.engine.simulate import worker_threads
from handful.select.assess import Assessment, assess
from handful.select.size import SizeFound, plans_its_own_size, resized, smallest_size
from handful.spec.messages import Problem, SpecError, shown
from handful.spec.reading import Refused, read_fraction
from handful.study.fields import Single

USUAL_POWER = 0.8


def answered(
    single: Single, *, alpha: float = 0.025, power: str | None = None, trials: int = 10_000, seed: int = 1
) -> tuple[SizeFound | None, Assessment]:
    """Assess one design, at the smallest size that reaches a power when one is wanted.

    Args:
        single: Design, scenario and endpoint.
        alpha: One-sided level, where the design has none of its own.
        power: The power wanted, such as `80%`; None to take the design's own size. A design that plans its own size with a
            power plans with this one.
        trials: Trials to simulate where there is no exact answer.
        seed: Seed of the simulation.

    Returns:
        (the size that was searched or None, what the design does).

    Raises:
        SpecError: When `power` is none.
        ValueError: When the design cannot answer, or no size reaches the power.

    Example:
        >>> from handful.study.fields import from_fields
        >>> single = from_fields("single arm", "binary", ["participants=20", "benchmark=20%", "treated=40%"])
        >>> found, told = answered(single, alpha=0.05, power="80%")
        >>> found.size, told.participants
        (35, 35)
    """
    wanted = None if power is None else _power(power)
    question = Question(single.endpoint, alpha, wanted or USUAL_POWER)
    design = single.design
    with worker_threads() or nullcontext() as executor:
        found = None
        if wanted is not None and not plans_its_own_size(design, question):
            found = smallest_size(
                design, single.scenario, question, wanted, trials=trials, seed=seed, executor=executor
            )
            design = resized(design, question, found.size)
        told = assess(design, single.scenario, question, trials=trials, seed=seed, executor=executor)
    return found, told


def _power(text: str) -> float:
    """Read a power."""
    try:
        return read_fraction(text, zero=False, one=False)
    except Refused:
        raise SpecError([Problem(None, None, None, "power", shown(text), "a power such as 80%")]) from None
