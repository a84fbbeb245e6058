"""What `handful check` says of the text of a study: everything that is wrong with it, or the study in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from handful.select.explain import Section, explain
from handful.select.rehearsal import rehearse
from handful.spec.messages import Problem, SpecError
from handful.study.loading import loads


@dataclass(frozen=True)
class Checked:
    """What was found.

    Attributes:
        problems: Everything that is wrong, with its line; nothing when the study is in order.
        explanation: The study in plain words; nothing while something is wrong.
    """

    problems: tuple[Problem, ...] = ()
    explanation: tuple[Section, ...] = ()


def check(text: str, file: str | None = None) -> Checked:
    """Check the text of a study as a whole: read it, plan every design, and conduct each in every scenario on a few trials.

    Args:
        text: The study file.
        file: Its name, for the messages.

    Returns:
        What is wrong, or what the study says. This may take seconds where boundaries are computed exactly.

    Example:
        >>> check("title: A first study\\n").problems[0].field
        'population'
    """
    try:
        study = loads(text, file)
        rehearse(study, file, text)
    except SpecError as error:
        return Checked(problems=error.problems)
    return Checked(explanation=explain(study))
