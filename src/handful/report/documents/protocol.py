"""The sections of a protocol and its statistical analysis plan that follow from the design: the rest is the sponsor's.

Headings are those of ICH M11 where it has them. What a design cannot know is left open and marked so; every number of a
result names the stored run that it comes from.
"""

from __future__ import annotations

import math

from markupsafe import Markup

from handful.analyses.scales import natural_statistic
from handful.designs.base import Design, Plan
from handful.participants.endpoint import Endpoint
from handful.report.assumptions import estimand_table, scenario_table, set_fields
from handful.report.documents.blocks import (
    Document,
    Items,
    Paragraph,
    Part,
    Section,
    section,
    sections,
)
from handful.report.documents.material import Material, notation, references, runs_table
from handful.report.tables import Table, Text
from handful.report.tags import benefit, number, percent, plain, share
from handful.select.characteristics import Characteristics
from handful.select.figure import Figure


def protocol_sections(material: Material) -> Document:
    """Write the sections of a protocol for the chosen design.

    Args:
        material: The study with its results.

    Returns:
        The document; equal input gives an equal one.
    """
    return _Protocol(material).document()


class _Protocol:
    """The design that is written up, with what all sections need."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.study = material.study
        self.endpoint: Endpoint = self.study.endpoint
        self.name = material.told.name
        self.design: Design = self.study.design(self.name)
        self.plan: Plan = self.study.plan(self.name)
        self.hoped = material.comparison.hoped_for
        self.told: Characteristics = material.comparison.cell(self.name, self.hoped)

    def document(self) -> Document:
        """The whole document."""
        version = self.material.comparison.provenance.version
        return Document(
            title=self.study.title,
            kind="Protocol and analysis plan: sections that follow from the design",
            facts=(
                ("Disease", self.study.disease or "not stated"),
                ("Design", f"{self.name} ({self.material.told.kind})"),
                ("Participants", f"at most {self.plan.participants}"),
                ("Study, SHA-256", self.material.comparison.provenance.study_digest),
                ("Made by", f"handful {version}"),
            ),
            sections=sections(
                self._objectives(),
                self._trial_design(),
                self._population(),
                self._intervention(),
                self._randomisation(),
                self._sample_size(),
                self._interim(),
                self._methods(),
                section("Stored runs", notation(), runs_table(self.material)),
                references(self.material),
            ),
            version=version,
        )

    def cited(self, figure: Figure | None, scenario: str, *, of: bool = True) -> Markup:
        """A figure with the run that it comes from: a probability, or a number when `of` is false."""
        said = share(figure) if of else number(figure, 1)
        run = self.material.run_of(self.name, scenario)
        return Markup('{} <span class="how">[{}]</span>').format(said, run) if run else said

    def _objectives(self) -> Section:
        """What the trial is to find out."""
        treatment = self.endpoint.estimand.treatment or "treatment as the design assigns it"
        return section(
            "Objectives and estimands",
            Paragraph(
                f"The primary objective is to learn whether there is a benefit for {self.endpoint.name}, and how large it is "
                f"({treatment})."
            ),
            estimand_table(self.endpoint),
            self._other_endpoints(),
            Paragraph("Secondary and exploratory objectives, each with its estimand.", "open"),
        )

    def _other_endpoints(self) -> Part | None:
        """Endpoints that were named and are not tested by the design."""
        others = self.study.other_endpoints
        if not others:
            return None
        rows = tuple(
            (e.name, e.kind, "; ".join(f"{n}: {v}" for n, v, _ in set_fields(e, ("name",)))) for e in others
        )
        return Table("Other endpoints", ("Endpoint", "Kind", "Details"), rows)

    def _trial_design(self) -> Section:
        """The design in words, and why it was chosen."""
        verdict = next(v for v in self.material.comparison.verdicts if v.design == self.name)
        summary = self.material.told
        return section(
            "Trial design",
            Paragraph(f"{summary.kind.capitalize()}: {summary.meaning}."),
            Items(summary.rule, ordered=True),
            section("Rationale", *(Paragraph(reason) for reason in verdict.reasons)),
            section("What the design rests on", self._fragile()),
        )

    def _fragile(self) -> Table:
        """The assumptions that can sink it, with how much of each turns the conclusion."""
        turned = {s.stress: s for s in self.material.comparison.stresses if s.design == self.name}
        rows = []
        for stress in self.design.fragile_to:
            found = turned.get(stress.name)
            said = "not examined"
            if found is not None:
                said = (
                    f"from {plain(float(f'{found.turns_at:.3g}'))} {found.unit}: {found.broken}"
                    if found.turns_at is not None
                    else "by no amount that was tried"
                )
            rows.append((stress.name, stress.why, said))
        return Table(
            "Assumptions, and what turns the conclusion", ("Assumption", "Why", "Turned"), tuple(rows)
        )

    def _population(self) -> Section:
        """Who takes part: the sponsor knows."""
        return section(
            "Trial population",
            Paragraph(self.endpoint.estimand.population or "The population is not stated in the study."),
            Paragraph("Inclusion and exclusion criteria, screening, and lifestyle considerations.", "open"),
        )

    def _intervention(self) -> Section:
        """The product, as far as the study knows it."""
        scenario = self.study.scenario(self.hoped)
        told = [*set_fields(scenario.product)]
        table = (
            Table("Manufacture, as assumed", ("Assumption", "Value", "Meaning"), tuple(told))
            if told
            else None
        )
        return section(
            "Trial intervention",
            Paragraph(
                "Product, dose, manufacture, chain of custody, administration and concomitant therapy.",
                "open",
            ),
            table,
        )

    def _randomisation(self) -> Section:
        """Who gets what, and who knows."""
        return section(
            "Assignment and blinding",
            Paragraph(self.plan.allocation.describe()),
            Paragraph(
                "Until the last look nobody who decides about the trial learns who is on which arm."
                if self.plan.blinded
                else "Who is blinded to the assignment, and how blinding is kept.",
                "plain" if self.plan.blinded else "open",
            ),
            Paragraph("Who makes and keeps the randomisation list, and how it is concealed.", "open"),
        )

    def _sample_size(self) -> Section:
        """How many take part, and what that buys."""
        hoped = benefit(self.told.truth, self.endpoint)
        error = self.material.told.type_one
        spent = Markup("The type I error at the worst point of the null ({}) is {}; {}.").format(
            error.at or "stated below",
            share(error.worst),
            "none is promised" if error.nominal is None else f"{percent(error.nominal)} is promised",
        )
        parts: list[Part] = [
            Paragraph(
                Markup(
                    "With at most {} participants the probability of claiming benefit is {} if the true benefit is {} (“{}”)."
                ).format(self.plan.participants, self.cited(self.told.success, self.hoped), hoped, self.hoped)
            ),
            Paragraph(spent),
            self._over_scenarios(),
            scenario_table(
                self.hoped, self.study.scenario(self.hoped), self.endpoint, self._weight(self.hoped)
            ),
        ]
        return section("Sample size determination", *parts)

    def _weight(self, scenario: str) -> float:
        """Plausibility of a scenario."""
        return next(s.weight for s in self.material.comparison.scenarios if s.name == scenario)

    def _over_scenarios(self) -> Table:
        """The design in every scenario."""
        rows: list[tuple[Text, ...]] = []
        for scenario in self.material.comparison.scenarios:
            told = self.material.comparison.cell(self.name, scenario.name)
            rows.append(
                (
                    scenario.name,
                    benefit(told.truth, self.endpoint),
                    self.cited(told.success, scenario.name),
                    self.cited(told.participants.mean, scenario.name, of=False),
                    self.cited(told.months.mean, scenario.name, of=False) if told.months else "no timing",
                )
            )
        head = ("Scenario", "True benefit", "Claims benefit", "Participants expected", "Months expected")
        return Table("The design in every scenario", head, tuple(rows))

    def _interim(self) -> Section:
        """When the data are looked at, and what is decided."""
        if self.plan.looks.number == 1:
            return section("Interim analyses", Paragraph("None is planned: the data are analysed once."))
        return section(
            "Interim analyses",
            Paragraph(self.plan.looks.describe()),
            self._looks_table(),
            Paragraph("Members, charter and firewall of the committee that sees interim results.", "open"),
        )

    def _looks_table(self) -> Table:
        """The looks with their thresholds and how often trials end there."""
        statistic, sign = natural_statistic(self.plan.analysis.statistic_name)
        rule, nulls = self.plan.rule, [s.name for s in self.material.comparison.scenarios if s.is_null]
        named = [*nulls[:1], self.hoped]
        rows: list[tuple[Text, ...]] = []
        for k, planned in enumerate(self.plan.looks.planned()):
            ends = [
                Markup("{}; {}").format(
                    share(self.material.comparison.cell(self.name, n).success_at[k]),
                    share(self.material.comparison.cell(self.name, n).failure_at[k]),
                )
                for n in named
            ]
            limits = [
                plain(float(f"{sign * limit:.6g}")) if math.isfinite(limit) else "none"
                for limit in (rule.upper[k], rule.lower[k])
            ]
            rows.append((str(k + 1), str(planned), *limits, *ends))
        counted = "Events" if self.plan.looks.counts == "events" else "Participants"
        head = ("Look", counted, "Claim at", "Futility at", *(f"Ends in “{n}”: claim; none" for n in named))
        return Table(f"Looks; thresholds are on {statistic}", head, tuple(rows))

    def _methods(self) -> Section:
        """The analysis plan."""
        aim, analysis = self.plan.aim, self.plan.analysis
        strategies = Items(
            tuple(
                f"{event}: {strategy}"
                for event, strategy in {
                    "not dosed": self.endpoint.strategy("not dosed"),
                    "dropout": self.endpoint.strategy("dropout"),
                    **self.endpoint.estimand.intercurrent,
                }.items()
            )
        )
        null = (
            "no benefit"
            if self.plan.null_benefit == 0
            else f"a benefit of {benefit(self.plan.null_benefit, self.endpoint)}"
        )
        tested = Items(tuple(h.name for h in self.plan.hypotheses)) if len(self.plan.hypotheses) > 1 else None
        settings = [(n, v, m) for n, v, m in set_fields(analysis, ("base", "hypotheses"))]
        return section(
            "Statistical methods",
            Paragraph(
                f"The null hypothesis of {null} is tested at a one-sided level of {percent(aim.alpha)} by the "
                f"{analysis.meaning}. The reported interval is two-sided at {percent(1 - 2 * aim.alpha)}."
            ),
            Table("Settings of the analysis", ("Setting", "Value", "Meaning"), tuple(settings))
            if settings
            else None,
            tested,
            Paragraph("Intercurrent events are handled as the estimand says:"),
            strategies,
            Paragraph(
                "Analysis sets, missing data beyond these events, sensitivity and subgroup analyses.", "open"
            ),
            Paragraph(
                f"The analysis is done with handful {self.material.comparison.provenance.version}, by the code that the "
                "simulations of this design used."
            ),
        )
