"""The answer to one design's question: the size that is wanted, and what the design then does."""

from __future__ import annotations

from contextlib import nullcontext

from handful.designs.base import Question
from handful.engine.simulate import worker_threads
from handful.select.assess import Assessment, assess
from handful.select.assurance import Assurance, assured
from handful.select.size import SizeFound, plans_its_own_size, resized, smallest_size
from handful.spec.messages import Problem, SpecError, shown
from handful.spec.reading import Refused, read_fraction
from handful.study.fields import Single

USUAL_POWER = 0.8
START_OF_SEARCH = 20
"""Participants from which the search for a size starts when none are written."""


def answered(
    single: Single,
    *,
    alpha: float | str = 0.025,
    power: str | None = None,
    give_or_take: float | None = None,
    trials: int = 10_000,
    seed: int = 1,
) -> tuple[SizeFound | None, Assessment, Assurance | None]:
    """Assess one design, at the smallest size that reaches a power when one is wanted.

    Args:
        single: Design, scenario and endpoint.
        alpha: One-sided level, such as 0.025 or `2.5%`, where the design has none of its own.
        power: The power wanted, such as `80%`; None to take the design's own size. A design that plans its own size with a
            power plans with this one.
        give_or_take: Standard deviation of what is believed of the benefit, for the assurance; None to do without.
        trials: Trials to simulate where there is no exact answer.
        seed: Seed of the simulation.

    Returns:
        (the size that was searched or None, what the design does, its assurance or None).

    Raises:
        SpecError: When `power` or `alpha` is none.
        ValueError: When the design cannot answer, or no size reaches the power.

    Example:
        >>> from handful.study.fields import from_fields
        >>> single = from_fields("single arm", "binary", ["participants=20", "benchmark=20%", "treated=40%"])
        >>> found, told, _ = answered(single, alpha=0.05, power="80%")
        >>> found.size, told.participants
        (35, 35)
    """
    wanted = None if power is None else _fraction("power", power, "a power such as 80%")
    level = _fraction("alpha", alpha, "a one-sided level above 0 and below 50%, such as 2.5%", most=0.5)
    question = Question(single.endpoint, level, wanted or USUAL_POWER)
    design = single.design
    with worker_threads() or nullcontext() as executor:
        found = None
        if wanted is not None and not plans_its_own_size(design, question):
            found = smallest_size(
                design, single.scenario, question, wanted, trials=trials, seed=seed, executor=executor
            )
            design = resized(design, question, found.size)
        told = assess(design, single.scenario, question, trials=trials, seed=seed, executor=executor)
        averaged = (
            None
            if give_or_take is None
            else assured(
                design, single.scenario, question, give_or_take, trials=trials, seed=seed, executor=executor
            )
        )
    return found, told, averaged


def _fraction(name: str, written: float | str, wanted: str, most: float = 1.0) -> float:
    """Read a share between 0 and something, both excluded."""
    try:
        share = read_fraction(written, zero=False, one=False)
    except Refused:
        share = most
    if share >= most:
        raise SpecError([Problem(None, None, None, name, shown(written), wanted)])
    return share
