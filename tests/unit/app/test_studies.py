"""The list of studies, and new ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.app.conftest import BASE
from tests.unit.app.test_workspace import NAMES

FROM_HERE = {"origin": BASE}


def test_the_list_is_a_page_and_data(client: TestClient):
    page = client.get("/studies")
    assert page.headers["content-type"].startswith("text/html")
    data = client.get("/studies", headers={"accept": "application/json"}).json()
    assert [study["name"] for study in data["studies"]] == ["deeper~other", "small"]
    for study in data["studies"]:
        assert f'href="/study/{study["name"]}"' in page.text
    assert len(page.content) < 150_000


def test_a_new_study_is_written_from_a_template_and_never_over_another(
    client: TestClient, mark: str, folder: Path
):
    form = {"name": "mine", "template": "hope-b", "form-mark": mark}
    answer = client.post("/studies", data=form, headers=FROM_HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/study/mine")
    written = (folder / "mine.yaml").read_text()
    assert "haemophilia" in written
    assert client.post("/studies", data=form | {"template": "casgevy"}, headers=FROM_HERE).status_code == 409
    assert (folder / "mine.yaml").read_text() == written
    unknown = client.post("/studies", data=form | {"name": "x", "template": "nothing"}, headers=FROM_HERE)
    assert unknown.status_code == 422
    assert not (folder / "x.yaml").exists()


@pytest.mark.parametrize("name", [name for name in NAMES if name])
def test_no_study_is_written_elsewhere(client: TestClient, mark: str, folder: Path, name: str):
    before = sorted(folder.parent.rglob("*.yaml"))
    form = {"name": name, "template": "casgevy", "form-mark": mark}
    assert client.post("/studies", data=form, headers=FROM_HERE).status_code == 404
    assert sorted(folder.parent.rglob("*.yaml")) == before


def test_words_of_a_study_stay_words(client: TestClient, folder: Path):
    text = (folder / "small.yaml").read_text().replace("title: ", "title: <script>alert(1)</script> =1+1 ", 1)
    (folder / "small.yaml").write_text(text)
    page = client.get("/studies").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_what_is_not_there_is_said_in_a_sentence(client: TestClient):
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert "That cannot be" in answer.text
    assert client.get("/nothing?format=json").json()["status"] == 404
