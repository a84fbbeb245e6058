"""A rehearsal: every design in every scenario on a handful of trials, before hours are spent.

Planning finds what a design cannot answer. That a design asks people for something that a scenario does not say, such as a
course before treatment, is only found when it is conducted.
"""

from __future__ import annotations

from handful.engine.conduct import conduct
from handful.participants.block import Block
from handful.spec.messages import Problem, SpecError
from handful.study.model import Study

_TRIALS = 2


def rehearse(study: Study, file: str | None = None) -> None:
    """Conduct every design in every scenario on two trials.

    Args:
        study: The study.
        file: Name of its file, for the messages.

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
    problems = []
    block = Block(study.compute.seed, 0, _TRIALS)
    for name in study.designs:
        plan = study.plan(name)
        for scenario in study.scenarios:
            try:
                conduct(plan, plan.people(study.scenario(scenario), block))
            except ValueError as refused:
                found = f"a design that cannot be conducted in “{scenario}”"
                problems.append(Problem.at(file, None, ("designs", name), found, f"one that can: {refused}"))
                break
    if problems:
        raise SpecError(problems)
