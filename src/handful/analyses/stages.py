"""What the stages of an adaptive trial say one by one: evidence from those who became known between two looks.

A trial that was changed at a look has stages that are independent given what was known then, whatever was changed. So the
evidence of each stage is computed from its own participants alone, and combined by a rule fixed beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from handful.analyses.base import Aim, Analysis
from handful.analyses.hypotheses import Hypothesis
from handful.kernels.counting import count_prefix
from handful.participants.observations import Cut, Events, Flags, Floats, Integers, Observations

# A z-value that stands for no evidence at all: a p-value of 1 as far as numbers can say it.
NOTHING = -38.0


@dataclass(frozen=True)
class StageEvidence:
    """What one stage says.

    Attributes:
        z: Evidence of the stage for each hypothesis, on the z scale and finite, shape (trials, hypotheses).
        tested: Hypotheses that were tested in it, likewise.
        sizes: Participants of the stage whose outcome is known on each arm, control first, shape (trials, arms).
        in_subgroup: Those of them who belong to the subgroup, likewise; None when the design asks about none.
    """

    z: Floats
    tested: Flags
    sizes: Integers
    in_subgroup: Integers | None = None


def stages(
    base: Analysis, hypotheses: tuple[Hypothesis, ...], seen: Observations, cut: Cut, aim: Aim
) -> Iterator[StageEvidence]:
    """Evidence of each stage up to a cut, in order.

    Args:
        base: Analysis of one treatment against control, with a z scale.
        hypotheses: What is tested.
        seen: Data of all stages.
        cut: What is looked at, with the looks before.
        aim: What the design asks.

    Yields:
        The stages.

    Raises:
        ValueError: For times to events, whose stages overlap in the people at risk.
    """
    if isinstance(seen, Events):
        raise ValueError(
            "the stages of a time to event share the people at risk; a combination test needs another endpoint"
        )
    trials = seen.shape[0]
    every = np.ones((trials, len(hypotheses)), dtype=np.bool_)
    ends = [(stage.included, stage.tested) for stage in cut.earlier] + [(cut.included, cut.tested)]
    start = np.zeros(trials, dtype=np.int64)
    for included, tested in ends:
        # A trial that has ended is looked at with nobody included: its later stages are empty.
        end = np.minimum(included, cut.included)
        own = since(seen, start)
        part = Cut(end, cut.month)
        z = [base.as_z(base.evidence(asked.view(own), part, aim).statistic) for asked in hypotheses]
        arms = 1 + max(asked.arm for asked in hypotheses)
        yield StageEvidence(
            z=np.clip(np.hstack(z), NOTHING, -NOTHING),
            tested=every if tested is None else tested,
            sizes=_sizes(own, end, arms),
            in_subgroup=None if own.subgroup is None else _sizes(_only_of(own, own.subgroup), end, arms),
        )
        start = end


def _sizes(seen: Observations, end: Integers, arms: int) -> Integers:
    """Participants whose outcome is known on each arm."""
    return count_prefix(seen.arm, seen.arm, end, seen.observed, arms)[1]


def since(seen: Observations, start: Integers) -> Observations:
    """The data without the first participants of each trial, who belong to the stages before.

    Args:
        seen: Data of all stages.
        start: How many come before, shape (trials,).
    """
    if not start.any():
        return seen
    return _only_of(seen, np.arange(seen.shape[1]) >= start[:, None])


def _only_of(seen: Observations, these: Flags) -> Observations:
    """The data of some participants."""
    return replace(seen, observed=these if seen.observed is None else these & seen.observed)
