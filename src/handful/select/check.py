"""What `handful check` says of the text of a study: everything that is wrong with it, or the study in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from handful.select.explain import Section, explain
from handful.select.rehearsal import rehearse
from handful.spec.messages import Problem, SpecError, path_in_words
from handful.spec.positions import Path, Positions
from handful.spec.yaml import read_yaml
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
        rehearse(study, file)
    except SpecError as error:
        return Checked(problems=_placed(error.problems, text))
    return Checked(explanation=explain(study))


def _placed(problems: tuple[Problem, ...], text: str) -> tuple[Problem, ...]:
    """Give problems that were found beyond the file the line of what they speak of."""
    if all(problem.line is not None for problem in problems):
        return problems
    try:
        data, positions = read_yaml(text)
    except SpecError:
        return problems
    designs: list[Path] = [("designs", name) for name in data.get("designs") or {}]
    paths = {path_in_words(path): path for path in designs}
    return tuple(_at_line(problem, paths, positions) for problem in problems)


def _at_line(problem: Problem, paths: dict[str, Path], positions: Positions) -> Problem:
    """A problem with its line, if that can be told."""
    if problem.line is not None or problem.field not in paths:
        return problem
    path = paths[problem.field]
    return Problem.at(problem.file, positions.key(path), path, problem.found, problem.wanted)
