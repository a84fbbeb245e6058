"""What every family with planned looks shares: when they are, how error is spent, and the thresholds that follow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, model_validator

from handful.analyses.base import Aim, Analysis
from handful.analyses.both_directions import BothDirections
from handful.designs.after_stopping import AfterStopping, Passed, Repeated, StageWise
from handful.designs.base import Design, Plan, Question
from handful.designs.calendar import AtMonths
from handful.designs.estimators import PLAIN, Estimator
from handful.designs.exact_thresholds import exact_on_both_sides, exact_thresholds, known_sizes
from handful.designs.observed_spending import SpentAsObserved
from handful.designs.pieces import Allocation, EventCounts, KnownOutcomes, Looks, Thresholds, interim_sizes
from handful.designs.quantities import Months
from handful.designs.spending_choice import OBrienFleming, Spending
from handful.designs.words import level_words, limit_words, list_words
from handful.spec.base import Spec, wanted
from handful.spec.quantities import AscendingPercentList
from handful.stats.boundaries import Boundaries, group_sequential_boundaries
from handful.stats.observed_information import boundaries_at
from handful.stats.sequential_inference import SequentialInference

MOST_LOOKS = 20


class Futility(Spec):
    """Stopping because success has become unlikely, by spending the type II error."""

    spending: Spending = Field(default_factory=OBrienFleming, description="How the type II error is spent.")
    binding: bool = Field(
        False, description="Whether the rule must be obeyed, which lowers the boundary for success in return."
    )


@dataclass(frozen=True)
class Monitoring:
    """What of a plan follows from its looks.

    Attributes:
        analysis: Evidence from data; of both directions where the trial may stop for harm.
        rule: Evidence to decision.
        estimator: What is reported of a trial that stopped.
        calibrated: Whether the thresholds spend the level, or were calibrated to it.
    """

    analysis: Analysis
    rule: Thresholds
    estimator: Estimator
    calibrated: bool


class Sequential(Design):
    """Base of the families with looks at which a trial can stop for success or for futility.

    With `boundaries: normal` the thresholds come from the canonical normal process, as in every standard package; in a small
    trial with counts the real type I error then differs from the nominal one, and the report prints both. With
    `boundaries: exact` the thresholds are calibrated over all possible trials so that the spending is kept at the worst
    point of the null.
    """

    looks: AscendingPercentList = Field(
        (1.0,), description="Share of the information at each look; the last one is 100%."
    )
    looks_at: Months | None = Field(
        None,
        description="Interim looks at months after recruitment begins, in place of `looks`; the last is held when all is known.",
    )
    spending: Spending = Field(
        default_factory=OBrienFleming, description="How the type I error is spent over the looks."
    )
    spend_at: Literal["planned", "observed"] = Field(
        "planned",
        description="Whether error is spent at the shares planned, or at the information that is really there at a look; always "
        "the latter for looks at months.",
    )
    futility: Futility | None = Field(None, description="Stopping for futility; none when empty.")
    boundaries: Literal["normal", "exact"] = Field(
        "normal",
        description="Thresholds from the normal process, or calibrated exactly over all possible counts.",
    )
    estimate: Literal["plain", "stage-wise", "repeated"] = Field(
        "plain",
        description="Estimate and interval that are reported: those of the analysis; median-unbiased and with the stage-wise "
        "interval; or with the repeated interval, valid at every look.",
    )

    @model_validator(mode="after")
    def _looks_end_with_all(self) -> Self:
        if self.looks[-1] != 1:
            raise wanted("looks that end with 100%", at="looks")
        if len(self.looks) > MOST_LOOKS:
            raise wanted(f"at most {MOST_LOOKS} looks", at="looks")
        if self.looks_at is not None:
            if self.looks != type(self).model_fields["looks"].default:
                raise wanted("either `looks` or `looks at`", at="looks_at")
            if len(self.looks_at) >= MOST_LOOKS:
                raise wanted(f"at most {MOST_LOOKS - 1} months", at="looks_at")
        if self.boundaries == "exact" and self.spends_as_observed:
            raise wanted("normal boundaries where error is spent at what is observed", at="boundaries")
        return self

    @property
    def spends_as_observed(self) -> bool:
        """Whether boundaries follow the information that is really there."""
        return self.spend_at == "observed" or self.looks_at is not None

    @property
    def sides(self) -> Literal[1, 2]:
        """1, or 2 where the trial may stop for harm."""
        return 1

    def looks_until(self, participants: int, events: int | None, unit: int = 1) -> Looks:
        """When the data are looked at.

        Args:
            participants: Participants whose outcome the last look waits for.
            events: Events in their place; None when participants are waited for.
            unit: Participants in a randomisation block.
        """
        if self.looks_at is not None:
            return AtMonths(
                self.looks_at, KnownOutcomes((participants,)) if events is None else EventCounts((events,))
            )
        if events is not None:
            return EventCounts(interim_sizes(self.looks, events))
        return KnownOutcomes(interim_sizes(self.looks, participants, unit))

    def normal_boundaries(self, looks: Looks, alpha: float, power: float) -> Boundaries:
        """The boundaries on the scale of the standardised statistic, for the information planned.

        Args:
            looks: When the data are looked at.
            alpha: One-sided level; a design with two sides spends as much on each.
            power: Power under the effect for which futility is spent.
        """
        planned = np.asarray(looks.planned(), dtype=np.float64)
        fractions = tuple(float(f) for f in planned / planned[-1])
        return _boundaries(fractions, self.spending, self.futility, alpha * self.sides, power, self.sides)

    def monitoring(
        self, looks: Looks, allocation: Allocation, analysis: Analysis, aim: Aim, power: float
    ) -> Monitoring:
        """Analysis, rule and estimator for the looks.

        Raises:
            ValueError: When exact boundaries are asked for and trials cannot be enumerated, the analysis has no z scale and
                the design needs one, or boundaries are asked for that cannot be solved.
        """
        if self.sides == 2:
            _on_z(analysis, "stopping for harm")
            analysis = BothDirections(base=analysis)
        rule = self.thresholds(looks, allocation, analysis, aim, power)
        spent = looks.number > 1 or self.boundaries == "exact"
        return Monitoring(analysis, rule, self._estimator(looks, analysis, aim, rule), spent)

    def thresholds(
        self, looks: Looks, allocation: Allocation, analysis: Analysis, aim: Aim, power: float
    ) -> Thresholds:
        """Thresholds on the analysis's own scale.

        Raises:
            ValueError: As `monitoring`.
        """
        if looks.number == 1 and self.boundaries == "normal" and self.sides == 1:
            return Thresholds.single(analysis.critical(aim.alpha))
        normal = self.normal_boundaries(looks, aim.alpha, power)
        upper = tuple(analysis.from_z(z) for z in normal.upper)
        harm: tuple[float, ...] | None = None
        futility_from: tuple[float, ...] | None = None
        lower = (*(analysis.from_z(z) for z in normal.lower[:-1]), -np.inf)
        if self.sides == 2:
            harm, lower = tuple(-limit for limit in upper), (-np.inf,) * looks.number
            if normal.inner is not None:
                lower = (*(z if z > 0 else -np.inf for z in normal.inner[:-1]), -np.inf)
                futility_from = tuple(-limit for limit in lower)
        if self.boundaries == "exact":
            spent = tuple(self.spending.function().spent(normal.information_fractions, aim.alpha).tolist())
            sizes = known_sizes(looks, allocation)
            if harm is None:
                upper = exact_thresholds(analysis, sizes, aim, spent, lower if normal.binding else None)
            else:
                upper, harm = exact_on_both_sides(analysis, sizes, aim, spent)
        rule = Thresholds(upper, lower, normal.binding, harm, futility_from)
        return self._at_observed(rule, looks, analysis, normal) if self.spends_as_observed else rule

    def _at_observed(
        self, rule: Thresholds, looks: Looks, analysis: Analysis, normal: Boundaries
    ) -> Thresholds:
        """The rule whose boundaries follow the information that is there."""
        if normal.inner is not None:
            raise ValueError(
                "futility around no effect is not solved at observed information: leave out `futility` or `sided: 2`"
            )
        futility = None if self.futility is None else self.futility.spending.function()
        boundaries_at(
            [1.0], 1.0, efficacy=self.spending.function(), futility=futility, drift=normal.drift
        )  # refuses classical shapes
        return SpentAsObserved(
            rule.upper,
            rule.lower,
            rule.binding,
            rule.harm,
            looks=looks.number,
            maximum=looks.planned()[-1],
            efficacy=self.spending.function(),
            futility=futility,
            planned=normal,
            analysis=analysis,
        )

    def _estimator(self, looks: Looks, analysis: Analysis, aim: Aim, rule: Thresholds) -> Estimator:
        """What is reported of a trial that stopped."""
        if self.estimate == "plain":
            return PLAIN
        _on_z(analysis, f"a {self.estimate} estimate")
        kind: type[AfterStopping] = StageWise if self.estimate == "stage-wise" else Repeated
        observed = rule if isinstance(rule, SpentAsObserved) else None
        return kind(passed_looks(looks, analysis, rule), self.null_benefit(aim), aim.alpha, observed)

    def null_benefit(self, aim: Aim) -> float:
        """Benefit at the boundary of the null, on the scale of the estimate."""
        return 0.0

    def conclude(
        self, question: Question, look: int, z: ArrayLike, information: ArrayLike | None = None
    ) -> SequentialInference:
        """What the real trial says on the z scale, once it has stopped: p-value, estimate and interval by stages.

        Args:
            question: The study's question.
            look: Look at which it stopped, from 0.
            z: The statistic there, or several to compare.
            information: Participants whose outcome is known (or events) at each look that was held; those planned when empty.

        Returns:
            One-sided p-value, and effects per square root of information (one unit a participant or event), with the
            interval at 1 - 2 alpha.

        Raises:
            ValueError: When there is no such look, or the analysis has no z scale.

        Example:
            >>> from handful.designs.group_sequential import GroupSequential
            >>> from handful.participants.endpoint import Endpoint
            >>> question = Question(Endpoint(name="score", kind="continuous"))
            >>> said = GroupSequential(participants=40).conclude(question, look=0, z=3.1, information=[24])
            >>> print(f"p = {said.p_value:.4f}, drift at the end {40**0.5 * said.estimate:.2f}")
            p = 0.0010, drift at the end 4.00
        """
        plan: Plan = self.plan(question)
        passed = passed_looks(plan.looks, plan.analysis, plan.rule)
        if information is not None:
            passed = self._passed_at(plan, np.asarray(information, dtype=np.float64), question.power)
        if not 0 <= look < len(passed.information):
            raise ValueError(f"there is no look {look}: looks are numbered from 0")
        statistic = np.asarray(z, dtype=np.float64)
        before, reached, flat = passed.before(look), passed.information[look], statistic.ravel()
        parts = (before.p_value(reached, flat), *before.effects(reached, flat, plan.aim.alpha))
        return SequentialInference(*(part.reshape(statistic.shape) for part in parts))

    def _passed_at(self, plan: Plan, information: NDArray[np.float64], power: float) -> Passed:
        """The looks that were held, with the boundaries at the information that they had."""
        normal = self.normal_boundaries(plan.looks, plan.aim.alpha, power)
        found = boundaries_at(
            information,
            plan.looks.planned()[-1],
            efficacy=self.spending.function(),
            futility=None if self.futility is None else self.futility.spending.function(),
            binding=normal.binding,
            alpha=normal.alpha,
            power=power,
            sided=self.sides,
            drift=normal.drift,
            final=len(information) == plan.looks.number,
        )
        firm = normal.binding or self.sides == 2
        lower = found.lower if firm else (-np.inf,) * len(found.lower)
        return Passed(found.information, found.upper, lower, found.lower)

    def rule_words(self, rule: Thresholds, statistic: str, alpha: float) -> list[str]:
        """The rule in words, when there is more than one look."""
        how = (
            "calibrated over all possible counts" if self.boundaries == "exact" else "from the normal process"
        )
        spending = f"by {self.spending.words} of {level_words(alpha)}"
        if isinstance(rule, SpentAsObserved):
            evenly = limit_words(statistic, rule.upper, above=True)
            words = [
                f"Benefit is claimed at a threshold that is computed at each look, {spending}, for the information that is "
                f"really there as a share of the {rule.maximum} planned; the last look spends what is left.",
                f"If everything went as evenly as planned, it would be claimed when {evenly}.",
            ]
        else:
            words = [
                f"Benefit is claimed when {limit_words(statistic, rule.upper, above=True)}, {spending}, {how}."
            ]
        if rule.harm is not None:
            words.append(self._harm_words(rule, statistic))
        if self.futility is not None and any(np.isfinite(rule.lower)):
            words.append(self._futility_words(self.futility, rule, statistic))
        return words

    def _harm_words(self, rule: Thresholds, statistic: str) -> str:
        """When the trial stops for harm."""
        if isinstance(rule, SpentAsObserved) or rule.harm is None:
            return "The trial stops for harm when the statistic is at most minus that threshold."
        return f"The trial stops for harm when {limit_words(statistic, rule.harm, above=False)}, at the same level."

    def _futility_words(self, futility: Futility, rule: Thresholds, statistic: str) -> str:
        """When the trial stops for futility."""
        force = "must" if rule.binding else "may"
        interim = limit_words(statistic, rule.lower[:-1], above=False, looks="interim looks")
        spending = f"by {futility.spending.words} of the type II error"
        if isinstance(rule, SpentAsObserved):
            return (
                f"The trial {force} stop for futility at another threshold, computed likewise {spending}; evenly it would be "
                f"when {interim}."
            )
        at = [(look + 1, value) for look, value in enumerate(rule.lower[:-1]) if np.isfinite(value)]
        if rule.futility_from is not None:
            limits = list_words([f"-{value:.4g} to {value:.4g} at look {look}" for look, value in at])
            return f"The trial {force} stop for futility when the statistic ({statistic}) lies from {limits}, {spending}."
        return f"The trial {force} stop for futility when {interim}, {spending}."

    def stopping_words(self, plan: Plan) -> list[str]:
        """What is reported after a stop, and who is in the pipeline then; nothing with one look."""
        if plan.looks.number == 1:
            return []
        words = []
        months = plan.endpoint.known_after
        if months > 0 and plan.looks.counts == "participants":
            words.append(
                f"An outcome takes {months:.4g} months to be known: whoever is enrolled at a look and not known yet is followed "
                "up all the same, and is not in its analysis."
            )
        if self.estimate == "stage-wise":
            words.append(
                "The estimate that is reported is median-unbiased and its interval the stage-wise one, which allow for the looks."
            )
        if self.estimate == "repeated":
            words.append("The interval that is reported is the repeated one, which holds at every look.")
        return words


def passed_looks(looks: Looks, analysis: Analysis, rule: Thresholds) -> Passed:
    """The looks as planned on the z scale, with the lower boundaries that trials have to obey."""
    upper, lower = (
        tuple(analysis.to_z(limit) if np.isfinite(limit) else limit for limit in limits)
        for limits in (rule.upper, rule.lower if rule.harm is None else rule.harm)
    )
    firm = rule.binding or rule.harm is not None
    information = tuple(float(n) for n in looks.planned())
    return Passed(information, upper, lower if firm else (-np.inf,) * len(lower), lower)


def _on_z(analysis: Analysis, what: str) -> None:
    """Refuse an analysis without a z scale.

    Raises:
        ValueError: When it has none.
    """
    try:
        analysis.to_z(analysis.critical(0.025))
        analysis.as_z(np.zeros(1))
    except TypeError:
        raise ValueError(f"{what} needs an analysis on the z scale, and {analysis.kind!r} has none") from None


@lru_cache(maxsize=256)
def _boundaries(
    fractions: tuple[float, ...],
    spending: Spending,
    futility: Futility | None,
    alpha: float,
    power: float,
    sided: Literal[1, 2],
) -> Boundaries:
    """Solve the boundaries once."""
    return group_sequential_boundaries(
        fractions,
        efficacy=spending.function(),
        futility=None if futility is None else futility.spending.function(),
        binding=futility is not None and futility.binding,
        alpha=alpha,
        power=power,
        sided=sided,
    )
