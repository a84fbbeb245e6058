"""The months of one participant: enrolled, treated, visited, lost, and known."""

from __future__ import annotations

import pytest

from handful.engine.replay import ParticipantStory, replay
from handful.engine.simulate import Job
from handful.study.loading import loads

TEXT = """
title: Months
population: {{prevalence: 900}}
endpoint: {endpoint}
recruitment: {{rate: 2 per month, dropout: 40% per year}}
product: {{waiting time: 3 months}}
scenarios:
  hoped for: {scenario}
designs:
  one: {design}
compute: {{seed: 3, trials: 100}}
"""
COURSE = (
    "{name: acuity, kind: continuous, known after: 12 months}",
    "{untreated: {mean: 0, sd: 6}, effect: 6, baseline: {mean: 40, sd: 10, within sd: 3}}",
    "{kind: own control, participants: 12, analysis: slope break, lead in: 6 months}",
)
EVENT = (
    "{name: relapse, kind: time to event, known after: 18 months}",
    "{untreated: {median: 12 months}, hazard ratio: 0.5}",
    "{kind: randomised, participants: 40, analysis: log-rank}",
)
ONCE = (
    "{name: response, kind: binary, known after: 6 months}",
    "{untreated: 20%, effect: 0.5}",
    "{kind: single arm, participants: 40, benchmark: 20%}",
)


def people(kind: tuple[str, str, str]) -> tuple[ParticipantStory, ...]:
    endpoint, scenario, design = kind
    study = loads(TEXT.format(endpoint=endpoint, scenario=scenario, design=design))
    return replay(Job(study.plan("one"), study.scenario("hoped for"), 3, 100), 0).participants


@pytest.mark.parametrize(("kind", "lead_in"), [(COURSE, 6.0), (EVENT, 0.0), (ONCE, 0.0)])
def test_follow_up_starts_after_waiting_and_the_lead_in(kind: tuple[str, str, str], lead_in: float) -> None:
    for person in people(kind):
        assert person.arrival is not None
        assert person.start == pytest.approx(person.arrival + 3 + lead_in)


@pytest.mark.parametrize(("kind", "months"), [(COURSE, 12.0), (ONCE, 6.0)])
def test_who_is_lost_is_resolved_then_and_who_is_not_at_the_end_of_follow_up(
    kind: tuple[str, str, str], months: float
) -> None:
    told = people(kind)
    lost = [person for person in told if person.lost is not None]
    assert 0 < len(lost) < len(told)
    for person in told:
        assert person.start is not None
        end = person.start + months if person.lost is None else person.lost
        assert person.resolved == pytest.approx(end)
        assert end <= person.start + months + 1e-9


def test_an_event_before_the_loss_is_no_loss() -> None:
    told = people(EVENT)
    assert any(person.lost is not None for person in told)
    for person in told:
        assert person.start is not None
        if person.lost is not None:
            assert person.event is False
            assert person.lost == pytest.approx(person.start + person.outcome)
        elif person.event is False:
            assert person.outcome == pytest.approx(18)


def test_visits_are_held_until_somebody_is_lost() -> None:
    told = people(COURSE)
    most = max(len(person.visits) for person in told)
    assert most > 2
    for person in told:
        assert person.start is not None
        assert list(person.visits) == sorted(person.visits)
        assert person.visits[0] == pytest.approx(person.start - 6)
        if person.lost is None:
            assert len(person.visits) == most
        else:
            assert person.visits[-1] <= person.lost
    assert {person.visits for person in people(ONCE)} == {()}
