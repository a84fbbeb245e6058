"""The results of a study as pages need them: read once, kept in memory until the files change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path

from handful.app.workspace import StudyPlace
from handful.kernels.cache import kernel_hash
from handful.report.documents.material import Material
from handful.report.folder import FIGURES, ResultsFolder
from handful.report.stories import choose_stories
from handful.select.results import Comparison
from handful.spec.source import read_source
from handful.study.differences import differences
from handful.study.file import StudyFile
from handful.study.loading import loads
from handful.study.model import Study

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Results:
    """A comparison with the study that it was made from.

    Attributes:
        file: The study as it was compared.
        comparison: Its results.
        stamp: What tells them from results of another time.
        folder: Where they lie.
    """

    file: StudyFile
    comparison: Comparison
    stamp: Stamp
    folder: Path

    @property
    def study(self) -> Study:
        """The study as it was compared."""
        return self.file.study

    @cached_property
    def written(self) -> Study:
        """The study as its text says, whatever trials and seed were asked for beside."""
        return loads(self.file.text)

    @cached_property
    def material(self) -> Material:
        """What documents are made from."""
        stories = choose_stories(self.study, self.comparison)
        return Material(self.study, self.comparison, stories, self.file.kept(), self.folder)

    @property
    def by_other_software(self) -> str:
        """What other software made these results, in words; nothing when it was this one."""
        record = self.comparison.provenance
        if record.version != version("handful"):
            return f"handful {record.version}, and this is {version('handful')}"
        return "an earlier build of this release" if record.kernels != kernel_hash() else ""


def results_of(place: StudyPlace) -> Results | None:
    """The results of a study; None when there are none.

    Raises:
        handful.store.project.StoreError: When there are some and this release cannot read them.
    """
    stamp = _stamp(place.results / FIGURES)
    return None if stamp is None else _results(place.results, stamp)


def changed_since(place: StudyPlace, results: Results) -> list[str]:
    """What was changed in a study file since it was compared, a sentence an item.

    Raises:
        handful.spec.SpecError: When the file is wrong now.
    """
    stamp = _stamp(place.file)
    if stamp is None:
        return []
    return [one.sentence for one in differences(results.written, _study(place.file, stamp))]


@lru_cache(maxsize=32)
def _results(folder: Path, stamp: Stamp) -> Results:
    """The results of a folder, as they are since its stamp."""
    return Results(*ResultsFolder(folder).read(), stamp, folder)


@lru_cache(maxsize=64)
def _study(file: Path, stamp: Stamp) -> Study:
    """A study file, as it is since its stamp."""
    return loads(read_source(file), file.name)


def _stamp(path: Path) -> Stamp | None:
    """What tells one version of a file from the next; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
