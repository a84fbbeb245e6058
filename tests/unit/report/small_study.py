"""A small study with looks, stresses and hostile words, compared once for all tests of the report."""

from __future__ import annotations

import json
from functools import cache

from handful.report.document import render
from handful.report.stories import ToldTrial, choose_stories
from handful.select.compare import compare
from handful.select.results import Comparison
from handful.study.loading import loads
from handful.study.model import Study

HOSTILE = "<script>alert('x')</script> & \"co\""

TEXT = f"""
title: {json.dumps(HOSTILE)}
disease: <b>rare</b>
note: <img src=https://example.org/x.png>
sources: [A registry of <i>everybody</i>]
population: {{prevalence: 900, incidence: 25 per year, reachable: 20%, horizon: 10 years}}
endpoint: {{name: response & more, kind: binary, known after: 6 months}}
recruitment: {{rate: 1.5 per month, dropout: 5% per year}}
product: {{manufacturing failure: 10%, waiting time: 2 months}}
scenarios:
  no effect: {{untreated: 20%, effect: 0, note: nothing <u>happens</u>}}
  hoped for: {{base: no effect, effect: 0.5, note: as hoped}}
designs:
  fellow eye: {{kind: within participant, participants: 10}}
  two-stage <em>: {{kind: simon, benchmark: 0.2, target: 0.6}}
  looks: {{kind: group sequential, participants: 40, futility: {{}}}}
choose: {{subject to: {{type I error: 5%, power: {{hoped for: 60%}}}}}}
compute: {{trials: 400, seed: 3}}
"""


@cache
def compared() -> tuple[Study, Comparison]:
    """The study and its comparison."""
    study = loads(TEXT)
    return study, compare(study)


@cache
def told() -> tuple[ToldTrial, ...]:
    """Its stories."""
    return tuple(choose_stories(*compared()))


@cache
def report() -> str:
    """Its report."""
    return render(*compared(), told(), source=TEXT)
