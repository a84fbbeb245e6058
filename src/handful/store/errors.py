"""What can go wrong with a folder on a disk, each in one sentence that says what to do."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StoreError(Exception):
    """The project folder cannot be used; the text says why and what to do."""


@contextmanager
def plainly(folder: Path, index: str) -> Iterator[None]:
    """Turn what the disk or the index complains of into one plain sentence.

    Args:
        folder: The project folder.
        index: Name of the index in it.

    Yields:
        Nothing.

    Raises:
        StoreError: In place of an OSError, and of an sqlite3 error that the file is the cause of.

    Example:
        >>> with plainly(Path("study-results"), "handful.sqlite"):
        ...     raise OSError(errno.ENOSPC, "No space left on device")
        Traceback (most recent call last):
        handful.store.errors.StoreError: the disk of study-results is full; free some space and start again, what is done is kept
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:  # no fault of the file
            raise
        raise StoreError(_about_index(folder, index, code & 0xFF, str(error))) from error
    except OSError as error:
        raise StoreError(_about_disk(folder, error)) from error


def _about_index(folder: Path, index: str, code: int, said: str) -> str:
    """Say what is wrong with the index, by the primary result code."""
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{folder / index} is in use by another process; wait until it has finished, or name another folder"
    if code == sqlite3.SQLITE_FULL:
        return _full(folder)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return f"{folder / index} cannot be written; change its permissions, or name another folder"
    return damaged(folder, index, said)


def damaged(folder: Path, index: str, said: str) -> str:
    """Say that an index cannot be read any more.

    Args:
        folder: The project folder.
        index: Name of the index in it.
        said: What is wrong with it.

    Returns:
        The sentence.
    """
    return f"{folder / index} is damaged ({said}); move it and {folder / 'runs'} away to start anew"


def _about_disk(folder: Path, error: OSError) -> str:
    """Say what is wrong with a file or folder."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full(folder)
    where = error.filename if isinstance(error.filename, str) else folder
    return f"{where} cannot be used: {error.strerror or error}; change that, or name another folder"


def _full(folder: Path) -> str:
    return f"the disk of {folder} is full; free some space and start again, what is done is kept"
