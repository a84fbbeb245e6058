"""Fields in words, and the JSON Schema that editors use."""

import re
from typing import Annotated, Any, Literal

import pytest

from handful.spec import Duration, Field, PercentList, PositiveCount, Probability, Ratio, Spec
from handful.spec.describe import FieldRow, describe_fields, type_in_words
from handful.spec.references import Bibliography, Reference, UnknownReference
from handful.spec.schema import json_schema


class FellowEye(Spec):
    kind: Literal["fellow eye"] = "fellow eye"
    participants: PositiveCount = Field(description="how many take part")
    known_after: Duration = Field(12, description="when the outcome is known")
    allocation: Ratio = Field((1, 1), description="treated to control")


class SingleArm(Spec):
    kind: Literal["single arm"] = "single arm"
    benchmark: Probability | None = Field(None, description="what is to be beaten")


class Study(Spec):
    designs: dict[str, Annotated[FellowEye | SingleArm, Field(discriminator="kind")]] = Field(
        {}, description="what we may do"
    )
    main: SingleArm = Field(SingleArm(), description="the first design")


def test_fields_in_words() -> None:
    assert describe_fields(FellowEye) == [
        FieldRow("participants", "a whole number of at least 1", "required", "how many take part"),
        FieldRow(
            "known after",
            "a duration such as 12 months, 2 years, 6 weeks or 30 days",
            "12",
            "when the outcome is known",
        ),
        FieldRow(
            "allocation",
            "a ratio of two whole numbers from 1 to 1000, such as 2:1",
            "[1, 1]",
            "treated to control",
        ),
    ]
    assert [row.type for row in describe_fields(Study)] == [
        "names, each with fellow eye, or single arm",
        "single arm",
    ]
    assert describe_fields(Study)[1].default == "{kind: single arm, benchmark: nothing}"


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (Probability | None, "a probability such as 0.2 or 20%, or nothing"),
        (Annotated[float, Field(gt=0, le=2)], "a number"),
        (PercentList, "a list, each a share of the whole such as 0.2 or 20%"),
        (Literal["one"], "one"),
        (tuple[int, str], "a list of a whole number, then a text"),
        (dict[str, bool], "names, each with true or false"),
        (object, "any value"),
    ],
)
def test_types_in_words(annotation: Any, words: str) -> None:
    assert type_in_words(annotation).startswith(words)


def test_the_schema_spells_names_with_spaces_and_needs_the_kind() -> None:
    schema = json_schema(Study, "A study")
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "A study"
    assert schema["additionalProperties"] is False
    designs = schema["properties"]["designs"]["additionalProperties"]
    assert designs["required"] == ["kind"]
    assert set(designs["discriminator"]["mapping"]) == {"fellow eye", "single arm"}
    fellow = schema["$defs"]["FellowEye"]
    assert fellow["title"] == "fellow eye"
    assert fellow["required"] == ["participants"]
    known = fellow["properties"]["known after"]
    assert known["description"] == "when the outcome is known"
    assert known["title"] == "known after"


@pytest.mark.parametrize(
    ("model", "field", "good", "bad"),
    [
        (FellowEye, "known after", ["12 months", "2 years", "30 days", "12"], ["20%", "12 m"]),
        (FellowEye, "allocation", ["2:1", "10 : 1"], ["2", "2:1:1"]),
        (SingleArm, "benchmark", ["20%", "0.2", " 2.5 % "], ["20 years", "half"]),
    ],
)
def test_the_patterns_of_the_schema_accept_what_the_spec_accepts(
    model: type[Spec], field: str, good: list[str], bad: list[str]
) -> None:
    choices = json_schema(model)["properties"][field]["anyOf"]
    (pattern,) = [choice["pattern"] for choice in choices if choice.get("type") == "string"]
    assert all(re.search(pattern, text) for text in good)
    assert not any(re.search(pattern, text) for text in bad)


def test_the_bibliography_lists_what_was_used_once_and_in_order() -> None:
    papers = Bibliography()
    simon = Reference(
        "simon1989", "Simon R", 1989, "Optimal two-stage designs", "Control Clin Trials 10:1-10", "10.1/x"
    )
    lee = Reference(
        "lee2008", "Lee JJ, Liu DD", 2008, "A predictive probability design", "Clin Trials 5:93-106"
    )
    papers.add(simon)
    papers.add(lee)
    papers.add(simon)
    assert papers.cited(["simon1989", "lee2008", "simon1989"]) == (
        "Lee JJ, Liu DD (2008). A predictive probability design. Clin Trials 5:93-106.",
        "Simon R (1989). Optimal two-stage designs. Control Clin Trials 10:1-10. https://doi.org/10.1/x",
    )
    assert (simon.short, lee.short) == ("Simon 1989", "Lee and Liu 2008")
    assert list(papers) == [simon, lee]
    with pytest.raises(UnknownReference, match='did you mean "simon1989"'):
        papers.cited(["simon1998"])
    with pytest.raises(ValueError, match="another paper has the key"):
        papers.add(Reference("simon1989", "Simon R", 1990, "Another", "Elsewhere"))
    with pytest.raises(ValueError, match="one word"):
        Reference("simon 1989", "Simon R", 1989, "x", "y")
