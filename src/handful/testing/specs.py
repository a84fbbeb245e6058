"""What every spec must do, whatever it is a spec of: say what it means, survive being written down, refuse nonsense."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from handful.spec.base import Spec
from handful.spec.messages import SpecError
from handful.spec.references import BIBLIOGRAPHY
from handful.spec.schema import json_schema
from handful.spec.validation import validate
from handful.spec.yaml import read_yaml

_FILE = "spec.yaml"
_NONSENSE = {"nonsense": ["nonsense"]}


def written(data: dict[str, Any]) -> str:
    """A spec as the text of a file, one field after the other; what is valid JSON is valid YAML."""
    return json.dumps(data, indent=1, ensure_ascii=False)


def read(cls: type[Spec], text: str) -> Spec:
    """Read a spec of a class from the text of a file.

    Args:
        cls: The class.
        text: YAML.

    Returns:
        The spec.

    Raises:
        SpecError: Naming everything that is wrong, with its line.
    """
    data, positions = read_yaml(text, _FILE)
    return validate(cls, data, positions, _FILE)


class SpecContract:
    """The part of every contract that concerns the spec itself; subclasses give the fixture `spec`."""

    base: ClassVar[type[Spec]] = Spec

    @pytest.fixture
    def spec(self) -> Spec:
        """The spec under test."""
        raise NotImplementedError("a contract needs a fixture that gives what is tested")

    def test_it_says_in_one_line_what_it_is(self, spec: Spec) -> None:
        """`meaning` is shown in lists of what there is."""
        assert isinstance(spec, self.base)
        meaning = getattr(spec, "meaning", "")
        assert meaning == meaning.strip() != ""
        assert "\n" not in meaning

    def test_its_references_resolve(self, spec: Spec) -> None:
        """Each is a key of the bibliography, or a whole citation."""
        references = getattr(spec, "references", ())
        assert len(set(references)) == len(references)
        assert len(BIBLIOGRAPHY.cited(references)) == len(references)

    def test_it_survives_being_written_down(self, spec: Spec) -> None:
        """The canonical form, read as a file, gives the same spec with the same digest."""
        again = read(type(spec), written(spec.canonical()))
        assert again == spec
        assert again.digest() == spec.digest()
        assert hash(again) == hash(spec)

    def test_editors_get_a_schema_with_every_field_described(self, spec: Spec) -> None:
        """The JSON Schema has every field that may be written, and refuses others."""
        schema = json_schema(type(spec))
        json.dumps(schema, allow_nan=False)
        fields = schema["properties"]
        assert set(fields) == set(spec.canonical())
        assert fields["kind"]["const"] == spec.canonical()["kind"]
        assert schema["additionalProperties"] is False
        assert all(field.get("description") for name, field in fields.items() if name != "kind")

    def test_nonsense_in_any_field_is_refused_with_its_line(self, spec: Spec) -> None:
        """Whatever field holds nonsense, the message names the line and says what would be right."""
        for text, first, last in nonsense(spec):
            with pytest.raises(SpecError) as refused:
                read(type(spec), text)
            for problem in refused.value.problems:
                assert problem.file == _FILE
                assert problem.line is not None
                assert problem.found
                assert problem.wanted
                assert "\n" not in str(problem)
            lines = [problem.line or 0 for problem in refused.value.problems]
            assert any(first <= line <= last for line in lines), f"{refused.value}\n{text}"


def nonsense(spec: Spec) -> Iterator[tuple[str, int, int]]:
    """Texts that are wrong in one field, with the first and last line that may be named."""
    good = spec.canonical()
    for name in good:
        yield _spoilt(good | {name: _NONSENSE}, name)
    misspelt = {
        f"{name}x" if name == "note" or len(good) == 1 else name: value for name, value in good.items()
    }
    if misspelt == good:
        misspelt = {**good, "nonsense": 1}
    yield _spoilt(misspelt, next(name for name in misspelt if name not in good))


def _spoilt(data: dict[str, Any], name: str) -> tuple[str, int, int]:
    """A text, and the lines of one of its fields."""
    text = written(data)
    lines = text.splitlines()
    first = next(number for number, line in enumerate(lines, 1) if line.startswith(f" {json.dumps(name)}:"))
    after = [
        number for number, line in enumerate(lines, 1) if number > first and line.startswith((' "', "}"))
    ]
    # A wrong kind is named where the spec begins.
    return text, 1 if name == "kind" else first, after[0] - 1
