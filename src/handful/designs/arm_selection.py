"""Arms are selected at a look, and the trial goes on with them: a seamless phase II/III trial.

The data of both stages count in the final test, so it must pay for the selection. The closed combination test does, whatever
the rule of selection was and even if it was not followed.
"""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from handful.analyses.base import Analysis
from handful.analyses.closed import GraphTest, Intersection
from handful.analyses.registry import make
from handful.designs.arms_against_control import ArmsAgainstControl
from handful.designs.arrangements import Arrangement, UntilEvent
from handful.designs.base import Plan, Question, Stress, fits
from handful.designs.combination_choice import Combining, InverseNormal, StageRule
from handful.designs.dropping import DropArms, Later
from handful.designs.event_looks import STAGE_WORDS, check_events
from handful.designs.keeping import Keep, KeepBest
from handful.designs.pieces import EventCounts, Looks, interim_sizes
from handful.designs.randomised import DEFAULT_ANALYSIS
from handful.designs.stresses import DROPOUT
from handful.designs.words import by_the
from handful.participants.endpoint import Endpoint
from handful.spec.base import wanted
from handful.spec.quantities import PositiveCount

_TESTS = {
    "dunnett": "Dunnett's test",
    "simes": "Simes' test",
    "bonferroni": "Bonferroni's test",
    "sidak": "Sidak's test",
}


class ArmSelection(ArmsAgainstControl):
    """Several arms and control, of which a look keeps the promising ones; one test of all data at the end.

    A treatment, a dose or a product version is chosen and confirmed in one trial. Every intersection of the arms'
    hypotheses is tested stage by stage, by the arms in it that were still there, and the stages are combined with weights
    fixed beforehand: so the family-wise error is kept, whichever arms were kept for whatever reason (Bauer and Kieser 1999;
    Posch, Koenig, Branson, Brannath, Dunger-Baldauf and Bauer 2005; Bretz, Schmidli, Koenig, Racine and Maurer 2006). For a
    time to an event the reasons are the times to it and nothing else (Wassmer 2006; Bauer and Posch 2004).
    """

    kind: Literal["arm selection"] = "arm selection"
    meaning: ClassVar[str] = "several arms, the promising ones kept at a look (seamless phase II/III)"
    references: ClassVar[tuple[str, ...]] = (
        "bauer1999",
        "posch2005",
        "bretz2006",
        "wassmer2006",
        "desseaux2007",
        "bauer2004",
        "jenkins2011",
        "magirr2016",
    )
    fragile_to: ClassVar[tuple[Stress, ...]] = (DROPOUT,)
    limits: ClassVar[tuple[str, ...]] = (
        "The estimate of an arm that was kept because it looked good is too good on average; the bias is shown and not "
        "removed.",
        "The intervals are those of the plain analysis: they are not adjusted for the selection or for testing several arms.",
    )

    keep: Keep = Field(default_factory=KeepBest, description="Which arms go on after a look.")
    later: Later = Field(
        "same per arm",
        description="Whether each arm that goes on gets the number planned for it, and the trial becomes smaller; or the trial "
        "keeps its size, and the arms that go on become larger.",
    )
    events: PositiveCount | None = Field(
        None,
        description="Events of all arms and control together that the last look of a time to event waits for, if no arm is "
        "dropped.",
    )
    intersection: Intersection = Field(
        "dunnett",
        description="Test of an intersection of the arms' hypotheses: by name, or by a graph of `weights` and `transitions`.",
    )
    combination: Combining = Field(
        default_factory=InverseNormal, description="How the stages are combined into one test."
    )
    ends: Literal["first success", "all decided"] = Field(
        "first success",
        description="Whether the trial ends when benefit of one arm is claimed, or goes on until every arm is decided.",
    )

    @model_validator(mode="after")
    def _selects(self) -> Self:
        if len(self.looks) < 2:
            raise wanted("at least two looks, the first to select", at="looks")
        if isinstance(self.intersection, GraphTest) and len(self.intersection.weights) != len(self.arms):
            raise wanted(f"a graph of {len(self.arms)} hypotheses", at="intersection")
        return self

    def planned_looks(self) -> Looks:
        """When the data are looked at: whole blocks, or so many events."""
        if self.events is None:
            return super().planned_looks()
        return EventCounts(interim_sizes(self.looks, self.events))

    def arrangement(self) -> Arrangement:
        """How participants are observed."""
        return super().arrangement() if self.events is None else UntilEvent(arms=len(self.arms))

    def chosen_analysis(self, endpoint: Endpoint) -> Analysis:
        """The analysis of one arm against control, checked against the endpoint.

        Raises:
            ValueError: When it does not suit, or looks would wait for the wrong thing.
        """
        check_events(endpoint, self.events, self.participants)
        if self.events is None:
            return super().chosen_analysis(endpoint)
        analysis = self.analysis or make(DEFAULT_ANALYSIS[endpoint.kind])
        fits(analysis, endpoint, "control arm", self.margin or 0.0)
        return analysis

    def information(self) -> tuple[float, ...]:
        """Planned information at each look, of an arm that goes on, as a share of all.

        With the same number per arm it goes with the participants (or events) planned. With the same total, an arm that is kept
        beside fewer others grows faster; where a rule leaves their number open, all are counted on.
        """
        sizes, arms = self.planned_looks().planned(), len(self.arms)
        each, control = self.allocation
        reached, before = [float(sizes[0])], sizes[0]
        for look, size in enumerate(sizes[1:]):
            left = self.keep.planned(look, arms)
            grows = 1.0
            if self.later == "same total":
                grows = (arms * each + control) / (left * each + control)
            reached.append(reached[-1] + grows * (size - before))
            before = size
        return tuple(part / reached[-1] for part in reached)

    def stage_rule(self, question: Question) -> StageRule:
        """How the stages are combined, and what a claim needs."""
        return self.combination.rule(self.information(), self.level(question))

    def plan(self, question: Question) -> Plan:
        """Looks at which arms are dropped, and the closed combination test."""
        base, aim, hypotheses = self.chosen_analysis(question.endpoint), self.aim(question), self.hypotheses()
        looks, rule = self.planned_looks(), self.stage_rule(question)
        return Plan(
            endpoint=question.endpoint,
            participants=self.participants,
            arrangement=self.arrangement(),
            allocation=self.allocator(),
            looks=looks,
            analysis=rule.closed(base, hypotheses, self.intersection),
            aim=aim,
            null_benefit=aim.null,
            rule=rule.thresholds,
            arms=len(self.arms),
            hypotheses=hypotheses,
            adaptation=DropArms(hypotheses, base, aim, looks.number, self.keep, self.later),
            ends=self.ends,
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        assert plan.adaptation is not None
        test = (
            "weights from a graph" if isinstance(self.intersection, GraphTest) else _TESTS[self.intersection]
        )
        goes_on = {
            "first success": "The trial ends with the first claim.",
            "all decided": "A claim for one arm does not end the trial for the others.",
        }
        return [
            self.size_words(),
            plan.looks.describe(),
            *plan.adaptation.describe(),
            *([] if self.events is None else ["Who is on an arm that was dropped is followed no further."]),
            f"Each arm is compared with control {by_the(self.chosen_analysis(question.endpoint).meaning)}, stage by stage; "
            f"benefit of an arm is claimed by the closed test, with {test} of the intersections.",
            *([] if self.events is None else STAGE_WORDS),
            *self.stage_rule(question).words,
            *([goes_on[self.ends]] if self.stage_rule(question).thresholds.upper[0] < float("inf") else []),
        ]
