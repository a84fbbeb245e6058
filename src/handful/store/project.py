"""A project folder and what it keeps.

Runs lie in `runs/<identity>/` as Parquet parts, with a `run.json` once they are complete. The SQLite file `handful.sqlite` is
the index: it says how far each run has come and carries the sums over the parts that are done. A part is written before the
index says so, and the index changes in one transaction, so a crash at any moment loses at most the part under way.

Everything that the index says of a run is sealed by a digest, the digests of its files included, so that a run that was
changed by anything else is recognised when it is read.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from handful.store.errors import StoreError, damaged, plainly
from handful.store.files import canonical, digest_of, read_rows, write_rows, write_text
from handful.store.run import COLUMNS, StoredRun, from_row, to_row, whole_text

if TYPE_CHECKING:
    import polars as pl

__all__ = ["INDEX", "Project", "StoreError", "StoredRun"]

INDEX = "handful.sqlite"
SCHEMA = 1
PATIENCE = 30.0
"""Seconds to wait for another process that is writing to the index."""
_TABLES = """
CREATE TABLE IF NOT EXISTS studies (digest TEXT PRIMARY KEY, text TEXT NOT NULL, seal TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS runs (
    identity TEXT PRIMARY KEY,
    study TEXT NOT NULL REFERENCES studies (digest),
    design TEXT NOT NULL,
    scenario TEXT NOT NULL,
    record TEXT NOT NULL,
    rows INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    digests TEXT NOT NULL,
    summary TEXT,
    complete INTEGER NOT NULL,
    seal TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS runs_by_name ON runs (design, scenario);
"""
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM runs"


class Project:
    """A project folder, open for reading and writing by one process.

    Args:
        folder: The folder; made when it is not there.

    Raises:
        StoreError: When the folder or its index cannot be used. Every method raises it when that is found out later.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        with self._plainly():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._index = sqlite3.connect(
                self.folder / INDEX, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            try:
                self._open()
            except BaseException:
                self._index.close()
                raise

    def _plainly(self) -> AbstractContextManager[None]:
        """Say in one sentence what the disk or the index complains of."""
        return plainly(self.folder, INDEX)

    def _open(self) -> None:
        """Look at the index, and lay it out when it is new."""
        (version,) = self._index.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA:
            raise StoreError(
                f"{self.folder} was written by a newer release of handful; use that one, or another folder"
            )
        runs = self.folder / "runs"
        if version == 0 and runs.is_dir() and any(runs.iterdir()):
            raise StoreError(damaged(self.folder, INDEX, "it is empty, and there are runs"))
        (health,) = self._index.execute("PRAGMA quick_check(1)").fetchone()
        if health != "ok":
            raise StoreError(damaged(self.folder, INDEX, " ".join(str(health).split())))
        self._index.execute("PRAGMA journal_mode = WAL")
        self._index.execute("PRAGMA synchronous = NORMAL")
        self._index.executescript(_TABLES)
        self._index.execute(f"PRAGMA user_version = {SCHEMA}")

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
        with self._plainly():
            self._index.execute(
                "INSERT OR IGNORE INTO studies (digest, text, seal) VALUES (?, ?, ?)",
                (digest, text, digest_of(digest + text)),
            )

    def study_text(self, digest: str) -> str:
        """The text of a study.

        Raises:
            StoreError: When it is not here, or is not what was kept.
        """
        with self._plainly():
            row = self._index.execute("SELECT text, seal FROM studies WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            raise StoreError(f"no study {digest[:16]} in {self.folder}")
        text, seal = row
        if digest_of(digest + text) != seal:
            raise StoreError(f"study {digest[:16]} in {self.folder} was changed after it was kept")
        return str(text)

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
            The run with what is done of it; files that the index does not know are removed. It starts anew when its
            trials were not kept and now are to be, and when a file of it is missing.
        """
        new = StoredRun(
            identity=digest_of(canonical(record))[:16],
            study=study,
            design=design,
            scenario=scenario,
            record=dict(record),
            rows=rows,
        )
        with self._plainly():
            self._index.execute(
                f"INSERT INTO runs ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) ON CONFLICT DO NOTHING",
                to_row(new),
            )
            run = self.run(new.identity)
            lost = run.rows and not all(part.is_file() for part in self._parts(run))
            if lost or (rows and not run.rows):
                anew = replace(run, rows=True, parts=0, digests=(), summary=None, complete=False)
                run = self._save(run, anew)
            if not run.complete:
                self._sweep(run)
        return run

    def _sweep(self, run: StoredRun) -> None:
        """Remove what a crash left behind."""
        folder = self.run_folder(run.identity)
        if not folder.is_dir():
            return
        kept = {part.name for part in self._parts(run)}
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
        digests = run.digests
        with self._plainly():
            if columns is not None:
                digests = (*digests, write_rows(self._part(run.identity, run.parts), columns))
            return self._save(run, replace(run, parts=run.parts + 1, digests=digests, summary=dict(summary)))

    def complete(self, run: StoredRun) -> StoredRun:
        """Close a run: write its `run.json` where rows are kept, and say in the index that it is complete."""
        with self._plainly():
            if run.rows:
                write_text(self.run_folder(run.identity) / "run.json", whole_text(run))
            return self._save(run, replace(run, complete=True))

    def _save(self, old: StoredRun, new: StoredRun) -> StoredRun:
        """Put a run in the place of what it was; nothing happens when the index has come further by itself."""
        row = to_row(new)
        changed = self._index.execute(
            f"UPDATE runs SET {', '.join(f'{name} = ?' for name in COLUMNS)} WHERE identity = ? AND seal = ?",
            (*row, old.identity, to_row(old)[-1]),
        )
        if changed.rowcount != 1:
            raise StoreError(
                f"run {old.identity} in {self.folder} is being carried on by another process; wait until it has finished"
            )
        return self.run(new.identity)

    def run(self, identity: str) -> StoredRun:
        """A run by its identity or the beginning of it.

        Raises:
            StoreError: When there is none or more than one, or when it was changed after it was stored.
        """
        found = self._select("WHERE substr(identity, 1, ?) = ? LIMIT 2", len(identity), identity)
        if len(found) != 1:
            what = "more than one run begins" if found else "no run begins"
            raise StoreError(f"{what} with {identity!r} in {self.folder}")
        return found[0]

    def has(self, identity: str) -> bool:
        """Whether a run of this whole identity is kept."""
        with self._plainly():
            found = self._index.execute("SELECT 1 FROM runs WHERE identity = ?", (identity,)).fetchone()
        return found is not None

    def find(self, design: str, scenario: str) -> StoredRun:
        """The latest run of a design in a scenario, by their names.

        Raises:
            StoreError: When there is none, or when it was changed after it was stored.
        """
        found = self._select(
            "WHERE design = ? AND scenario = ? ORDER BY rowid DESC LIMIT 1", design, scenario
        )
        if not found:
            raise StoreError(f"no run of {design!r} in {scenario!r} in {self.folder}")
        return found[0]

    def runs(self) -> list[StoredRun]:
        """All runs, in the order in which they were begun.

        Raises:
            StoreError: When one of them was changed after it was stored.
        """
        return self._select("ORDER BY rowid")

    def _select(self, which: str, *values: object) -> list[StoredRun]:
        """Read runs from the index and check their seals."""
        with self._plainly():
            rows = self._index.execute(f"{_SELECT} {which}", values).fetchall()
        return [from_row(row, self.folder) for row in rows]

    def trials(self, run: StoredRun) -> pl.LazyFrame:
        """The trials of a run, one row each, without loading them.

        Raises:
            StoreError: When they were not kept, or are not what was stored.
        """
        if not run.rows or run.parts == 0:
            raise StoreError(
                f"the trials of run {run.identity} were not kept; set `rows: all` under `compute`"
            )
        changed = self.changes(run)
        if changed:
            raise StoreError(
                f"{self.run_folder(run.identity)} is not what was stored: {', '.join(changed)}; remove it and compare again"
            )
        return read_rows(self._parts(run))

    def changes(self, run: StoredRun) -> list[str]:
        """What happened to the files of a run since they were stored, in words; nothing when all are as they were."""
        whole = self.run_folder(run.identity) / "run.json"
        stored = dict(zip(self._parts(run), run.digests, strict=True)) if run.rows else {}
        if run.rows and run.complete:
            stored[whole] = digest_of(whole_text(run))
        changed = []
        with self._plainly():
            for path, digest in stored.items():
                if not path.is_file():
                    changed.append(f"{path.name} is missing")
                elif digest_of(path.read_bytes()) != digest:
                    changed.append(f"{path.name} was changed")
        return changed

    def delete(self, identity: str) -> None:
        """Delete a run with its files."""
        run = self.run(identity)
        with self._plainly():
            self._index.execute("DELETE FROM runs WHERE identity = ?", (run.identity,))
            shutil.rmtree(self.run_folder(run.identity), ignore_errors=True)

    def run_folder(self, identity: str) -> Path:
        """Where the files of a run lie."""
        return self.folder / "runs" / identity

    def _parts(self, run: StoredRun) -> list[Path]:
        """The files of the parts that are done."""
        return [self._part(run.identity, number) for number in range(run.parts)]

    def _part(self, identity: str, number: int) -> Path:
        """The file of a part."""
        return self.run_folder(identity) / f"part-{number:05d}.parquet"
