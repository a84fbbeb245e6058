"""A project folder and what it keeps.

Runs lie in `runs/<identity>/` as Parquet parts, with a `run.json` once they are complete. The SQLite file `handful.sqlite` is
the index: it says how far each run has come and carries the sums over the parts that are done. A part is written before the
index says so, and the index changes in one transaction, so a crash at any moment loses at most the part under way.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from handful.store.files import canonical, digest_of, read_rows, write_rows, write_text

if TYPE_CHECKING:
    import polars as pl

INDEX = "handful.sqlite"
SCHEMA = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS studies (digest TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS runs (
    identity TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (digest),
    design TEXT NOT NULL,
    scenario TEXT NOT NULL,
    record TEXT NOT NULL,
    rows INTEGER NOT NULL,
    parts INTEGER NOT NULL DEFAULT 0,
    summary TEXT,
    complete INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS runs_by_name ON runs (design, scenario);
"""


class StoreError(Exception):
    """The project folder cannot be used; the text says why and what to do."""


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
        summary: Sums over those parts; None before the first.
        complete: Whether the run is finished.
    """

    identity: str
    study: str
    design: str
    scenario: str
    record: dict[str, Any]
    rows: bool
    parts: int
    summary: dict[str, Any] | None
    complete: bool


class Project:
    """A project folder, open for reading and writing by one process.

    Args:
        folder: The folder; made when it is not there.

    Raises:
        StoreError: When the folder or its index cannot be used.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._index = sqlite3.connect(
                self.folder / INDEX, timeout=30, isolation_level=None, check_same_thread=False
            )
            self._index.execute("PRAGMA journal_mode = WAL")
            self._index.execute("PRAGMA synchronous = NORMAL")
            (found,) = self._index.execute("PRAGMA user_version").fetchone()
            if found > SCHEMA:
                raise StoreError(
                    f"{self.folder} was written by a newer release of handful; use that one, or another folder"
                )
            self._index.executescript(_TABLES)
            self._index.execute(f"PRAGMA user_version = {SCHEMA}")
        except OSError as error:
            raise StoreError(f"{self.folder} cannot be written: {error.strerror or error}") from error
        except sqlite3.Error as error:
            raise StoreError(
                f"{self.folder / INDEX} cannot be used: {error}; move it away to start anew"
            ) from error

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def keep_study(self, text: str, digest: str) -> None:
        """Keep the text of a study.

        Args:
            text: The study as it was read.
            digest: Its digest.
        """
        self._index.execute("INSERT OR IGNORE INTO studies VALUES (?, ?)", (digest, text))

    def study_text(self, digest: str) -> str:
        """The text of a study.

        Raises:
            StoreError: When it is not here.
        """
        row = self._index.execute("SELECT text FROM studies WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            raise StoreError(f"no study {digest[:16]} in {self.folder}")
        return str(row[0])

    def begin(
        self, record: Mapping[str, Any], *, study: str, design: str, scenario: str, rows: bool
    ) -> StoredRun:
        """Begin a run, or take it up where it stopped.

        Args:
            record: Everything that the run depends on; equal records are the same run.
            study: Digest of the study, which must have been kept.
            design: Name of the design.
            scenario: Name of the scenario.
            rows: Whether trials are kept row by row.

        Returns:
            The run with what is done of it; files of parts that the index does not know are removed.
        """
        text = canonical(record)
        identity = digest_of(text)[:16]
        self._index.execute(
            "INSERT INTO runs (identity, study, design, scenario, record, rows) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (identity, study, design, scenario, text, int(rows)),
        )
        run = self.run(identity)
        if rows and not run.rows:
            self._index.execute(
                "UPDATE runs SET rows = 1, parts = 0, summary = NULL, complete = 0 WHERE identity = ?",
                (identity,),
            )
            run = self.run(identity)
        if not run.complete:
            self._sweep(run)
        return run

    def _sweep(self, run: StoredRun) -> None:
        """Remove what a crash left behind."""
        folder = self.run_folder(run.identity)
        if not folder.is_dir():
            return
        kept = {self._part(run.identity, number).name for number in range(run.parts)}
        for path in folder.iterdir():
            if path.name not in kept:
                path.unlink()

    def add_part(
        self, run: StoredRun, columns: Mapping[str, NDArray[np.generic]] | None, summary: Mapping[str, Any]
    ) -> StoredRun:
        """Add the next part of a run.

        Args:
            run: The run as it was before.
            columns: The part's trials; None when rows are not kept.
            summary: Sums over all parts including this one.

        Returns:
            The run as it is now.
        """
        if columns is not None:
            write_rows(self._part(run.identity, run.parts), columns)
        self._index.execute(
            "UPDATE runs SET parts = ?, summary = ? WHERE identity = ?",
            (run.parts + 1, canonical(summary), run.identity),
        )
        return self.run(run.identity)

    def complete(self, run: StoredRun) -> StoredRun:
        """Close a run: write its `run.json` where rows are kept, and say in the index that it is complete."""
        if run.rows:
            whole = {
                "identity": run.identity,
                "record": run.record,
                "parts": run.parts,
                "summary": run.summary,
            }
            write_text(
                self.run_folder(run.identity) / "run.json", json.dumps(whole, indent=1, sort_keys=True) + "\n"
            )
        self._index.execute("UPDATE runs SET complete = 1 WHERE identity = ?", (run.identity,))
        return self.run(run.identity)

    def run(self, identity: str) -> StoredRun:
        """A run by its identity or the beginning of it.

        Raises:
            StoreError: When there is none, or more than one.
        """
        with closing(
            self._index.execute(
                "SELECT identity, study, design, scenario, record, rows, parts, summary, complete FROM runs "
                "WHERE substr(identity, 1, ?) = ? LIMIT 2",
                (len(identity), identity),
            )
        ) as cursor:
            found = cursor.fetchall()
        if len(found) != 1:
            what = "more than one run begins" if found else "no run begins"
            raise StoreError(f"{what} with {identity!r} in {self.folder}")
        return _stored(found[0])

    def find(self, design: str, scenario: str) -> StoredRun:
        """The latest run of a design in a scenario, by their names.

        Raises:
            StoreError: When there is none.
        """
        row = self._index.execute(
            "SELECT identity, study, design, scenario, record, rows, parts, summary, complete FROM runs "
            "WHERE design = ? AND scenario = ? ORDER BY rowid DESC LIMIT 1",
            (design, scenario),
        ).fetchone()
        if row is None:
            raise StoreError(f"no run of {design!r} in {scenario!r} in {self.folder}")
        return _stored(row)

    def runs(self) -> list[StoredRun]:
        """All runs, in the order in which they were begun."""
        rows = self._index.execute(
            "SELECT identity, study, design, scenario, record, rows, parts, summary, complete FROM runs ORDER BY rowid"
        )
        return [_stored(row) for row in rows]

    def trials(self, run: StoredRun) -> pl.LazyFrame:
        """The trials of a run, one row each, without loading them.

        Raises:
            StoreError: When they were not kept.
        """
        if not run.rows or run.parts == 0:
            raise StoreError(
                f"the trials of run {run.identity} were not kept; set `rows: all` under `compute`"
            )
        return read_rows([self._part(run.identity, number) for number in range(run.parts)])

    def part_digests(self, run: StoredRun) -> list[str]:
        """SHA-256 of each part's file."""
        return [digest_of(self._part(run.identity, number).read_bytes()) for number in range(run.parts)]

    def delete(self, identity: str) -> None:
        """Delete a run with its files."""
        run = self.run(identity)
        self._index.execute("DELETE FROM runs WHERE identity = ?", (run.identity,))
        shutil.rmtree(self.run_folder(run.identity), ignore_errors=True)

    def run_folder(self, identity: str) -> Path:
        """Where the files of a run lie."""
        return self.folder / "runs" / identity

    def _part(self, identity: str, number: int) -> Path:
        """The file of a part."""
        return self.run_folder(identity) / f"part-{number:05d}.parquet"


def _stored(row: tuple[Any, ...]) -> StoredRun:
    """A run from a row of the index."""
    identity, study, design, scenario, record, rows, parts, summary, complete = row
    return StoredRun(
        identity=identity,
        study=study,
        design=design,
        scenario=scenario,
        record=json.loads(record),
        rows=bool(rows),
        parts=parts,
        summary=None if summary is None else json.loads(summary),
        complete=bool(complete),
    )
