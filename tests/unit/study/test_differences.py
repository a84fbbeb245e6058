"""What is different between two versions of a study, in words."""

from __future__ import annotations

import pytest

from handful.study.differences import differences
from handful.study.loading import loads
from handful.study.templates import template_text

TEXT = template_text("stargardt-rpe")
STUDY = loads(TEXT)


def told(*changes: tuple[str, str]) -> list[str]:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return [difference.sentence for difference in differences(STUDY, loads(text))]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("horizon: 10 years", "horizon: 8 years", "Population: horizon was 10 years, is now 8 years."),
        (
            "incidence: 25 per year",
            "incidence: 26",
            "Population: incidence was 25 per year, is now 26 per year.",
        ),
        ("unit: letters", "unit: points", "Endpoint: unit was letters, is now points."),
        (
            "allocation: 2:1",
            "allocation: 1:1",
            "Design “untreated control 2:1”: allocation was 2:1, is now 1:1.",
        ),
        (
            "looks: [50%, 100%]",
            "looks: [40%, 100%]",
            "Design “untreated control 1:1 with a look”: looks was 50%, 100%, is now 40%, 100%.",
        ),
        (
            "{hoped for: 80%}",
            "{hoped for: 85%}",
            "Choice: subject to > power > hoped for was 80%, is now 85%.",
        ),
        ("duration: 72 months #", "#", "Choice: subject to > duration was 6 years, is no longer given."),
        (
            "analysis: paired permutation",
            "analysis: paired t",
            "Design “fellow eye, first twelve”: analysis was paired permutation, is now paired t.",
        ),
        (
            "disease: Stargardt disease",
            "disease: A disease",
            "Study: disease was Stargardt disease (ABCA4), ",
        ),
    ],
)
def test_a_field_is_named_with_both_values_in_its_unit(old: str, new: str, sentence: str) -> None:
    [said] = told((old, new))
    assert said.startswith(sentence)


def test_spelling_order_and_written_out_defaults_are_no_difference() -> None:
    assert told(("25 per year", "25"), ("10 years", "120 months"), ("reachable: 20%", "reachable: 0.2")) == []
    assert (
        told(("compute: {trials: 10000, seed: 20261122}", "compute: {seed: 20261122, threads: null}")) == []
    )


def test_what_scenarios_take_from_elsewhere_is_said_once() -> None:
    assert told(("rate: 1.5 per month", "rate: 2 per month")) == [
        "Recruitment: rate was 1.5 per month, is now 2 per month."
    ]
    assert told(("mean: -0.55 #", "mean: -0.6 #")) == [
        "Every scenario: untreated > mean was -0.55, is now -0.6."
    ]
    assert told(("    effect: 6\n", "    effect: 7\n")) == [
        "Scenarios “hoped for” and “as many products fail as in 2017”: effect was 6, is now 7."
    ]


def test_entries_come_go_and_are_renamed() -> None:
    assert told(("  own slope:\n", "  slope of one's own:\n")) == [
        "Design “own slope” is now called “slope of one's own”."
    ]
    small = "  small: {kind: within participant, participants: 8}\n"
    assert told(("designs: # what we may do\n", f"designs:\n{small}")) == ["Design “small” is new."]
    before = loads(TEXT.replace("designs: # what we may do\n", f"designs:\n{small}"))
    assert [d.sentence for d in differences(before, STUDY)] == ["Design “small” is gone."]


def test_another_kind_is_named_and_what_both_kinds_have() -> None:
    assert told(
        (
            "kind: single arm\n    participants: 24\n    benchmark: -0.55",
            "kind: own control\n    participants: 20",
        )
    ) == [
        "Design “against natural history”: kind was single arm, is now own control.",
        "Design “against natural history”: participants was 24, is now 20.",
    ]
