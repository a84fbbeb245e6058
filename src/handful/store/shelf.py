"""What a long search has found out so far, on one shelf: small results by key, so that a search goes on where it was stopped.

Runs have a project, with their rows and their record. A search looks at thousands of trials of hundreds of designs that nobody
will ask for again; losing them costs time and nothing else, so that all of them lie in one SQLite file that may be deleted.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock
from typing import Any, Self

from handful.store.errors import StoreError, plainly
from handful.store.files import canonical, digest_of

SHELF = "search.sqlite"
PATIENCE = 30.0
"""Seconds to wait for another process that is writing."""


class Shelf:
    """Small results by key, in a file of a folder; open for one process, any of whose threads may use it.

    Args:
        folder: The folder; made when it is not there.

    Raises:
        StoreError: When the folder or the file cannot be used. Every method raises it when that is found out later.

    Example:
        >>> import tempfile
        >>> with Shelf(tempfile.mkdtemp()) as shelf:
        ...     shelf.put({"of": "something"}, b"found out")
        ...     shelf.get({"of": "something"}), shelf.get({"of": "else"})
        (b'found out', None)
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._lock = Lock()
        with self._plainly():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(
                self.folder / SHELF, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            try:
                self._file.execute("PRAGMA journal_mode = WAL")
                self._file.execute("PRAGMA synchronous = NORMAL")
                self._file.execute(
                    "CREATE TABLE IF NOT EXISTS found (key TEXT PRIMARY KEY, content BLOB NOT NULL, seal TEXT NOT NULL) STRICT"
                )
            except BaseException:
                self._file.close()
                raise

    def _plainly(self) -> AbstractContextManager[None]:
        """Say in one sentence what the disk or the file complains of."""
        return plainly(self.folder, SHELF)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, about: Mapping[str, Any]) -> bytes | None:
        """What was put under a key.

        Args:
            about: Everything that the result depends on, as plain data.

        Returns:
            The bytes, or None when nothing was.

        Raises:
            StoreError: When it was changed after it was put there.
        """
        key = digest_of(canonical(about))
        with self._lock, self._plainly():
            row = self._file.execute("SELECT content, seal FROM found WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        content, seal = row
        if seal != digest_of(key.encode() + content):
            raise StoreError(
                f"{self.folder / SHELF} was changed after it was written; delete it, and all is searched anew"
            )
        return zlib.decompress(content)

    def put(self, about: Mapping[str, Any], content: bytes) -> None:
        """Put a result under a key, in the place of what was there.

        Args:
            about: Everything that the result depends on, as plain data.
            content: The bytes.
        """
        key, packed = digest_of(canonical(about)), zlib.compress(content, 1)
        with self._lock, self._plainly():
            self._file.execute(
                "INSERT OR REPLACE INTO found (key, content, seal) VALUES (?, ?, ?)",
                (key, packed, digest_of(key.encode() + packed)),
            )
