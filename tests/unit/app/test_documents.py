"""The documents of a comparison, made when they are asked for."""

from __future__ import annotations

import io
import json
import shutil
import threading
import time
import zipfile
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from handful.app.pages import documents as page
from handful.app.pages.documents import ABOUT, MADE_AS, Shelf, formats_of
from handful.report.documents.catalogue import CHANGES, FORMATS, KINDS, RECORDS, read_material
from handful.report.folder import EARLIER, FIGURES
from tests.unit.app.compared import HOSTILE, put_compared

HERE = "/study/hard/documents"


@pytest.fixture(name="compared")
def with_results(folder: Path) -> Path:
    put_compared(folder, twice=True)
    return folder / "hard-results"


def test_every_document_is_explained_and_offered_in_every_format(client: TestClient, compared: Path) -> None:
    data = client.get(HERE, params={"format": "json"}).json()
    assert {d["kind"] for d in data["documents"]} == {*KINDS, *RECORDS} == set(ABOUT)
    assert set(MADE_AS) == {*FORMATS, "json"}
    text = client.get(HERE).text
    for document in data["documents"]:
        assert document["words"]
        assert document["words"] in text
        for one in document["formats"]:
            assert f'href="{one["address"]}"' in text
    assert "about “single arm”" in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("format", FORMATS)
def test_what_is_downloaded_is_what_the_catalogue_writes(
    client: TestClient, compared: Path, kind: str, format: str
) -> None:
    answer = client.get(f"{HERE}/{kind}.{format}")
    assert answer.status_code == 200
    assert answer.content == FORMATS[format](KINDS[kind](read_material(compared)))
    assert answer.headers["content-type"] == MADE_AS[format].media
    said = answer.headers["content-disposition"]
    assert f'filename="hard {kind}.{format}"' in said
    assert said.startswith("inline" if format == "html" else "attachment")
    assert ("sandbox" in answer.headers["content-security-policy"]) == (format == "html")
    if format == "docx":
        assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


def test_the_design_is_had_as_data(client: TestClient, compared: Path) -> None:
    answer = client.get(f"{HERE}/design-record.json")
    assert answer.content == RECORDS["design-record"](read_material(compared))
    assert answer.json()["register"]


@pytest.mark.parametrize(
    "name",
    [
        "report.docx",
        "protocol.exe",
        "protocol",
        "design-record.pdf",
        "protocol.md.md",
        "..%2Fstudy.yaml",
        ".html",
        "x" * 3000 + ".md",
    ],
)
def test_what_is_no_document_is_not_found(client: TestClient, compared: Path, name: str) -> None:
    assert client.get(f"{HERE}/{name}").status_code == 404


def test_changes_are_offered_where_there_was_a_version_before(client: TestClient, compared: Path) -> None:
    assert "participants was 14, is now 16" in client.get(f"{HERE}/changes.md").text
    shutil.rmtree(compared / EARLIER)
    kinds = {d["kind"] for d in client.get(HERE, params={"format": "json"}).json()["documents"]}
    assert kinds == {*KINDS, *RECORDS} - {CHANGES}
    refused = client.get(f"{HERE}/changes.md")
    assert refused.status_code == 404
    assert "change it and compare it again" in refused.text


def test_names_of_files_are_safe(client: TestClient, folder: Path, compared: Path) -> None:
    (folder / "deeper" / "Étude n.2 (å).yaml").write_text((folder / "hard.yaml").read_text())
    compared.rename(folder / "deeper" / "Étude n.2 (å)-results")
    answer = client.get("/study/deeper~Étude n.2 (å)/documents/protocol.md")
    said = answer.headers["content-disposition"]
    assert 'filename="deeper _tude n.2 ___ protocol.md"' in said
    assert "filename*=UTF-8''deeper%20%C3%89tude%20n.2%20%28%C3%A5%29%20protocol.md" in said


def test_a_document_is_made_once_until_the_results_are_others(
    client: TestClient, compared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    monkeypatch.setattr(page, "_SHELF", Shelf())
    monkeypatch.setattr(page, "_written", lambda results, kind, format: made.append(kind) or b"x")
    for _ in range(3):
        assert client.get(f"{HERE}/protocol.md").content == b"x"
    assert made == ["protocol"]
    figures = json.loads((compared / FIGURES).read_text())
    (compared / FIGURES).write_text(json.dumps(figures))
    client.get(f"{HERE}/protocol.md")
    assert made == ["protocol", "protocol"]


def test_a_shelf_makes_what_two_ask_for_at_once_only_once_and_forgets_the_oldest() -> None:
    shelf, made = Shelf(most=2), []

    def make(key: str) -> bytes:
        made.append(key)
        time.sleep(0.05)
        return key.encode()

    both = [threading.Thread(target=shelf.get, args=(("a",), lambda: make("a"))) for _ in range(4)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert made == ["a"]
    for key in ("b", "a", "c", "a", "b"):
        assert shelf.get((key,), lambda key=key: make(key)) == key.encode()
    assert made == ["a", "b", "c", "b"]


def test_a_document_that_could_not_be_made_can_be_asked_for_again() -> None:
    shelf = Shelf()
    with pytest.raises(RuntimeError):
        shelf.get(("a",), lambda: (_ for _ in ()).throw(RuntimeError))
    assert shelf.get(("a",), lambda: b"now") == b"now"


def test_words_of_a_study_stay_words(client: TestClient, compared: Path) -> None:
    for address in (HERE, f"{HERE}/simulation-report.html", f"{HERE}/protocol.html"):
        text = client.get(address).text
        assert "<script>" not in text.replace("<script defer", "")
        assert HOSTILE not in text


def test_states_without_documents(client: TestClient, compared: Path) -> None:
    text = client.get("/study/small/documents").text
    assert "was not compared yet" in text
    assert client.get("/study/small/documents/protocol.md").status_code == 404
    (compared / FIGURES).write_text("{}")
    told = client.get(HERE)
    assert told.status_code == 200
    assert "was not written by this version" in told.text
    assert client.get(f"{HERE}/protocol.md").status_code == 422


def test_what_was_changed_since_is_said(client: TestClient, folder: Path, compared: Path) -> None:
    study = folder / "hard.yaml"
    study.write_text(study.read_text().replace("prevalence: 900", "prevalence: 800"))
    assert "The documents are about the study as it was then" in client.get(HERE).text


def test_formats_have_an_order() -> None:
    assert formats_of("protocol")[0] == "docx"
    assert formats_of("nothing") == ()
