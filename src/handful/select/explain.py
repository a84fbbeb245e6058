"""A study explained in plain words: what a reader should agree with before anything is computed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from handful.designs.base import Design
from handful.designs.words import count_words, list_words
from handful.scenarios.base import Scenario
from handful.scenarios.operations import Product, Recruitment
from handful.select.words import benefit_words
from handful.study.model import Study


@dataclass(frozen=True)
class Section:
    """One part of the explanation.

    Attributes:
        heading: What it is about.
        sentences: What is to be said.
    """

    heading: str
    sentences: tuple[str, ...]


def explain(study: Study) -> tuple[Section, ...]:
    """Explain a study in plain words.

    Args:
        study: The study.

    Returns:
        Sections: the question, the people, the endpoint with its estimand, each scenario with its true benefit, each
        design with its rule and what it is fragile to, what counts as a good choice, and how it is computed.

    Example:
        >>> from handful.study.loading import loads
        >>> study = loads('''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios: {hoped for: {untreated: 20%, treated: 60%}}
        ... designs: {fixed: {kind: randomised, participants: 30}}
        ... ''')
        >>> [section.heading for section in explain(study)]
        ['A first study', 'Population', 'Endpoint', 'Scenario “hoped for”', 'Design “fixed”', 'Choice', 'Computation']
        >>> explain(study)[3].sentences[0]
        'Treatment brings a difference of 40 percentage points.'
    """
    shared = _shared(study)
    return (
        _question(study),
        Section("Population", tuple(_population(study))),
        Section("Endpoint", tuple(_endpoint(study))),
        *([Section("In every scenario", shared)] if shared else []),
        *(Section(f"Scenario “{name}”", tuple(_scenario(study, name, shared))) for name in study.scenarios),
        *(Section(f"Design “{name}”", tuple(_design(study, name))) for name in study.designs),
        Section("Choice", tuple(_choice(study))),
        Section("Computation", tuple(_computation(study))),
    )


def _shared(study: Study) -> tuple[str, ...]:
    """What is to be said of every scenario alike; nothing when there is one scenario."""
    said = [_beside_the_truth(study, name) for name in study.scenarios]
    return tuple(s for s in said[0] if all(s in other for other in said)) if len(said) > 1 else ()


def _beside_the_truth(study: Study, name: str) -> list[str]:
    """What is to be said of a scenario beside its benefit."""
    scenario = study.scenario(name)
    shift = scenario.regression_to_the_mean(study.endpoint)
    selected = [
        "Because of the entry threshold people would seem to improve without any treatment: "
        f"{benefit_words(shift, study.endpoint)} by regression to the mean."
    ]
    operations = _operations(scenario.recruitment, scenario.product)
    return (selected if shift > 0 else []) + _troubles(scenario) + operations


def _question(study: Study) -> Section:
    """What it is about."""
    said = [text for text in (study.disease, study.note) if text]
    size = (
        f"{count_words(len(study.designs), 'design')} in {count_words(len(study.scenarios), 'scenario')}, "
        "and under the stresses that each design is fragile to."
    )
    return Section(study.title, (*said, size))


def _population(study: Study) -> list[str]:
    """The people who have the disease."""
    people = study.population
    new = f", and {people.incidence:g} more a year" if people.incidence else ""
    return [
        f"{people.prevalence:,} people have the disease now{new}; {_share(people.reachable)} of them can be reached.",
        f"The answer matters for {_time(people.horizon)}, in which {people.to_treat_after(0):,.0f} people could be treated.",
    ]


def _endpoint(study: Study) -> list[str]:
    """What is measured, and what the trial wants to know about it."""
    endpoint, estimand = study.endpoint, study.endpoint.estimand
    known = f", known {_time(endpoint.known_after)} after treatment" if endpoint.known_after else ""
    timed = endpoint.kind == "time to event"
    better = endpoint.better or ("later" if timed else "higher")
    unit = f" in {endpoint.unit}" if endpoint.unit else ""
    said = [f"{endpoint.name} ({endpoint.kind}{unit}{known}); {better} is better."]
    if endpoint.worthwhile is not None:
        said.append(f"Worth having for one person: at least {benefit_words(endpoint.worthwhile, endpoint)}.")
    summary = estimand.summary or endpoint.measure.name
    said.append(f"Estimand: {summary}{_of(estimand.treatment)}{_in(estimand.population)}.")
    said += [
        f"Not dosed: {endpoint.strategy('not dosed')}. Lost: {endpoint.strategy('dropout')}.",
        *(
            f"{event}: {strategy}."
            for event, strategy in estimand.intercurrent.items()
            if event not in ("not dosed", "dropout")
        ),
    ]
    return said


def _of(treatment: str) -> str:
    return f", {treatment}" if treatment else ""


def _in(population: str) -> str:
    return f", in {population}" if population else ""


def _scenario(study: Study, name: str, shared: tuple[str, ...]) -> list[str]:
    """One possible truth; what holds in every scenario is not said again."""
    scenario, endpoint = study.scenario(name), study.endpoint
    benefit = scenario.benefit(endpoint)
    if benefit:
        verb = "brings" if benefit > 0 else "does harm:"
        told = f"Treatment {verb} {benefit_words(benefit, endpoint)}."
    else:
        told = "Treatment has no effect."
    if benefit and scenario.arm_effects:
        shares = list_words([f"{100 * share:g}%" for share in scenario.arm_effects])
        told += f" In designs of {len(scenario.arm_effects)} arms they have {shares} of the effect."
    hoped = ["This is the scenario hoped for."] if name == study.hoped_for else []
    own = [sentence for sentence in _beside_the_truth(study, name) if sentence not in shared]
    return [*([scenario.note] if scenario.note else []), told, *hoped, *own]


def _troubles(scenario: Scenario) -> list[str]:
    """What makes people change without the product being the cause."""
    said = []
    if scenario.drift:
        said.append(
            f"Without the product people now do better than the benchmark or their own past by {scenario.drift:g}."
        )
    if scenario.learning:
        said.append(f"Being tested again improves performance by {scenario.learning:g}.")
    if scenario.contamination:
        said.append(f"{_share(scenario.contamination)} of the effect reaches the untreated side.")
    return said


def _operations(recruitment: Recruitment, product: Product) -> list[str]:
    """Who comes, who is lost, who is not dosed."""
    said = []
    if recruitment.rate is not None:
        sites = len(recruitment.sites_open)
        at = f" once all {sites} sites are open" if sites > 1 else ""
        said.append(f"Participants come at {recruitment.rate:g} a month{at}.")
    if recruitment.pool is not None:
        said.append(
            f"{recruitment.pool:,} eligible people exist at the start; recruitment ends when they run out."
        )
    if recruitment.dropout:
        said.append(
            f"{_share(-math.expm1(-12 * recruitment.dropout))} of participants are lost within a year."
        )
    if product.manufacturing_failure:
        said.append(f"For {_share(product.manufacturing_failure)} of participants no product can be made.")
    if product.waiting_time:
        said.append(f"Treatment comes {_time(product.waiting_time)} after enrolment.")
    return said


def _design(study: Study, name: str) -> list[str]:
    """One design, its rule, and what it is fragile to."""
    design: Design = study.design(name)
    said = [design.note] if design.note else []
    said += design.describe(study.question)
    if design.fragile_to:
        said.append(f"Fragile to {list_words([stress.name for stress in design.fragile_to])}.")
    return said


def _choice(study: Study) -> list[str]:
    """What counts as a good choice."""
    choice, limits = study.choose, study.choose.subject_to
    kept = [f"a type I error of at most {_share(limits.type_I_error)}"]
    kept += [f"a power of at least {_share(least)} in “{name}”" for name, least in limits.power.items()]
    if limits.duration is not None:
        kept.append(f"an expected duration of at most {_time(limits.duration)}")
    if limits.participants is not None:
        kept.append(f"at most {count_words(limits.participants, 'participant')}")
    if limits.on_control is not None:
        kept.append(f"at most {_share(limits.on_control)} of participants on control")
    direction = "fewest" if choice.best.startswith("expected") else "most"
    return [
        f"A design must keep {list_words(kept)}.",
        f"Among those that do, the {direction} {choice.best} is best.",
    ]


def _computation(study: Study) -> list[str]:
    """How the figures come about."""
    compute = study.compute
    until = f", or until the standard error is {compute.precision:g}" if compute.precision is not None else ""
    return [
        f"Exact where every possible trial can be enumerated; else {compute.trials:,} simulated trials{until}, "
        f"seed {compute.seed}."
    ]


def _share(share: float) -> str:
    """A share as a percentage.

    Example:
        >>> _share(0.025)
        '2.5%'
    """
    return f"{100 * share:.3g}%"


def _time(months: float) -> str:
    """A length of time in the unit people would use.

    Example:
        >>> _time(120), _time(1), _time(18)
        ('10 years', '1 month', '18 months')
    """
    if months >= 24 and months % 12 == 0:
        return f"{months / 12:g} years"
    return f"{months:.3g} month" + ("" if months == 1 else "s")
