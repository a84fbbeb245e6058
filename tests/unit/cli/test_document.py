"""`handful document`: what is asked for is written, and what cannot be is said in a sentence."""

from __future__ import annotations

import json
import shutil

from handful.cli.document import Format, Kind
from handful.report.documents.catalogue import FORMATS, KINDS, RECORDS


def test_the_command_offers_what_there_is():
    assert [kind.value for kind in Kind] == [*KINDS, *RECORDS]
    assert {one.value for one in Format} == set(FORMATS)


def test_documents_are_written_beside_the_comparison_or_where_one_says(run, compared, tmp_path):
    folder = tmp_path / "there"
    result = run("document", "protocol", "--project", compared, "--out", folder, "-f", "md", "-f", "html")
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["protocol.html", "protocol.md"]
    assert f"Written: {folder / 'protocol.md'}" in result.stdout
    again = run("document", "protocol", "--project", compared, "--out", tmp_path / "again", "-f", "md")
    assert again.exit_code == 0
    assert (tmp_path / "again" / "protocol.md").read_bytes() == (folder / "protocol.md").read_bytes()


def test_the_design_is_told_to_other_systems_as_json(run, compared, tmp_path):
    result = run("document", "design-record", "--project", compared, "--out", tmp_path)
    assert result.exit_code == 0, result.stderr
    told = json.loads((tmp_path / "design-record.json").read_text())
    assert told["register"]["Enrollment"]["count"] > 0
    refused = run("document", "design-record", "--project", compared, "--format", "pdf")
    assert refused.exit_code == 2
    assert "always JSON" in refused.stderr


def test_pdf_and_word_are_what_one_gets_without_asking(run, compared, tmp_path):
    result = run("document", "simulation-report", "--project", compared, "--out", tmp_path)
    assert result.exit_code == 0, result.stderr
    assert {path.suffix for path in tmp_path.iterdir()} == {".pdf", ".docx"}


def test_changes_need_a_version_to_be_held_against(run, compared, tmp_path):
    alone = run("document", "changes", "--project", compared, "--out", tmp_path, "-f", "md")
    assert alone.exit_code == 2
    assert "holds one version of the study" in alone.stderr
    assert list(tmp_path.iterdir()) == []
    same = run(
        "document", "changes", "--project", compared, "--since", compared, "--out", tmp_path, "-f", "md"
    )
    assert same.exit_code == 0, same.stderr
    assert "The two versions mean the same" in (tmp_path / "changes.md").read_text()
    other = run("document", "protocol", "--project", compared, "--since", compared)
    assert other.exit_code == 2
    assert "--since belongs to changes, and this is protocol" in " ".join(other.stderr.split())


def test_a_folder_without_a_comparison_is_named(run, tmp_path):
    result = run("document", "protocol", "--project", tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path} is no folder of a comparison" in result.stderr


def test_results_of_another_study_or_version_are_refused(run, compared, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(compared, folder)
    text = (folder / "study.yaml").read_text()
    (folder / "study.yaml").write_text(text.replace("title: ", "title: Another, "))
    (folder / "handful.sqlite").write_bytes(b"")
    result = run("document", "protocol", "--project", folder)
    assert result.exit_code == 2
    assert "comparison.json was made from is no longer kept" in " ".join(result.stderr.split())
    (folder / "study.yaml").write_text(text)
    (folder / "comparison.json").write_text("{}")
    result = run("document", "protocol", "--project", folder)
    assert result.exit_code == 2
    assert "was not written by this version of handful" in " ".join(result.stderr.split())
    (folder / "comparison.json").unlink()
    result = run("document", "protocol", "--project", folder)
    assert result.exit_code == 2
    assert "holds no comparison" in result.stderr
    assert not list(folder.glob("protocol.*"))
