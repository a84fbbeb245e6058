"""Two versions of a study with their results, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from handful.report.documents.material import Material
from handful.report.folder import ResultsFolder
from handful.select.kept import read_run
from handful.select.pairing import Pairing, pair
from handful.store.project import Project, StoreError


@dataclass(frozen=True)
class Versions:
    """Two versions of a study with their results.

    Attributes:
        before: The earlier one.
        after: The later one.
        pairs: Designs that are in both, each in the scenario that is hoped for, on common trials where runs were kept.
    """

    before: Material
    after: Material
    pairs: Mapping[str, Pairing]

    @property
    def shared(self) -> tuple[str, ...]:
        """Names of the designs that are in both, in the order of the later one."""
        before = {design.name for design in self.before.comparison.designs}
        return tuple(design.name for design in self.after.comparison.designs if design.name in before)


def versions(material: Material) -> Versions:
    """The version that a comparison is held against, read beside it.

    Args:
        material: The later version, with the folder that it was read from.

    Returns:
        Both.

    Raises:
        StoreError: When there is no other version, or this release cannot read it.
    """
    if material.folder is None:
        raise ValueError("two versions are compared in the folders that they were written to")
    folder, version = ResultsFolder(material.since or material.folder), ""
    if material.since is None:
        kept = folder.earlier()
        if not kept:
            raise StoreError(
                f"{material.folder} holds one version of the study; change the study and compare it again, or name the folder "
                "of another comparison with --since"
            )
        version = kept[0]
    file, comparison = folder.read(version)
    before = Material(file.study, comparison, (), file.kept(), folder.path)
    return Versions(before, material, dict(_pairs(before, material)))


def _pairs(before: Material, after: Material) -> Iterator[tuple[str, Pairing]]:
    """The runs of the designs that are in both, in the scenarios that are hoped for."""
    assert before.folder is not None
    assert after.folder is not None
    old, new = (
        {
            cell.design: cell.run
            for _, cell in side.runs.values()
            if cell.scenario == side.comparison.hoped_for
        }
        for side in (before, after)
    )
    with ExitStack() as opened:
        first, second = (
            opened.enter_context(Project(side.folder)) for side in (before, after) if side.folder
        )
        for design, run in new.items():
            was = old.get(design)
            # A run that was deleted since leaves the figures that were told of it.
            if was is not None and run is not None and first.has(was) and second.has(run):
                yield design, pair(first, read_run(first.run(was)), read_run(second.run(run)), second)
