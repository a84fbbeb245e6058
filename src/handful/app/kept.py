"""The runs of a study as pages see them: found by an identity that is one, described by plain data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from handful.app.workspace import Outside, StudyPlace
from handful.report.folder import FIGURES
from handful.store.project import Project, StoredRun

_IDENTITY = re.compile(r"[0-9a-f]{16}")


@contextmanager
def opened(place: StudyPlace) -> Iterator[Project]:
    """The runs of a study, open for the time of one answer.

    Args:
        place: Where the study lies.

    Yields:
        Its project.

    Raises:
        Outside: When it was never compared.
    """
    if not place.compared:
        raise Outside(f"“{place.name}” was not compared yet, so there are no runs of it")
    with Project(place.results) as project:
        yield project


def run_of(project: Project, identity: str) -> StoredRun:
    """A run by its whole identity.

    Args:
        project: Where it is kept.
        identity: What an address says.

    Returns:
        The run.

    Raises:
        Outside: When that is no identity, or there is no such run.
        StoreError: When the run was changed after it was stored.
    """
    if not _IDENTITY.fullmatch(identity):
        raise Outside("a run is named by 16 hexadecimal digits")
    if not project.has(identity):
        raise Outside(f"there is no run {identity}; it may have been deleted")
    return project.run(identity)


def bytes_of(folder: Path) -> int:
    """Room that the files of a folder take on the disk, in bytes; none when it is not there."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def declared(place: StudyPlace) -> frozenset[str]:
    """Names of the scenarios that the study declared when it was compared; other runs are points of curves and stresses."""
    try:
        found = json.loads((place.results / FIGURES).read_text(encoding="utf-8"))
        return frozenset(str(scenario["name"]) for scenario in found["scenarios"])
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def plain(project: Project, run: StoredRun) -> dict[str, Any]:
    """One run as plain data, without its sums.

    Args:
        project: Where it is kept.
        run: The run.

    Returns:
        What stands in the list of runs.
    """
    return {
        "run": run.identity,
        "design": run.design,
        "scenario": run.scenario,
        "trials": int(run.summary["trials"]) if run.summary is not None else 0,
        "complete": run.complete,
        "rows": run.rows,
        "parts": run.parts,
        "bytes": bytes_of(project.run_folder(run.identity)) if run.rows else 0,
        "study": run.study,
    }


def provenance(run: StoredRun) -> dict[str, Any]:
    """What the runs of one comparison have in common."""
    named = ("handful", "kernels", "methods", "seed", "precision", "layout")
    return {"study": run.study, **{name: run.record.get(name) for name in named}}
