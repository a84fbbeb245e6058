"""Files that are there whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that no reader and no crash ever sees a part of it.

    The content goes to a temporary file in the same folder, is forced to disk, and takes the name in one step; then
    the folder is forced to disk too, so that the name outlives a power cut.

    Args:
        path: The file to be.
        write: Writes the content to the path it is given.

    Raises:
        OSError: When the folder cannot be written; nothing is left behind.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "a.txt"
        >>> write_whole(target, lambda path: path.write_text("whole"))
        >>> target.read_text()
        'whole'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Force the names in a folder to disk, where the system can (Windows cannot and need not)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8, whole or not at all.

    Args:
        path: The file to be.
        text: Its content.
    """
    write_whole(path, lambda temporary: temporary.write_bytes(text.encode()))


def write_rows(path: Path, columns: Mapping[str, NDArray[np.generic]]) -> str:
    """Write columns of equal length as a Parquet file, whole or not at all; the same columns give the same bytes.

    Args:
        path: The file to be.
        columns: Arrays by name.

    Returns:
        Digest of the file.
    """
    import polars as pl

    frame = pl.DataFrame({name: np.ascontiguousarray(values) for name, values in columns.items()})
    content = io.BytesIO()
    frame.write_parquet(content, compression="zstd", statistics=False)
    whole = content.getvalue()
    write_whole(path, lambda temporary: temporary.write_bytes(whole))
    return digest_of(whole)


def read_rows(paths: list[Path]) -> pl.LazyFrame:
    """Read Parquet files one after the other, without loading them.

    Args:
        paths: The files, at least one.

    Returns:
        A lazy frame over all rows.
    """
    import polars as pl

    return pl.concat([pl.scan_parquet(path) for path in paths])


def canonical(data: Any) -> str:
    """JSON with one spelling: sorted names, no white space.

    Example:
        >>> canonical({"b": 1, "a": [0.5, None]})
        '{"a":[0.5,null],"b":1}'
    """
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(data: bytes | str) -> str:
    """SHA-256 of bytes or text as 64 hexadecimal digits.

    Example:
        >>> digest_of("")[:8]
        'e3b0c442'
    """
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()
