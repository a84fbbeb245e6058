"""Scenarios and designs added, copied, renamed and taken out."""

from __future__ import annotations

import pytest

from handful.study.editing import NameRefused, add_entry, copy_entry, remove_entry, rename_entry
from handful.study.loading import loads
from handful.study.templates import template_text

TEXT = template_text("stargardt-rpe")


def comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def test_a_scenario_is_renamed_wherever_it_is_spoken_of() -> None:
    text = rename_entry(TEXT, ("scenarios", "hoped for"), "what we hope")
    study = loads(text)
    assert study.hoped_for == "what we hope"
    assert comments(text) == comments(TEXT)
    assert "hoped for:" not in text
    base = rename_entry(TEXT, ("scenarios", "no effect"), "none")
    assert loads(base).scenarios.keys() == {"none", *loads(TEXT).scenarios} - {"no effect"}
    assert base.count("base: none\n") == 4


def test_a_design_is_renamed_where_it_is_searched() -> None:
    text = TEXT + "optimise:\n  fellow eye: {participants: 12..24 by 4} # small\n"
    text = rename_entry(text, ("designs", "fellow eye"), "one eye")
    assert loads(text).optimise.keys() == {"one eye"}
    gone = remove_entry(text, ("designs", "one eye"))
    assert "one eye" not in loads(gone).designs
    assert loads(gone).optimise == {}


def test_a_copy_means_the_same_and_keeps_the_comments() -> None:
    text = copy_entry(TEXT, ("scenarios", "no effect"))
    study = loads(text)
    assert list(study.scenarios)[:2] == ["no effect", "copy of no effect"]
    assert study.scenario("copy of no effect") == study.scenario("no effect")
    assert text.count("# SOURCE: ProgStar, letters in 12 months") == 2
    assert "copy 2 of no effect" in copy_entry(text, ("scenarios", "no effect"))


def test_a_new_scenario_builds_on_the_first_and_is_in_order_at_once() -> None:
    study = loads(add_entry(TEXT, ("scenarios",), "  another  one "))
    assert study.scenario("another one").benefit(study.endpoint) == 0


def test_what_was_added_and_taken_out_leaves_the_text_as_it_was() -> None:
    assert remove_entry(copy_entry(TEXT, ("designs", "own slope")), ("designs", "copy of own slope")) == TEXT
    assert remove_entry(add_entry(TEXT, ("designs",), "x", {"kind": "simon"}), ("designs", "x")) == TEXT


@pytest.mark.parametrize("name", ["", "   ", "own slope", " own  slope ", "x" * 201])
def test_a_name_is_new_and_not_empty(name: str) -> None:
    for act in (
        lambda: add_entry(TEXT, ("designs",), name),
        lambda: rename_entry(TEXT, ("designs", "fellow eye"), name),
    ):
        with pytest.raises(NameRefused):
            act()


@pytest.mark.parametrize("name", ["- x", "a: b", "#", "null", "{", "é “q” 'x'", "1", "<script>"])
def test_names_that_look_like_something_else_are_quoted(name: str) -> None:
    assert name in loads(rename_entry(TEXT, ("designs", "fellow eye"), name)).designs
