"""A stored run, how it stands in the index, and the seal by which a change is recognised."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from handful.store.errors import StoreError
from handful.store.files import canonical, digest_of

COLUMNS = (
    "identity",
    "study",
    "design",
    "scenario",
    "record",
    "rows",
    "parts",
    "digests",
    "summary",
    "complete",
    "seal",
)
"""Columns of the table of runs."""


@dataclass(frozen=True)
class StoredRun:
    """A run as the index knows it.

    Attributes:
        identity: First 16 hexadecimal digits of the SHA-256 of `record`: equal runs have equal identities.
        study: Digest of the study it belongs to.
        design: Name of the design.
        scenario: Name of the scenario.
        record: Everything that the run depends on, from which it can be made again.
        rows: Whether its trials are kept row by row.
        parts: Parts that are done.
        digests: SHA-256 of the file of each part; none when rows are not kept.
        summary: Sums over those parts; None before the first.
        complete: Whether the run is finished.
    """

    identity: str
    study: str
    design: str
    scenario: str
    record: dict[str, Any]
    rows: bool
    parts: int = 0
    digests: tuple[str, ...] = ()
    summary: dict[str, Any] | None = None
    complete: bool = False


def to_row(run: StoredRun) -> tuple[str | int | None, ...]:
    """What the index keeps of a run, in the order of `COLUMNS`; the last is the seal over all others."""
    said = (
        run.identity,
        run.study,
        run.design,
        run.scenario,
        canonical(run.record),
        int(run.rows),
        run.parts,
        canonical(run.digests),
        None if run.summary is None else canonical(run.summary),
        int(run.complete),
    )
    return (*said, digest_of(canonical(said)))


@lru_cache(maxsize=1024)
def from_row(row: tuple[Any, ...], folder: Path) -> StoredRun:
    """A run from what the index keeps of it; a row that was read and checked lately is not read again.

    Args:
        row: In the order of `COLUMNS`.
        folder: The project folder, for the message.

    Returns:
        The run.

    Raises:
        StoreError: When it is not what was stored.
    """
    *said, seal = row
    identity, study, design, scenario, record, rows, parts, digests, summary, complete = said
    if seal != digest_of(canonical(said)) or identity != digest_of(record)[:16]:
        raise StoreError(
            f"run {identity} in {folder} was changed after it was stored and cannot be relied on; compare again in another "
            "folder"
        )
    return StoredRun(
        identity=identity,
        study=study,
        design=design,
        scenario=scenario,
        record=json.loads(record),
        rows=bool(rows),
        parts=parts,
        digests=tuple(json.loads(digests)),
        summary=None if summary is None else json.loads(summary),
        complete=bool(complete),
    )


def whole_text(run: StoredRun) -> str:
    """The text of a run's `run.json`: what was run, what came out, and the digests of the files beside it."""
    whole = {
        "identity": run.identity,
        "record": run.record,
        "parts": run.parts,
        "digests": list(run.digests),
        "summary": run.summary,
    }
    return json.dumps(whole, indent=1, sort_keys=True, allow_nan=False) + "\n"
