"""Verdicts from results: what each design is worth, what it breaks, and which one to take."""

from __future__ import annotations

from collections.abc import Sequence

from handful.select.choose import Candidate, choose
from handful.select.results import Cell, DesignSummary, StressResult, Verdict
from handful.select.utility import made_for, plausibilities, utility
from handful.study.model import Choice, Study


def judge(
    study: Study,
    choice: Choice,
    hoped_for: str,
    designs: Sequence[DesignSummary],
    cells: Sequence[Cell],
    stresses: Sequence[StressResult],
) -> tuple[Verdict, ...]:
    """Choose among designs whose figures are known.

    Args:
        study: The study that was compared.
        choice: What counts as a good choice, which need not be the study's own.
        hoped_for: The scenario in which power, participants and duration are read.
        designs: The designs.
        cells: Every design in every scenario.
        stresses: Every design under the stresses, with where it turns under the constraints of the choice.

    Returns:
        Verdicts, best first.
    """
    weights, made = plausibilities(study), made_for(study)
    candidates = []
    for design in designs:
        own = {cell.scenario: cell.characteristics for cell in cells if cell.design == design.name}
        worth = utility(own, weights, hoped_for, choice, study.endpoint, study.population, made)
        borne = tuple(s for s in stresses if s.design == design.name)
        candidates.append(Candidate(design.name, design.type_one, own, worth, design.participants, borne))
    return tuple(choose(candidates, choice.subject_to, hoped_for, choice.best))
