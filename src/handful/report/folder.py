"""The folder of a comparison or a search: the report, the figures as data, a copy of the study, and the runs."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from handful.engine.simulate import worker_threads
from handful.select.compare import compare
from handful.select.optimise.api import optimise
from handful.select.optimise.results import Optimisation
from handful.select.rehearsal import rehearse
from handful.select.results import Comparison
from handful.select.runs import Progress
from handful.select.stored import Stored
from handful.spec.messages import SpecError
from handful.spec.source import read_source
from handful.store.files import canonical, write_text
from handful.store.project import INDEX, Project, StoreError
from handful.study.file import StudyFile
from handful.study.loading import loads
from handful.study.searched import Over

REPORT, FIGURES, STUDY = "report.html", "comparison.json", "study.yaml"
EARLIER, VERSION = "earlier", 16
"""Folder of the comparisons of earlier versions of the study, and characters of a digest in their names."""
SEARCH_PAGE, SEARCH_FIGURES = "optimisation.html", "optimisation.json"


def results_folder(study: Path) -> Path:
    """Where the results of a study go when nothing else is said: beside its file.

    Example:
        >>> results_folder(Path("rpe/study.yaml")).as_posix()
        'rpe/study-results'
    """
    return study.with_name(f"{study.stem}-results")


class ResultsFolder:
    """The folder of one comparison.

    Args:
        path: The folder; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def report(self) -> Path:
        """Where the report lies."""
        return self.path / REPORT

    @property
    def search_page(self) -> Path:
        """Where the page of a search lies."""
        return self.path / SEARCH_PAGE

    def claim(self, title: str, *, force: bool = False) -> None:
        """Make sure that nothing of others is overwritten.

        Args:
            title: Title of the study whose results are to go here.
            force: Whether to go ahead all the same.

        Raises:
            StoreError: When the folder holds something else, or the results of another study.
        """
        if self.path.exists() and not self.path.is_dir():
            raise StoreError(f"{self.path} is a file; name a folder with --out")
        if force or not self.path.is_dir() or not any(self.path.iterdir()):
            return
        if not (self.path / INDEX).is_file():
            raise StoreError(
                f"{self.path} holds other things; name another folder with --out, or add --force"
            )
        there = self._title_there()
        if there is not None and there != title:
            raise StoreError(
                f"{self.path} holds the comparison of “{there}”; name another folder with --out, or add --force"
            )

    def _title_there(self) -> str | None:
        """Title of the study whose results lie here."""
        for name in (FIGURES, SEARCH_FIGURES):
            try:
                found = json.loads((self.path / name).read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            title = found.get("title") if isinstance(found, dict) else None
            if isinstance(title, str):
                return title
        return None

    def earlier(self) -> tuple[str, ...]:
        """The versions of the study that were compared here before, as beginnings of their digests, the latest first."""
        kept = sorted(
            (self.path / EARLIER).glob("*.json"), key=lambda file: (-file.stat().st_mtime_ns, file.name)
        )
        return tuple(file.stem for file in kept if file.stem != self._version_there())

    def _version_there(self) -> str:
        """The version of the study whose comparison lies here; nothing where there is none."""
        try:
            found = json.loads((self.path / FIGURES).read_text(encoding="utf-8"))
            return str(found["provenance"]["study_digest"])[:VERSION]
        except (OSError, ValueError, LookupError, TypeError):
            return ""

    def _put_by(self, digest: str) -> None:
        """Keep the comparison that lies here before that of another version of the study takes its place."""
        there = self._version_there()
        if there and there != digest[:VERSION]:
            (self.path / EARLIER).mkdir(exist_ok=True)
            write_text(
                self.path / EARLIER / f"{there}.json", (self.path / FIGURES).read_text(encoding="utf-8")
            )

    def read(self, version: str = "") -> tuple[StudyFile, Comparison]:
        """Read the comparison that lies here, with the study that it was made from.

        Args:
            version: One of `earlier`; the last comparison when empty.

        Returns:
            The study as it was compared, which the copy beside may no longer be when another comparison has begun, and its
            results.

        Raises:
            StoreError: When there is no comparison, or one that this release cannot read.
        """
        figures = self.path / EARLIER / f"{version}.json" if version else self.path / FIGURES
        if not figures.is_file():
            raise StoreError(
                f"{self.path} holds no comparison (no {FIGURES} in it); make one with `handful compare study.yaml`, and name its "
                "folder"
            )
        try:
            comparison = Comparison.model_validate_json(figures.read_bytes())
        except ValidationError:
            raise StoreError(
                f"{figures} was not written by this version of handful; run `handful compare` again, which takes finished runs "
                "as they are"
            ) from None
        return self._study_of(comparison, figures), comparison

    def _study_of(self, comparison: Comparison, figures: Path) -> StudyFile:
        """The study that a comparison was made from: the copy beside it, or what the index keeps."""
        record = comparison.provenance
        for written in (self._copied, self._kept):
            try:
                text = written(record.study_digest)
                # The text says in its first line what was asked otherwise.
                file = StudyFile(text, loads(text, STUDY))
            except (SpecError, StoreError, OSError):
                continue
            study = file.asked(trials=record.trials, seed=record.seed).study
            if study.digest() == record.study_digest:
                return replace(file, study=study)
        raise StoreError(
            f"the study that {figures} was made from is no longer kept; run `handful compare` again"
        )

    def _copied(self, digest: str) -> str:
        """The copy of the study that lies here."""
        return read_source(self.path / STUDY)

    def _kept(self, digest: str) -> str:
        """The text of a study that the index keeps."""
        with Project(self.path) as project:
            return project.study_text(digest)

    def fill(
        self, file: StudyFile, *, threads: int | None = None, progress: Progress | None = None
    ) -> Comparison:
        """Compare the designs of a study and write everything here; runs that are done are taken as they are.

        Args:
            file: The study with its text.
            threads: Threads to simulate with; the study's own number when None. They change no figure.
            progress: Told what is being done.

        Returns:
            The comparison.

        Raises:
            handful.spec.SpecError: When a design cannot be conducted in a scenario.
            StoreError: When the folder cannot be used.
        """
        from handful.report.document import render
        from handful.report.stories import choose_stories

        study = file.study
        rehearse(study, file.name, file.text)
        executor = worker_threads(threads or study.compute.threads)
        with Project(self.path) as project, executor or nullcontext():
            project.keep_study(file.kept(), study.digest())
            write_text(self.path / STUDY, file.kept())
            comparison = compare(study, Stored(project, study, executor), progress)
        self._put_by(study.digest())
        write_text(self.path / FIGURES, canonical(comparison.model_dump(mode="json")) + "\n")
        stories = choose_stories(study, comparison)
        write_text(self.report, render(study, comparison, stories, source=file.kept()))
        return comparison

    def fill_search(
        self,
        file: StudyFile,
        *,
        design: str | None = None,
        over: Over | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Optimisation:
        """Search the designs of a study and write what is found here; what was searched before is taken as it is.

        Args:
            file: The study with its text.
            design: As for `optimise`.
            over: As for `optimise`.
            threads: Threads; the study's own number when None. They change no figure.
            progress: Told what is being done.

        Returns:
            What was found.

        Raises:
            handful.spec.SpecError: As for `optimise`.
            StoreError: When the folder cannot be used.
        """
        from handful.report.optimisation import render_search

        rehearse(file.study, file.name, file.text)
        found = optimise(file.study, self.path, design=design, over=over, threads=threads, progress=progress)
        write_text(self.path / STUDY, file.kept())
        write_text(self.path / SEARCH_FIGURES, canonical(found.model_dump(mode="json")) + "\n")
        write_text(self.search_page, render_search(file.study, found, file.kept()))
        return found
