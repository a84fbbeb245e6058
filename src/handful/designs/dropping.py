"""What happens to the rest of a trial when some of its arms are dropped at a look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from handful.analyses.base import Aim, Analysis
from handful.analyses.hypotheses import Hypothesis
from handful.designs.adaptation import Adaptation, Interim, Steering
from handful.designs.keeping import Keeping, keeping_words
from handful.designs.pieces import Decision
from handful.kernels.counting import allocated_prefix
from handful.participants.observations import Flags, Floats, Integers

Later = Literal["same per arm", "same total"]

_NOTHING = -38.0  # z without any evidence, as analyses report it


@dataclass(frozen=True)
class DropArms(Adaptation):
    """Those who come after a look get control or an arm that goes on.

    Arms leave when their hypothesis is decided, and when the rule does not keep them. Who is enrolled already keeps their arm;
    with the same number per arm they are waited for in addition, so that the arms that go on reach the size planned for
    them. Where looks wait for events, the events to come are those of control and the arms that go on.

    Attributes:
        hypotheses: One for each treatment arm, in the order of the arms.
        base: Analysis of one arm against control, for what arms are judged by.
        aim: What the analysis is asked.
        looks: Looks of the trial.
        rule: Which arms go on; None when all do that are undecided.
        later: Whether each arm that goes on gets the number planned for it, and the trial becomes smaller, or the trial keeps
            its size, and they get more.
    """

    hypotheses: tuple[Hypothesis, ...]
    base: Analysis
    aim: Aim
    looks: int
    rule: Keeping | None = None
    later: Later = "same per arm"

    def adapt(self, interim: Interim) -> Steering:
        """Drop arms, and want fewer participants if each arm is to keep its number."""
        before = interim.steering
        kept = before.tested & (interim.settled == Decision.CONTINUE)
        if self.rule is not None:
            # The ranking is among all arms of this look, so that a claim makes no room for a worse arm.
            kept &= self.rule.kept(interim.look, self._values(interim, self.rule), before.tested)
        weights = before.weights.copy()
        weights[:, 1:] *= kept
        steering = replace(before, weights=weights, tested=kept)
        if self.later == "same total":
            return steering
        if before.most is not None:
            return _fewer_events(interim, steering, before.most)
        return replace(steering, sizes=_fewer(interim, weights, kept))

    def describe(self) -> list[str]:
        """In words."""
        who = "An arm that is decided gets no more participants."
        if self.rule is not None:
            who = keeping_words(self.rule, self.looks - 1)
        if self.later == "same total":
            return [who, "The trial keeps its size, so that the arms that are left become larger."]
        return [
            who,
            "Each arm that goes on gets the number planned for it, so that the trial becomes smaller.",
        ]

    def _values(self, interim: Interim, rule: Keeping) -> Floats:
        """What arms are judged by, from all data so far."""
        seen, cut = interim.observations, interim.cut
        views = [hypothesis.view(seen) for hypothesis in self.hypotheses]
        if rule.by == "estimate":
            return np.column_stack([self.base.estimate(view, cut, self.aim).value for view in views])
        z = [self.base.as_z(self.base.evidence(view, cut, self.aim).statistic) for view in views]
        return np.maximum(np.hstack(z), _NOTHING)


def _fewer(interim: Interim, weights: Floats, kept: Flags) -> Integers:
    """Sizes of the looks to come when every arm that goes on keeps the number planned for it."""
    before, look = interim.steering, interim.look
    share = weights.sum(axis=1) / before.weights.sum(axis=1)
    sizes = before.sizes.copy()
    # Whoever is on the way on an arm that is dropped comes on top.
    here = np.flatnonzero(interim.running)
    arm, arms = interim.observations.arm, weights.shape[1]
    there = allocated_prefix(arm, interim.enrolled * interim.running, arms)
    looked_at = allocated_prefix(arm, interim.cut.included, arms)
    on_the_way = ((there - looked_at)[:, 1:] * ~kept).sum(axis=1)
    further = (before.sizes[:, look + 1 :] - before.sizes[:, [look]]) * share[:, None]
    wanted = before.sizes[:, [look]] + np.rint(further).astype(np.int64) + on_the_way[:, None]
    sizes[here, look + 1 :] = np.minimum(wanted, before.sizes[:, look + 1 :])[here]
    return sizes


def _fewer_events(interim: Interim, steering: Steering, most: Integers) -> Steering:
    """Fewer events and fewer participants, when every arm that goes on keeps what was planned for it."""
    before, look = interim.steering, interim.look
    share = steering.weights.sum(axis=1) / before.weights.sum(axis=1)
    further = before.sizes[:, look + 1 :] - before.sizes[:, [look]]
    # Every look waits for one more event at least.
    fewer = np.maximum(np.rint(further * share[:, None]).astype(np.int64), np.arange(1, further.shape[1] + 1))
    sizes = before.sizes.copy()
    sizes[:, look + 1 :] = before.sizes[:, [look]] + fewer
    there = allocated_prefix(interim.observations.arm, interim.enrolled, steering.weights.shape[1]).sum(
        axis=1
    )
    to_come = np.rint(np.maximum(most - there, 0) * share).astype(np.int64)
    goes_on = interim.running
    return replace(
        steering,
        sizes=np.where(goes_on[:, None], sizes, before.sizes),
        most=np.where(goes_on, there + to_come, most),
    )
