"""What happens to the rest of a trial when only a subgroup is studied on, or only everybody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from handful.analyses.base import Aim, Analysis
from handful.analyses.hypotheses import Hypothesis
from handful.designs.adaptation import Adaptation, Interim, Steering
from handful.designs.pieces import Decision
from handful.designs.populations import SUBGROUP, WHOLE, Populations, Standing
from handful.participants.observations import Floats, Integers, Observations


@dataclass(frozen=True)
class Enrich(Adaptation):
    """After a look the trial goes on with everybody, with the subgroup alone, or not at all.

    When the subgroup goes on alone, nobody else is let in any more. Whoever was enrolled by then keeps their arm and is
    followed up; their outcomes count for the subgroup if they belong to it. Where looks wait for events, the events to come
    are those of the subgroup.

    Attributes:
        hypotheses: That of the whole population, then that of the subgroup.
        base: Analysis of treatment against control, for what populations are judged by.
        aim: What the analysis is asked.
        rule: Who goes on.
        sizes: For each interim look, the participants (or events) at every look of a trial that turned to the subgroup there.
        most: Most participants of a trial that turned to the subgroup, where looks wait for events.
    """

    hypotheses: tuple[Hypothesis, Hypothesis]
    base: Analysis
    aim: Aim
    rule: Populations
    sizes: tuple[tuple[int, ...], ...]
    most: int | None = None

    def adapt(self, interim: Interim) -> Steering:
        """Drop a hypothesis, and close the trial to those outside the subgroup when it is that of everybody."""
        before = interim.steering
        tested = before.tested & (interim.settled == Decision.CONTINUE)
        tested &= self.rule.kept(self._standing(interim), tested.all(axis=1))
        turned = tested[:, SUBGROUP] & ~tested[:, WHOLE]
        newly = turned & ~before.only_subgroup
        sizes = np.where(newly[:, None], np.asarray(self.sizes[interim.look], dtype=np.int64), before.sizes)
        most = before.most
        if most is not None and self.most is not None:
            most = np.where(newly, self.most, most)
        return replace(
            before, tested=tested, only_subgroup=before.only_subgroup | turned, sizes=sizes, most=most
        )

    def describe(self) -> list[str]:
        """In words."""
        return self.rule.words()

    def _standing(self, interim: Interim) -> Standing:
        """What populations are judged by, from all data so far."""
        seen = interim.observations
        assert seen.subgroup is not None
        whole, subgroup = self.hypotheses
        others = replace(seen, subgroup=~seen.subgroup)
        views = (whole.view(seen), subgroup.view(seen), subgroup.view(others))
        return Standing(*(self._value(view, interim) for view in views))

    def _value(self, view: Observations, interim: Interim) -> Floats:
        """What one population is judged by."""
        if self.rule.by == "estimate":
            value = self.base.estimate(view, interim.cut, self.aim).value
        else:
            value = self.base.as_z(self.base.evidence(view, interim.cut, self.aim).statistic)[:, 0]
        return np.where(np.isnan(value), -np.inf, value)


def sizes_when_enriched(
    planned: tuple[int, ...], total: int, what: str = "participants"
) -> tuple[tuple[int, ...], ...]:
    """Participants (or events) at every look of trials that turn to the subgroup, for each interim look at which they may.

    What is left of the trial is made smaller in proportion.

    Args:
        planned: Participants (or events) at each look when everybody goes on.
        total: Those of a trial that turned to the subgroup.
        what: What is counted, for the message.

    Returns:
        One row for each interim look.

    Raises:
        ValueError: When the total leaves too few for the looks to come.

    Example:
        >>> sizes_when_enriched((20, 40, 60), 50)
        ((20, 35, 50), (20, 40, 50))
    """
    rows = []
    for look, there in enumerate(planned[:-1]):
        share = (total - there) / (planned[-1] - there)
        later: Integers = there + np.rint(share * (np.asarray(planned[look + 1 :]) - there)).astype(np.int64)
        row = (*planned[: look + 1], *later.tolist())
        if any(after <= before for before, after in pairwise(row)):
            raise ValueError(
                f"{total} {what} of a trial that turned to the subgroup leave none for the looks after {there}"
            )
        rows.append(row)
    return tuple(rows)
