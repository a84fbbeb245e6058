"""Compiled code can never be older than its sources."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from handful.kernels import cache

HELPER = "from handful.kernels.jit import kernel\n\n\n@kernel\ndef helper(x):\n    return x + {}\n"
CALLER = (
    "from handful.kernels.helper_of_test import helper\n"
    "from handful.kernels.jit import kernel\n\n\n"
    "@kernel\ndef caller(x):\n    return helper(x)\n"
)


def run(code: str, **environment: str) -> str:
    """Run Python in a process of its own and return what it prints."""
    settings = {**os.environ, **environment}
    result = subprocess.run(
        [sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True, timeout=120
    )
    return result.stdout.strip()


def test_hash_changes_when_any_source_changes(tmp_path: Path) -> None:
    (tmp_path / "twins").mkdir()
    first, second = tmp_path / "a.py", tmp_path / "twins" / "b.py"
    first.write_text("A = 1\n")
    second.write_text("B = 1\n")
    seen = {cache.hash_of_sources(tmp_path)}
    first.write_text("A = 2\n")
    seen.add(cache.hash_of_sources(tmp_path))
    second.write_text("B = 2\n")
    seen.add(cache.hash_of_sources(tmp_path))
    second.rename(tmp_path / "c.py")
    seen.add(cache.hash_of_sources(tmp_path))
    assert len(seen) == 4


def test_hash_does_not_depend_on_line_endings_or_other_files(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_bytes(b"A = 1\nB = 2\n")
    before = cache.hash_of_sources(tmp_path)
    source.write_bytes(b"A = 1\r\nB = 2\r\n")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert cache.hash_of_sources(tmp_path) == before


def test_edited_helper_is_seen_by_a_cached_caller(tmp_path: Path) -> None:
    """Numba alone keeps the caller's old machine code here: its source did not change."""
    package = tmp_path / "copy" / "handful"
    kernels = package / "kernels"
    kernels.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    for name in ("__init__.py", "cache.py", "jit.py"):
        (kernels / name).write_text((Path(cache.__file__).parent / name).read_text())
    (kernels / "caller_of_test.py").write_text(CALLER)
    code = "from handful.kernels.caller_of_test import caller; print(caller(10))"
    answers = []
    for added in (10, 1000):
        (kernels / "helper_of_test.py").write_text(HELPER.format(added))
        answers.append(
            run(code, PYTHONPATH=str(tmp_path / "copy"), HANDFUL_CACHE_DIR=str(tmp_path / "cache"))
        )
    assert answers == ["20", "1010"]
    assert len(list((tmp_path / "cache" / "kernels").iterdir())) == 2


def test_environment_names_the_root(tmp_path: Path) -> None:
    code = "from handful.kernels.cache import cache_folder; print(cache_folder())"
    expected = tmp_path / "kernels" / cache.kernel_hash()
    assert run(code, HANDFUL_CACHE_DIR=str(tmp_path)) == str(expected)
    assert expected.is_dir()


def test_place_that_cannot_be_written_gives_a_temporary_folder_that_goes(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    code = "from handful.kernels.cache import cache_folder as f; print(f().is_dir(), f())"
    exists, folder = run(code, HANDFUL_CACHE_DIR=str(blocked)).split(" ", 1)
    assert exists == "True"
    assert not Path(folder).exists()


@pytest.mark.parametrize("module", ["handful.kernels", "handful.kernels.cache", "handful.kernels.twins"])
def test_import_leaves_numba_alone(module: str) -> None:
    assert run(f"import sys, {module}; print('numba' in sys.modules)") == "False"


def test_twins_do_without_numba() -> None:
    names = [path.stem for path in (Path(cache.__file__).parent / "twins").glob("*.py")]
    imports = "; ".join(f"import handful.kernels.twins.{name}" for name in names if name != "__init__")
    assert run(f"import sys; {imports}; print('numba' in sys.modules)") == "False"


def test_setting_of_other_packages_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import numba; before = numba.config.CACHE_DIR; import handful.kernels.philox;"
        "print(numba.config.CACHE_DIR == before)"
    )
    assert run(code, NUMBA_CACHE_DIR=str(tmp_path)) == "True"
