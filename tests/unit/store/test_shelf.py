"""What a search has found out so far: kept, found again, and not believed when it was changed."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from handful.store.errors import StoreError
from handful.store.shelf import SHELF, Shelf


def test_what_was_put_is_found_again_by_another_process(tmp_path: Path):
    with Shelf(tmp_path) as shelf:
        shelf.put({"trials": 250, "design": {"b": 1, "a": [1.5]}}, b"\x00\x01" * 500)
    with Shelf(tmp_path) as shelf:
        assert shelf.get({"design": {"a": [1.5], "b": 1}, "trials": 250}) == b"\x00\x01" * 500
        assert shelf.get({"design": {"a": [1.5], "b": 1}, "trials": 500}) is None


def test_the_later_of_two_results_holds(tmp_path: Path):
    with Shelf(tmp_path) as shelf:
        shelf.put({"k": 1}, b"one")
        shelf.put({"k": 1}, b"other")
        assert shelf.get({"k": 1}) == b"other"


def test_threads_may_use_it_at_once(tmp_path: Path):
    with Shelf(tmp_path) as shelf, ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda k: shelf.put({"k": k}, bytes([k])), range(200)))
        assert list(threads.map(lambda k: shelf.get({"k": k}), range(200))) == [
            bytes([k]) for k in range(200)
        ]


def test_a_result_that_was_changed_is_refused_in_one_sentence(tmp_path: Path):
    with Shelf(tmp_path) as shelf:
        shelf.put({"k": 1}, b"one")
    changed = sqlite3.connect(tmp_path / SHELF)
    with changed:
        changed.execute("UPDATE found SET content = x'00'")
    changed.close()
    with Shelf(tmp_path) as shelf, pytest.raises(StoreError, match=r"was changed .* delete it"):
        shelf.get({"k": 1})


def test_a_file_that_is_none_of_ours_is_refused_in_one_sentence(tmp_path: Path):
    (tmp_path / SHELF).write_bytes(b"no database, but long enough to be looked at as if it were one" * 20)
    with pytest.raises(StoreError, match="damaged"):
        Shelf(tmp_path)
