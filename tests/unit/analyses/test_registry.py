"""Every registered analysis, and the field that chooses one."""

from __future__ import annotations

import pytest
from pydantic import Field

from handful.analyses.registry import AnalysisChoice, analyses, make
from handful.participants.observations import Observations
from handful.spec.base import Spec
from handful.spec.messages import SpecError
from handful.spec.references import BIBLIOGRAPHY
from handful.spec.registry import UnknownKind
from handful.spec.validation import validate
from tests.unit.analyses.trials_of_each_kind import SETTINGS


class Chooser(Spec):
    analysis: AnalysisChoice | None = Field(None, description="which analysis")


KINDS = {"binary", "continuous", "count", "time to event", "ordinal"}


@pytest.mark.parametrize("kind", analyses.kinds())
def test_every_analysis_says_what_it_is(kind: str) -> None:
    cls = analyses.get(kind)
    assert cls.__doc__
    assert cls.endpoints <= KINDS
    assert issubclass(cls.reads, Observations)
    assert all(key in BIBLIOGRAPHY for key in cls.references)
    assert cls.meaning[0] != cls.meaning[0].upper() or cls.meaning.split("'")[0][0].isupper()


@pytest.mark.parametrize("kind", [k for k in analyses.kinds() if k not in SETTINGS])
def test_bare_kind_is_the_analysis_with_its_usual_settings(kind: str) -> None:
    short = Chooser.model_validate({"analysis": kind})
    assert short == Chooser.model_validate({"analysis": {"kind": kind}}) == Chooser(analysis=make(kind))


def test_settings_are_written_in_full() -> None:
    chosen = validate(Chooser, {"analysis": {"kind": "beta binomial", "prior": [0.5, 1]}}).analysis
    assert chosen == make("beta binomial", prior=(0.5, 1.0))


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("fihser", 'did you mean "fisher"'),
        ({"kind": "t-test"}, 'did you mean "t test"'),
        ({"kind": "fisher", "alpha": 1}, 'unknown field "alpha"'),
        ("z test", "sd: found nothing"),
        (3, "found 3"),
        ({"kind": "beta binomial", "prior": [0, 1]}, "above 0"),
    ],
)
def test_what_is_wrong_is_said(written: object, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        validate(Chooser, {"analysis": written})


def test_unknown_kind_from_python_is_named() -> None:
    with pytest.raises(UnknownKind, match="did you mean"):
        make("bosschloo")


def test_schema_allows_the_bare_kind() -> None:
    choice = Chooser.model_json_schema()["properties"]["analysis"]
    assert any("fisher" in option.get("enum", []) for option in choice["anyOf"])
