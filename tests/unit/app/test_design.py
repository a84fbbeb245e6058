"""The page of one design."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from handful.report.folder import ResultsFolder
from handful.study.file import StudyFile
from tests.unit.app.compared import DESIGN, HOSTILE, put_compared

SINGLE = "/study/hard/designs/single%20arm"
LOOKS = f"/study/hard/designs/{quote(DESIGN, safe='')}"


@pytest.fixture(autouse=True)
def compared(folder: Path) -> None:
    put_compared(folder)


def test_everything_about_a_design_is_there(client: TestClient) -> None:
    data = client.get(LOOKS, params={"format": "json"}).json()
    assert data["design"]["name"] == DESIGN
    assert [cell["scenario"] for cell in data["cells"]] == ["nothing", "hoped for"]
    assert {cell["design"] for cell in data["cells"]} == {DESIGN}
    assert {result["design"] for result in data["stresses"]} == {DESIGN}
    page = client.get(LOOKS)
    assert page.status_code == 200
    text = page.text
    for sentence in (*data["design"]["rule"], *data["verdict"]["reasons"]):
        assert sentence.replace("&", "&amp;") in text.replace("&#39;", "'")
    worst = data["design"]["type_one"]["worst"]
    assert f"{100 * worst['value']:.2f}%" in text
    assert f"promises {100 * data['design']['type_one']['nominal']:g}%" in text
    assert text.count("<h1") == 1
    assert "The planned looks, with their thresholds" in text
    assert "What can sink it" in text
    for cell in data["cells"]:
        assert f'href="/study/hard/runs/{cell["run"]}"' in text
    assert '<a href="/study/hard/compare" aria-current="page">Compare</a>' in text
    assert "Ranked before" in text + client.get(SINGLE).text


def test_the_choice_of_the_address_goes_along(client: TestClient) -> None:
    query = {"best": "expected participants", "power": "10", "participants": "16"}
    data = client.get(LOOKS, params=query | {"format": "json"}).json()
    assert data["verdict"]["kept"] is False
    assert any("more than the 16 allowed" in reason for reason in data["verdict"]["reasons"])
    assert len(data["otherwise"]) == 3
    page = client.get(SINGLE, params=query).text
    assert "Why it is the design to take" in page
    assert 'href="/study/hard/compare?best=expected+participants&amp;power=10&amp;participants=16"' in page


def test_words_of_a_study_stay_words(client: TestClient) -> None:
    for address in (SINGLE, LOOKS):
        text = client.get(address).text
        assert "<script>alert" not in text
        assert "onerror=alert(1)>" not in text
        assert HOSTILE not in text


@pytest.mark.parametrize(
    "name", ["none", "../single arm", "single arm/", "", "%2e%2e/%2e%2e/etc/passwd", "x" * 5000]
)
def test_a_design_that_is_not_there_is_said_to_be_none(client: TestClient, name: str) -> None:
    assert client.get(f"/study/hard/designs/{quote(name, safe='')}").status_code == 404


def test_a_study_that_was_not_compared_has_no_designs_to_show(client: TestClient) -> None:
    answer = client.get("/study/small/designs/single%20arm")
    assert answer.status_code == 404
    assert "not compared yet" in answer.text


def test_a_design_may_have_a_slash_in_its_name(client: TestClient, folder: Path) -> None:
    text = (folder / "small.yaml").read_text().replace("  randomised: {", '  "1:1 a/b? #c%": {')
    (folder / "small.yaml").write_text(text)
    ResultsFolder(folder / "small-results").fill(
        StudyFile.read(folder / "small.yaml").asked(trials=50), threads=1
    )
    page = client.get("/study/small/compare").text
    address = f"/study/small/designs/{quote('1:1 a/b? #c%', safe='')}"
    assert f'href="{address}"' in page
    assert client.get(address, params={"format": "json"}).json()["design"]["name"] == "1:1 a/b? #c%"
