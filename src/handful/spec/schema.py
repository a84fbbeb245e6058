"""JSON Schema of a spec, so that editors complete and check study files while they are written."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(model: type[BaseModel], title: str = "") -> dict[str, Any]:
    """Export the JSON Schema of what may be written in a file.

    Args:
        model: A spec class.
        title: Title of the whole; the name of the class in words when empty.

    Returns:
        A schema of draft 2020-12 as plain data. Names are spelled with spaces, descriptions are those of
        the fields, quantities accept the same texts that the spec accepts, unknown names are refused, and a
        `kind` that tells specs apart must be written.

    Example:
        >>> from handful.spec import Field, Spec
        >>> class Visit(Spec):
        ...     known_after: float = Field(3, description="months until the outcome is known")
        >>> json_schema(Visit)["properties"]["known after"]["description"]
        'months until the outcome is known'
    """
    schema = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    named = {"title": title} if title else {}
    return {"$schema": _DIALECT, **schema, **named}


class _Generator(GenerateJsonSchema):
    """Adds what a written union needs: its `kind` has a default in Python but must be written in a file."""

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        generated = super().tagged_union_schema(schema)
        discriminator = schema["discriminator"]
        if isinstance(discriminator, str) and "oneOf" in generated:
            generated["required"] = [discriminator]
        return generated
