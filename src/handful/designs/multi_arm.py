"""Several arms against one control over several looks, with boundaries of their own: the MAMS design.

Every arm is compared with control on all its data so far. Arms that do badly are dropped, and nothing else adapts; so the
boundaries can count on how the arms' statistics move together, and need no stages (Magirr, Jaki and Whitehead 2012).
"""

from __future__ import annotations

from functools import lru_cache
from math import inf
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from handful.analyses.several import Several
from handful.designs.arms_against_control import ArmsAgainstControl
from handful.designs.base import Plan, Question, Stress
from handful.designs.dropping import DropArms
from handful.designs.pieces import Thresholds
from handful.designs.stresses import DROPOUT
from handful.designs.words import by_the, count_words, level_words, list_words
from handful.spec.base import wanted
from handful.spec.quantities import Number
from handful.stats.mams import MOST_STAGES, MultiArmDesign, multi_arm_design

Shape = Literal["triangular", "obrien fleming", "pocock"]


def _no_futility(value: Any) -> Any:
    """`none` stands for no boundary."""
    return None if value == "none" else value


class MultiArm(ArmsAgainstControl):
    """Several arms and control; arms are dropped at a lower boundary, and the first beyond the upper one wins.

    The boundaries keep the family-wise error whatever the arms do: it is largest when none of them works. Participants per
    arm at each look are planned, and the arms that go on keep them, so that a trial becomes smaller with every arm that is
    dropped.
    """

    kind: Literal["multi arm"] = "multi arm"
    meaning: ClassVar[str] = "several arms over several looks, dropped at a boundary (MAMS)"
    references: ClassVar[tuple[str, ...]] = ("magirr2012", "jaki2019")
    fragile_to: ClassVar[tuple[Stress, ...]] = (DROPOUT,)
    limits: ClassVar[tuple[str, ...]] = (
        "The boundaries hold for arms of the sizes planned and for statistics that are normal; in a small trial the error that "
        "is really spent is simulated beside them.",
        "Arms may only be dropped by the boundary or sooner; a size that is changed, or an arm that is added, breaks them.",
        "The estimate of an arm that crossed a boundary is too good on average; the bias is shown and not removed.",
    )

    upper: Shape = Field("triangular", description="Shape of the boundary for a claim.")
    lower: Annotated[Shape | tuple[Number, ...] | None, BeforeValidator(_no_futility)] = Field(
        "triangular",
        description="Shape of the boundary at which an arm is dropped; or its z at each interim look, such as [0, 0.5]; or none.",
    )
    binding: bool = Field(
        True,
        description="Whether arms at the lower boundary must be dropped, which lowers the boundary for a claim in return.",
    )
    ends: Literal["first success", "all decided"] = Field(
        "first success",
        description="Whether the trial ends when benefit of one arm is claimed, or goes on until every arm is decided.",
    )

    @model_validator(mode="after")
    def _boundaries_fit(self) -> Self:
        if len(self.looks) > MOST_STAGES:
            raise wanted(f"at most {MOST_STAGES} looks", at="looks")
        if isinstance(self.lower, tuple) and len(self.lower) != len(self.looks) - 1:
            numbers = count_words(len(self.looks) - 1, "number")
            raise wanted(f"{numbers}, one for each interim look", at="lower")
        return self

    def boundaries(self, question: Question) -> MultiArmDesign:
        """The boundaries on the z scale, for the participants planned."""
        each, control = self.allocation
        sizes = self.planned_looks().planned()
        shares = tuple(size / sizes[0] for size in sizes)
        return _solved(
            len(self.arms),
            tuple(each * share for share in shares),
            tuple(control * share for share in shares),
            self.level(question),
            self.upper,
            self.lower,
            self.binding,
        )

    def plan(self, question: Question) -> Plan:
        """Looks at which every arm has its thresholds."""
        base, aim, hypotheses = self.chosen_analysis(question.endpoint), self.aim(question), self.hypotheses()
        looks, found = self.planned_looks(), self.boundaries(question)
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
                tuple(base.from_z(z) for z in found.upper),
                (*(base.from_z(z) for z in found.lower[:-1]), -inf),
                binding=self.binding and found.lower[0] > -inf,
            ),
            arms=len(self.arms),
            hypotheses=hypotheses,
            adaptation=DropArms(hypotheses, base, aim, looks.number),
            ends=self.ends,
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        found, plan = self.boundaries(question), self.plan(question)
        upper = list_words([f"{z:.4g}" for z in found.upper])
        words = [
            self.size_words(),
            plan.looks.describe(),
            f"At each look each arm is compared with control {by_the(self.chosen_analysis(question.endpoint).meaning)}, on all "
            "its data so far.",
            f"Benefit of an arm is claimed when its z is at least {upper} at the looks, a boundary for {len(self.arms)} arms "
            f"together at {level_words(plan.aim.alpha)}.",
        ]
        interim = found.lower[:-1]
        if any(z > -inf for z in interim):
            force = "must" if self.binding else "may"
            words.append(
                f"An arm {force} be dropped when its z is at most {list_words([f'{z:.4g}' for z in interim])} at the interim "
                f"look{'s' if len(interim) > 1 else ''}; the other arms keep their sizes, and the trial becomes smaller."
            )
        ending = {
            "first success": "The trial ends with the first claim, or when no arm is left.",
            "all decided": "A claim for one arm does not end the trial for the others.",
        }
        return [*words, ending[self.ends]]


@lru_cache(maxsize=64)
def _solved(
    arms: int,
    arm_sizes: tuple[float, ...],
    control_sizes: tuple[float, ...],
    alpha: float,
    upper: Shape,
    lower: Shape | tuple[float, ...] | None,
    binding: bool,
) -> MultiArmDesign:
    """Solve the boundaries once."""
    return multi_arm_design(
        arms, arm_sizes, control_sizes, alpha=alpha, upper=upper, lower=lower, binding=binding
    )
