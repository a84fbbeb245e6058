"""Requirement: what is reported after looks and adaptations is near the truth, and how near is known."""

from __future__ import annotations

import math
from collections.abc import Iterator

from handful.engine.truth import Truth
from verification.designs import CASES
from verification.error_rates import simulated
from verification.verdicts import Study, Verdict

REQUIREMENT = "bias and coverage of what is reported after looks and adaptations are known"


def bias_and_coverage(trials: int) -> Iterator[Verdict]:
    """Bias as a share of the root mean squared error, and coverage of the interval, of every case in every truth."""
    for case in CASES:
        plan = case.plan
        nominal = 1 - 2 * plan.aim.alpha
        for setting, fields in (case.nulls | case.hoped).items():
            scenario = case.scenario(fields)
            Truth.of(plan, scenario)
            s = simulated(case, scenario, trials)
            known = int(s.error[0])
            if known == 0:
                continue
            mean = float(s.error[1]) / known
            spread = math.sqrt(max(0.0, float(s.error[2]) / known - mean**2))
            yield Verdict(
                REQUIREMENT, case.name, setting, "bias", mean, spread / math.sqrt(known), "reported"
            )
            yield Verdict.share(
                REQUIREMENT,
                case.name,
                setting,
                f"coverage of the {nominal:.0%} interval",
                s.covered,
                known,
                "reported",
                None,
            )


STUDY = Study("estimates", "Bias of the reported estimate and coverage of its interval.", bias_and_coverage)
