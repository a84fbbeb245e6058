"""What all tests share: markers by folder, hypothesis profiles, one cache of compiled kernels.

Nothing is seeded here. A test that needs randomness addresses it or names its own seed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
FOLDERS = ("unit", "property", "contract", "reference", "statistical", "cases", "faults", "browser", "docs")

# `make test` asks for "ci": the same examples every time, so a red run can be repeated. On a desk hypothesis
# looks further each time and prints what replays a failure. No deadline: a kernel's first call compiles it.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

# Set before any kernel is imported and inherited by every process a test starts.
os.environ.setdefault("HANDFUL_CACHE_DIR", str(TESTS.parent / "build" / "test-cache"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test with the folder it lies in, so that `-m reference` selects tests/reference."""
    for item in items:
        if TESTS in item.path.parents:
            folder = item.path.relative_to(TESTS).parts[0]
            if folder in FOLDERS:
                item.add_marker(folder)
