"""Replay: one simulated trial as a picture and in words, stepped through look by look and participant by participant."""

from __future__ import annotations

import math
import secrets
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from handful.app.kept import opened, run_of
from handful.app.page import Page, register
from handful.app.view import show, workspace
from handful.app.workspace import Outside, StudyPlace
from handful.engine.replay import TrialStory, replay
from handful.report.figures.lanes import lanes, participants_table
from handful.report.moments import Moment, after_enrolment, after_look, at_its_end, known_at
from handful.report.stories import kind_of_story
from handful.report.story import compared_with, tell
from handful.select.endings import CONDUCTED, ENDINGS, endings_of, find_trial
from handful.select.kept import kept_job
from handful.store.project import StoredRun

router = APIRouter()

_MOST = 2**62


@router.get("/study/{study}/runs/{run}/trials")
def by_number(request: Request, study: str, run: str, number: str = "0") -> Response:
    """The trial of a number that was typed."""
    place, kept = _found(request, study, run)
    return _to(place, kept, _number(number))


@router.get("/study/{study}/runs/{run}/trials/random")
def at_random(request: Request, study: str, run: str) -> Response:
    """Any of the trials of the run."""
    place, kept = _found(request, study, run)
    return _to(place, kept, secrets.randbelow(max(1, _trials(kept))))


@router.get("/study/{study}/runs/{run}/trials/first/{ending}")
def first(request: Request, study: str, run: str, ending: str, after: str = "-1") -> Response:
    """The first trial after another that ended in a way; the other again, which says so, when there is none."""
    if ending not in ENDINGS:
        raise Outside(f"trials can be looked for that ended as one of: {', '.join(ENDINGS)}")
    place = workspace(request).study(study)
    start = -1 if after == "-1" else _number(after)
    with opened(place) as project:
        kept = run_of(project, run)
        found = find_trial(project, kept, kept_job(kept), ending, start)
    if found is None:
        return _to(place, kept, max(0, start), f"?none={ending}")
    return _to(place, kept, found)


@router.get("/study/{study}/runs/{run}/trials/{trial}")
def one_trial(
    request: Request,
    study: str,
    run: str,
    trial: str,
    until: str | None = None,
    enrolled: str | None = None,
    none: str = "",
) -> Response:
    """One trial: the whole of it, or what was known after a look or once so many were enrolled."""
    number = _number(trial)
    place, kept = _found(request, study, run)
    job = kept_job(kept)
    whole = replay(job, number)
    moment = _moment(whole, until, enrolled)
    story = at_its_end(whole) if moment is None else known_at(whole, moment)
    plan, ended = job.plan, moment is None
    said = tell(story, plan.endpoint, plan.analysis.statistic_name, compared_with(plan), ended=ended)
    base = f"/study/{place.name}/runs/{run}/trials"
    data = {
        "run": run,
        "design": kept.design,
        "scenario": kept.scenario,
        "trial": number,
        "trials": _trials(kept),
        "moment": asdict(moment) if moment is not None else None,
        "kind": kind_of_story(whole, plan.looks.number) if ended else None,
        "said": said,
        "story": _finite(_told(story, ended=ended)),
        "steps": _steps(whole, moment, until is not None),
        "endings": {name: ENDINGS[name].words for name in endings_of(job)},
        "missing": _missing(kept, none, number),
    }
    heading = f"Trial {number} of {kept.design} in “{kept.scenario}”"
    return show(
        request,
        "replay.html.j2",
        data,
        study=place,
        base=base,
        drawing=lanes("trial", heading, story, plan.endpoint, None if ended else whole),
        people=participants_table(story, plan.endpoint),
        rule=[sentence for sentence in said if not sentence.startswith("Participant ")],
        just=_just(said, moment, until is not None),
    )


def _found(request: Request, study: str, run: str) -> tuple[StudyPlace, StoredRun]:
    """A run, for what needs its record alone."""
    place = workspace(request).study(study)
    with opened(place) as project:
        return place, run_of(project, run)


def _number(said: str) -> int:
    """The number of a trial, of a look or of participants."""
    if not (said.isascii() and said.isdigit()) or len(said) > 19 or int(said) > _MOST:
        raise Outside("trials, looks and participants are numbered by whole numbers, trials from 0")
    return int(said)


def _to(place: StudyPlace, run: StoredRun, trial: int, query: str = "") -> Response:
    """Go to a trial."""
    return RedirectResponse(f"/study/{place.name}/runs/{run.identity}/trials/{trial}{query}", status_code=303)


def _trials(run: StoredRun) -> int:
    """Trials of a run that are done."""
    return int(run.summary["trials"]) if run.summary is not None else 0


def _moment(story: TrialStory, until: str | None, enrolled: str | None) -> Moment | None:
    """The moment that an address names; None for the whole trial."""
    if until is not None:
        return after_look(story, _number(until))
    return after_enrolment(story, _number(enrolled)) if enrolled is not None else None


def _steps(story: TrialStory, moment: Moment | None, at_look: bool) -> dict[str, str | None]:
    """Where one can step to from here, as the queries of addresses; empty for the whole trial, None for nowhere."""
    looks, people = len(story.looks), len(story.participants)
    if moment is None:
        return {
            "look back": f"?until={looks}",
            "look on": None,
            "participant back": f"?enrolled={people}",
            "participant on": None,
        }
    back = moment.looks - 1 if at_look else moment.looks
    fewer = moment.enrolled if at_look and moment.looks else moment.enrolled - 1
    start = moment.enrolled == 0
    return {
        "look back": None if start else f"?until={max(back, 0)}",
        "look on": f"?until={moment.looks + 1}" if moment.looks < looks else "",
        "participant back": None if start else f"?enrolled={fewer}",
        "participant on": f"?enrolled={moment.enrolled + 1}" if moment.enrolled < people else "",
    }


def _just(said: list[str], moment: Moment | None, at_look: bool) -> str:
    """What has just happened: the latest participant, or nothing where looks tell it."""
    if moment is None or at_look or not said:
        return ""
    return next((s for s in reversed(said) if s.startswith("Participant ")), "")


def _missing(run: StoredRun, ending: str, trial: int) -> str:
    """That no trial of a kind was found."""
    if ending not in ENDINGS:
        return ""
    among = f"the {_trials(run)} of this run" if run.rows else f"the {CONDUCTED} looked through"
    return f"No trial after {trial} {ENDINGS[ending].words}, among {among}."


def _told(story: TrialStory, *, ended: bool) -> dict[str, Any]:
    """A story as plain data; of a trial on its way nothing that is known at its end alone."""
    told = asdict(story)
    if not ended:
        for name in ("success", "finished", "estimate", "p_value", "truth", "treated_truth", "reported"):
            del told[name]
        for person in told["participants"]:
            if person["awaited"]:
                for name in ("outcome", "beside", "event", "resolved", "observed"):
                    del person[name]
    return told


def _finite(data: Any) -> Any:
    """Plain data without numbers that JSON does not know."""
    if isinstance(data, dict):
        return {name: _finite(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


page = register(Page("", "/study/{study}/runs/{run}/trials", router))
