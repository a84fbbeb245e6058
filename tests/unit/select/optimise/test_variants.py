"""The designs that a search looks through: read from the fields of a family, each trial once, and what is refused is counted."""

from __future__ import annotations

from typing import Any

import pytest

from handful.designs.registry import families
from handful.select.optimise.asked import asked
from handful.select.optimise.paste import paste
from handful.select.optimise.usual import MOST_COMBINATIONS, usual_values
from handful.select.optimise.variants import MOST_VARIANTS, at_the_end, space_of
from handful.spec.messages import SpecError
from handful.study.loading import loads
from handful.study.model import Study
from handful.study.templates import template_names, template_text

HEAD = """
title: A first study
population: {prevalence: 900}
endpoint: {name: response, kind: binary}
scenarios: {hoped for: {untreated: 20%, treated: 60%}}
"""


def study_of(*designs: str, more: str = "") -> Study:
    lines = "\n".join(f"  design {k}: {{{design}}}" for k, design in enumerate(designs, start=1))
    return loads(f"{HEAD}{more}\ndesigns:\n{lines}\n")


def test_every_combination_is_there_once():
    space = space_of(
        study_of("kind: group sequential, participants: 32"),
        {
            "design 1": {
                "participants": [24, 32],
                "looks": [[0.5, 1], [1]],
                "spending": ["pocock", "obrien fleming"],
            }
        },
    )
    assert space.combinations == 8
    # What is spent matters with two looks alone.
    assert (len(space.variants), space.alike) == (6, 2)
    assert space.variants[0].words == "participants 24, spending pocock"
    assert [v.name for v in space.variants if not v.changes] == ["design 1"]


def test_a_range_without_a_step_takes_sizes_that_fill_whole_blocks():
    study = study_of("kind: randomised, participants: 30, allocation: 2:1, blocks of: 6")
    space = space_of(study, {"design 1": {"participants": "24..40"}})
    assert [v.plan.participants for v in space.variants] == [24, 30, 36]
    assert space.unfilled == 14
    asked_for = space_of(study, {"design 1": {"participants": "24..40 by 1"}})
    assert len(asked_for.variants) == 17
    assert asked_for.unfilled == 0


def test_what_a_family_refuses_is_left_out_and_counted_with_its_reason():
    space = space_of(
        study_of("kind: group sequential, participants: 32"),
        {
            "design 1": {
                "looks": [[0.5, 1], [0.5, 0.9]],
                "method": ["blocks", "coin flips"],
                "allocation": ["2:1", "1:1"],
            }
        },
    )
    assert space.combinations == 8
    assert space.refused["looks that end with 100% wanted"] >= 2
    assert space.refused["blocks, or an allocation of 1:1 wanted"] >= 1
    assert sum(space.refused.values()) + len(space.variants) == 8


def test_values_reach_into_groups():
    space = space_of(
        study_of("kind: group sequential, participants: 32"),
        {"design 1": {"spending": [{"kind": "hwang shih decani"}], "spending.gamma": [-4, 1]}},
    )
    words = [variant.words for variant in space.variants]
    assert (
        words
        == ["spending hwang shih decani, spending.gamma -4", "spending {kind: hwang shih decani, gamma: 1}"]
        or len(words) == 2
    )
    thresholds = [variant.plan.rule.upper for variant in space.variants]
    assert thresholds[0][0] > thresholds[1][0]


def test_too_many_combinations_are_refused_before_any_is_planned():
    many = {"participants": "2..1001", "looks": [[k / 100, 1] for k in range(1, 99)]}
    with pytest.raises(SpecError, match=f"98,000 combinations, wanted at most {MOST_VARIANTS:,}"):
        space_of(study_of("kind: group sequential, participants: 32"), {"design 1": many})


def test_nothing_that_can_be_planned_is_said_with_the_reason():
    with pytest.raises(
        SpecError, match=r"no combination that can be planned, wanted some: looks that end with 100% wanted"
    ):
        space_of(
            study_of("kind: group sequential, participants: 32"), {"design 1": {"looks": [[0.5], [0.7]]}}
        )


def test_the_end_of_a_range_is_told():
    study = study_of("kind: randomised, participants: 30")
    tried = {"participants": (24, 28, 32), "allocation": ((1, 1), (2, 1))}
    space = space_of(study, {"design 1": tried})
    ends = {
        v.plan.participants: at_the_end(v, tried) for v in space.variants if v.design.allocation == (1, 1)
    }
    assert ends == {24: ["participants"], 28: [], 32: ["participants"]}


TEMPLATES = [(name, design) for name in template_names() for design in loads(template_text(name)).designs]


@pytest.mark.parametrize(("template", "design"), TEMPLATES)
def test_the_usual_values_of_every_family_are_values_of_its_fields(template: str, design: str):
    study = loads(template_text(template))
    usual = usual_values(study, design)
    assert all(asked(study, design, {field: list(values)}) for field, values in usual.items())
    total = 1
    for field, values in usual.items():
        assert len(values) > 1
        assert len(set(map(repr, values))) == len(values)
        total *= len(values)
        assert field not in ("benchmark", "target", "margin", "alpha", "power", "analysis", "kind", "note")
    assert total <= MOST_COMBINATIONS


@pytest.mark.parametrize(
    ("design", "fields"),
    [
        ("kind: randomised, participants: 32", {"participants", "allocation"}),
        ("kind: simon, benchmark: 20%, target: 40%", set()),
        (
            "kind: single arm, participants: 20, benchmark: 20%",
            {"participants", "looks", "spending", "futility"},
        ),
        (
            "kind: bayesian single arm, participants: 20, benchmark: 20%, success above: 99%",
            {"participants", "certainty", "futility below", "success above"},
        ),
    ],
)
def test_sizes_looks_and_thresholds_are_found_by_the_types_of_fields(design: str, fields: set[str]):
    assert set(usual_values(study_of(design), "design 1")) == fields


def test_sizes_stay_within_the_number_that_is_allowed():
    study = study_of(
        "kind: single arm, participants: 20, benchmark: 20%", more="choose: {subject to: {participants: 22}}"
    )
    assert max(usual_values(study, "design 1")["participants"]) <= 22


@pytest.mark.parametrize(("template", "design"), TEMPLATES)
def test_what_is_pasted_is_the_design(template: str, design: str):
    study = loads(template_text(template))
    given = study.design(design).replace(note="")
    text = template_text(template)
    pasted = paste("pasted one", given)
    data = loads(text).canonical()
    from handful.spec.yaml import read_yaml

    written, _ = read_yaml(pasted)
    again = families.get(given.kind).model_validate(written["designs"]["pasted one"])
    assert again == given
    assert "note" not in written["designs"]["pasted one"]
    assert data["designs"]


def problem(study: Study, **what: Any) -> str:
    with pytest.raises(SpecError) as refused:
        asked(study, **what)
    return str(refused.value)


def test_what_is_asked_is_the_section_of_the_study_or_all_of_it():
    study = study_of("kind: randomised, participants: 30", "kind: randomised, participants: 60")
    assert asked(study) == {"design 1": {}, "design 2": {}}
    assert asked(study, "design 2") == {"design 2": {}}
    assert asked(study, "design 2", {"participants": range(20, 25)}) == {
        "design 2": {"participants": [20, 21, 22, 23, 24]}
    }


def test_what_is_asked_and_cannot_be_is_said_in_words():
    study = study_of("kind: randomised, participants: 30", "kind: randomised, participants: 60")
    assert "found 2 designs to search, wanted the name of one" in problem(
        study, over={"participants": "20..30"}
    )
    assert 'found "design", wanted the name of a design' in problem(study, design="design")
    assert "wanted a range such as 20..60" in problem(study, design="design 1", over={"participants": "some"})
    assert "participants" in problem(study, design="design 1", over={"particpants": [20]})
    assert 'found "2:0"' in problem(study, design="design 1", over={"allocation": ["2:0"]})
