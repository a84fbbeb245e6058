"""One process at a time: a lock on a file, which the system lets go of when its process ends, however it ends."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import IO

_BETWEEN = 0.02

if sys.platform == "win32":
    import msvcrt

    def _try(file: IO[bytes]) -> bool:
        """Take the lock of an open file if nobody has it."""
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try(file: IO[bytes]) -> bool:
        """Take the lock of an open file if nobody has it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class Lock:
    """A lock that a process holds until it ends or lets go.

    Args:
        path: The file that is locked; its content means nothing.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "lock"
        >>> lock = Lock(path)
        >>> lock.take(), held(path)
        (True, True)
        >>> lock.release()
        >>> held(path)
        False
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def take(self, patience: float = 0.0) -> bool:
        """Take the lock.

        Args:
            patience: Seconds to wait for another to let go.

        Returns:
            Whether it is ours now.

        Raises:
            OSError: When the file cannot be made.
        """
        file = self._path.open("ab")
        until = time.monotonic() + patience
        while not _try(file):
            if time.monotonic() >= until:
                file.close()
                return False
            time.sleep(_BETWEEN)
        self._file = file
        return True

    def release(self) -> None:
        """Let go."""
        if self._file is not None:
            self._file.close()
            self._file = None


def held(path: Path) -> bool:
    """Whether any process holds a lock.

    Args:
        path: The file that is locked.

    Returns:
        False too when the file is not there. To find out, the lock is taken for an instant: who takes one should have a
        moment of patience.
    """
    try:
        with path.open("rb+") as file:
            return not _try(file)
    except FileNotFoundError:
        return False
