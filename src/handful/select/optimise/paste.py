"""A design as it is written in a study file, to be pasted there."""

from __future__ import annotations

import io
from typing import Any

from handful.designs.base import Design
from handful.spec.shape import written_name


def paste(name: str, design: Design) -> str:
    """Write a design as YAML: its kind and every field that is not as it would be by default, but for the note.

    Args:
        name: The name that it is to have.
        design: The design.

    Returns:
        The section `designs` of a study file with this design alone.

    Example:
        >>> from handful.designs.randomised import Randomised
        >>> print(paste("two arms", Randomised(participants=24, allocation=(2, 1))), end="")
        designs:
          two arms:
            kind: randomised
            participants: 24
            allocation: [2, 1]
    """
    from ruamel.yaml import YAML

    writer = YAML()
    writer.default_flow_style = None
    writer.width = 10_000
    text = io.StringIO()
    writer.dump({"designs": {name: _said(design)}}, text)
    return text.getvalue()


def _said(design: Design) -> dict[str, Any]:
    """What has to be written of a design; the note is about the design that it was made from."""
    canonical = design.canonical()
    said: dict[str, Any] = {"kind": design.kind}
    for field_name, field in type(design).model_fields.items():
        usual = (
            None if field.is_required() else field.get_default(call_default_factory=True, validated_data={})
        )
        if field_name not in ("kind", "note") and (
            field.is_required() or getattr(design, field_name) != usual
        ):
            written = written_name(field_name, field)
            said[written] = canonical[written]
    return said
