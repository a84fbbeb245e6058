"""Replay: a trial as it was, as far as it was known, and the ways to other trials."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from starlette.testclient import TestClient

from handful.engine.replay import TrialStory, replay
from handful.select.kept import kept_job
from handful.store.project import Project
from tests.unit.app.compared import DESIGN, put_compared, run_named


@pytest.fixture(name="base")
def address_of_trials(folder: Path) -> str:
    put_compared(folder)
    return f"/study/hard/runs/{run_named(folder, DESIGN, 'hoped for')}/trials"


@pytest.fixture(name="stories")
def all_stories(folder: Path, base: str) -> list[TrialStory]:
    """The first fifty trials of the run."""
    with Project(folder / "hard-results") as project:
        job = kept_job(project.find(DESIGN, "hoped for"))
    return [replay(job, trial) for trial in range(50)]


def told(client: TestClient, address: str, **query: Any) -> dict[str, Any]:
    path, _, there = address.partition("?")
    answer = client.get(path, params={"format": "json", **dict(parse_qsl(there)), **query})
    assert answer.status_code == 200
    data: dict[str, Any] = answer.json()
    return data


def test_the_whole_trial_is_the_one_that_replay_tells(
    client: TestClient, base: str, stories: list[TrialStory]
) -> None:
    for story in stories[:5]:
        data = told(client, f"{base}/{story.trial}")
        assert data["story"]["success"] == story.success
        assert data["story"]["estimate"] == pytest.approx(list(story.estimate))
        assert len(data["story"]["participants"]) == len(story.participants)
        assert data["said"][-1].startswith("The truth in this scenario")
        text = client.get(f"{base}/{story.trial}").text
        assert text.count('class="plot"') == 1
        assert "onerror=alert(1)>" not in text


def test_at_a_look_nothing_of_what_comes_later_is_told(
    client: TestClient, base: str, stories: list[TrialStory]
) -> None:
    story = next(story for story in stories if len(story.looks) == 2)
    month = story.looks[0].month
    assert month is not None
    data = told(client, f"{base}/{story.trial}", until=1)
    assert data["kind"] is None
    assert [look["number"] for look in data["story"]["looks"]] == [1]
    assert {"success", "estimate", "p_value", "truth", "treated_truth"}.isdisjoint(data["story"])
    for person, later in zip(data["story"]["participants"], story.participants, strict=False):
        assert later.resolved is not None
        assert ("outcome" not in person) == (later.resolved > month)
    text = client.get(f"{base}/{story.trial}", params={"until": 1}).text
    assert "After look 1" in text
    assert "Look 2" not in text
    assert "The truth" not in text
    assert told(client, f"{base}/{story.trial}", until=0)["story"]["participants"] == []


def test_steps_walk_the_whole_trial_and_back(
    client: TestClient, base: str, stories: list[TrialStory]
) -> None:
    story = next(story for story in stories if len(story.looks) == 2)
    here, seen = "?enrolled=0", []
    while here:
        data = told(client, f"{base}/{story.trial}{here}")
        seen.append(data["moment"]["enrolled"])
        here = data["steps"]["participant on"]
    assert seen == list(range(len(story.participants) + 1))
    here, back = data["steps"]["participant back"], []
    while here is not None:
        data = told(client, f"{base}/{story.trial}{here}")
        back.append(data["moment"]["enrolled"])
        here = data["steps"]["participant back"]
    assert back == seen[-2::-1]
    steps = told(client, f"{base}/{story.trial}", until=1)["steps"]
    assert (steps["look back"], steps["look on"]) == ("?until=0", "?until=2")
    assert told(client, f"{base}/{story.trial}", until=2)["steps"]["look on"] == ""
    whole = told(client, f"{base}/{story.trial}")["steps"]
    assert (whole["look back"], whole["look on"]) == ("?until=2", None)


def test_every_step_is_a_link(client: TestClient, base: str) -> None:
    text = client.get(f"{base}/3", params={"enrolled": 4}).text
    links = set(re.findall(r'href="([^"]*)#picture"', text))
    assert links == {
        f"{base}/3{query}" for query in ("?enrolled=3", "?enrolled=5", "?until=0", "?until=1", "")
    }
    for other in (2, 4):
        assert f'href="{base}/{other}"' in text
    for link in links:
        assert client.get(link).status_code == 200


def test_trials_are_found_by_how_they_ended(client: TestClient, base: str, stories: list[TrialStory]) -> None:
    wanted = {
        "success": [s.trial for s in stories if s.success],
        "failure": [s.trial for s in stories if not s.success and s.finished],
        "stopped-early": [s.trial for s in stories if len(s.looks) == 1],
    }
    for ending, trials in wanted.items():
        for after in (-1, trials[0]):
            there = client.get(f"{base}/first/{ending}", params={"after": after}).headers["location"]
            assert there == f"{base}/{next(t for t in trials if t > after)}"
    nowhere = client.get(f"{base}/first/success", params={"after": 299}).headers["location"]
    assert nowhere == f"{base}/299?none=success"
    assert "No trial after 299 ended in a success, among the 300 of this run." in client.get(nowhere).text
    assert "false-claim" not in told(client, f"{base}/0")["endings"]
    assert client.get(f"{base}/first/nonsense").status_code == 404
    assert client.get(f"{base}/first/success", params={"after": "x"}).status_code == 404


def test_any_number_is_a_trial_and_nothing_else_is(client: TestClient, base: str) -> None:
    assert told(client, f"{base}/{2**62}")["trial"] == 2**62
    assert client.get(base, params={"number": "17"}).headers["location"] == f"{base}/17"
    assert 0 <= int(client.get(f"{base}/random").headers["location"].rsplit("/", 1)[1]) < 300
    for wrong in ("-1", "1.5", "x", "٣", "9" * 19, "9" * 400, "1e3", " 1"):
        assert client.get(base, params={"number": wrong}).status_code == 404
        assert client.get(f"{base}/0", params={"until": wrong}).status_code == 404
        assert client.get(f"{base}/0", params={"enrolled": wrong}).status_code == 404
    assert client.get(f"{base}/x").status_code == 404
    assert client.get(f"{base}/0", params={"none": "<script>"}).text.count("<script>") == 0


def test_a_run_without_rows_and_one_without_timing_can_be_replayed(client: TestClient, folder: Path) -> None:
    put_compared(folder)
    study = folder / "plain.yaml"
    study.write_text(
        """\
title: Without timing
population: {prevalence: 900}
endpoint: {name: response, kind: binary}
scenarios: {nothing: {untreated: 20%, effect: 0}, hoped for: {untreated: 20%, effect: 0.5}}
designs: {looks: {kind: group sequential, participants: 20}}
compute: {trials: 100, seed: 5, rows: none}
""",
        encoding="utf-8",
    )
    from handful.report.folder import ResultsFolder, results_folder
    from handful.study.file import StudyFile

    ResultsFolder(results_folder(study)).fill(StudyFile.read(study), threads=1)
    with Project(results_folder(study)) as project:
        run = project.find("looks", "nothing").identity
    base = f"/study/plain/runs/{run}/trials"
    text = client.get(f"{base}/0", params={"until": 1}).text
    assert "Recruitment has no timing" in text
    assert "<caption>Participants of this simulated trial</caption>" in text
    there = client.get(f"{base}/first/false-claim").headers["location"]
    assert "false claim" in client.get(there).text
    assert client.get(f"/study/plain/runs/{run}/trials.parquet").status_code == 422
    assert "sums alone" in client.get(f"/study/plain/runs/{run}").text
