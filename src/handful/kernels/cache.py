"""Where compiled kernels are kept, and the hash that names the place.

numba's cache looks at the file that holds a function and not at the files that function calls. When a
helper in another file changes, the caller's old machine code stays in use. So the folder is named by the
hash of all sources of this package: another source, another folder, and stale code cannot be found. The
same hash goes into the provenance of every run. This module does not import numba.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import platformdirs

__all__ = ["cache_folder", "kernel_hash"]

_KERNELS = Path(__file__).parent


@cache
def kernel_hash() -> str:
    """Return the hash that identifies the sources of all kernels.

    It is computed once in a process, so it names the code that the process has loaded.

    Returns:
        The first 16 hexadecimal digits of the SHA-256 of every ``.py`` file of this package, with its name.

    Example:
        >>> len(kernel_hash())
        16
    """
    return hash_of_sources(_KERNELS)


def hash_of_sources(folder: Path) -> str:
    """Hash names and contents of the Python files below a folder; line endings do not matter."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).as_posix()):
        source = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(source)}\0".encode())
        digest.update(source)
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path:
    """Return the folder where this process keeps compiled kernels, created when missing.

    It is ``<root>/kernels/<kernel hash>``, where the root is the environment variable ``HANDFUL_CACHE_DIR``
    or else the user's cache folder. Where that cannot be written, the folder is a temporary one that goes
    when the process ends: kernels are then compiled anew each time and everything else is the same.

    Returns:
        An existing folder that can be written.

    Example:
        >>> cache_folder().name == kernel_hash() or cache_folder().parent == Path(tempfile.gettempdir())
        True
    """
    root = os.environ.get("HANDFUL_CACHE_DIR") or platformdirs.user_cache_dir("handful", appauthor=False)
    folder = Path(root).expanduser().absolute() / "kernels" / kernel_hash()
    if _is_writable(folder):
        return folder
    # A name of its own, readable by its owner only: cached machine code is executed, so nobody else may
    # place any there.
    temporary = Path(tempfile.mkdtemp(prefix="handful-kernels-"))
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    return temporary


def _is_writable(folder: Path) -> bool:
    """Create the folder and a file in it, to see whether that is possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True
