"""The runs of a study: what is told of them, made again, beside each other, taken away and deleted."""

from __future__ import annotations

import io
import json
import threading
from pathlib import Path

import polars as pl
import pytest
from starlette.testclient import TestClient

from handful.app.pages import runs as page
from handful.app.reruns import MOST, Reruns, TooMany
from handful.select import stored
from handful.store.project import Project
from tests.unit.app.compared import DESIGN, HOSTILE, STUDY, put_compared, run_named
from tests.unit.app.conftest import BASE

RUNS = "/study/hard/runs"


@pytest.fixture(name="run")
def a_run(folder: Path) -> str:
    """Identity of a run with rows."""
    put_compared(folder)
    return run_named(folder, DESIGN, "hoped for")


def post(client: TestClient, path: str, mark: str):
    return client.post(path, data={"form-mark": mark}, headers={"origin": BASE})


def test_runs_are_listed_with_where_they_come_from(client: TestClient, run: str):
    told = client.get(RUNS, params={"format": "json"}).json()
    (group,) = told["groups"]
    assert group["from"]["seed"] == 5
    assert set(group["from"]) == {"study", "handful", "kernels", "methods", "seed", "precision", "layout"}
    own = [one for one in group["runs"] if one["declared"]]
    assert [(one["design"], one["scenario"], one["trials"], one["rows"]) for one in own] == [
        (design, scenario, 300, True)
        for design in ("single arm", DESIGN)
        for scenario in ("nothing", "hoped for")
    ]
    assert all(one["bytes"] > 0 for one in own)
    assert told["bytes"] > sum(one["bytes"] for one in own)
    text = client.get(RUNS).text
    assert all(one["run"] in text for one in own)
    assert "onerror=alert(1)>" not in text
    assert "looks &lt;img" in text


def test_before_a_comparison_there_are_none(client: TestClient):
    assert "not compared yet" in client.get("/study/small/runs").text
    assert client.get("/study/small/runs", params={"format": "json"}).json()["groups"] == []
    assert client.get(f"/study/small/runs/{'0' * 16}").status_code == 404
    assert client.get("/study/nothing/runs").status_code == 404


def test_a_run_tells_all_that_is_recorded(client: TestClient, run: str, folder: Path):
    told = client.get(f"{RUNS}/{run}", params={"format": "json"}).json()
    with Project(folder / "hard-results") as project:
        kept = project.run(run)
    assert told["record"] == json.loads(json.dumps(kept.record))
    assert told["run"]["digests"] == list(kept.digests)
    comparison = json.loads((folder / "hard-results" / "comparison.json").read_text())
    cell = next(cell for cell in comparison["cells"] if cell["run"] == run)
    assert told["characteristics"] == cell["characteristics"]
    text = client.get(f"{RUNS}/{run}").text
    for digest in (*kept.digests, kept.study, kept.record["kernels"], kept.record["methods"]):
        assert digest in text
    assert "design.participants" not in text  # fields are told below the heading of their part
    assert "<td>24</td>" in text


@pytest.mark.parametrize(
    "identity", ["%2e%2e%2f", "0" * 15, "0" * 17, "g" * 16, "A" * 16, "0" * 16, "'", "%00"]
)
def test_what_is_no_run_is_not_found(client: TestClient, run: str, identity: str, mark: str):
    for rest in (
        "",
        "/rerun",
        "/delete",
        "/study.yaml",
        "/trials.parquet",
        "/trials/0",
        f"/beside?second={run}",
    ):
        answer = client.get(f"{RUNS}/{identity}{rest}")
        # A slash too many is answered by the address without it, which is none either.
        assert answer.status_code in (307, 404), (rest, answer.status_code)
        assert answer.headers.get("location", BASE).startswith(BASE)
    for act in ("rerun", "delete"):
        assert post(client, f"{RUNS}/{identity}/{act}", mark).status_code in (404, 405)
    assert client.get(f"{RUNS}/{run}/beside", params={"second": identity}).status_code == 404


def test_a_run_is_made_again_and_every_byte_is_the_same(client: TestClient, run: str, mark: str):
    assert post(client, f"{RUNS}/{run}/rerun", "").status_code == 403
    answer = post(client, f"{RUNS}/{run}/rerun", mark)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{RUNS}/{run}#rerun")
    again = client.app.state.reruns.start(
        client.app.state.workspace.study("hard").results,
        run,
        60.0,
    )
    assert again.result is not None
    assert again.result.same
    assert "Every byte is the same." in client.get(f"{RUNS}/{run}").text
    told = client.get(f"{RUNS}/{run}", params={"format": "json"}).json()["again"]
    assert (told["state"], told["result"]["same"]) == ("done", True)
    part = client.get(f"{RUNS}/{run}/rerun", headers={"hx-request": "true"}).text
    assert "Every byte is the same." in part
    assert "<html" not in part
    assert client.get(f"{RUNS}/{run}/rerun").status_code == 303


def test_a_file_that_was_changed_is_found_out(client: TestClient, run: str, mark: str, folder: Path):
    part = next((folder / "hard-results" / "runs" / run).glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    client.app.state.reruns.start(client.app.state.workspace.study("hard").results, run, 60.0)
    text = client.get(f"{RUNS}/{run}").text
    assert "It is not the same." in text
    assert "was changed after it was stored" in text
    assert client.get(f"{RUNS}/{run}/trials.parquet").status_code == 422


def test_while_it_runs_the_page_looks_again_by_itself(
    client: TestClient, run: str, mark: str, monkeypatch: pytest.MonkeyPatch
):
    going_on = threading.Event()
    original = stored.rerun

    def slow(*arguments: object):
        going_on.wait(30)
        return original(*arguments)

    monkeypatch.setattr("handful.app.reruns.rerun", slow)
    monkeypatch.setattr(page, "PATIENCE", 0.05)
    post(client, f"{RUNS}/{run}/rerun", mark)
    text = client.get(f"{RUNS}/{run}").text
    assert 'hx-trigger="every 1s"' in text
    assert "being made again" in text
    assert post(client, f"{RUNS}/{run}/rerun", mark).status_code == 303  # the one under way goes on
    going_on.set()
    results = client.app.state.workspace.study("hard").results
    while client.app.state.reruns.look(results, run).state == "running":
        pass
    assert "hx-trigger" not in client.get(f"{RUNS}/{run}/rerun", headers={"hx-request": "true"}).text


def test_only_so_many_reruns_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    going_on = threading.Event()
    monkeypatch.setattr("handful.app.reruns.rerun", lambda *_: going_on.wait(30))
    reruns = Reruns()
    try:
        for number in range(MOST):
            reruns.start(tmp_path, str(number))
        with pytest.raises(TooMany):
            reruns.start(tmp_path, "one more")
    finally:
        going_on.set()


def test_two_runs_stand_beside_each_other(client: TestClient, run: str, folder: Path):
    other = run_named(folder, "single arm", "hoped for")
    told = client.get(f"{RUNS}/{run}/beside", params={"second": other, "format": "json"}).json()
    assert (told["trials"], told["common"]) == (300, True)
    claims = next(figure for figure in told["figures"] if figure["name"] == "Claims benefit")
    assert claims["difference"]["value"] == pytest.approx(
        claims["second"]["value"] - claims["first"]["value"]
    )
    enrolled = next(figure for figure in told["figures"] if figure["name"] == "Participants enrolled")
    assert enrolled["difference"]["error"] is not None
    assert {"field": "design.participants", "first": "24", "second": "16"} in told["differences"]
    text = client.get(f"{RUNS}/{run}/beside", params={"second": other}).text
    assert "Both saw the same" in text
    assert '<th scope="row">design.participants</th><td>24</td><td>16</td>' in text
    assert "the same run" in client.get(f"{RUNS}/{run}/beside", params={"second": run}).text
    assert client.get(f"{RUNS}/{run}/beside").status_code == 422


def test_everything_can_be_taken_away(client: TestClient, run: str, folder: Path):
    results = folder / "hard-results"
    for name in ("study.yaml", "comparison.json", "report.html"):
        answer = client.get(f"/study/hard/files/{name}")
        assert answer.content == (results / name).read_bytes()
        assert answer.headers["content-disposition"] == f'attachment; filename="hard-{name}"'
        assert answer.headers["x-content-type-options"] == "nosniff"
    for name in ("handful.sqlite", "..%2fhard.yaml", "work.json", ".work.lock"):
        assert client.get(f"/study/hard/files/{name}").status_code == 404
    assert client.get(f"{RUNS}/{run}/study.yaml").text == STUDY
    answer = client.get(f"{RUNS}/{run}/trials.parquet")
    assert answer.headers["content-disposition"] == f'attachment; filename="{run}-trials.parquet"'
    rows = pl.read_parquet(io.BytesIO(answer.content))
    with Project(results) as project:
        wanted = project.trials(project.run(run)).collect()
    assert rows["trial"].to_list() == list(range(300))
    assert rows.drop("trial").equals(wanted)


def test_deleting_says_first_what_would_be_lost(client: TestClient, run: str, mark: str, folder: Path):
    text = client.get(f"{RUNS}/{run}/delete").text
    assert "300 trials would be lost" in text
    assert "lead nowhere" in text
    assert (folder / "hard-results" / "runs" / run).is_dir()
    assert post(client, f"{RUNS}/{run}/delete", "x" * 64).status_code == 403
    assert (folder / "hard-results" / "runs" / run).is_dir()
    assert post(client, f"{RUNS}/{run}/delete", mark).headers["location"] == RUNS
    assert not (folder / "hard-results" / "runs" / run).exists()
    assert client.get(f"{RUNS}/{run}").status_code == 404
    assert len(client.get(RUNS, params={"format": "json"}).json()["groups"][0]["runs"]) >= 3


def test_nothing_is_deleted_while_the_study_is_compared(
    client: TestClient, run: str, mark: str, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(page, "_busy", lambda request, place: True)
    assert "is being compared now" in client.get(f"{RUNS}/{run}/delete").text
    assert post(client, f"{RUNS}/{run}/delete", mark).status_code == 409
    assert (folder / "hard-results" / "runs" / run).is_dir()


def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    client: TestClient, run: str, folder: Path, tmp_path: Path
):
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yaml"
    outside.write_text(STUDY, encoding="utf-8")
    (folder / "link.yaml").symlink_to(outside)
    assert client.get("/study/link/runs").status_code == 404
    assert HOSTILE not in client.get(RUNS).text
