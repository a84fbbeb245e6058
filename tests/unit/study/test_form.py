"""The form of a study: it shows what is written, and what is typed goes to where it belongs and nowhere else."""

from __future__ import annotations

import difflib

import pytest

from handful.spec.layout import layout
from handful.spec.outline import Slot
from handful.study.form import fill, form_of
from handful.study.loading import completed, loads
from handful.study.templates import template_text, template_titles

TEXT = template_text("stargardt-rpe")
LOOK = ("designs", "untreated control 1:1 with a look")


def slots(text: str) -> dict[tuple[str | int, ...], Slot]:
    return {slot.path: slot for top in form_of(text) for slot in top.walk()}


def changes(text: str, path: tuple[str | int, ...], typed: str) -> list[str]:
    lines = difflib.ndiff(text.splitlines(), fill(text, path, typed).splitlines())
    return [line for line in lines if line[0] in "+-"]


@pytest.mark.parametrize("name", list(template_titles()))
def test_a_form_that_nobody_touches_changes_no_character(name: str) -> None:
    text = template_text(name)
    for slot in slots(text).values():
        assert slot.shape != "unknown", slot.path
        if slot.shape in ("entries", "rows", "items") or (slot.shape == "group" and not slot.optional):
            continue
        typed = ("yes" if slot.given else "") if slot.shape == "group" else slot.written
        assert fill(text, slot.path, typed) == text, slot.path


@pytest.mark.parametrize("name", list(template_titles()))
def test_every_written_value_has_its_place_in_the_form(name: str) -> None:
    text = template_text(name)
    shown = slots(text)

    def leaves(data: object, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
        if isinstance(data, dict) and (path not in shown or shown[path].shape != "value"):
            return [found for key, value in data.items() for found in leaves(value, (*path, key))]
        return [path]

    for path in leaves(layout(text).data, ()):
        if path != ("schema",) and path[-1] != "kind":
            assert path in shown, path
            assert shown[path].given, path


@pytest.mark.parametrize(
    ("path", "typed", "lines"),
    [
        (
            ("designs", "fellow eye", "participants"),
            "30",
            ["-     participants: 24", "+     participants: 30"],
        ),
        (("designs", "fellow eye", "pairs"), "2", ["+     pairs: 2"]),
        (
            ("scenarios", "no effect", "untreated", "sd"),
            "7",
            [
                "-       sd: 6 # ASSUMPTION: mostly the error of reading a chart twice",
                "+       sd: 7 # ASSUMPTION: mostly the error of reading a chart twice",
            ],
        ),
        ((*LOOK, "futility"), "", ["-     futility: {spending: pocock}"]),
        (
            (*LOOK, "spending"),
            "hwang shih decani",
            ["-     spending: obrien fleming", "+     spending: hwang shih decani"],
        ),
        (("scenarios", "one line", "recruitment"), "yes", ["+     recruitment: {}"]),
        (("scenarios", "one line", "base"), "hoped for", ["-     base: no effect", "+     base: hoped for"]),
        (
            ("choose", "subject to", "duration"),
            "",
            ["-     duration: 72 months # ASSUMPTION: how long the funding lasts"],
        ),
        ((*LOOK, "looks"), "33%, 66%, 100%", ["-     looks: [50%, 100%]", "+     looks: [33%, 66%, 100%]"]),
    ],
)
def test_what_is_typed_changes_its_line_alone(path: tuple[str, ...], typed: str, lines: list[str]) -> None:
    assert changes(TEXT, path, typed) == lines


def test_a_setting_of_a_bare_kind_writes_the_kind_in_full() -> None:
    text = fill(TEXT, (*LOOK, "spending"), "hwang shih decani")
    text = fill(text, (*LOOK, "spending", "gamma"), "-4")
    assert "    spending: {kind: hwang shih decani, gamma: -4}\n" in text
    assert loads(text).design(LOOK[1]).spending.gamma == -4


def test_another_kind_keeps_the_fields_that_it_knows() -> None:
    lines = changes(TEXT, LOOK, "randomised")
    assert lines == [
        "-     kind: group sequential",
        "+     kind: randomised",
        "-     looks: [50%, 100%]",
        "-     spending: obrien fleming",
        "-     futility: {spending: pocock}",
    ]


def test_what_cannot_be_read_stays_as_it_was_typed() -> None:
    for typed in ("many", "12: 13", "[1, 2", "a # b", "{x", "yes, no"):
        text = fill(TEXT, ("compute", "trials"), typed)
        found = slots(text)["compute", "trials"].written
        assert found in (typed, "[yes, no]") or typed.startswith(found)


def test_a_scenario_shows_what_it_takes_from_where_it_builds_on() -> None:
    shown = slots(TEXT)
    mean = shown["scenarios", "hoped for", "untreated", "mean"]
    assert (mean.written, mean.holds, mean.inherited, mean.given) == ("", "-0.55", True, False)
    assert shown["scenarios", "hoped for", "base"].options[0] == "no effect"
    assert "hoped for" not in shown["scenarios", "hoped for", "base"].options
    assert completed(layout(TEXT).data)["scenarios"]["hoped for"]["untreated"]["mean"] == -0.55


def test_nonsense_has_a_form_too() -> None:
    text = "scenarios: [1]\ndesigns: {a: 3, b: {kind: nothing, x: 1}, c: }\nlooks: {y: 2}\npopulation: x\nchoose:\n"
    shown = slots(text)
    assert shown["scenarios",].written == "[1]"
    assert shown["designs", "a"].written == "3"
    assert shown["designs", "b", "x"].shape == "unknown"
    assert shown["looks",].shape == "unknown"
    assert fill(text, ("designs", "b", "x"), "") != text
