"""The chosen design as data for other systems: shaped as USDM (ICH M11), with the summary fields of a trial register.

The shape follows the classes of CDISC's Unified Study Definitions Model, with words in place of codes of a terminology: a
system that demands codes has to add them. What no design can know, such as identifiers and eligibility, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handful.designs.arrangements import BeforeAfter, BothSides, Repeated
from handful.designs.base import Plan
from handful.designs.pieces import AllTreated
from handful.participants.endpoint import Endpoint
from handful.report.documents.material import Material
from handful.select.figure import Figure


def design_record(material: Material) -> dict[str, Any]:
    """Describe the chosen design.

    Args:
        material: The study with its results.

    Returns:
        Plain data: `study` as USDM shapes it, `register` with the summary fields of ClinicalTrials.gov, `operating
        characteristics` with how each was obtained and the run that it comes from, and `made by`.
    """
    record = material.comparison.provenance
    return {
        "study": _Usdm(material).study(),
        "register": _register(material),
        "operating characteristics": list(_characteristics(material)),
        "made by": {
            "program": "handful",
            "version": record.version,
            "study SHA-256": record.study_digest,
            "seed": record.seed,
        },
    }


class _Usdm:
    """The classes of the model, each with an identity of its own."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.study_file = material.study
        self.plan = material.study.plan(material.told.name)
        self.counted: dict[str, int] = {}

    def made(self, kind: str, **fields: Any) -> dict[str, Any]:
        """An instance of a class."""
        self.counted[kind] = self.counted.get(kind, 0) + 1
        return {"id": f"{kind}_{self.counted[kind]}", **fields, "instanceType": kind}

    def code(self, decode: str) -> dict[str, Any]:
        """A word of a terminology, without its code."""
        return self.made("Code", decode=decode)

    def study(self) -> dict[str, Any]:
        """The whole."""
        title = self.made("StudyTitle", text=self.study_file.title, type=self.code("Official Study Title"))
        version = self.made(
            "StudyVersion",
            versionIdentifier=self.material.comparison.provenance.study_digest[:12],
            rationale=" ".join(self.material.comparison.answer),
            titles=[title],
            studyDesigns=[self.design()],
        )
        return self.made("Study", name=self.study_file.title, versions=[version])

    def design(self) -> dict[str, Any]:
        """The design with its arms, objectives, estimands and population."""
        told = self.material.told
        verdict = next(v for v in self.material.comparison.verdicts if v.design == told.name)
        arms = [
            self.made("StudyArm", name=name, type=self.code(kind), description=name)
            for name, kind in _arms(self.plan)
        ]
        endpoints = [self.endpoint(self.study_file.endpoint, "Primary Endpoint")]
        others = [self.endpoint(e, "Secondary Endpoint") for e in self.study_file.other_endpoints]
        primary = self.made(
            "Objective",
            name="primary",
            text=f"To learn whether there is a benefit for {self.study_file.endpoint.name}, and how large it is",
            level=self.code("Primary Objective"),
            endpoints=endpoints,
        )
        secondary = self.made(
            "Objective",
            name="other",
            text="Other endpoints",
            level=self.code("Secondary Objective"),
            endpoints=others,
        )
        population = self.made(
            "StudyDesignPopulation",
            name="participants",
            description=self.study_file.endpoint.estimand.population,
            includesHealthySubjects=False,
            plannedEnrollmentNumber=self.made("Quantity", value=self.plan.participants),
        )
        return self.made(
            "InterventionalStudyDesign",
            name=told.name,
            description=" ".join(told.rule),
            rationale=" ".join(verdict.reasons),
            studyType=self.code("Interventional Study"),
            model=self.code(_model(self.plan)),
            characteristics=[self.code(word) for word in _traits(self.plan)],
            arms=arms,
            objectives=[primary, *([secondary] if others else [])],
            estimands=[self.estimand(self.study_file.endpoint, endpoints[0]["id"], population["id"])],
            population=population,
            indications=[self.made("Indication", name=self.study_file.disease, isRareDisease=True)]
            if self.study_file.disease
            else [],
        )

    def endpoint(self, endpoint: Endpoint, level: str) -> dict[str, Any]:
        """One endpoint."""
        return self.made(
            "Endpoint",
            name=endpoint.name,
            text=_measured(endpoint),
            purpose="efficacy",
            level=self.code(level),
        )

    def estimand(self, endpoint: Endpoint, variable: str, population: str) -> dict[str, Any]:
        """The estimand of the primary endpoint."""
        events = {"not dosed": endpoint.strategy("not dosed"), "dropout": endpoint.strategy("dropout")}
        return self.made(
            "Estimand",
            name="primary",
            populationSummary=endpoint.estimand.summary or endpoint.measure.name,
            description=endpoint.estimand.treatment,
            variableOfInterestId=variable,
            analysisPopulationId=population,
            intercurrentEvents=[
                self.made("IntercurrentEvent", name=event, strategy=strategy)
                for event, strategy in {**events, **endpoint.estimand.intercurrent}.items()
            ],
        )


def _register(material: Material) -> dict[str, Any]:
    """The summary fields of a trial register."""
    study, told = material.study, material.told
    plan = study.plan(told.name)
    arms = list(_arms(plan))
    return {
        "Brief Title": study.title,
        "Study Type": "Interventional",
        "Conditions": [study.disease] if study.disease else [],
        "Primary Purpose": "Treatment",
        "Allocation": "Randomized" if _randomised(plan) else "N/A" if len(arms) == 1 else "Non-Randomized",
        "Intervention Model": _model(plan),
        "Masking": "not stated by the design",
        "Enrollment": {"count": plan.participants, "type": "Anticipated, at most"},
        "Arms": [{"label": name, "type": kind} for name, kind in arms],
        "Primary Outcome Measures": [_outcome(study.endpoint)],
        "Other Outcome Measures": [_outcome(endpoint) for endpoint in study.other_endpoints],
    }


def _outcome(endpoint: Endpoint) -> dict[str, str]:
    """An outcome measure as a register wants it."""
    months = endpoint.known_after
    return {
        "measure": endpoint.name,
        "description": _measured(endpoint),
        "time frame": f"{months:g} months" if months else "not stated",
    }


def _measured(endpoint: Endpoint) -> str:
    """What is measured, in words."""
    unit = f", in {endpoint.unit}" if endpoint.unit else ""
    better = endpoint.better or ("later" if endpoint.kind == "time to event" else "higher")
    return f"{endpoint.name} ({endpoint.kind}{unit}; {better} is better)"


def _arms(plan: Plan) -> Iterator[tuple[str, str]]:
    """(name, type) of each arm; the sides of a participant count as arms of their own."""
    named = {h.arm: h.name for h in plan.hypotheses if not h.in_subgroup}
    for arm in range(1, plan.arms + 1):
        yield named.get(arm, f"treatment {arm}" if plan.arms > 1 else "treatment"), "Experimental"
    if isinstance(plan.arrangement, BothSides):
        yield "untreated side of each participant", "No Intervention"
    elif not isinstance(plan.allocation, AllTreated):
        yield "control", "Control"


def _randomised(plan: Plan) -> bool:
    """Whether somebody, or a side of somebody, is treated by lot."""
    return isinstance(plan.arrangement, BothSides) or not isinstance(plan.allocation, AllTreated)


def _model(plan: Plan) -> str:
    """The model of intervention, in the words of registers."""
    if isinstance(plan.arrangement, BothSides):
        return "Intra-individual comparison"
    if isinstance(plan.allocation, AllTreated):
        return "Single Group Study"
    return "Parallel Study"


def _traits(plan: Plan) -> Iterator[str]:
    """What else a design is, in the words of the model."""
    if _randomised(plan):
        yield "Randomized"
    if plan.adaptation is not None or plan.looks.number > 1:
        yield "Adaptive"
    if isinstance(plan.arrangement, BeforeAfter | Repeated):
        yield "Own control"


def _characteristics(material: Material) -> Iterator[dict[str, Any]]:
    """What the design does in each scenario."""
    name = material.told.name
    for scenario in material.comparison.scenarios:
        told = material.comparison.cell(name, scenario.name)
        yield {
            "scenario": scenario.name,
            "true benefit": told.truth,
            "claims benefit": _figure(told.success),
            "participants expected": _figure(told.participants.mean),
            "months expected": _figure(told.months.mean) if told.months is not None else None,
            "run": next(
                (r for r, (_, c) in material.runs.items() if (c.design, c.scenario) == (name, scenario.name)),
                None,
            ),
        }


def _figure(figure: Figure) -> dict[str, Any]:
    """A figure with how it was obtained."""
    return figure.model_dump(mode="json")
