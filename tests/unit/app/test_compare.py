"""Compare: every state that a comparison can be in, and the ranking by another choice."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from handful.app.jobs import LOCK, Work, read_work, write_work
from handful.app.pages.compare import left_words
from handful.app.workspace import StudyPlace, Workspace
from handful.report.folder import FIGURES, REPORT
from handful.store.lock import Lock, held
from tests.unit.app.compared import DESIGN, put_compared
from tests.unit.app.conftest import BASE
from tests.unit.app.test_workspace import NAMES

FROM_HERE = {"origin": BASE}
HARD = "/study/hard/compare"


@pytest.fixture(name="hard")
def compared(folder: Path) -> StudyPlace:
    """A study that was compared."""
    put_compared(folder)
    return Workspace(folder).study("hard")


@pytest.fixture(name="small")
def not_compared(folder: Path, client: TestClient) -> Iterator[StudyPlace]:
    """A study that was not; whatever runs of it is stopped in the end."""
    place = Workspace(folder).study("small")
    yield place
    client.app.state.jobs.cancel(place)


def told(client: TestClient, address: str, **query: str) -> dict:
    return client.get(address, params={**query, "format": "json"}).json()


def ended(client: TestClient, study: str) -> dict:
    """Wait until a comparison has ended, as a page does."""
    with client.stream("GET", f"/study/{study}/compare/progress") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        last = list(stream.iter_lines())
    assert "event: ended" in last
    return told(client, f"/study/{study}/compare")


def test_a_study_that_was_never_compared_offers_to(client: TestClient, small: StudyPlace) -> None:
    page = client.get("/study/small/compare")
    assert page.status_code == 200
    assert "Not compared yet" in page.text
    assert 'action="/study/small/compare"' in page.text
    data = told(client, "/study/small/compare")
    assert (data["work"], data["results"], data["report"]) == (None, None, False)
    assert client.get("/study/small/report").status_code == 404


def test_from_the_start_to_the_ranking(client: TestClient, small: StudyPlace, mark: str) -> None:
    answer = client.post("/study/small/compare", data={"form-mark": mark}, headers=FROM_HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/study/small/compare")
    running = client.get("/study/small/compare").text
    assert "The comparison is running" in running
    assert 'http-equiv="refresh"' in running  # without scripts
    data = ended(client, "small")
    assert data["work"]["state"] == "done"
    assert data["work"]["percent"] == 100
    page = client.get("/study/small/compare").text
    order = [
        page.index(f'id="{part}-h"')
        for part in ("ranking", "power", "frontier", "spread", "scenarios", "answer")
    ]
    assert order == sorted(order)
    assert 'href="/study/small/designs/single%20arm"' in page
    assert "Nothing was changed since this comparison" in page
    report = client.get("/study/small/report")
    assert report.content == (small.results / REPORT).read_bytes()
    policy = report.headers["content-security-policy"]
    assert policy.startswith("sandbox")
    assert "script" not in policy
    assert "form-action" not in policy


def test_it_can_be_stopped_and_gone_on_with(client: TestClient, small: StudyPlace, mark: str) -> None:
    small.file.write_text(small.file.read_text().replace("trials: 300", "trials: 3000000"))
    form = {"form-mark": mark}
    client.post("/study/small/compare", data=form, headers=FROM_HERE)
    until = time.monotonic() + 60
    while not held(small.results / LOCK):
        assert time.monotonic() < until
        time.sleep(0.05)
    answer = client.post("/study/small/compare/cancel", data=form, headers=FROM_HERE)
    assert answer.status_code == 303
    assert not held(small.results / LOCK)
    page = client.get("/study/small/compare").text
    assert "The comparison was stopped" in page
    assert "Go on" in page
    assert told(client, "/study/small/compare")["work"]["state"] == "cancelled"


@pytest.mark.parametrize("path", ["/study/small/compare", "/study/small/compare/cancel"])
def test_nothing_begins_or_stops_without_the_mark(client: TestClient, small: StudyPlace, path: str) -> None:
    assert client.post(path, headers=FROM_HERE).status_code == 403
    assert client.post(path, data={"form-mark": "x"}, headers=FROM_HERE).status_code == 403
    assert client.get(path).status_code in (200, 405)
    assert read_work(small.results) is None


def test_mistakes_of_a_study_are_said_with_their_lines(
    client: TestClient, small: StudyPlace, mark: str
) -> None:
    small.file.write_text(small.file.read_text().replace("participants: 16", "participants: <b>many</b>"))
    client.post("/study/small/compare", data={"form-mark": mark}, headers=FROM_HERE)
    data = ended(client, "small")
    assert data["work"]["state"] == "failed"
    assert data["work"]["message"].startswith("small.yaml, line 10, designs > single arm > participants")
    page = client.get("/study/small/compare").text
    assert "small.yaml, line 10" in page
    assert "&lt;b&gt;many" in page
    assert "<b>many" not in page


def test_a_folder_that_is_used_otherwise_is_refused_in_a_sentence(
    client: TestClient, small: StudyPlace, mark: str
) -> None:
    small.results.mkdir()
    (small.results / "thesis.docx").write_text("x")
    answer = client.post("/study/small/compare", data={"form-mark": mark}, headers=FROM_HERE)
    assert answer.status_code == 422
    assert "holds other things" in answer.text


def test_results_stay_in_sight_while_the_study_is_compared_again(
    client: TestClient, hard: StudyPlace
) -> None:
    now = time.time()
    lock = Lock(hard.results / LOCK)
    assert lock.take()
    try:
        write_work(hard.results, Work("running", 1, now, now, 3, 12, "a <b> in c", left=90.0))
        data = told(client, HARD)
        assert (data["work"]["percent"], data["work"]["left in words"]) == (25, "about 90 seconds left")
        page = client.get(HARD).text
        assert "25%" in page
        assert "a &lt;b&gt; in c" in page
        assert "The designs, ranked" in page
    finally:
        lock.release()
    write_work(hard.results, Work("cancelled", 1, now, now, 3, 12))
    assert "The designs, ranked" in client.get(HARD).text


def test_what_was_changed_since_is_said(client: TestClient, hard: StudyPlace) -> None:
    assert told(client, HARD)["results"]["changed since"] == []
    text = hard.file.read_text()
    hard.file.write_text(text.replace("participants: 16", "participants: 18"))
    (sentence,) = told(client, HARD)["results"]["changed since"]
    assert sentence == "Design “single arm”: participants was 16, is now 18."
    assert sentence in client.get(HARD).text
    hard.file.write_text(text.replace("participants: 16", "participants: none"))
    results = told(client, HARD)["results"]
    assert results["changed since"] == []
    assert "hard.yaml, line" in results["wrong now"]
    assert "The study has mistakes now" in client.get(HARD).text
    hard.file.write_text("# a word\n" + text)
    assert told(client, HARD)["results"]["changed since"] == []


def test_results_of_another_version_are_not_shown_as_ours(client: TestClient, hard: StudyPlace) -> None:
    figures = json.loads((hard.results / FIGURES).read_text())
    figures["provenance"]["version"] = "0.0.1"
    (hard.results / FIGURES).write_text(json.dumps(figures))
    assert told(client, HARD)["results"]["made by"].startswith("handful 0.0.1, and this is")
    assert "made by handful 0.0.1" in client.get(HARD).text
    (hard.results / FIGURES).write_text('{"title": "of old"}')
    data = told(client, HARD)
    assert data["results"] is None
    assert "was not written by this version" in data["unread"]
    page = client.get(HARD)
    assert page.status_code == 200
    assert "Compare again" in page.text
    assert 'href="/study/hard/report"' in page.text


def test_another_choice_is_an_address_of_its_own(client: TestClient, hard: StudyPlace) -> None:
    own = told(client, HARD)["results"]
    assert own["otherwise"] == []
    assert own["query"] == ""
    asked = told(client, HARD, best="expected participants", power="30", participants="20")["results"]
    assert asked["choice"]["best"] == "expected participants"
    assert asked["choice"]["subject to"]["power"] == {"hoped for": 0.3}
    assert asked["query"] == "?best=expected+participants&power=30&participants=20"
    assert len(asked["otherwise"]) == 3
    assert asked["comparison"]["cells"] == own["comparison"]["cells"]
    assert asked["comparison"]["verdicts"] != own["comparison"]["verdicts"]
    kept = {v["design"]: v["kept"] for v in asked["comparison"]["verdicts"]}
    assert kept == {"single arm": True, DESIGN: False}
    page = client.get(
        HARD, params={"best": "expected participants", "power": "30", "participants": "20"}
    ).text
    for words in (*asked["otherwise"], *asked["effect"], "best: expected participants"):
        assert words.replace(DESIGN, "looks &lt;img src=x onerror=alert(1)&gt;") in page
    assert asked["query"].replace("&", "&amp;") in page
    assert "<option selected>expected participants</option>" in page


def test_what_goes_into_the_study_reads_back_as_what_was_asked(client: TestClient, hard: StudyPlace) -> None:
    asked = told(
        client, HARD, best="power", power="61.5", duration="30", control="50", burden="0.3", error="4"
    )["results"]
    text = hard.file.read_text() + asked["to put into the study"] + "\n"
    hard.file.write_text(text)
    from handful.study.file import StudyFile

    assert StudyFile.read(hard.file).study.choose.canonical() == asked["choice"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("power", "120"),
        ("power", "<script>"),
        ("error", ""),
        ("error", "60"),
        ("participants", "3.5"),
        ("participants", "-1"),
        ("duration", "soon"),
        ("control", "1e400"),
        ("burden", "nan"),
        ("burden", ""),
        ("best", "luck"),
        ("participants", "9" * 5000),
    ],
)
def test_what_cannot_be_asked_is_said_and_the_ranking_is_the_studys_own(
    client: TestClient, hard: StudyPlace, field: str, text: str
) -> None:
    answer = client.get(HARD, params={field: text, "format": "json"})
    assert answer.status_code == 422
    results = answer.json()["results"]
    assert list(results["problems"]) == [field]
    assert results["otherwise"] == []
    assert results["comparison"] == told(client, HARD)["results"]["comparison"]
    page = client.get(HARD, params={field: text})
    assert page.status_code == 422
    assert "That cannot be asked for" in page.text
    assert "<script>" not in page.text.split("<main")[1]


def test_words_of_a_study_stay_words(client: TestClient, hard: StudyPlace) -> None:
    page = client.get(HARD).text
    assert "<script>alert" not in page
    assert "onerror=alert(1)>" not in page
    assert "49" not in page.split("<h1>")[1].split("</h1>")[0]  # no template is filled with it


@pytest.mark.parametrize("name", [name for name in NAMES if name and "\0" not in name])
def test_no_name_leads_elsewhere(client: TestClient, mark: str, name: str) -> None:
    from urllib.parse import quote

    for path in ("compare", "compare/progress", "report", "documents", "designs/x"):
        assert client.get(f"/study/{quote(name, safe='')}/{path}").status_code in (404, 405)
    answer = client.post(
        f"/study/{quote(name, safe='')}/compare", data={"form-mark": mark}, headers=FROM_HERE
    )
    assert answer.status_code in (404, 405)


def test_time_left_is_said_as_roughly_as_it_is_known() -> None:
    said = [left_words(seconds) for seconds in (None, 0, 4.9, 12, 44, 93, 100, 3000, 5400, 100_000)]
    assert said == [
        "time left not yet known",
        "a few seconds left",
        "a few seconds left",
        "about 10 seconds left",
        "about 40 seconds left",
        "about 90 seconds left",
        "about 2 minutes left",
        "about 50 minutes left",
        "about 1.5 hours left",
        "about 28 hours left",
    ]
