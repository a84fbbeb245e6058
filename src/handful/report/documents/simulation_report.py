"""The simulation report that regulators expect of a design whose properties are not given by a formula.

Its headings are those that FDA's guidance on adaptive designs (2019) and ICH E20 ask for, in the order of ADEMP (Morris, White
and Crowther 2019, Statistics in Medicine 38:2074-2102): aims, data-generating mechanisms, estimands, methods, performance
measures.
"""

from __future__ import annotations

from handful.report import results
from handful.report.assumptions import (
    choice_table,
    differences,
    estimand_table,
    population_table,
    scenario_table,
)
from handful.report.documents.blocks import (
    Document,
    Items,
    Listing,
    Paragraph,
    Part,
    Section,
    section,
    sections,
)
from handful.report.documents.material import Material, notation, provenance, references, turned
from handful.report.documents.runs import plain_text
from handful.report.figures.distributions import distributions
from handful.report.figures.frontier import frontier
from handful.report.figures.lanes import lanes, participants_table
from handful.report.figures.power import power_curves
from handful.report.figures.stresses import reading, stress_figures
from handful.report.limits import limits
from handful.report.stories import kind_of_story
from handful.report.story import compared_with, tell
from handful.report.tables import Drawing, Table
from handful.report.tags import percent, share


def simulation_report(material: Material) -> Document:
    """Write the simulation report of a study.

    Args:
        material: The study with its results.

    Returns:
        The document; equal input gives an equal one.
    """
    study, comparison = material.study, material.comparison
    return Document(
        title=study.title,
        kind="Simulation report",
        facts=(
            ("Disease", study.disease or "not stated"),
            ("Primary endpoint", study.endpoint.name),
            ("Design reported on", f"{material.told.name} ({material.told.kind})"),
            ("Made by", f"handful {comparison.provenance.version}"),
            ("Study, SHA-256", comparison.provenance.study_digest),
        ),
        sections=sections(
            _summary(material),
            _purpose(material),
            _rationale(material),
            _rules(material),
            _scenarios(material),
            _examples(material),
            _operating_characteristics(material),
            _sensitivity(material),
            section("How the figures were computed", *provenance(material)),
            section("Limits", Items(tuple(limits(study, comparison)))),
            references(material),
            section("Appendix: the study file", Listing(material.source, "The study file"), numbered=False),
        ),
        version=comparison.provenance.version,
    )


def _summary(material: Material) -> Section:
    """The answer first."""
    first, *others = material.comparison.answer
    return section(
        "Summary",
        Paragraph(first, "lead"),
        *(Paragraph(sentence) for sentence in others),
        *(Paragraph(warning, "warning") for warning in material.comparison.warnings),
        notation(),
    )


def _purpose(material: Material) -> Section:
    """Aims and estimands."""
    study = material.study
    return section(
        "Purpose and estimand",
        Paragraph(
            f"The simulations compare {len(material.comparison.designs)} designs for a trial in "
            f"{study.disease or 'the disease'}, on the same simulated people, and support the choice of one. What is to be "
            "estimated is stated before any design, by the attributes of ICH E9(R1)."
        ),
        Paragraph(study.note, "note") if study.note else None,
        estimand_table(study.endpoint),
        population_table(study),
        choice_table(study),
    )


def _rationale(material: Material) -> Section:
    """Why this design and not another."""
    study, comparison = material.study, material.comparison
    ranked = results.ranking(study, comparison, material.series)
    table = Table(
        f"The designs, ranked, in “{comparison.hoped_for}”; the type I error is that at the worst point of the null",
        ("Design", "Verdict", *(what for what, _ in ranked[0].measures)),
        tuple(
            (
                f"{r.verdict.rank}. {r.design.name}",
                "; ".join(flag.words for flag in r.flags) or "keeps every constraint",
                *(value for _, value in r.measures),
            )
            for r in ranked
        ),
    )
    reasons = tuple(
        section(f"{r.verdict.rank}. {r.design.name}", *(Paragraph(reason) for reason in r.verdict.reasons))
        for r in ranked
    )
    return section(
        "Design and rationale",
        Paragraph(
            f"Designs that keep every constraint come first, by {study.choose.best}. The utility weighs all scenarios by their "
            "plausibility."
        ),
        *turned(table),
        frontier(comparison, material.series),
        *reasons,
    )


def _rules(material: Material) -> Section:
    """What each design does and when."""
    told = []
    for design in material.comparison.designs:
        note = material.study.design(design.name).note
        told.append(
            section(
                design.name,
                Paragraph(f"{design.kind.capitalize()}: {design.meaning}."),
                Paragraph(note, "note") if note else None,
                Items(design.rule, ordered=True),
            )
        )
    return section("Rules and timing", *told)


def _scenarios(material: Material) -> Section:
    """What may be true, and why that covers the null."""
    study, comparison = material.study, material.comparison
    weights = {s.name: s.weight for s in comparison.scenarios}
    tables = {n: scenario_table(n, study.scenario(n), study.endpoint, weights[n]) for n in study.scenarios}
    first = next(iter(tables))
    parts: list[Part] = []
    for name, table in tables.items():
        note = study.scenario(name).note
        parts.append(
            section(
                name,
                Paragraph(note, "note") if note else None,
                table if name == first else differences(table, tables[first], first),
            )
        )
    sources = Items(study.sources) if study.sources else None
    return section(
        "Scenarios",
        Paragraph(_null_covered(material)),
        *parts,
        section("Where the assumptions come from", sources) if sources else None,
    )


def _null_covered(material: Material) -> str:
    """Why the grid covers the null, as far as it does."""
    comparison = material.comparison
    nulls = [f"“{s.name}”" for s in comparison.scenarios if s.is_null]
    exact = [d.name for d in comparison.designs if d.type_one.worst and d.type_one.worst.how == "exact"]
    others = [d.name for d in comparison.designs if d.name not in exact]
    told = [
        f"There is no benefit in {', '.join(nulls)}."
        if nulls
        else "No scenario without benefit was declared."
    ]
    if exact:
        told.append(
            f"For {', '.join(exact)} the type I error was found by enumeration over the whole range of the nuisance parameter, "
            "so that no point of the null can be worse."
        )
    if others:
        told.append(
            f"For {', '.join(others)} it is the largest of those scenarios and of the stresses that the family names; a worse "
            "null that was not declared is not searched for."
        )
    return " ".join(told)


def _examples(material: Material) -> Section | None:
    """Single trials with different endings."""
    if not material.stories:
        return None
    study = material.study
    told: list[Part] = []
    for number, (design, scenario, story) in enumerate(material.stories, start=1):
        plan = study.plan(design)
        heading = kind_of_story(story, plan.looks.number)
        sentences = tell(story, study.endpoint, plan.analysis.statistic_name, compared_with(plan))
        drawing = lanes(f"story-{number}", f"{heading}, trial {story.trial}", story, study.endpoint)
        table = participants_table(story, study.endpoint)
        told.append(
            section(
                f"{heading}: trial {story.trial} in “{scenario}”",
                drawing,
                Items(tuple(s for s in sentences if not s.startswith("Participant ")), ordered=True),
                table if drawing is None else None,
            )
        )
    return section(
        "Example trials",
        Paragraph(
            f"Single simulated trials of “{material.stories[0][0]}”, chosen for their endings and not for their looks: the first "
            "of each kind by number. Every number is what happened in that one trial."
        ),
        *told,
    )


def _operating_characteristics(material: Material) -> Section:
    """Performance measures with their errors."""
    study, comparison, series = material.study, material.comparison, material.series
    scenarios = [
        section(name, *turned(table)) for name, table in results.scenario_tables(study, comparison, series)
    ]
    claims = results.claims_table(study, comparison, series)
    stopping = results.stopping_table(comparison, series)
    return section(
        "Operating characteristics",
        Paragraph(_precision(material)),
        section("Type I error, exact beside nominal", _type_one(material)),
        section(
            "Power",
            results.success_table(comparison, series),
            power_curves(study, comparison, series),
        ),
        *scenarios,
        section("What is claimed", claims) if claims else None,
        section("When trials end", stopping) if stopping else None,
        section("Sample size and duration", *distributions(comparison, series)),
    )


def _precision(material: Material) -> str:
    """How many trials, and how wrong the figures may be."""
    trials = material.comparison.provenance.trials
    error = (0.25 / trials) ** 0.5
    small = (0.025 * 0.975 / trials) ** 0.5
    return (
        f"Runs have {trials} trials unless marked otherwise: the Monte Carlo standard error of a probability is at most "
        f"{percent(float(f'{error:.2g}'))}, and {percent(float(f'{small:.2g}'))} at 2.5%. Figures marked exact or numeric "
        "have none."
    )


def _type_one(material: Material) -> Table:
    """What each design promises and spends."""
    rows = []
    for design in material.comparison.designs:
        told = design.type_one
        promised = "none promised" if told.nominal is None else percent(told.nominal)
        rows.append((design.name, promised, share(told.worst), told.at or "", told.remark or "kept"))
    head = ("Design", "Nominal", "At the worst point", "Where that is", "Verdict")
    return Table("One-sided type I error: what is promised and what is spent", head, tuple(rows))


def _sensitivity(material: Material) -> Section | None:
    """How much of each stress turns the conclusion."""
    study, comparison = material.study, material.comparison
    figures = stress_figures(study, comparison, material.series)
    if not figures:
        return None
    told = [section(name.capitalize(), Paragraph(why), *_stressed(figure)) for name, why, figure in figures]
    notes = reading(study, comparison)
    said = f"Each family of designs names the assumptions it rests on. Here each is bent by growing amounts. {notes}"
    return section("Sensitivity", Paragraph(plain_text(said)), *told)


def _stressed(figure: Drawing) -> tuple[Part, ...]:
    """A figure with what is said under it."""
    return (figure, Items(figure.said)) if figure.said else (figure,)
