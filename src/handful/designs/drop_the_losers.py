"""A fixed number of arms is dropped at each look and the last one is tested: a drop-the-losers design.

The rule of selection is fixed beforehand and always followed. So the final test can count on it: it is the ordinary test of
all data of the last arm, at a critical value that pays for having been the best at every look.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from handful.analyses.several import Several
from handful.designs.arms_against_control import ArmsAgainstControl
from handful.designs.base import Plan, Question, Stress
from handful.designs.dropping import DropArms
from handful.designs.keeping import KeepBest
from handful.designs.pieces import Thresholds
from handful.designs.stresses import DROPOUT
from handful.designs.words import by_the, level_words
from handful.spec.base import wanted
from handful.spec.quantities import PositiveCount
from handful.stats.drop_the_losers import MOST_STAGES, drop_the_losers


class DropTheLosers(ArmsAgainstControl):
    """Several arms and control; at each look the worst arms are dropped, and the one that is left is tested at the end.

    The trial cannot stop early, and its size is known when it begins. Nobody can be kept out of kindness or dropped for a side
    effect: where that may happen, `arm selection` keeps its level and this does not.
    """

    kind: Literal["drop the losers"] = "drop the losers"
    meaning: ClassVar[str] = "several arms, so many of them dropped at each look, the last one tested"
    references: ClassVar[tuple[str, ...]] = ("thall1988", "wason2017")
    fragile_to: ClassVar[tuple[Stress, ...]] = (DROPOUT,)
    limits: ClassVar[tuple[str, ...]] = (
        "The critical value counts on the worst arms being dropped and nothing else: an arm that is dropped for another reason "
        "is not covered.",
        "The critical value holds for arms of the sizes planned and for statistics that are normal; in a small trial the error "
        "that is really spent is simulated beside it.",
        "The estimate of the arm that is left is too good on average; the bias is shown and not removed.",
    )

    keep: tuple[PositiveCount, ...] = Field(
        (1,),
        min_length=1,
        description="How many arms go on after each interim look, falling, such as [2, 1]; the last is 1.",
    )

    @model_validator(mode="after")
    def _loses(self) -> Self:
        if len(self.arms) < 2:
            raise wanted("at least 2 arms, of which some can be dropped", at="arms")
        left = (len(self.arms), *self.keep)
        if any(later >= before for before, later in zip(left, self.keep, strict=False)) or left[-1] != 1:
            raise wanted(f"numbers that fall from below {left[0]} to 1", at="keep")
        if len(self.looks) != len(left):
            raise wanted(f"{len(left)} looks, one more than arms are dropped", at="looks")
        if len(left) > MOST_STAGES:
            raise wanted(f"at most {MOST_STAGES - 1} looks at which arms are dropped", at="keep")
        return self

    def critical_value(self, question: Question) -> float:
        """What z of the last arm must reach."""
        each, control = self.allocation
        sizes = self.planned_looks().planned()
        shares = tuple(size / sizes[0] for size in sizes)
        return _critical_value(
            (len(self.arms), *self.keep),
            tuple(each * share for share in shares),
            tuple(control * share for share in shares),
            self.level(question),
        )

    def plan(self, question: Question) -> Plan:
        """Looks at which arms are dropped, and one test at the end."""
        base, aim, hypotheses = self.chosen_analysis(question.endpoint), self.aim(question), self.hypotheses()
        looks = self.planned_looks()
        return Plan(
            endpoint=question.endpoint,
            participants=self.participants,
            arrangement=self.arrangement(),
            allocation=self.allocator(),
            looks=looks,
            analysis=Several(base=base, hypotheses=hypotheses),
            aim=aim,
            null_benefit=aim.null,
            rule=Thresholds(
                (*(inf,) * (looks.number - 1), base.from_z(self.critical_value(question))),
                (-inf,) * looks.number,
            ),
            arms=len(self.arms),
            hypotheses=hypotheses,
            adaptation=DropArms(hypotheses, base, aim, looks.number, KeepBest(arms=self.keep)),
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        assert plan.adaptation is not None
        return [
            self.size_words(),
            plan.looks.describe(),
            *plan.adaptation.describe(),
            f"The arm that is left is compared with control {by_the(self.chosen_analysis(question.endpoint).meaning)}, on all "
            f"its data; benefit is claimed when its z is at least {self.critical_value(question):.4g}, which pays for the "
            f"selection at {level_words(plan.aim.alpha)}.",
        ]


@lru_cache(maxsize=64)
def _critical_value(
    keep: tuple[int, ...], arm_sizes: tuple[float, ...], control_sizes: tuple[float, ...], alpha: float
) -> float:
    """Solve the critical value once."""
    return drop_the_losers(keep, arm_sizes, control_sizes, alpha=alpha).critical_value
