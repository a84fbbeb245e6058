"""What a search is asked to look through: what the study file says, and what was asked otherwise on top of it."""

from __future__ import annotations

from typing import Any

from pydantic_core import PydanticCustomError

from handful.spec.messages import Problem, SpecError, one_of, shown
from handful.spec.reading import Refused
from handful.study.model import Study
from handful.study.ranges import values_of
from handful.study.searched import Over, check_searched


def asked(study: Study, design: str | None = None, over: Over | None = None) -> dict[str, Over]:
    """The designs that are searched, each with the fields that are named.

    Args:
        study: The study, whose section `optimise` holds unless something else is asked.
        design: The one design to search; those of the section, or all, when None.
        over: Fields of that design with their values, in the place of those of the section.

    Returns:
        Fields with their values by the name of the design; no fields stand for the usual ones of the family.

    Raises:
        SpecError: When there is no such design, when a field is not one of the family or a value none of the field, or when it
            is not clear which design `over` is about.

    Example:
        >>> from handful.study.loading import loads
        >>> study = loads('''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios: {hoped for: {untreated: 20%, treated: 60%}}
        ... designs: {fixed: {kind: randomised, participants: 30}}
        ... optimise: {fixed: {participants: 20..40}}
        ... ''')
        >>> asked(study, over={"allocation": ["1:1", "2:1"]})
        {'fixed': {'participants': '20..40', 'allocation': ['1:1', '2:1']}}
    """
    named: dict[str, Over] = dict(study.optimise)
    if design is not None and design not in study.designs:
        raise _problem("design", shown(design), f"the name of a design: {one_of(study.designs, design)}")
    if over and design is None:
        about = list(named or study.designs)
        if len(about) > 1:
            raise _problem("over", f"{len(about)} designs to search", f"the name of one: {one_of(about)}")
        design = about[0]
    if design is None:
        return named or {name: {} for name in study.designs}
    fields = {**named.get(design, {}), **{name: _plain(values) for name, values in (over or {}).items()}}
    for name, written in fields.items():
        _check(study, design, name, written)
    return {design: fields}


def _check(study: Study, design: str, name: str, written: Any) -> None:
    """Refuse a field that the family does not have, or values that it does not take."""
    try:
        values_of(written)
        check_searched(study.design(design), {name: written})
    except Refused as refused:
        hint = f" ({refused})" if str(refused) else ""
        wanted = f"a range such as 20..60 or 20..60 by 4, or a list of values{hint}"
        raise _problem(name, shown(written), wanted) from None
    except PydanticCustomError as error:
        context = error.context or {}
        *_, last = context["at"]
        found = written[last] if isinstance(last, int) else written
        raise _problem(name, shown(found), str(context["wanted"])) from None


def _plain(values: Any) -> Any:
    """Values as they would stand in a file: what Python counts is a list, and lists inside are tuples."""
    if isinstance(values, range | list | tuple):
        return [tuple(value) if isinstance(value, list) else value for value in values]
    return values


def _problem(field: str, found: str, wanted: str) -> SpecError:
    """One problem as an error."""
    return SpecError([Problem(None, None, None, field, found, wanted)])
