"""A browser without a window, and the app served over a folder with a study that was compared and one that was not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.app import Served, serving
from tests.unit.app.compared import put_compared
from tests.unit.cli.small_study import STUDY

CANDIDATES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser that `make browser` finds or installs."""
    named = os.environ.get("HANDFUL_BROWSER")
    found = next((path for name in ([named] if named else CANDIDATES) if (path := shutil.which(name))), None)
    assert found is not None, "no Chromium or Chrome was found; `make browser` installs one or says how"
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if root else [])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app over studies `hard` (compared, with hostile words) and `small` (not compared)."""
    folder = tmp_path_factory.mktemp("studies")
    put_compared(folder)
    (folder / "small.yaml").write_text(STUDY, encoding="utf-8")
    with serving(folder) as app:
        yield app
