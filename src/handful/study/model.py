"""The study: the question, what may be true, what we may do, and what counts as a good choice."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from handful.designs.base import Design, Plan, Question
from handful.designs.registry import families, known_stresses
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.scenarios.operations import Product, Recruitment
from handful.scenarios.registry import scenario_kinds
from handful.spec.base import Spec, wanted
from handful.spec.messages import one_of
from handful.spec.quantities import (
    Count,
    NonNegativeNumber,
    PositiveCount,
    PositiveDuration,
    PositiveProbability,
    Probability,
    RatePerYear,
    Seed,
    Share,
)
from handful.study.ranges import Values
from handful.study.searched import check_searched


class Population(Spec):
    """The people who have the disease: how many there are decides how much a trial is worth."""

    prevalence: Count = Field(description="People who have the disease now, within reach of an approval.")
    incidence: RatePerYear = Field(0.0, description="New people a year.")
    reachable: Share = Field(
        1.0, description="Share of them who could be treated once the product is adopted."
    )
    horizon: PositiveDuration = Field(
        120.0,
        description="How long the answer will matter, from the start of the trial, before something better comes.",
    )

    def to_treat_after(self, months: float) -> float:
        """Expected people who can still be treated when a trial ends after so many months; 0 beyond the horizon.

        While the trial runs as many become too ill, or die, as fall ill, so that the prevalence stays what it is: waiting
        costs the people who come too late.
        """
        if months >= self.horizon:
            return 0.0
        return self.reachable * (self.prevalence + self.incidence * (self.horizon - months) / 12)


class Constraints(Spec):
    """What a design must keep to be chosen."""

    type_I_error: Probability = Field(0.025, gt=0, lt=0.5, description="Largest one-sided type I error.")
    power: dict[str, PositiveProbability] = Field(
        default_factory=dict, max_length=20, description="Smallest power at named scenarios."
    )
    duration: PositiveDuration | None = Field(None, description="Longest expected duration, in months.")
    participants: PositiveCount | None = Field(None, description="Most participants that may be enrolled.")
    withstand: dict[str, NonNegativeNumber] = Field(
        default_factory=dict,
        max_length=20,
        description="Smallest amount of each named stress that must not turn the conclusion of a design whose family names it.",
    )
    on_control: Share | None = Field(None, description="Largest share of participants left on control.")


class Choice(Spec):
    """What counts as a good choice: constraints first, then a utility."""

    best: Literal["people helped over the horizon", "power", "expected participants", "expected duration"] = (
        Field(
            "people helped over the horizon",
            description="What is made as good as possible among designs that keep the constraints.",
        )
    )
    subject_to: Constraints = Field(default_factory=Constraints, description="Constraints.")
    burden: NonNegativeNumber = Field(
        0.1,
        description="What treatment itself costs a person, in units of one person helped; it makes adopting a useless product a "
        "loss.",
    )


class Compute(Spec):
    """How the figures are computed."""

    trials: PositiveCount = Field(10_000, description="Simulated trials of each design in each scenario.")
    precision: PositiveProbability | None = Field(
        None,
        description="Stop simulating when the Monte Carlo standard error of the chance of success is at most this; `trials` is "
        "then the most that are simulated.",
    )
    seed: Seed = Field(1, description="Seed of all randomness.")
    threads: PositiveCount | None = Field(
        None, le=256, description="Threads; as many as there are processors when empty."
    )
    rows: Literal["all", "declared", "none"] = Field(
        "declared",
        description="Whose simulated trials are kept row by row: all runs, those of declared scenarios, or none.",
    )


if TYPE_CHECKING:
    AnyScenario = Scenario
    AnyDesign = Design
else:
    AnyScenario = scenario_kinds.union()
    AnyDesign = families.union()


class Study(Spec):
    """One study file."""

    schema_: Literal[1] = Field(1, description="Version of the study file.")
    title: str = Field(min_length=1, max_length=300, description="Title of the study.")
    disease: str = Field("", description="The disease.")
    note: str = Field("", description="Anything a reader should know.")
    sources: tuple[str, ...] = Field((), max_length=200, description="Where the assumptions come from.")
    population: Population = Field(description="The people who have the disease.")
    endpoint: Endpoint = Field(description="The primary endpoint, on which designs are compared.")
    other_endpoints: tuple[Endpoint, ...] = Field(
        (),
        max_length=50,
        description="Other endpoints, recorded in the report; designs are compared on the primary one alone.",
    )
    recruitment: Recruitment = Field(
        default_factory=Recruitment, description="Recruitment, where a scenario says nothing else."
    )
    product: Product = Field(
        default_factory=Product, description="Manufacture, where a scenario says nothing else."
    )
    scenarios: dict[str, AnyScenario] = Field(min_length=1, max_length=100, description="What may be true.")
    designs: dict[str, AnyDesign] = Field(min_length=1, max_length=100, description="What we may do.")
    choose: Choice = Field(default_factory=Choice, description="What counts as a good choice.")
    optimise: dict[str, dict[str, Values]] = Field(
        default_factory=dict,
        max_length=100,
        description="What `handful optimise` may change: for each design that it searches the fields with their values, or the "
        "usual ones of the family where none are named. All designs when empty.",
    )
    compute: Compute = Field(default_factory=Compute, description="How the figures are computed.")

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for name in self.choose.subject_to.withstand:
            if name not in known_stresses():
                raise wanted(one_of(known_stresses(), name), at=("choose", "subject to", "withstand", name))
        for name in self.choose.subject_to.power:
            if name not in self.scenarios:
                raise wanted(
                    f"the name of a scenario: one of {', '.join(self.scenarios)}",
                    at=("choose", "subject to", "power", name),
                )
        return self

    @model_validator(mode="after")
    def _can_be_searched(self) -> Self:
        for name, over in self.optimise.items():
            if name not in self.designs:
                raise wanted(f"the name of a design: {one_of(self.designs, name)}", at=("optimise", name))
            check_searched(self.design(name), over, at=("optimise", name))
        return self

    @property
    def question(self) -> Question:
        """What the study asks of every design."""
        limits = self.choose.subject_to
        return Question(self.endpoint, limits.type_I_error, limits.power.get(self.hoped_for, 0.8))

    @property
    def hoped_for(self) -> str:
        """Name of the scenario that is hoped for: the first with a demanded power, else the one of the largest benefit."""
        named = list(self.choose.subject_to.power)
        if named:
            return named[0]
        return max(self.scenarios, key=lambda name: self.scenario(name).benefit(self.endpoint))

    def scenario(self, name: str) -> Scenario:
        """A scenario by its name."""
        return self.scenarios[name]

    def design(self, name: str) -> Design:
        """A design by its name."""
        return self.designs[name]

    def plan(self, name: str) -> Plan:
        """The executable plan of a design.

        Raises:
            ValueError: In one plain sentence, when the design cannot answer the study's question.
        """
        return _planned(self.design(name), self.question)


@lru_cache(maxsize=512)
def _planned(design: Design, question: Question) -> Plan:
    """Plan a design once: exact boundaries take seconds."""
    return design.plan(question)
