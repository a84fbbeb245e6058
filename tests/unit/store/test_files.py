"""Files that are there whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from handful.store.files import canonical, digest_of, read_rows, write_rows, write_text, write_whole

COLUMNS = {
    "success": np.array([True, False, True]),
    "look": np.array([0, 1, 1], dtype=np.int8),
    "analysed": np.array([10, 20, 20], dtype=np.int32),
    "estimate": np.array([0.1, np.nan, -np.inf]),
}


def test_rows_come_back_with_their_types_and_special_numbers(tmp_path: Path):
    write_rows(tmp_path / "a.parquet", COLUMNS)
    frame = read_rows([tmp_path / "a.parquet"]).collect()
    assert frame.schema == {
        "success": pl.Boolean,
        "look": pl.Int8,
        "analysed": pl.Int32,
        "estimate": pl.Float64,
    }
    for name, column in COLUMNS.items():
        np.testing.assert_array_equal(frame[name].to_numpy(), column)


def test_files_are_read_one_after_the_other(tmp_path: Path):
    paths = [tmp_path / name for name in ("b.parquet", "a.parquet")]
    for number, path in enumerate(paths):
        write_rows(path, {"trial": np.arange(2) + 2 * number})
    assert read_rows(paths).collect()["trial"].to_list() == [0, 1, 2, 3]


def test_the_same_columns_give_the_same_bytes_and_the_digest_is_theirs(tmp_path: Path):
    # Not contiguous in memory, and the same numbers.
    strided = {name: np.repeat(column, 2)[::2] for name, column in COLUMNS.items()}
    digests = {write_rows(tmp_path / name, columns) for name, columns in (("a", COLUMNS), ("b", strided))}
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert digests == {hashlib.sha256((tmp_path / "a").read_bytes()).hexdigest()}


def test_a_failed_write_leaves_what_was_there_and_nothing_else(tmp_path: Path):
    target = tmp_path / "deep" / "a.txt"
    write_text(target, "before")

    def fail(path: Path) -> None:
        path.write_text("half of")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write_whole(target, fail)
    assert target.read_text() == "before"
    assert list(target.parent.iterdir()) == [target]


def test_others_may_read_what_is_written(tmp_path: Path):
    write_text(tmp_path / "a.txt", "ä\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa4\n"
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644


def test_canonical_has_one_spelling_that_keeps_every_bit():
    numbers = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 2**53 + 1]
    assert canonical({"b": 1, "a": numbers}) == canonical({"a": tuple(numbers), "b": 1})
    assert canonical({"ä": "\n"}) == '{"ä":"\\n"}'
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical(np.inf)


def test_digest_of_is_sha_256_of_text_as_utf_8():
    assert (
        digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )  # FIPS 180-2
    assert digest_of("ä") == digest_of("ä".encode())
