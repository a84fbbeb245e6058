"""The documentation builds without a warning, and its pages need no network to be read."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.docs.code_blocks import ROOT

LOADED = re.compile(r"""<(?:script|img|iframe)[^>]*\ssrc=["']?(?:https?:)?//|<link[^>]*stylesheet[^>]*//""")


def test_documentation_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path):
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-d", str(tmp_path / "doctrees")]
    done = subprocess.run(
        [*command, "docs", str(tmp_path / "html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    pages = list((tmp_path / "html").rglob("*.html"))
    assert len(pages) > 5
    assert [page.name for page in pages if LOADED.search(page.read_text(encoding="utf-8"))] == []
