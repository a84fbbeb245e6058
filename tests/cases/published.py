"""Published results as observations of one trial, and the answers of handful's analyses on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from handful.analyses.base import Aim, Analysis
from handful.participants.observations import Cut, Observations, Outcomes
from handful.select.compare import compare
from handful.select.results import Comparison
from handful.study.loading import load

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Answer:
    """What an analysis says of one trial."""

    statistic: float
    value: float
    lower: float
    upper: float


def answered(analysis: Analysis, seen: Observations, aim: Aim) -> Answer:
    """Run an analysis on the data of one trial."""
    cut = Cut(np.array([seen.shape[1]]), np.zeros(1))
    estimate = analysis.estimate(seen, cut, aim)
    return Answer(
        float(analysis.evidence(seen, cut, aim).statistic[0, 0]),
        float(estimate.value[0]),
        float(estimate.lower[0]),
        float(estimate.upper[0]),
    )


def two_arms(treated: Sequence[float], control: Sequence[float] = ()) -> Outcomes:
    """One outcome a participant, the treated first."""
    arm = np.array([[1] * len(treated) + [0] * len(control)], dtype=np.int8)
    return Outcomes(arm, None, np.array([[*treated, *control]], dtype=np.float64))


def responses(successes: int, size: int) -> list[float]:
    """So many successes in an arm."""
    return [1.0] * successes + [0.0] * (size - successes)


def with_moments(size: int, mean: float, sd: float) -> list[float]:
    """Values with exactly this mean and standard deviation."""
    raw = np.linspace(-1, 1, size)
    return list(mean + sd * (raw - raw.mean()) / raw.std(ddof=1))


@lru_cache
def compared(example: str, trials: int = 1000, file: str = "study.yaml") -> Comparison:
    """The comparison of an example with few trials, the seed as in its file."""
    study = load(EXAMPLES / example / file)
    return compare(study.replace(compute=study.compute.replace(trials=trials)))


def kept(results: Comparison) -> set[str]:
    """Designs that keep every constraint."""
    return {verdict.design for verdict in results.verdicts if verdict.kept}
