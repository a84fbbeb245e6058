"""By what designs are measured: the utility and the constraints of a study as functions of averages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from handful.designs.base import Plan
from handful.engine import exact
from handful.engine.truth import Truth
from handful.select.bench import Bench
from handful.select.optimise.estimate import Estimate, Function, Limit, Means, Standing, estimated
from handful.select.optimise.sample import (
    FALSE_CLAIM,
    INFERIOR,
    MONTHS,
    PARTICIPANTS,
    SUCCESS,
    Sample,
    averages_from,
)
from handful.select.utility import helped_per_person, made_for, net_helped, plausibilities

BOUNDARY = "boundary of the null"


class Yardstick:
    """Measures designs by the utility and the constraints of a study.

    Args:
        bench: The study, with its scenarios without benefit and hoped for.
    """

    def __init__(self, bench: Bench) -> None:
        study = self.study = bench.study
        self._bench = bench
        self._weights = plausibilities(study)
        self._truths = {name: study.scenario(name).benefit(study.endpoint) for name in study.scenarios}
        hoped, made = self._truths[study.hoped_for], made_for(study)
        self._gains = {
            name: made[name] * (helped_per_person(truth, study.endpoint, hoped) - study.choose.burden)
            for name, truth in self._truths.items()
        }

    def scenarios(self, plan: Plan) -> tuple[str, ...]:
        """The scenarios in which a design must be looked at, the boundary of the null if nothing else tells its type I error."""
        study = self.study
        limits = study.choose.subject_to
        wanted = {study.hoped_for, *limits.power, *self._nulls(plan)}
        if study.choose.best != "power":
            wanted |= {name for name, weight in self._weights.items() if weight > 0}
        names = tuple(name for name in study.scenarios if name in wanted)
        told = bool(self._nulls(plan)) or exact.lattice_of(plan) is not None
        return names if told else (*names, BOUNDARY)

    def _nulls(self, plan: Plan) -> list[str]:
        """The declared scenarios with weight in which a claim is, or may be, false."""
        study = self.study
        weighty = [name for name in study.scenarios if study.scenario(name).weight > 0]
        return [name for name in weighty if any(Truth.of(plan, study.scenario(name)).nulls)]

    def worth(self, means: Means) -> float:
        """The utility, larger is better."""
        study, best = self.study, self.study.choose.best
        if best == "power":
            return float(means[study.hoped_for][SUCCESS])
        weighed = [(weight, name) for name, weight in self._weights.items() if weight > 0]
        if best == "people helped over the horizon":
            return sum(
                weight
                * net_helped(
                    self._gains[name], self._truths[name], averages_from(means[name]), study.population
                )
                for weight, name in weighed
            )
        counted = PARTICIPANTS if best == "expected participants" else MONTHS
        return -sum(weight * float(means[name][counted]) for weight, name in weighed)

    def standing(self, plan: Plan, samples: Mapping[str, Sample]) -> Standing:
        """How a design stands.

        Args:
            plan: The design.
            samples: What has been seen of it in each of `scenarios`.

        Returns:
            Its utility and what room each constraint leaves, with errors.
        """
        hoped = samples[self.study.hoped_for].mean
        most = plan.participants
        return Standing(
            worth=estimated(self.worth, samples, most),
            limits=tuple(self._limits(plan, samples)),
            power=float(hoped[SUCCESS]),
            participants=float(hoped[PARTICIPANTS]),
            most=most,
            trials=max(sample.trials for sample in samples.values()),
        )

    def _limits(self, plan: Plan, samples: Mapping[str, Sample]) -> Iterator[Limit]:
        """The constraints, as far as is known how well they are kept."""
        limits, hoped = self.study.choose.subject_to, self.study.hoped_for

        def room(function: Function) -> Estimate:
            return estimated(function, samples, plan.participants)

        for name in samples:
            if name == BOUNDARY or name in self._nulls(plan):
                level = room(_below(name, FALSE_CLAIM, limits.type_I_error))
                yield Limit(f"type I error in “{name}”", level, doubt=True)
        for name, least in limits.power.items():
            yield Limit(f"power in “{name}”", room(_above(name, SUCCESS, least)), traded=True)
        if limits.duration is not None:
            yield Limit("duration", room(_below(hoped, MONTHS, limits.duration)))
        if limits.participants is not None:
            left = float(limits.participants - plan.participants)
            yield Limit("participants", room(lambda means: left), traded=True)
        if limits.on_control is not None and self._truths[hoped] > 0:
            yield Limit("participants on control", room(_on_control(hoped, limits.on_control)))


def _above(scenario: str, quantity: int, bound: float) -> Function:
    """How far an average is above a bound."""
    return lambda means: float(means[scenario][quantity]) - bound


def _below(scenario: str, quantity: int, bound: float) -> Function:
    """How far an average is below a bound."""
    return lambda means: bound - float(means[scenario][quantity])


def _on_control(scenario: str, share: float) -> Function:
    """How far the participants left on control are below a share of all."""
    return lambda means: share * float(means[scenario][PARTICIPANTS]) - float(means[scenario][INFERIOR])
