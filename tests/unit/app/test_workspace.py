"""Studies by name, and no name that leads out of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from handful.app.workspace import Outside, Workspace

NAMES = [
    "..",
    "../etc/passwd",
    "..~secret",
    "deeper~..~..~secret",
    "/etc/passwd",
    "deeper/other",
    "deeper\\other",
    "",
    "~",
    "small~",
    ".hidden",
    "small\0",
    "a~b~c~d~e",
    "x" * 200,
    "%2e%2e",
    "con\nstudy",
]


def test_studies_are_found_and_results_and_other_files_are_not(folder: Path):
    (folder / "notes.yaml").write_text("a: 1\n")
    (folder / "results").mkdir()
    (folder / "results" / "handful.sqlite").write_text("")
    (folder / "results" / "study.yaml").write_text((folder / "small.yaml").read_text())
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "study.yaml").write_text((folder / "small.yaml").read_text())
    assert [place.name for place in Workspace(folder).studies()] == ["deeper~other", "small"]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_out(folder: Path, name: str):
    (folder.parent / "secret.yaml").write_text("title: secret\ndesigns: 1\n")
    with pytest.raises(Outside):
        Workspace(folder).study(name)


def test_a_link_that_points_out_is_not_followed(folder: Path):
    outside = folder.parent / "outside.yaml"
    outside.write_text((folder / "small.yaml").read_text())
    (folder / "link.yaml").symlink_to(outside)
    with pytest.raises(Outside):
        Workspace(folder).study("link")


def test_where_results_go(folder: Path):
    place = Workspace(folder).study("deeper~other")
    assert place.results == folder.resolve() / "deeper" / "other-results"
    assert not place.compared
