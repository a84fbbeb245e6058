"""What lies in the folder of a comparison is read with the study that it was made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from handful.report.folder import FIGURES, STUDY, ResultsFolder
from handful.select.results import Comparison
from handful.store.project import INDEX, StoreError
from handful.study.file import StudyFile
from handful.study.loading import loads
from tests.unit.cli.small_study import STUDY as TEXT


@pytest.fixture(name="folder", scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("results")
    ResultsFolder(path).fill(StudyFile(TEXT, loads(TEXT)).asked(trials=100), threads=1)
    return path


def test_the_study_is_read_as_it_was_compared_also_with_other_trials(folder: Path) -> None:
    file, comparison = ResultsFolder(folder).read()
    assert comparison == Comparison.model_validate_json((folder / FIGURES).read_bytes())
    assert file.study.compute.trials == 100
    assert file.study.digest() == comparison.provenance.study_digest
    assert file.kept() == (folder / STUDY).read_text()


@pytest.mark.parametrize("text", [TEXT.replace("A first", "Another"), "{", None])
def test_the_index_knows_the_study_when_the_copy_is_another(folder: Path, text: str | None) -> None:
    kept = (folder / STUDY).read_text()
    try:
        (folder / STUDY).unlink()
        if text is not None:
            (folder / STUDY).write_text(text)
        file, comparison = ResultsFolder(folder).read()
        assert (file.kept(), file.study.title) == (kept, comparison.title)
    finally:
        (folder / STUDY).write_text(kept)


def test_what_cannot_be_read_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds no comparison"):
        ResultsFolder(tmp_path).read()
    (tmp_path / FIGURES).write_text("{}")
    with pytest.raises(StoreError, match="was not written by this version"):
        ResultsFolder(tmp_path).read()
    (tmp_path / FIGURES).write_bytes((folder / FIGURES).read_bytes())
    assert not (tmp_path / INDEX).exists()
    with pytest.raises(StoreError, match="is no longer kept"):
        ResultsFolder(tmp_path).read()
