"""Adaptive enrichment: two randomised arms, and a look that may turn the trial to those who seem to benefit."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, ValidationError, model_validator

from handful.analyses.base import Aim, Analysis
from handful.analyses.hypotheses import Hypothesis
from handful.analyses.registry import AnalysisChoice, make
from handful.designs.arrangements import SideBySide, UntilEvent
from handful.designs.base import Design, Plan, Question, Stress, fits
from handful.designs.combination_choice import Combining, InverseNormal, StageRule
from handful.designs.enriching import Enrich, sizes_when_enriched
from handful.designs.event_looks import STAGE_WORDS, check_events
from handful.designs.own_control import null_of
from handful.designs.pieces import Allocation, EventCounts, KnownOutcomes, Looks, interim_sizes
from handful.designs.populations import ByDifference, GoOnWith
from handful.designs.randomised import DEFAULT_ANALYSIS
from handful.designs.several_arms import DealtArms
from handful.designs.single_arm import default_analysis
from handful.designs.stratified import StratifiedBlocks
from handful.designs.stresses import DROPOUT
from handful.designs.words import by_the, count_words, list_words
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.scenarios.factors import Factor
from handful.spec.base import wanted
from handful.spec.quantities import AscendingPercentList, Number, PositiveCount, Ratio

MOST_LOOKS = 20

Intersection = Literal["spiessens debois", "simes", "bonferroni", "sidak"]

_TESTS = {
    "spiessens debois": "the test of Spiessens and Debois",
    "simes": "Simes' test",
    "bonferroni": "Bonferroni's test",
    "sidak": "Sidak's test",
}


def _of_predictive(scenario: Scenario, **changes: object) -> Scenario | None:
    """A scenario with the factors changed that treatment depends on; None when there is none, or it cannot be."""
    changed = tuple(
        _changed(factor, changes) if factor.is_predictive else factor for factor in scenario.factors
    )
    if changed == scenario.factors:
        return None
    try:
        return scenario.replace(factors=changed)
    except ValidationError:
        return None


def _changed(factor: Factor, changes: dict[str, object]) -> Factor:
    """A factor with some fields changed by functions of the factor."""
    return factor.replace(**{name: change(factor) for name, change in changes.items() if callable(change)})


def _misread(scenario: Scenario, endpoint: Endpoint, hoped: float, amount: float) -> Scenario | None:
    return _of_predictive(
        scenario,
        sensitivity=lambda factor: factor.sensitivity * (1 - amount),
        specificity=lambda factor: factor.specificity * (1 - amount),
    )


def _rarer(scenario: Scenario, endpoint: Endpoint, hoped: float, amount: float) -> Scenario | None:
    return _of_predictive(scenario, share=lambda factor: factor.share * (1 - amount))


def _alike(scenario: Scenario, endpoint: Endpoint, hoped: float, amount: float) -> Scenario | None:
    def towards_the_mean(own: float, factor: Factor) -> float:
        mean = factor.share * factor.effect_with + (1 - factor.share) * factor.effect_without
        return own + amount * (mean - own)

    return _of_predictive(
        scenario,
        effect_with=lambda factor: towards_the_mean(factor.effect_with, factor),
        effect_without=lambda factor: towards_the_mean(factor.effect_without, factor),
    )


MISREAD = Stress(
    "a diagnostic that errs",
    "People are taken for members of the subgroup who are not, and members are turned away: the subgroup that is studied "
    "benefits less than the one that was meant.",
    (0.05, 0.1, 0.2, 0.3),
    "of people found wrongly, whether they belong or not",
    _misread,
)
RARER = Stress(
    "a rarer subgroup",
    "With fewer members than planned the look knows less of them, the average benefit is smaller, and a trial that turns to "
    "them has to screen for longer.",
    (0.1, 0.25, 0.5, 0.75),
    "of the members missing",
    _rarer,
)
NOT_SPECIAL = Stress(
    "a subgroup that is not special",
    "The subgroup may be less different from the others than hoped, while the average benefit is as hoped; to turn to it is "
    "then a mistake.",
    (0.25, 0.5, 0.75, 1.0),
    "of the difference between subgroup and others not there",
    _alike,
)


class Enrichment(Design):
    """A trial of everybody that may go on as a trial of a subgroup, with one test of all data at the end.

    Two hypotheses are tested: that treatment does not help on average in the whole population, and that it does not help in
    the subgroup. At each look before the last the trial goes on with both, with one of them, or ends. Their intersection is
    tested stage by stage by those of them that were still studied, and the stages are combined with weights fixed beforehand,
    so that the family-wise error is kept whatever is decided at a look (Brannath, Zuber, Branson, Bretz, Gallo, Posch and
    Racine-Poon 2009; Jenkins, Stone and Jennison 2011). For a time to an event that is true of what is decided from the times
    to it and nothing else; everybody is then compared in two strata, members of the subgroup and others (Wassmer 2006; Bauer and
    Posch 2004).
    """

    kind: Literal["enrichment"] = "enrichment"
    meaning: ClassVar[str] = "two randomised arms that may go on in a subgroup alone"
    references: ClassVar[tuple[str, ...]] = (
        "brannath2009",
        "friede2012",
        "jenkins2011",
        "wassmer2006",
        "bauer2004",
        "spiessens2010",
        "wang2007",
    )
    fragile_to: ClassVar[tuple[Stress, ...]] = (MISREAD, RARER, NOT_SPECIAL, DROPOUT)
    limits: ClassVar[tuple[str, ...]] = (
        "A claim for the whole population says that its average benefit is above zero: the treatment may still do nothing "
        "outside the subgroup, or harm.",
        "The estimate for a population that was kept because it looked good is too good on average; the bias is shown and not "
        "removed.",
        "The intervals are those of the plain analysis: they are not adjusted for the choice of a population or for testing two.",
    )

    subgroup: str = Field(
        min_length=1,
        max_length=60,
        description="Name of the factor whose bearers make the subgroup; every scenario has to know it.",
    )
    participants: PositiveCount = Field(
        ge=4,
        le=100_000,
        description="Participants of both arms together. People who are screened and turned away, once only the subgroup is let "
        "in, are not counted; they cost time.",
    )
    enriched_participants: PositiveCount | None = Field(
        None,
        le=100_000,
        description="Participants of a trial that turned to the subgroup, at most `participants`; as many when empty.",
    )
    events: PositiveCount | None = Field(
        None, description="Events that the last look of a time to event waits for, of everybody."
    )
    enriched_events: PositiveCount | None = Field(
        None,
        description="Events in place of `events` in a trial that turned to the subgroup: those of everybody until then, and "
        "those of the subgroup after; as many when empty.",
    )
    allocation: Ratio = Field((1, 1), description="Treated to control, such as 2:1.")
    blocks_of: PositiveCount | None = Field(
        None,
        description="Participants in a block, a multiple of the sum of the ratio; the smallest above 3 when empty.",
    )
    stratified: bool = Field(
        True, description="Whether the subgroup and the others are randomised from lists of their own."
    )
    looks: AscendingPercentList = Field(
        (0.5, 1.0), description="Share of the information at each look; the last one is 100%."
    )
    go_on_with: GoOnWith = Field(
        default_factory=ByDifference,
        description="Who is studied on after a look: both populations, one, or none.",
    )
    intersection: Intersection = Field(
        "spiessens debois",
        description="Test that treatment helps neither on average nor in the subgroup; `spiessens debois` uses how much the two "
        "have in common.",
    )
    combination: Combining = Field(
        default_factory=InverseNormal, description="How the stages are combined into one test."
    )
    margin: Number | None = Field(
        None,
        description="Margin of non-inferiority: a ratio above 1 for ratios, else a difference; none for superiority.",
    )
    analysis: AnalysisChoice | None = Field(
        None, description="Analysis of treatment against control; the usual one for the endpoint when empty."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.blocks_of is not None and self.blocks_of % sum(self.allocation):
            raise wanted(f"a multiple of {sum(self.allocation)}", at="blocks_of")
        if self.looks[-1] != 1:
            raise wanted("looks that end with 100%", at="looks")
        if not 2 <= len(self.looks) <= MOST_LOOKS:
            raise wanted(f"at least two looks and at most {MOST_LOOKS}", at="looks")
        if self.enriched_participants is not None and self.enriched_participants > self.participants:
            raise wanted(f"at most {self.participants}, the size of the trial", at="enriched_participants")
        if self.enriched_events is not None and self.events is None:
            raise wanted("`events` beside it", at="enriched_events")
        return self

    def hypotheses(self) -> tuple[Hypothesis, Hypothesis]:
        """That of everybody, and that of the subgroup."""
        return (
            Hypothesis(name="the whole population"),
            Hypothesis(name=f"the subgroup ({self.subgroup})", in_subgroup=True),
        )

    def allocator(self) -> DealtArms | StratifiedBlocks:
        """Who gets what."""
        smallest = sum(self.allocation)
        multiple = self.blocks_of // smallest if self.blocks_of else (2 if smallest < 4 else 1)
        treated, control = (part * multiple for part in self.allocation)
        if self.stratified:
            return StratifiedBlocks((control, treated), self.subgroup)
        return DealtArms((control, treated), self.subgroup)

    def planned_looks(self) -> Looks:
        """When the data are looked at: whole blocks, where there is one list, or so many events."""
        if self.events is not None:
            return EventCounts(interim_sizes(self.looks, self.events))
        allocation: Allocation = self.allocator()
        unit = sum(allocation.places) if isinstance(allocation, DealtArms) else 1
        return KnownOutcomes(interim_sizes(self.looks, self.participants, unit))

    def chosen_analysis(self, endpoint: Endpoint) -> Analysis:
        """The analysis of treatment against control, checked against the endpoint.

        Raises:
            ValueError: When it does not suit, or looks would wait for the wrong thing.
        """
        check_events(endpoint, self.events, self.participants)
        analysis = self.analysis or make(default_analysis(DEFAULT_ANALYSIS, endpoint.kind, self.kind))
        fits(analysis, endpoint, "control arm", self.margin or 0.0)
        return analysis

    def stage_rule(self, question: Question) -> StageRule:
        """How the stages are combined, and what a claim needs: weights are those of a trial that goes on with everybody."""
        planned = self.planned_looks().planned()
        return self.combination.rule(tuple(size / planned[-1] for size in planned), self.level(question))

    def enriched_sizes(self) -> tuple[tuple[int, ...], ...]:
        """Participants (or events) at every look of trials that turn to the subgroup, for each look at which they may.

        Raises:
            ValueError: When too few are left for the looks to come.
        """
        planned = self.planned_looks().planned()
        if self.events is not None:
            return sizes_when_enriched(planned, self.enriched_events or self.events, "events")
        return sizes_when_enriched(planned, self.enriched_participants or self.participants)

    def plan(self, question: Question) -> Plan:
        """Looks at which a population may be dropped, and the closed combination test."""
        endpoint = question.endpoint
        base, hypotheses, looks = self.chosen_analysis(endpoint), self.hypotheses(), self.planned_looks()
        aim = Aim(endpoint.sign, null_of(self.margin, endpoint.measure.ratio), self.level(question))
        rule = self.stage_rule(question)
        arrangement = SideBySide if self.events is None else UntilEvent
        return Plan(
            endpoint=endpoint,
            participants=self.participants,
            arrangement=arrangement(subgroup=self.subgroup),
            allocation=self.allocator(),
            looks=looks,
            analysis=rule.closed(base, hypotheses, self.intersection),
            aim=aim,
            null_benefit=aim.null,
            rule=rule.thresholds,
            hypotheses=hypotheses,
            adaptation=Enrich(
                hypotheses, base, aim, self.go_on_with, self.enriched_sizes(), self.enriched_participants
            ),
            ends="first success",
        )

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        assert plan.adaptation is not None
        ends = [
            count_words(total, what)
            for total, what in (
                (self.enriched_participants, "participant"),
                (self.enriched_events, "event"),
            )
            if total is not None
        ]
        fewer = f"; it then ends with {list_words(ends)}" if ends else ""
        return [
            f"Up to {count_words(self.participants, 'participant')} are enrolled. {plan.allocation.describe()}",
            plan.looks.describe(),
            f"The subgroup is “{self.subgroup}”. When it goes on alone, nobody else is let in any more{fewer}.",
            *([] if self.events is None else ["Who does not belong to it is then followed no further."]),
            *plan.adaptation.describe(),
            f"Treatment is compared with control {by_the(self.chosen_analysis(question.endpoint).meaning)}, stage by stage, in "
            f"everybody and in the subgroup; benefit is claimed by the closed test, with {_TESTS[self.intersection]} of the "
            "intersection.",
            *self._stage_words(),
            *self.stage_rule(question).words,
        ]

    def _stage_words(self) -> list[str]:
        """What a stage is, where people are followed over time."""
        if self.events is None:
            return []
        return [
            "Everybody is compared in two strata, those who belong to the subgroup and the others.",
            *STAGE_WORDS,
        ]
