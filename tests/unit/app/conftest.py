"""The app over a folder with one small study, and a browser without a window in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from handful.app.guard import Keys
from handful.app.server import hosts, make_app, secret_of
from tests.unit.cli.small_study import STUDY

PORT = 8321
BASE = f"http://127.0.0.1:{PORT}"


@pytest.fixture(name="folder")
def folder_with_a_study(tmp_path: Path) -> Path:
    """A folder that holds study `small` and, one level below, `deeper~other`."""
    (tmp_path / "small.yaml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "other.yaml").write_text(STUDY, encoding="utf-8")
    return tmp_path


@pytest.fixture(name="keys")
def keys_of(folder: Path) -> Keys:
    return Keys(secret_of(folder), hosts("127.0.0.1", PORT))


@pytest.fixture(name="stranger")
def without_cookie(folder: Path, keys: Keys) -> Iterator[TestClient]:
    """Somebody who has not opened the link."""
    with TestClient(make_app(folder, keys), base_url=BASE, follow_redirects=False) as client:
        yield client


@pytest.fixture(name="client")
def with_cookie(stranger: TestClient, keys: Keys) -> TestClient:
    """Somebody who has."""
    assert stranger.get(f"/?token={keys.token}").status_code == 303
    return stranger


@pytest.fixture(name="mark")
def form_mark(client: TestClient, keys: Keys) -> str:
    """What forms of this session bring along."""
    return keys.form(client.cookies["handful-session"])
