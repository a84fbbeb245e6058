"""A rehearsal: every design in every scenario on a handful of trials, before hours are spent.

Planning finds what a design cannot answer. That a design asks people for something that a scenario does not say, such as a
course before treatment, is only found when it is conducted.
"""

from __future__ import annotations

from handful.engine.conduct import conduct
from handful.participants.block import Block
from handful.spec.messages import Problem, SpecError
from handful.spec.positions import Positions
from handful.spec.yaml import read_yaml
from handful.study.model import Study

_TRIALS = 2


def rehearse(study: Study, file: str | None = None, text: str | None = None) -> None:
    """Conduct every design in every scenario on two trials.

    Args:
        study: The study.
        file: Name of its file, for the messages.
        text: The file as it is written, for the lines; they are left out when None.

    Raises:
        SpecError: Naming every design that cannot be conducted in a scenario, and why.

    Example:
        >>> from handful.study.loading import loads
        >>> rehearse(loads('''
        ... title: A first study
        ... population: {prevalence: 900}
        ... endpoint: {name: response, kind: binary}
        ... scenarios: {hoped for: {untreated: 20%, treated: 60%}}
        ... designs: {fixed: {kind: randomised, participants: 30}}
        ... '''))
    """
    refused: dict[str, tuple[str, ValueError]] = {}
    block = Block(study.compute.seed, 0, _TRIALS)
    for name in study.designs:
        plan = study.plan(name)
        for scenario in study.scenarios:
            try:
                conduct(plan, plan.people(study.scenario(scenario), block))
            except ValueError as error:
                refused[name] = scenario, error
                break
    if refused:
        positions = read_yaml(text)[1] if text is not None else None
        raise SpecError([_problem(name, *why, file, positions) for name, why in refused.items()])


def _problem(
    design: str, scenario: str, why: ValueError, file: str | None, positions: Positions | None
) -> Problem:
    """What is wrong with a design, at its line if that can be told."""
    path = ("designs", design)
    found = f"a design that cannot be conducted in “{scenario}”"
    return Problem.at(file, positions.key(path) if positions else None, path, found, f"one that can: {why}")
