"""The figures of the designs that a search ends with: from trials that had no part in choosing them.

They are what `compare` gives for the same designs: the study's own seed and number of trials. The race is run on other people.
"""

from __future__ import annotations

from dataclasses import dataclass

from handful.designs.base import Plan
from handful.scenarios.base import Scenario
from handful.select.bench import Bench
from handful.select.characteristics import Characteristics
from handful.select.choose import Candidate, broken_constraints
from handful.select.compare import type_one_error
from handful.select.figure import Figure
from handful.select.optimise.estimate import difference_error
from handful.select.optimise.results import Judged
from handful.select.optimise.sample import INFERIOR, PARTICIPANTS, Sample, Sampler, Subject, by_enumeration
from handful.select.optimise.variants import Variant
from handful.select.optimise.yardstick import Yardstick
from handful.select.stress import stress
from handful.select.utility import made_for, plausibilities, utility


@dataclass(frozen=True)
class Judge:
    """Judges designs by the study's own trials.

    Attributes:
        bench: The study, with every design that is to be judged among its designs.
        yardstick: Its utility and constraints.
        sampler: Looks at trials with the study's own seed, for differences between designs.
    """

    bench: Bench
    yardstick: Yardstick
    sampler: Sampler

    def judge(self, name: str, variant: Variant) -> Judged:
        """Give a design its figures.

        Args:
            name: Its name among the designs of the bench.
            variant: The design.

        Returns:
            The figures, exact where they can be, and the constraints that it breaks.
        """
        study, plan = self.bench.study, variant.plan
        told = {
            s: _sharpened(plan, study.scenario(s), self._declared(name, plan, s)) for s in study.scenarios
        }
        worth = utility(
            told,
            plausibilities(study),
            study.hoped_for,
            study.choose,
            study.endpoint,
            study.population,
            made_for(study),
        )
        if all(self._is_exact(one) for one in told.values()) and worth.value is not None:
            worth = Figure.exact(worth.value)
        limits, hoped = study.choose.subject_to, told[study.hoped_for]
        borne = tuple(stress(self.bench, name, plan)) if limits.withstand else ()
        type_one = type_one_error(self.bench, name, plan, told)
        candidate = Candidate(name, type_one, told, worth, plan.participants, borne)
        return Judged(
            name=name,
            origin=variant.origin,
            changes=dict(variant.changes),
            most=plan.participants,
            type_one=type_one,
            power=hoped.success,
            participants=hoped.participants.mean,
            months=hoped.months.mean if hoped.months is not None else None,
            utility=worth,
            broken=tuple(broken_constraints(candidate, limits, study.hoped_for)),
        )

    def gain(self, one: Variant, other: Variant) -> Figure:
        """By how much the utility of one design is above that of another, from trials that both saw.

        Args:
            one: A design.
            other: Another.

        Returns:
            The difference; its error is that of the differences trial by trial.
        """
        ours, theirs = (self.yardstick.standing(v.plan, self._samples(v)).worth for v in (one, other))
        difference = ours.value - theirs.value
        if not len(ours.scores) and not len(theirs.scores):
            return Figure.exact(difference)
        return Figure.simulated(difference, difference_error(ours, theirs))

    def _declared(self, name: str, plan: Plan, scenario: str) -> Characteristics:
        """What a design does in a scenario of the study."""
        return self.bench.declared(name, plan, scenario)[1]

    def _samples(self, variant: Variant) -> dict[str, Sample]:
        """All trials of a design in every scenario that counts."""
        study = self.bench.study
        names = [s for s in self.yardstick.scenarios(variant.plan) if s in study.scenarios]
        subjects = {
            s: Subject(study.question, variant.design, variant.plan, study.scenario(s)) for s in names
        }
        return {s: self.sampler.more(subject, study.compute.trials, None) for s, subject in subjects.items()}

    def _is_exact(self, told: Characteristics) -> bool:
        """Whether everything that a utility is made of was enumerated."""
        return told.months is None and told.success.how == told.participants.mean.how == "exact"


def _sharpened(plan: Plan, scenario: Scenario, told: Characteristics) -> Characteristics:
    """Characteristics with the exact means of participants, where trials can be enumerated and take no time."""
    known = Sample(by_enumeration(plan, scenario))
    if known.open.any():
        return told
    spread = told.participants.model_copy(update={"mean": Figure.exact(float(known.mean[PARTICIPANTS]))})
    return told.model_copy(
        update={"participants": spread, "inferior": Figure.exact(float(known.mean[INFERIOR]))}
    )
