"""What every step of a comparison needs."""

from __future__ import annotations

from dataclasses import dataclass, field

from handful.designs.base import Plan
from handful.engine.simulate import Job
from handful.scenarios.base import Scenario
from handful.select.characteristics import Characteristics, characteristics
from handful.select.runs import Runner
from handful.study.model import Study


@dataclass(frozen=True)
class Bench:
    """What every step of a comparison needs.

    Attributes:
        study: The study.
        runner: Who runs jobs.
        null: A scenario without benefit, for type I error and stress.
        hoped: The scenario hoped for.
        known: What is known already, by design and truth: a stress of nothing is a declared scenario, and is not run again.
    """

    study: Study
    runner: Runner
    null: Scenario
    hoped: Scenario
    known: dict[tuple[str, str], Characteristics] = field(default_factory=dict)

    @classmethod
    def of(cls, study: Study, runner: Runner) -> Bench:
        """Find the scenario hoped for, and one without benefit: the first declared one, else the hoped one without effect."""
        hoped = study.scenario(study.hoped_for)
        nulls = [s for s in study.scenarios if study.scenario(s).benefit(study.endpoint) == 0]
        return cls(study, runner, study.scenario(nulls[0]) if nulls else hoped.scaled(0.0), hoped)

    def null_for(self, plan: Plan) -> Scenario:
        """A scenario at the boundary of a plan's null hypothesis: without benefit, or just as much worse as its margin."""
        hoped = self.hoped.benefit(plan.endpoint)
        if plan.null_benefit == 0 or hoped == 0:
            return self.null
        return self.hoped.scaled(plan.null_benefit / hoped)

    def job(self, plan: Plan, scenario: Scenario) -> Job:
        """The job of a plan in a scenario."""
        compute = self.study.compute
        return Job.of(plan, scenario, compute.seed, compute.trials, compute.precision)

    def told(self, design: str, plan: Plan, scenario: Scenario, label: str) -> Characteristics:
        """What a plan does in a scenario that the study did not declare; nothing is run when it is known already."""
        key = design, _truth(scenario)
        if key not in self.known:
            _, summary = self.runner.run(self.job(plan, scenario), design, label, declared=False)
            self.known[key] = characteristics(plan, scenario, summary)
        return self.known[key]

    def declared(self, design: str, plan: Plan, name: str) -> tuple[str | None, Characteristics]:
        """(identity of the stored run or None, what a plan does) in a scenario that the study declared."""
        scenario = self.study.scenario(name)
        run, summary = self.runner.run(self.job(plan, scenario), design, name, declared=True)
        told = self.known[design, _truth(scenario)] = characteristics(plan, scenario, summary)
        return run, told


def _truth(scenario: Scenario) -> str:
    """What tells scenarios apart in which different things happen: neither the words nor the weight.

    Drift and learning have different causes and one effect, that of their sum.
    """
    drift = scenario.drift + scenario.learning
    return scenario.replace(note="", weight=1.0, drift=drift, learning=0.0).digest()
