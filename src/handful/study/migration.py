"""Older study files, brought up to date step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handful.spec.messages import Problem, SpecError, shown
from handful.spec.positions import Positions
from handful.study.model import Study

Step = Callable[[dict[str, Any]], dict[str, Any]]

SCHEMA: int = Study.model_fields["schema_"].default
"""Version of the study file that this release writes."""

STEPS: dict[int, Step] = {}
"""For each older version, what turns its data into that of the next version."""


def migrated(data: dict[str, Any], positions: Positions, file: str | None) -> dict[str, Any]:
    """Bring the data of a study file to the present version.

    Args:
        data: Plain data as read.
        positions: Where everything stands.
        file: Name of the file.

    Returns:
        Data of the present version.

    Raises:
        SpecError: When the version is not known, for instance because a newer release wrote the file.

    Example:
        >>> migrated({"schema": 1, "title": "x"}, Positions(), None)
        {'schema': 1, 'title': 'x'}
    """
    version = data.get("schema", SCHEMA)
    known = range(min(STEPS, default=SCHEMA), SCHEMA + 1)
    if isinstance(version, bool) or not isinstance(version, int) or version not in known:
        newer = isinstance(version, int) and version > SCHEMA
        hint = " (a newer release of handful wrote this file)" if newer else ""
        place = positions.value(("schema",))
        raise SpecError([Problem.at(file, place, ("schema",), shown(version), f"schema: {SCHEMA}{hint}")])
    while version < SCHEMA:
        data = {**STEPS[version](data), "schema": version + 1}
        version += 1
    return data
