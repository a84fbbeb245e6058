"""Two versions of a study as a document: what is different between them, and what that did to the choice and to each design."""

from __future__ import annotations

import re
from difflib import unified_diff

from handful.designs.words import count_words, list_words
from handful.report.documents.blocks import Document, Items, Listing, Paragraph, Section, section, sections
from handful.report.documents.material import Material, notation, turned
from handful.report.documents.versions import Versions
from handful.report.results import Ranked, ranking
from handful.report.run_tables import pairing_table
from handful.report.tables import Table, Text
from handful.report.tags import percent, share
from handful.study.differences import differences

_BEFORE, _NOW = "Before", "Now"
_ABSENT = "not in it"


def changes(versions: Versions) -> Document:
    """Write what is different between two versions of a study.

    Args:
        versions: Both, with their results.

    Returns:
        The document; equal input gives an equal one.
    """
    before, after = versions.before.comparison.provenance, versions.after.comparison.provenance
    return Document(
        title=versions.after.study.title,
        kind="Comparison of two versions",
        facts=(
            ("Disease", versions.after.study.disease or "not stated"),
            ("Version before, SHA-256", before.study_digest),
            ("Version now, SHA-256", after.study_digest),
            ("Made by", f"handful {after.version}"),
        ),
        sections=sections(
            _summary(versions),
            section("What was changed", _changed(versions)),
            _choice(versions),
            _claims(versions),
            _designs(versions),
            _computed(versions),
            _lines(versions),
        ),
        version=after.version,
    )


def _summary(versions: Versions) -> Section:
    """What came of it, first."""
    before, after = versions.before.comparison, versions.after.comparison
    known = {_without_numbers(warning) for warning in before.warnings}
    new = [warning for warning in after.warnings if _without_numbers(warning) not in known]
    return section(
        "What came of it",
        Paragraph(_verdict(before.chosen, after.chosen), "lead"),
        Paragraph(f"Of the version now: {after.answer[0]}") if after.answer else None,
        *(Paragraph(f"New: {warning}", "warning") for warning in new),
        notation(),
    )


def _without_numbers(warning: str) -> str:
    """What a warning is about, whatever its figures."""
    return re.sub(r"[\d.,]+", "", warning)


def _verdict(before: str | None, after: str | None) -> str:
    """Whether the design to take is another one."""
    if before == after:
        return (
            f"The design to take is the same: “{after}”."
            if after
            else "As before, no design keeps every constraint."
        )
    was = f"was “{before}”" if before else "was none, since none kept every constraint"
    now = f"is now “{after}”" if after else "is now none, since none keeps every constraint"
    return f"The design to take {was}, and {now}."


def _changed(versions: Versions) -> Items | Paragraph:
    """The differences in words."""
    found = differences(versions.before.study, versions.after.study)
    if not found:
        return Paragraph(
            "The two versions mean the same; only comments, spelling or the order of fields may differ."
        )
    return Items(tuple(difference.sentence for difference in found))


def _ranked(material: Material) -> dict[str, Ranked]:
    """The ranking by design."""
    return {r.design.name: r for r in ranking(material.study, material.comparison, material.series)}


def _choice(versions: Versions) -> Section:
    """The ranking before and now."""
    old, new = _ranked(versions.before), _ranked(versions.after)
    names = [*new, *(name for name in old if name not in new)]
    rows = tuple((name, *(_place(ranked.get(name)) for ranked in (old, new))) for name in names)
    moved = [
        Paragraph(f"{name}: {new[name].verdict.reasons[0]}")
        for name in new
        if new[name].verdict.reasons and (name not in old or _stands(old[name]) != _stands(new[name]))
    ]
    return section(
        "What it did to the choice",
        Table("The ranking", ("Design", _BEFORE, _NOW), rows),
        section("Why those that moved stand where they stand", *moved) if moved else None,
    )


def _stands(ranked: Ranked) -> tuple[int, bool, bool]:
    """Where a design stands."""
    return ranked.verdict.rank, ranked.verdict.kept, ranked.verdict.chosen


def _place(ranked: Ranked | None) -> Text:
    """Where a design stands, in words."""
    if ranked is None:
        return _ABSENT
    said = "; ".join(flag.words for flag in ranked.flags) or "keeps every constraint"
    return f"{ranked.verdict.rank}: {said}"


def _claims(versions: Versions) -> Section | None:
    """Probability of claiming benefit, design by scenario, in both."""
    before, after = versions.before.comparison, versions.after.comparison
    there = {scenario.name for scenario in before.scenarios}
    scenarios = [scenario.name for scenario in after.scenarios if scenario.name in there]
    if not scenarios or not versions.shared:
        return None
    rows: list[tuple[Text, ...]] = []
    same = []
    for design in versions.shared:
        was, now = (
            tuple(share(comparison.cell(design, scenario).success) for scenario in scenarios)
            for comparison in (before, after)
        )
        if was == now:
            same.append(f"“{design}”")
        else:
            rows += [(f"{design}, {_BEFORE.lower()}", *was), (f"{design}, {_NOW.lower()}", *now)]
    table = Table(
        "Probability of claiming benefit in the scenarios of both", ("Design", *scenarios), tuple(rows)
    )
    return section(
        "What it did to the chance of claiming benefit",
        Paragraph("A scenario of the same name may itself have been changed; see what was changed.")
        if rows
        else None,
        *turned(table, most=4),
        Paragraph(f"The same in every scenario of both: {list_words(same)}.") if same else None,
    )


def _designs(versions: Versions) -> Section:
    """Each design in the scenario that is hoped for."""
    old, new = _ranked(versions.before), _ranked(versions.after)
    told = [section(name, *_design(versions, name, old[name], new[name])) for name in versions.shared]
    come = [f"“{name}”" for name in new if name not in old]
    gone = [f"“{name}”" for name in old if name not in new]
    return section(
        "What it did to each design",
        Paragraph(
            "In the scenario that is hoped for. Differences are now minus before; where they are simulated, they are taken trial "
            "by trial on the same random numbers, and their standard error is that of such pairs."
        ),
        Paragraph(f"New, with nothing to be held against: {list_words(come)}.") if come else None,
        Paragraph(f"No longer a candidate: {list_words(gone)}.") if gone else None,
        *told,
    )


def _design(versions: Versions, name: str, old: Ranked, new: Ranked) -> tuple[Paragraph | Table, ...]:
    """One design: figures of both with differences where its runs were kept, and what the choice looks at."""
    was, now = dict(old.measures), dict(new.measures)
    rows = tuple((what, was.get(what, _ABSENT), now.get(what, _ABSENT)) for what in {**now, **was})
    looked_at = Table(f"“{name}”: what the choice looks at", ("Figure", _BEFORE, _NOW), rows)
    pairing = versions.pairs.get(name)
    if pairing is None:
        return (looked_at,)
    if not pairing.differences:
        same = Paragraph("Its run is the same, byte for byte.")
        return (same,) if was == now else (same, looked_at)
    table = pairing_table(pairing, (_BEFORE, _NOW), versions.after.study.endpoint)
    return looked_at, Table(f"“{name}”: differences on common random numbers", table.head, table.rows)


def _computed(versions: Versions) -> Section:
    """How both were computed."""
    old, new = versions.before.comparison.provenance, versions.after.comparison.provenance
    rows: list[tuple[Text, ...]] = [
        ("Program", f"handful {old.version}", f"handful {new.version}"),
        ("Kernels, hash of their sources", old.kernels, new.kernels),
        ("Study, SHA-256", old.study_digest, new.study_digest),
        ("Seed of all randomness", str(old.seed), str(new.seed)),
        ("Trials of each run", str(old.trials), str(new.trials)),
        (
            "Precision that ends a run",
            *(percent(one.precision) if one.precision else "none" for one in (old, new)),
        ),
    ]
    runs = [set(side.runs) for side in (versions.before, versions.after)]
    same = len(runs[0] & runs[1])
    return section(
        "How the figures were computed",
        Table("Record of both computations", ("Item", _BEFORE, _NOW), tuple(rows)),
        Paragraph(f"{count_words(same, 'run').capitalize()} of {len(runs[1])} are in both, byte for byte."),
    )


def _lines(versions: Versions) -> Section | None:
    """The lines of the study file that differ."""
    told = unified_diff(
        versions.before.source.splitlines(),
        versions.after.source.splitlines(),
        "before",
        "now",
        lineterm="",
        n=2,
    )
    text = "\n".join(told)
    if not text:
        return None
    return section(
        "Appendix: lines that differ", Listing(text, "The study file, - before and + now"), numbered=False
    )
