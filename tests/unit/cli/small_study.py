"""A small study for the tests of the command line."""

STUDY = """\
# A comment that must survive.
title: A first study
population: {prevalence: 900, incidence: 25 per year}
endpoint: {name: response at 12 months, kind: binary, known after: 12 months}
recruitment: {rate: 2 per month}
scenarios:
  nothing: {untreated: 20%, effect: 0}
  hoped for: {base: nothing, effect: 0.5}
designs:
  single arm: {kind: single arm, participants: 16, benchmark: 20%}
  randomised: {kind: randomised, participants: 24, analysis: fisher}
choose: {subject to: {power: {hoped for: 80%}}}
compute: {trials: 300, seed: 5}
"""
