"""A simulated trial on its way: nothing of what comes later is known, and the moments follow each other."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import pytest

from handful.engine.replay import TrialStory, replay
from handful.engine.simulate import Job
from handful.participants.endpoint import Endpoint
from handful.report.figures.lanes import lanes, participants_table
from handful.report.moments import after_enrolment, after_look, at_its_end, known_at
from handful.report.story import tell
from handful.study.loading import loads

TEXT = """
title: A trial to be stepped through
population: {prevalence: 900}
endpoint: {name: response, kind: binary, known after: 6 months}
RECRUITMENT
product: {manufacturing failure: 20%, waiting time: 2 months}
scenarios:
  hoped for: {untreated: 20%, effect: 0.5}
designs:
  looks: {kind: group sequential, participants: 24, looks: [50%, 100%], futility: {}}
compute: {seed: 3, trials: 100}
"""
TIMED = "recruitment: {rate: 2 per month, dropout: 60% per year}"


@cache
def two_looks(recruitment: str = TIMED) -> tuple[TrialStory, Endpoint]:
    """The first trial that goes on to its second look."""
    study = loads(TEXT.replace("RECRUITMENT", recruitment))
    job = Job(study.plan("looks"), study.scenario("hoped for"), 3, 100)
    return next(s for k in range(100) if len((s := replay(job, k)).looks) == 2), study.endpoint


def test_after_a_look_those_are_there_who_had_come_and_outcomes_are_known_that_were() -> None:
    story, _ = two_looks()
    month = story.looks[0].month
    assert month is not None
    known = known_at(story, after_look(story, 1))
    assert [p.number for p in known.participants] == [
        p.number for p in story.participants if p.arrival is not None and p.arrival <= month
    ]
    for now, later in zip(known.participants, story.participants, strict=False):
        assert later.resolved is not None
        assert now.awaited == (later.resolved > month)
        assert now.lost is None or now.lost <= month
    assert any(p.awaited for p in known.participants)
    assert not all(p.awaited for p in known.participants)
    assert known.looks == story.looks[:1]
    assert known.months == month
    assert known.p_value is None
    assert all(math.isnan(limit) for limit in known.estimate)


def test_participants_come_one_by_one_and_looks_wait_for_their_last() -> None:
    story, _ = two_looks()
    moments = [after_enrolment(story, k) for k in range(len(story.participants) + 1)]
    assert [m.enrolled for m in moments] == list(range(len(moments)))
    assert all(a.looks <= b.looks for a, b in pairwise(moments))
    month = story.looks[0].month
    assert month is not None
    for moment in moments[1:]:
        assert moment.month is not None
        assert moment.looks == sum(k.month is not None and k.month < moment.month for k in story.looks)
    assert after_enrolment(story, 10**9) == moments[-1]
    assert after_look(story, 10**9).looks == 2
    assert after_look(story, 0) == moments[0]


def test_without_timing_an_outcome_is_known_to_the_look_that_counts_it() -> None:
    story, endpoint = two_looks("")
    assert story.months is None
    known = known_at(story, after_look(story, 1))
    assert len(known.participants) == story.looks[0].included
    assert not any(p.awaited for p in known.participants)
    more = known_at(story, after_enrolment(story, story.looks[0].included + 2))
    assert [p.awaited for p in more.participants] == [False] * story.looks[0].included + [True] * 2
    assert len(more.looks) == 1
    assert lanes("t", "t", story, endpoint) is None


def test_words_picture_and_table_say_nothing_of_what_is_not_known() -> None:
    story, endpoint = two_looks()
    known = known_at(story, after_enrolment(story, 5))
    said = tell(known, endpoint, ended=False)
    assert len(said) == 5
    assert sum("the outcome is awaited" in sentence for sentence in said) == sum(
        p.awaited for p in known.participants
    )
    assert "truth" not in " ".join(said)
    table = participants_table(known, endpoint)
    assert sum("awaited" in row for row in table.rows) == sum(p.awaited for p in known.participants)
    drawing = lanes("t", "t", known, endpoint, story)
    whole = lanes("t", "t", story, endpoint)
    assert drawing is not None
    assert whole is not None
    assert 'class="bar later"' in drawing.svg[0]
    assert 'class="bar later"' not in whole.svg[0]
    assert 'class="look"' not in drawing.svg[0]
    marks = drawing.svg[0].count('class="outcome')
    assert marks < whole.svg[0].count('class="outcome')


def test_at_its_end_the_outcomes_of_the_pipeline_are_awaited_and_the_report_stands() -> None:
    story, _ = two_looks()
    ended = at_its_end(story)
    assert story.months is not None
    assert ended.estimate == story.estimate
    assert ended.success == story.success
    for now, later in zip(ended.participants, story.participants, strict=True):
        assert later.resolved is not None
        assert now.awaited == (later.resolved > story.months)


@pytest.mark.parametrize("several", [False, True])
def test_the_picture_says_which_bars_are_whose(several: bool) -> None:
    if not several:
        story, endpoint = two_looks()
        drawing = lanes("t", "t", story, endpoint)
        assert drawing is not None
        assert "Thick bars are treated, thin ones on control." in drawing.caption
        assert "an upright stroke the day of it" in drawing.caption
        assert drawing.svg[0].count('class="dose"') == sum(
            p.dosed and p.arm == "treated" and p.start is not None and p.start <= story.months
            for p in story.participants
            if story.months is not None
        )
        return
    study = loads(
        TEXT.replace("RECRUITMENT", TIMED).replace(
            "looks: {kind: group sequential, participants: 24, looks: [50%, 100%], futility: {}}",
            "arms: {kind: drop the losers, participants: 30, arms: [low & slow, high]}",
        )
    )
    job = Job(study.plan("arms"), study.scenario("hoped for"), 3, 10)
    drawing = lanes("t", "t", replay(job, 0), study.endpoint)
    assert drawing is not None
    assert "low &amp; slow" in drawing.caption
    assert 'class="bar arm s1"' in drawing.svg[0]
