"""Exact and simulated figures of random small designs are the same but for Monte Carlo error.

Every figure is within four standard errors, as `handful.testing.agreement` means it. A figure that is not is simulated again
with another seed, so that it disagrees by chance once in 249 million times; the number of figures is counted below, and
with it the chance that this whole file gives a false alarm stays below 1 in 10,000.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from handful.engine.simulate import Job
from handful.testing.agreement import FOUR_STANDARD_ERRORS, Compared, disagreements
from tests.statistical.random_designs import DESIGNS, jobs

FALSE_ALARM = 1e-4
EXAMPLES = 1.4
"""Examples that are asked for, for each different design that is wanted: some come twice."""
MOST_FIGURES = 8 + 2 * 8
"""Figures of one design: eight of the whole, and two for each of at most eight looks."""


def test_the_whole_file_gives_a_false_alarm_less_than_once_in_ten_thousand():
    figures = EXAMPLES * sum(DESIGNS.values()) * MOST_FIGURES
    assert figures * FOUR_STANDARD_ERRORS**2 < FALSE_ALARM
    assert sum(DESIGNS.values()) >= 200


@pytest.mark.parametrize("family", DESIGNS)
def test_exact_and_simulated_agree(family: str):
    tried: set[str] = set()

    # The same designs every time: the seed of the simulation is fixed too, so that a red run can be repeated.
    @settings(
        max_examples=round(EXAMPLES * DESIGNS[family]),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(job=jobs(family))
    def agree(job: Job) -> None:
        found = disagreements(job)
        assert found == [], _told(job, found)
        tried.add(repr((job.plan, job.scenario)))

    agree()
    assert len(tried) >= DESIGNS[family]


def _told(job: Job, found: list[Compared] | None) -> str:
    figures = "; ".join(
        f"{f.name} {f.seen:.5f} for {f.expected:.5f} (chance {f.chance:.1e})" for f in found or []
    )
    return f"{figures or 'not enumerated'} in {job.plan} under {job.scenario}"
