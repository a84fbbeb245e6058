"""Two randomised arms watched by posterior and predictive probabilities, for any endpoint."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from handful.analyses.base import Analysis
from handful.analyses.registry import make
from handful.analyses.scales import OnDualCriterion, OnPosterior
from handful.designs.base import Plan, Question, Stress, fits
from handful.designs.false_claims import Chance, Enumerated, FalseClaims, Integrated, Simulated
from handful.designs.pieces import CoinFlip, EventCounts, KnownOutcomes, Looks, interim_sizes
from handful.designs.randomised import TwoArms
from handful.designs.single_arm import default_analysis
from handful.designs.stresses import DROPOUT
from handful.designs.watching import Watching
from handful.designs.words import by_the, count_words, size_words
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.scenarios.registry import scenario_kinds
from handful.spec.base import Spec, wanted
from handful.spec.quantities import AscendingPercentList, Number, OpenProbability, PositiveCount

DEFAULT_ANALYSIS = {
    "binary": "beta binomial two arms",
    "continuous": "posterior mean difference",
    "count": "posterior rate ratio",
    "time to event": "posterior hazard ratio",
}
MOST_LOOKS = 50

if TYPE_CHECKING:
    Truth = Scenario
else:
    Truth = scenario_kinds.union()


class Calibrate(Spec):
    """The threshold is the smallest that keeps the type I error."""

    binding: bool = Field(
        False,
        description="Whether stopping for futility must be obeyed, which lowers the threshold in return.",
    )
    simulated_in: tuple[Truth, ...] = Field(
        (),
        max_length=20,
        description="Truths without benefit, each with its kind, in which the error is simulated where it is not exact.",
    )
    trials: PositiveCount = Field(
        100_000, ge=1000, le=10_000_000, description="Trials simulated in each of these truths."
    )


def _by_its_name(value: Any) -> Any:
    """`type I error` stands for a calibration without further settings."""
    if isinstance(value, str):
        if value != "type I error":
            raise wanted("type I error, or its settings")
        return {}
    return value


class Bayesian(TwoArms):
    """Two concurrent arms; a posterior probability claims benefit, and gives up by itself or by what it predicts.

    The threshold is fixed, and what it makes of false claims is shown: the direct reading of a posterior. Or it is calibrated
    to a type I error, which is then kept.
    """

    kind: Literal["bayesian"] = "bayesian"
    meaning: ClassVar[str] = "two randomised arms watched by posterior and predictive probability"
    references: ClassVar[tuple[str, ...]] = ("spiegelhalter1994", "saville2014", "fda2026-bayesian")
    fragile_to: ClassVar[tuple[Stress, ...]] = (DROPOUT,)
    limits: ClassVar[tuple[str, ...]] = (
        "A posterior probability is no error rate: unless its threshold is calibrated, the rule promises no type I error, and "
        "what it really makes of it is shown.",
        "Estimates and intervals are those of the posterior at the look where the trial stopped; they need no correction for "
        "those who believe the prior, and the bias in repeated trials is shown.",
    )

    looks: AscendingPercentList | None = Field(
        None,
        description="Share of the participants (or events) at each look, the last 100%; half and all when empty.",
    )
    first_look: PositiveCount | None = Field(
        None, description="Participants (or events) at the first look, in place of `looks`."
    )
    look_every: PositiveCount | None = Field(None, description="Participants (or events) between looks.")
    success_above: OpenProbability | None = Field(
        None,
        ge=0.5,
        description="Posterior probability at which benefit is claimed. When empty 1 minus the level, or what the calibration "
        "finds; beside a calibration it is the least that is asked for.",
    )
    early_success: bool = Field(True, description="Whether benefit can be claimed before the last look.")
    futility_below: OpenProbability | None = Field(
        None, description="The trial stops for futility when the posterior probability is below this."
    )
    futility_value: Number | None = Field(
        None,
        description="Benefit that `futility below` is about, on the scale of the endpoint's measure (a logarithm for ratios); "
        "that which is claimed when empty.",
    )
    predictive_below: OpenProbability | None = Field(
        None,
        description="The trial stops for futility when the predictive probability of a claim at the last look is below this.",
    )
    calibrate: Annotated[Calibrate | None, BeforeValidator(_by_its_name)] = Field(
        None, description="`type I error`, to find the threshold that keeps it."
    )

    @model_validator(mode="after")
    def _looks_fit(self) -> Self:
        if self.looks is not None and self.looks[-1] != 1:
            raise wanted("looks that end with 100%", at="looks")
        if self.looks is not None and self.first_look is not None:
            raise wanted("either `looks` or `first look`", at="first_look")
        if (self.first_look is None) != (self.look_every is None):
            raise wanted("`first look` and `look every` together", at="look_every")
        total = self.events or self.participants
        if self.first_look is not None and self.look_every is not None:
            if self.first_look > total:
                raise wanted(f"at most {total}, the size of the trial", at="first_look")
            if (total - self.first_look) // self.look_every >= MOST_LOOKS:
                raise wanted(f"at most {MOST_LOOKS} looks", at="look_every")
        elif self.looks is not None and len(self.looks) > MOST_LOOKS:
            raise wanted(f"at most {MOST_LOOKS} looks", at="looks")
        return self

    @model_validator(mode="after")
    def _futility_fits(self) -> Self:
        if self.futility_below is not None and self.predictive_below is not None:
            raise wanted("either `futility below` or `predictive below`", at="predictive_below")
        if self.futility_below is not None and self.futility_below >= (self.success_above or 0.5):
            raise wanted(f"less than {self.success_above or 0.5:g}", at="futility_below")
        if self.futility_value is not None and self.futility_below is None:
            raise wanted("`futility below` beside it", at="futility_value")
        return self

    def planned_looks(self) -> Looks:
        """When the data are looked at.

        Raises:
            ValueError: When a look would not end with a whole block.
        """
        total, unit = (self.participants, self.allocator().block) if self.events is None else (self.events, 1)
        if self.first_look is None or self.look_every is None:
            sizes = interim_sizes(self.looks or (0.5, 1.0), total, unit)
        else:
            sizes = (*range(self.first_look, total, self.look_every), total)
        broken = [size for size in sizes[:-1] if size % unit]
        if broken:
            raise ValueError(
                f"a look at {count_words(broken[0], 'participant')} does not end with a whole block of {unit}: choose other "
                "looks, or say `blocks of`"
            )
        return KnownOutcomes(sizes) if self.events is None else EventCounts(sizes)

    def chosen_analysis(self, endpoint: Endpoint) -> Analysis:
        """The Bayesian analysis, checked against the endpoint."""
        analysis = self.analysis or make(default_analysis(DEFAULT_ANALYSIS, endpoint.kind, self.kind))
        fits(analysis, endpoint, "control arm", self.margin or 0.0)
        if not isinstance(analysis, (OnPosterior, OnDualCriterion)):
            raise ValueError(f"analysis {analysis.kind!r} gives no posterior probability to watch")
        if endpoint.kind == "time to event" and self.events is None:
            raise ValueError(
                "looks at a time to event are planned by `events`: say how many the last look needs"
            )
        if endpoint.kind != "time to event" and self.events is not None:
            raise ValueError(f"`events` belongs to a time to event, and this endpoint is {endpoint.kind}")
        return analysis

    def watching(self, question: Question) -> Watching:
        """What is watched, whatever the threshold."""
        base, known = self.chosen_analysis(question.endpoint), self._sizes_are_known()
        return Watching(
            base=base,
            sizes=self._sizes(),
            known=known,
            early_success=self.early_success,
            futility_below=self.futility_below,
            futility_value=self.futility_value,
            predictive_below=self.predictive_below,
            binding=self.calibrate is not None and self.calibrate.binding,
        )

    def plan(self, question: Question) -> Plan:
        """Looks at the posterior probability."""
        return self.plan_at(question, threshold(self, question))

    def plan_at(self, question: Question, claim_at: float) -> Plan:
        """The plan with a threshold of one's own.

        Args:
            question: What is asked.
            claim_at: Posterior probability at which benefit is claimed.
        """
        aim = self.aim(question)
        analysis, rule = self.watching(question).at(claim_at)
        return Plan(
            endpoint=question.endpoint,
            participants=self.participants,
            arrangement=self.arrangement(question.endpoint),
            allocation=self.allocator(),
            looks=self.planned_looks(),
            analysis=analysis,
            aim=aim,
            rule=rule,
            null_benefit=aim.null,
            calibrated=self.calibrate is not None,
        )

    def false_claims(self, question: Question) -> FalseClaims | None:
        """How false claims depend on the threshold; None when that is neither exact nor numeric, and no truth is named."""
        watching, aim = self.watching(question), self.aim(question)
        obeyed = self.calibrate is None or self.calibrate.binding
        rule = watching.at if obeyed else watching.without_giving_up
        sizes, coin_flip = self._sizes(), isinstance(self.allocator(), CoinFlip)
        if coin_flip or self._sizes_are_known():
            totals = tuple((0, sum(both)) for both in sizes)
            found = Enumerated.of(rule, totals if coin_flip else sizes, aim, coin_flip=coin_flip)
            if found is not None:
                return found
        if self.calibrate is not None and self.calibrate.simulated_in:
            nulls = tuple(
                _without_benefit(truth, question.endpoint, aim.null) for truth in self.calibrate.simulated_in
            )
            return Simulated(rule, self.plan_at(question, 0.5), nulls, self.calibrate.trials)
        return Integrated.of(rule, sizes, aim)

    def describe(self, question: Question) -> list[str]:
        """The rule in words."""
        plan = self.plan(question)
        looks = "At each look" if plan.looks.number > 1 else "In the analysis"
        return [
            size_words(plan),
            plan.looks.describe(),
            f"{looks} the arms are compared {by_the(self.chosen_analysis(question.endpoint).meaning)}.",
            *self._success_words(question, plan),
            *self._futility_words(plan),
        ]

    def _success_words(self, question: Question, plan: Plan) -> list[str]:
        """When benefit is claimed, and what that makes of false claims."""
        claim_at, level = threshold(self, question), self.level(question)
        early = self.early_success and plan.looks.number > 1
        when = "at the first look at which" if early else "at the end when"
        name = self.chosen_analysis(question.endpoint).statistic_name
        comma = "," if "," in name else ""
        claim = f"Benefit is claimed {when} the {name}{comma} is at least {claim_at:.6g}."
        chance = error_at(self, question, claim_at)
        if self.calibrate is None:
            told = "The threshold is read as it stands and promises no type I error"
            if chance is None:
                return [claim, f"{told}; what it makes of it is simulated beside the other figures."]
            return [claim, f"{told}: that is {_chance_words(chance)}{self._keeping_words(question)}."]
        other = keeps(self, question)
        assert chance is not None
        found = (
            "is calibrated: it is the smallest that keeps"
            if claim_at == other
            else "is stricter than the smallest that keeps"
        )
        besides = "" if claim_at == other else f", which is {other:.6g}"
        return [
            claim,
            f"The threshold {found} a type I error of {100 * level:.4g}%{besides}; that is {_chance_words(chance)}.",
        ]

    def _keeping_words(self, question: Question) -> str:
        """What would keep the level, where it is quickly found: arms left to chance make a lattice of three counts."""
        if isinstance(self.allocator(), CoinFlip):
            return ""
        least, level = keeps(self, question), f"{100 * self.level(question):.4g}%"
        return (
            f"; {least:.6g} would keep {level}"
            if least < 1
            else f"; none that can be reached would keep {level}"
        )

    def _futility_words(self, plan: Plan) -> list[str]:
        """When the trial gives up."""
        if plan.looks.number == 1 or (self.futility_below is None and self.predictive_below is None):
            return []
        if self.predictive_below is not None:
            what = "predictive probability that the last look will claim benefit"
        elif self.futility_value is not None:
            what = f"posterior probability of a benefit above {self.futility_value:g}"
        else:
            what = self.chosen_analysis(plan.endpoint).statistic_name
        limit = self.predictive_below or self.futility_below
        words = f"Before the last look the trial stops for futility when the {what} is below {limit:g}"
        counted = {
            True: ", which must be obeyed: the threshold counts on it",
            False: "; the threshold does not count on it",
            None: "",
        }[None if self.calibrate is None else plan.rule.binding]
        return [f"{words}{counted}."]

    def _sizes_are_known(self) -> bool:
        """Whether it is known before the trial how many are on each arm at each look."""
        if self.events is not None:
            return False
        allocator = self.allocator()
        return all(allocator.sizes(size) is not None for size in self.planned_looks().planned())

    def _sizes(self) -> tuple[tuple[int, int], ...]:
        """Participants (or events) on control and on treatment at each look, as nearly as the allocation says."""
        planned, allocator = self.planned_looks().planned(), self.allocator()
        share = self.allocation[0] / sum(self.allocation)
        splits = []
        for size in planned:
            known = None if self.events is not None else allocator.sizes(size)
            splits.append(known or (size - round(size * share), round(size * share)))
        return tuple(splits)


def threshold(design: Bayesian, question: Question) -> float:
    """Posterior probability at which a design claims benefit.

    Raises:
        ValueError: When the calibration asked for cannot be had.
    """
    if design.calibrate is None:
        return design.success_above or 1 - design.level(question)
    if design.false_claims(question) is None:
        raise ValueError(
            "the type I error of this design is neither exact nor numeric: name truths without benefit under `calibrate`, "
            "`simulated in`"
        )
    least = keeps(design, question)
    if least >= 1:
        raise ValueError(
            f"no posterior probability that can be reached keeps a type I error of {100 * design.level(question):.4g}%"
        )
    return max(least, design.success_above or 0.0)


@lru_cache(maxsize=256)
def keeps(design: Bayesian, question: Question) -> float:
    """The smallest threshold that keeps the level; infinite when none does, or when it is not known."""
    found = design.false_claims(question)
    return float("inf") if found is None else found.smallest(design.level(question))


@lru_cache(maxsize=256)
def error_at(design: Bayesian, question: Question, claim_at: float) -> Chance | None:
    """What a threshold makes of the type I error; None when it is not known."""
    found = design.false_claims(question)
    return None if found is None else found.chance(claim_at)


def _without_benefit(truth: Scenario, endpoint: Endpoint, null: float) -> Scenario:
    """A truth in which every claim is false.

    Raises:
        ValueError: When it does not suit the endpoint, or is not at the boundary of the null.
    """
    truth.suits(endpoint)
    benefit = truth.benefit(endpoint)
    if abs(benefit - null) > 1e-9:
        raise ValueError(
            f"a type I error is simulated where the benefit is {null:g}, and in the truth named it is {benefit:g}"
        )
    return truth


def _chance_words(chance: Chance) -> str:
    """A chance of a false claim with its origin."""
    how = {
        "exact": "exactly",
        "numeric": "by the normal theory",
        "simulated": f"simulated with a standard error of {100 * chance.error:.2g}%",
    }[chance.how]
    at = f" at its worst, at {chance.where}" if chance.where else ""
    return f"{100 * chance.value:.3g}%{at} ({how})"
