"""`import handful` is cheap: it is what every command and every worker process pays first."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "altair",
    "jinja2",
    "llvmlite",
    "numba",
    "numpy",
    "polars",
    "pydantic",
    "rich",
    "ruamel.yaml",
    "scipy",
    "typer",
    "vl_convert",
)


def modules_after(statement: str) -> set[str]:
    """Return the names in sys.modules of a fresh interpreter that has run one statement."""
    command = [sys.executable, "-c", f"{statement}; import sys; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_import_handful_loads_no_heavy_library():
    loaded = modules_after("import handful") - modules_after("pass")
    assert loaded.isdisjoint(HEAVY), f"import handful pulls {sorted(loaded.intersection(HEAVY))}"


def test_the_check_sees_a_heavy_library_when_one_is_loaded():
    assert "pydantic" in modules_after("import handful, pydantic")
