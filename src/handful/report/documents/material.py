"""What the documents of a study are made from, and the parts that several of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from handful.report.documents.blocks import Items, Listing, Paragraph, Part, Section, section
from handful.report.papers import papers
from handful.report.plot import Series
from handful.report.results import series_of
from handful.report.stories import ToldTrial
from handful.report.tables import Table, Text
from handful.report.tags import percent
from handful.select.results import Cell, Comparison, DesignSummary
from handful.study.model import Study

ACROSS = 5
"""Designs that stand side by side in one table of an upright page."""


@dataclass(frozen=True)
class Material:
    """A study with its results.

    Attributes:
        study: The study.
        comparison: Its results.
        stories: Simulated trials to be told.
        source: The study file as it was written.
        folder: Where the results lie; None when they were never written.
        since: Folder of the comparison that this one is held against; that of the version before in the same folder when None.
    """

    study: Study
    comparison: Comparison
    stories: Sequence[ToldTrial]
    source: str
    folder: Path | None = None
    since: Path | None = None

    @cached_property
    def series(self) -> dict[str, Series]:
        """How each design looks in figures."""
        return series_of(self.comparison)

    @cached_property
    def told(self) -> DesignSummary:
        """The design that the documents are about: the chosen one, or the first of the ranking when none was chosen."""
        name = self.comparison.chosen or self.comparison.verdicts[0].design
        return next(design for design in self.comparison.designs if design.name == name)

    @cached_property
    def runs(self) -> dict[str, tuple[str, Cell]]:
        """The cells with stored runs by the identity of the run: (short name in the documents, cell)."""
        stored = [cell for cell in self.comparison.cells if cell.run is not None]
        return {str(cell.run): (f"R{k}", cell) for k, cell in enumerate(stored, start=1)}

    def run_of(self, design: str, scenario: str) -> str:
        """Short name of the run of a design in a scenario; nothing when none was stored."""
        for name, cell in self.runs.values():
            if (cell.design, cell.scenario) == (design, scenario):
                return name
        return ""


def turned(table: Table, most: int = ACROSS) -> tuple[Table, ...]:
    """A wide table with its columns as rows, cut so that no part has more than so many columns of values.

    Args:
        table: One row a design.
        most: Designs side by side.

    Returns:
        One table for each part.

    Example:
        >>> [part.head for part in turned(Table("T", ("Design", "a"), (("x", "1"), ("y", "2"), ("z", "3"))), 2)]
        [('', 'x', 'y'), ('', 'z')]
    """
    parts = []
    for start in range(0, len(table.rows), most):
        rows = table.rows[start : start + most]
        head: tuple[Text, ...] = ("", *(row[0] for row in rows))
        body = tuple((what, *(row[k] for row in rows)) for k, what in enumerate(table.head) if k > 0)
        caption = table.caption if start == 0 else f"{table.caption}, continued"
        parts.append(Table(caption, head, body))
    return tuple(parts)


def notation() -> Paragraph:
    """How a number of these documents is to be read."""
    return Paragraph(
        "How to read a number: exact stands for enumeration of every possible trial, numeric for integration, and ±0.2 sim for "
        "simulation with a Monte Carlo standard error of 0.2 in the same unit. Numbers without such a mark are assumptions, "
        "settings or parts of a rule.",
        "note",
    )


def provenance(material: Material) -> tuple[Part, ...]:
    """How the figures were computed, and how to compute them again."""
    record = material.comparison.provenance
    precise = f", or until the standard error is {percent(record.precision)}" if record.precision else ""
    facts = Table(
        "Record of the computation",
        ("Item", "Value"),
        (
            ("Program", f"handful {record.version}"),
            ("Kernels, hash of their sources", record.kernels),
            ("Study, SHA-256", record.study_digest),
            ("Seed of all randomness", str(record.seed)),
            ("Trials of each run", f"{record.trials}{precise}"),
        ),
    )
    commands = ["handful compare study.yaml"]
    commands += [f"handful rerun {run}" for run in list(material.runs)[:1]]
    if material.stories and material.runs:
        design, scenario, story = material.stories[0]
        commands += [
            f"handful replay {run} --trial {story.trial}"
            for run, (_, cell) in material.runs.items()
            if (cell.design, cell.scenario) == (design, scenario)
        ]
    return (
        facts,
        Paragraph(
            "The same study, seed and version give the same bytes on any number of threads. These commands make the figures "
            "again and compare every byte, and tell one simulated trial participant by participant."
        ),
        Listing("\n".join(commands), "Commands"),
        runs_table(material),
    )


def runs_table(material: Material) -> Table:
    """The stored runs behind the figures."""
    rows = tuple(
        (name, cell.design, cell.scenario, run, str(cell.characteristics.trials))
        for run, (name, cell) in material.runs.items()
    )
    head = ("Run", "Design", "Scenario", "Identity", "Trials")
    return Table("Stored runs behind the figures", head, rows)


def references(material: Material) -> Section:
    """The papers behind the methods that were used, and only those."""
    told = tuple(
        f"{citation} {address}".strip() for citation, address in papers(material.study, material.comparison)
    )
    return section("References", Items(told), numbered=False)
