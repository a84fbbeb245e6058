"""Loose fields: which part each belongs to, and what is said when one is wrong."""

from __future__ import annotations

import pytest

from handful.spec import SpecError
from handful.study.fields import from_fields


def test_a_field_goes_to_the_family_then_the_scenario_then_the_endpoint():
    single = from_fields(
        "single arm", "binary", ["participants=9", "note=mine", "benchmark=0.2", "treated=0.5", "unit=people"]
    )
    assert (single.design.participants, single.design.note) == (9, "mine")
    assert (single.scenario.treated, single.scenario.note) == (0.5, "")
    assert single.endpoint.unit == "people"


def test_a_part_can_be_said_outright():
    single = from_fields(
        "single arm", "binary", ["participants=9", "benchmark=0.2", "treated=0.5", "scenario.note=theirs"]
    )
    assert (single.design.note, single.scenario.note) == ("", "theirs")


def test_the_benchmark_and_target_stand_for_what_the_scenario_does_not_say():
    fields = ["benchmark=20%", "target=40%"]
    assert from_fields("simon", "binary", fields).scenario.untreated == 0.2
    assert from_fields("simon", "binary", [*fields, "untreated=30%"]).scenario.untreated == 0.3
    assert from_fields("simon", "binary", [*fields, "effect=0.3"]).scenario.treated is None


def test_values_are_yaml():
    fields = ["participants=30", "allocation=2:1", "blocks-of=6", "untreated={mean: -0.5, sd: 6}", "effect=8"]
    single = from_fields(
        "randomised", "continuous", [*fields, "recruitment.rate=25 per year", "known_after=1 year"]
    )
    assert single.design.allocation == (2, 1)
    assert single.scenario.untreated.mean == -0.5
    assert single.scenario.recruitment.rate == pytest.approx(25 / 12)
    assert single.endpoint.known_after == 12


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("participants", "a field such as participants=30"),
        ("=3", "a field such as participants=30"),
        (".participants=3", "a field such as participants=30"),
        ("participnts=3", 'did you mean "participants"?'),
        ("participants=many", "participants: found"),
        ("participants=3\nnote: x", "one value"),
        ("participants=!!python/object:os.system", "no tags"),
        ("participants.of=3", "participants"),
        ("recruitment=3", "recruitment"),
        ("note=3", "a text"),
        ("kind=simon", "kind"),
    ],
)
def test_what_is_wrong_is_named(field, said):
    with pytest.raises(SpecError) as error:
        from_fields("single arm", "binary", ["participants=9", "benchmark=0.2", "treated=0.5", field])
    assert said in str(error.value)


def test_a_group_inside_a_value_is_refused():
    with pytest.raises(SpecError, match="as a group of fields"):
        from_fields("single arm", "binary", ["recruitment=3", "recruitment.rate=2"])
