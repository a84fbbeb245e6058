"""The figures and the words of a design that is explored."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from handful.designs.base import Question
from handful.designs.group_sequential import GroupSequential
from handful.designs.simon import Simon
from handful.designs.single_arm import SingleArm
from handful.participants.endpoint import Endpoint
from handful.report.explored import (
    brief,
    estimate_table,
    key_figures,
    rehearsal_table,
    size_table,
    summary,
    type_one_words,
)
from handful.report.figures.exploration import boundaries, endings, null, power, side_by_side, sizes
from handful.scenarios.binary import BinaryScenario
from handful.scenarios.continuous import ContinuousScenario
from handful.select.explore import Exploration, estimated, explored, neighbours, rehearsed

RESPONSE = Endpoint(name="response", kind="binary")
SCORE = Endpoint(name="score", kind="continuous", unit="points of it")
HOPED = BinaryScenario(untreated=0.2, effect=0.4)
NOW = explored(GroupSequential(participants=24, futility={}), HOPED, Question(RESPONSE))
MORE = explored(GroupSequential(participants=32, futility={}), HOPED, Question(RESPONSE))
SIMON = explored(Simon(benchmark=0.2, target=0.4, participants=60), HOPED, Question(RESPONSE))
MEANS = explored(
    SingleArm(participants=12, benchmark=0),
    ContinuousScenario(untreated={"sd": 6}, effect=6),
    Question(SCORE),
)


def test_changes_have_their_sign_and_unit() -> None:
    rows = {row.name: row for row in key_figures(NOW, MORE, RESPONSE)}
    assert rows["Participants, at most"].change == "−8"
    assert re.fullmatch(r"−\d+\.\d points", rows["Power at a benefit of 40 points"].change)
    assert re.fullmatch(r"−\d+\.\d", rows["Expected participants"].change)
    back = {row.name: row.change for row in key_figures(MORE, NOW, RESPONSE)}
    assert back["Participants, at most"] == "+8"
    assert back["Power at a benefit of 40 points"].startswith("+")
    assert all(row.change == "" for row in key_figures(NOW, NOW, RESPONSE))
    assert all(row.before == "" for row in key_figures(NOW, None, RESPONSE))


def test_one_sentence_says_the_figures_and_one_what_changed() -> None:
    said = summary(NOW, MORE, "the pinned design", RESPONSE)
    assert said.startswith("At most 24 participants: power ")
    assert said.endswith("lower.")
    assert "Against the pinned design: 8 participants fewer, power" in said
    assert summary(NOW, None, "", RESPONSE).endswith("(exact).")
    same = summary(NOW, NOW, "the start", RESPONSE)
    assert same.endswith("Against the start: as many participants, power the same.")
    assert brief(NOW, MORE).startswith("24 participants (−8) · power ")


def test_without_figures_it_is_said_where_they_come_from() -> None:
    assert summary(MEANS, None, "", SCORE) == (
        "At most 12 participants. There is no exact and no numeric answer: simulated trials are below."
    )
    assert [row.name for row in key_figures(MEANS, None, SCORE)] == ["Participants, at most"]
    assert brief(MEANS, None) == "12 participants"
    assert type_one_words(MEANS) == ""


def test_the_worst_point_is_named_with_the_level() -> None:
    said = type_one_words(NOW)
    assert "at the boundary of the null, at a common chance of success of 0." in said
    assert "The design promises 2.5%." in said


@pytest.mark.parametrize("other", [None, MORE, SIMON])
@pytest.mark.parametrize("told", [NOW, SIMON])
def test_every_drawing_is_well_formed_named_and_a_table_too(
    told: Exploration, other: Exploration | None
) -> None:
    shown = side_by_side(told, other, "pinned")
    drawings = [power(shown, RESPONSE), sizes(shown, RESPONSE), boundaries(shown), endings(told), null(shown)]
    for drawing in drawings:
        if drawing is None:
            continue
        (svg,) = drawing.svg
        tree = etree.fromstring(str(svg))
        named = tree.get("aria-labelledby").split()
        assert [node.get("id") for node in tree[:2]] == named
        assert all("".join(node.itertext()).strip() for node in tree[:2])
        assert not re.search(r"\b(nan|inf)\b", str(svg))
        assert all(len(row) == len(drawing.table.head) for row in drawing.table.rows)


def test_only_what_is_judged_by_the_same_statistic_is_drawn_into_one_figure_of_boundaries() -> None:
    alone, beside = boundaries(side_by_side(NOW, None, "")), boundaries(side_by_side(NOW, SIMON, "pinned"))
    assert alone.svg == beside.svg
    assert boundaries(side_by_side(NOW, MORE, "pinned")).svg != alone.svg


def test_p_values_are_shown_as_themselves() -> None:
    drawing = boundaries(side_by_side(NOW, None, ""))
    assert drawing.table.head[2] == "Claim: the one-sided p-value at most"
    last = drawing.table.rows[-1]
    assert 0 < float(str(last[2])) <= 0.025


def test_a_null_of_one_point_has_no_figure() -> None:
    assert null(side_by_side(SIMON, None, "")) is None


def test_sizes_around_name_their_change() -> None:
    design = GroupSequential(participants=24, futility={})
    table = size_table(neighbours(design, HOPED, Question(RESPONSE)), 24, "participants")
    names = [str(row[0]) for row in table.rows]
    assert names == ["16 (−8)", "20 (−4)", "24 (this design)", "28 (+4)", "32 (+8)"]
    assert str(table.rows[2][2]) == "–"
    assert str(table.rows[0][2]).startswith("−")


def test_estimates_and_simulated_trials_as_tables() -> None:
    found = estimated(SingleArm(participants=16, benchmark=0.2), HOPED, Question(RESPONSE))
    assert found is not None
    assert [row[0] for row in estimate_table(found, RESPONSE).rows][-1] == "Coverage of the interval"
    design = SingleArm(participants=12, benchmark=0)
    seen = rehearsed(design, ContinuousScenario(untreated={"sd": 6}, effect=6), Question(SCORE), trials=64)
    plain, beside = rehearsal_table(seen), rehearsal_table(seen, seen, "pinned")
    assert len(plain.head) == 3
    assert beside.head[3:] == ("With the effect, pinned", "Without effect, pinned")
    assert "Months" not in [row[0] for row in plain.rows]  # recruitment has no timing here
    assert all("sim" in str(row[1]) for row in plain.rows)
