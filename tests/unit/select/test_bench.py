"""Nothing is simulated twice."""

from __future__ import annotations

from handful.select.compare import compare
from handful.select.runs import InMemory
from handful.study.loading import loads

STUDY = """
title: Two scenarios
population: {prevalence: 900}
endpoint: {name: letters, kind: continuous, known after: 12 months}
scenarios:
  no effect: {untreated: {sd: 6}, effect: 0}
  hoped for: {base: no effect, effect: 6}
designs:
  one arm: {kind: single arm, participants: 10, benchmark: 0}
compute: {trials: 20}
"""


class Counting(InMemory):
    def __init__(self):
        super().__init__()
        self.jobs = []

    def run(self, job, design, scenario, *, declared):
        self.jobs.append((design, job.scenario.replace(note="", weight=1.0).digest()))
        return super().run(job, design, scenario, declared=declared)


def test_no_design_is_simulated_twice_in_the_same_truth():
    runner = Counting()
    compare(loads(STUDY), runner)
    assert len(runner.jobs) == len(set(runner.jobs))
    # 2 declared, 5 more points of the power curve, and the stresses under which a scenario differs.
    assert len(runner.jobs) > 7
