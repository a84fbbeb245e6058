"""The smallest size that reaches a power: participants, or events with participants in proportion.

Exact power goes up in a saw-tooth as participants are added, because critical values are whole numbers. So two sizes are
named: the first that reaches the power, and the one from which every larger size that was tried reaches it too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Executor
from functools import cache

from handful.designs.base import Design, Question
from handful.engine import numeric
from handful.engine.simulate import Job
from handful.scenarios.base import Scenario
from handful.select.characteristics import exact_success
from handful.select.figure import Figure
from handful.select.results import Result
from handful.select.runs import InMemory

LARGEST = 2_000
"""Participants (or events) at which the search gives up."""
_DEPTH = 0.1
"""A size whose power is this much below the target has no smaller size that reaches it; the teeth are less deep."""
_SIMULATED_RUN = 3
_SHORTEST_RUN = 24
"""Participants over which sizes must reach the power one after the other, or fall short of it by `_DEPTH`, for the search
to end; half of the size where that is more."""


class SizeFound(Result):
    """The smallest size that reaches a power.

    Attributes:
        counted: What the size counts: `participants` or `events`.
        size: The first size that reaches the power.
        power: Its power.
        holds_from: The size from which every larger size that was tried reaches it too.
        power_there: The power at that size.
        participants: Participants at `size`.
        searched: Smallest and largest size that was tried, one by one.
        step: From one size to the next: participants of a randomisation block.
    """

    counted: str
    size: int
    power: Figure
    holds_from: int
    power_there: Figure
    participants: int
    searched: tuple[int, int]
    step: int


def smallest_size(
    design: Design,
    scenario: Scenario,
    question: Question,
    power: float,
    *,
    trials: int = 10_000,
    seed: int = 1,
    executor: Executor | None = None,
) -> SizeFound:
    """Search the smallest size of a design whose power in a scenario reaches a target.

    The power of each size is exact where trials can be enumerated, else numeric where the statistic is a normal process,
    else simulated on the same participants at every size (a larger trial contains the smaller one).

    Args:
        design: The design; its own size is where the search begins.
        scenario: The truth under which the power is wanted.
        question: Endpoint and level.
        power: The power wanted, above 0 and below 1.
        trials: Trials to simulate for each size where simulation is needed.
        seed: Seed of the simulation.
        executor: Threads to simulate with.

    Returns:
        The first size that reaches the power, and the size from which it holds.

    Raises:
        ValueError: When the design plans its own size, or no size up to `LARGEST` reaches the power.

    Example:
        >>> from handful.designs.single_arm import SingleArm
        >>> from handful.participants.endpoint import Endpoint
        >>> from handful.scenarios.binary import BinaryScenario
        >>> question = Question(Endpoint(name="response", kind="binary"), alpha=0.05)
        >>> truth = BinaryScenario(untreated=0.2, treated=0.4)
        >>> found = smallest_size(SingleArm(participants=20, benchmark=0.2), truth, question, 0.8)
        >>> found.size, found.holds_from, round(found.power.value, 4)
        (35, 38, 0.8048)
    """
    if not 0 < power < 1:
        raise ValueError(f"a power is between 0 and 1, not {power:g}")
    sizes = _Resizable(design, question)

    @cache
    def power_at(size: int) -> Figure | None:
        return _power(sizes.to(size), scenario, question, trials, seed, executor)

    reached = _first_bracket(power_at, sizes, power)
    low, first = _down_to_first(power_at, reached, sizes, power)
    holds, high = _up_until_it_holds(power_at, first, sizes.step, power)
    at_first, at_holds = power_at(first), power_at(holds)
    assert at_first is not None
    assert at_holds is not None
    return SizeFound(
        counted=sizes.counted,
        size=first,
        power=at_first,
        holds_from=holds,
        power_there=at_holds,
        participants=sizes.participants(first),
        searched=(low, high),
        step=sizes.step,
    )


def plans_its_own_size(design: Design, question: Question) -> bool:
    """Whether a design searches its size itself, as Simon's does, so that there is none to change."""
    return getattr(design, "participants", None) != design.plan(question).participants


def resized(design: Design, question: Question, size: int) -> Design:
    """A design with another size, counted as `SizeFound` counts.

    Raises:
        ValueError: When the design cannot have this size.
    """
    changed = _Resizable(design, question).to(size)
    if changed is None:
        raise ValueError(f"a {design.kind} design cannot have a size of {size}")
    return changed


class _Resizable:
    """A design whose size can be changed."""

    def __init__(self, design: Design, question: Question) -> None:
        self._design = design
        plan = design.plan(question)
        if plans_its_own_size(design, question):
            raise ValueError(
                f"a {design.kind} design finds its own size: say the power and read its `participants`"
            )
        own: int = plan.participants
        events: int | None = getattr(design, "events", None)
        self.counted = "participants" if events is None else "events"
        self._own, self._events = own, events
        self.step = plan.allocation.block if events is None else 1
        self.start = max(self.step, (own if events is None else events) // self.step * self.step)

    def participants(self, size: int) -> int:
        """Participants of a size; with events in the proportion of the design as given."""
        return size if self._events is None else math.ceil(size * self._own / self._events)

    def to(self, size: int) -> Design | None:
        """The design with another size; None when it cannot have it."""
        changes = {"participants": self.participants(size)}
        if self._events is not None:
            changes["events"] = size
        try:
            return self._design.replace(**changes)
        except ValueError:
            return None


def _power(
    design: Design | None,
    scenario: Scenario,
    question: Question,
    trials: int,
    seed: int,
    executor: Executor | None,
) -> Figure | None:
    """Power of a design; None when it cannot be planned."""
    if design is None:
        return None
    try:
        plan = design.plan(question)
    except ValueError:
        return None
    counted = exact_success(plan, scenario)
    if counted is not None:
        return Figure.exact(counted)
    promised = numeric.characteristics(plan, scenario)
    if promised is not None:
        return Figure.numeric(promised.success)
    _, summary = InMemory(executor).run(Job(plan, scenario, seed, trials), design.kind, "", declared=True)
    return Figure.share(int(summary.success_at.sum()), summary.trials)


def _run(told: Figure | None, size: int, step: int) -> int:
    """Sizes in a row that end the search.

    A normal process knows no saw-tooth. Simulated powers share their participants and hardly have one.
    """
    how = told.how if told is not None else "exact"
    if how != "exact":
        return {"numeric": 0, "simulated": _SIMULATED_RUN}[how]
    return max(1, max(_SHORTEST_RUN, size // 2) // step)


PowerAt = Callable[[int], Figure | None]


def _reaches(figure: Figure | None, power: float) -> bool:
    """Whether a power is reached."""
    return figure is not None and figure.value is not None and figure.value >= power


def _first_bracket(power_at: PowerAt, sizes: _Resizable, power: float) -> int:
    """A size that reaches the power, by doubling and then halving the gap."""
    step, below, size = sizes.step, 0, sizes.start
    while not _reaches(power_at(size), power):
        below, size = size, 2 * size
        if size > LARGEST:
            raise ValueError(f"no size up to {LARGEST} {sizes.counted} reaches a power of {100 * power:g}%")
    while size - below > step:
        middle = (below + size) // 2 // step * step
        if middle <= below:
            break
        below, size = (below, middle) if _reaches(power_at(middle), power) else (middle, size)
    return size


def _down_to_first(power_at: PowerAt, size: int, sizes: _Resizable, power: float) -> tuple[int, int]:
    """(smallest size tried, first size that reaches the power), looking below a size that does."""
    first, now, short = size, size - sizes.step, 0
    run = _run(power_at(size), size, sizes.step)
    while now >= sizes.step and short < run:
        told = power_at(now)
        if _reaches(told, power):
            first, short = now, 0
        elif told is None or told.how == "simulated" or (told.value or 0.0) < power - _DEPTH:
            short += 1
        else:
            short = 0
        now -= sizes.step
    return now + sizes.step, first


def _up_until_it_holds(power_at: PowerAt, first: int, step: int, power: float) -> tuple[int, int]:
    """(size from which the power holds, largest size tried), looking above the first size that reaches it."""
    holds, now = first, first
    while now - holds < _run(power_at(first), first, step) * step:
        now += step
        if not _reaches(power_at(now), power):
            holds = now + step
    return holds, now
