"""What has been seen of a design in one scenario: averages known by enumeration, and trials one by one for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from handful.designs.base import Design, Plan, Question
from handful.designs.pieces import CoinFlip
from handful.engine.simulate import Job, conduct_block
from handful.engine.trials import Trials
from handful.engine.truth import Truth
from handful.participants.block import blocks
from handful.scenarios.base import Scenario
from handful.select.characteristics import exact_stopping
from handful.select.stored import record_of
from handful.select.utility import Averages
from handful.store.shelf import Shelf

Floats = NDArray[np.float64]
Columns = NDArray[np.float32]

SUCCESS, FALSE_CLAIM, PARTICIPANTS, INFERIOR, MONTHS = range(5)
"""What is kept of every trial: whether benefit was claimed, and where there is none; participants enrolled, and those left
with the inferior option; duration."""
QUANTITIES = 5


@dataclass(frozen=True)
class Sample:
    """What has been seen of a design in one scenario.

    Attributes:
        known: Averages that are known by enumeration, NaN where they are not, shape (quantities,).
        seen: The trials, shape (quantities, trials); no trials where everything is known.
    """

    known: Floats
    seen: Columns = field(default_factory=lambda: np.empty((QUANTITIES, 0), dtype=np.float32))

    @property
    def trials(self) -> int:
        """Trials seen."""
        return int(self.seen.shape[1])

    def upto(self, trials: int) -> Sample:
        """The same, as if only so many trials had been seen."""
        return self if self.trials <= trials else replace(self, seen=self.seen[:, :trials])

    @property
    def open(self) -> NDArray[np.bool_]:
        """Which quantities are not known by enumeration."""
        return np.isnan(self.known)

    @property
    def mean(self) -> Floats:
        """Averages, shape (quantities,)."""
        if not self.open.any():
            return self.known
        return np.where(self.open, self.seen.mean(axis=1, dtype=np.float64), self.known)

    @property
    def averages(self) -> Averages:
        """The averages that a utility is made of."""
        return averages_from(self.mean)

    def scores(self, slope: Floats) -> Floats:
        """How much each trial moves a function of the averages with this slope, shape (trials,)."""
        there = self.open & (slope != 0)
        away = self.seen[there].astype(np.float64)
        return np.asarray(slope[there] @ (away - away.mean(axis=1, keepdims=True)))


def averages_from(mean: Floats) -> Averages:
    """The averages that a utility is made of, from all quantities."""
    return Averages(
        float(mean[SUCCESS]), float(mean[PARTICIPANTS]), float(mean[INFERIOR]), float(mean[MONTHS])
    )


def by_enumeration(plan: Plan, scenario: Scenario) -> Floats:
    """The averages that need no simulation.

    The chance of a claim needs none where trials can be enumerated. Where recruitment takes no time besides, so that nobody
    is enrolled between a look and its result, nothing does.

    Args:
        plan: The design.
        scenario: The truth.

    Returns:
        Shape (quantities,), NaN where only simulation can tell.
    """
    known = np.full(QUANTITIES, np.nan)
    stopping = exact_stopping(plan, scenario)
    if stopping is None or plan.arms > 1:
        return known
    truth = Truth.of(plan, scenario)
    known[SUCCESS] = stopping[0].sum()
    known[FALSE_CLAIM] = known[SUCCESS] if truth.nulls[0] else 0.0
    if scenario.recruitment.rate is None and plan.endpoint.kind != "time to event":
        ends, planned = stopping[0] + stopping[1], plan.looks.planned()
        known[PARTICIPANTS] = ends @ np.asarray(planned, dtype=np.float64)
        known[INFERIOR] = ends @ np.array([_inferior_of(plan, truth, size) for size in planned])
        known[MONTHS] = 0.0
    return known


def _inferior_of(plan: Plan, truth: Truth, size: int) -> float:
    """Expected participants with the inferior option when a trial ends with so many."""
    split = (size / 2, size / 2) if isinstance(plan.allocation, CoinFlip) else plan.allocation.sizes(size)
    assert split is not None
    if plan.arrangement.inferior_share is not None:
        return plan.arrangement.inferior_share * split[1]
    return float(sum(number for number, best in zip(split, truth.best, strict=True) if not best))


def columns_of(plan: Plan, scenario: Scenario, trials: Trials) -> Columns:
    """What is kept of each trial.

    Args:
        plan: The design.
        scenario: The truth.
        trials: What became of the trials.

    Returns:
        Shape (quantities, trials).
    """
    truth = Truth.of(plan, scenario)
    share = plan.arrangement.inferior_share
    others = trials.allocated[:, ~np.asarray(truth.best)].sum(axis=1)
    kept = np.empty((QUANTITIES, len(trials)), dtype=np.float32)
    kept[SUCCESS] = trials.success
    kept[FALSE_CLAIM] = trials.claims[:, np.asarray(truth.nulls)].any(axis=1)
    kept[PARTICIPANTS] = trials.enrolled
    kept[INFERIOR] = others if share is None else share * trials.allocated[:, 1]
    kept[MONTHS] = trials.month
    return kept


@dataclass(frozen=True, eq=False)
class Subject:
    """A design in a scenario, to be looked at.

    Attributes:
        question: What the design is asked.
        design: The design.
        plan: Its plan.
        scenario: The truth.
    """

    question: Question
    design: Design
    plan: Plan
    scenario: Scenario

    @cached_property
    def record(self) -> dict[str, object]:
        """Everything that its trials depend on, but for their seed and numbers."""
        return record_of(Job(self.plan, self.scenario, 0, 0), self.design, self.question)


@dataclass(frozen=True)
class Sampler:
    """Looks at designs on the same simulated people, and remembers what it saw.

    Attributes:
        seed: Seed of the people: equal for all designs, so that differences between them are precise.
        shelf: Where what was seen is kept, so that a search can be taken up; None to keep nothing.
    """

    seed: int
    shelf: Shelf | None = None

    def more(self, subject: Subject, trials: int, sample: Sample | None) -> Sample:
        """Look at a design in a scenario until so many trials are seen, or everything is known without any.

        Args:
            subject: The design in the scenario.
            trials: Trials to be seen in all.
            sample: What was seen before; None for nothing.

        Returns:
            What has been seen now.

        Raises:
            ValueError: When the design cannot be conducted in the scenario.
        """
        if sample is None:
            known = self.kept(
                subject, {"known": True}, lambda: by_enumeration(subject.plan, subject.scenario).tobytes()
            )
            sample = Sample(np.frombuffer(known, dtype=np.float64))
        first = sample.trials
        if not sample.open.any() or first >= trials:
            return sample
        about = {"seed": self.seed, "first": first, "trials": trials}
        new = self.kept(subject, about, lambda: self._seen(subject, first, trials).tobytes())
        columns = np.frombuffer(new, dtype=np.float32).reshape(QUANTITIES, -1)
        return replace(sample, seen=np.concatenate([sample.seen, columns], axis=1))

    def _seen(self, subject: Subject, first: int, trials: int) -> Columns:
        """Simulate the trials from `first` on."""
        job = Job(subject.plan, subject.scenario, self.seed, trials)
        parts = blocks(self.seed, first, trials - first)
        return np.concatenate(
            [columns_of(subject.plan, subject.scenario, conduct_block(job, block)) for block in parts], axis=1
        )

    def kept(self, subject: Subject, about: Mapping[str, object], find: Callable[[], bytes]) -> bytes:
        """Something about a design in a scenario, which may have been found before.

        Args:
            subject: The design in the scenario.
            about: What it is, and what it depends on besides.
            find: Finds it.

        Returns:
            What `find` gives, now or when it was first asked.
        """
        if self.shelf is None:
            return find()
        key = {**subject.record, **about}
        found = self.shelf.get(key)
        if found is None:
            found = find()
            self.shelf.put(key, found)
        return found
