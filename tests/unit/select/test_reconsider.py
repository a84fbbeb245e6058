"""Another choice among the same results gives what a new comparison would, where the designs stay the same."""

from __future__ import annotations

from functools import cache

import pytest

from handful.select.compare import compare
from handful.select.reconsider import asked_otherwise, effect_of_choice, not_known, reconsider
from handful.select.results import Comparison
from handful.study.loading import loads
from handful.study.model import Choice, Constraints, Study

TEXT = """
title: Reconsidered
population: {prevalence: 900, incidence: 25 per year, horizon: 10 years}
endpoint: {name: response, kind: binary, known after: 6 months}
recruitment: {rate: 2 per month}
scenarios:
  nothing: {untreated: 20%, effect: 0}
  hoped for: {base: nothing, effect: 0.45}
  less: {base: nothing, effect: 0.25}
designs:
  small: {kind: single arm, participants: 12, benchmark: 20%, alpha: 2.5%}
  large: {kind: single arm, participants: 36, benchmark: 20%, alpha: 2.5%}
  control: {kind: randomised, participants: 40, analysis: fisher, alpha: 2.5%}
  drifting: {kind: single arm, participants: 30, benchmark: 20%}
choose: {subject to: {power: {hoped for: 80%}}}
compute: {trials: 300, seed: 11}
"""

HELPED = Choice(subject_to=Constraints(power={"hoped for": 0.8}))


@cache
def found() -> tuple[Study, Comparison]:
    study = loads(TEXT)
    return study, compare(study)


def test_its_own_choice_gives_the_same_comparison_to_the_last_digit() -> None:
    study, comparison = found()
    assert reconsider(study, comparison, study.choose) == comparison
    read = Comparison.model_validate_json(comparison.model_dump_json())
    assert reconsider(study, read, study.choose) == comparison


@pytest.mark.parametrize(
    "choice",
    [
        Choice(best="power", subject_to=HELPED.subject_to),
        Choice(best="expected participants", subject_to=HELPED.subject_to),
        Choice(best="expected duration", subject_to=Constraints(power={"hoped for": 0.3, "less": 0.2})),
        Choice(burden=0.4, subject_to=Constraints(power={"hoped for": 0.95})),
        Choice(
            subject_to=Constraints(power={"hoped for": 0.8}, participants=30, duration=20, on_control=0.1)
        ),
        Choice(subject_to=Constraints(power={"hoped for": 0.8}, withstand={"drift of the benchmark": 0.1})),
    ],
)
def test_another_choice_gives_what_a_new_comparison_says(choice: Choice) -> None:
    """Designs that keep a level of their own are planned the same for any choice."""
    study, comparison = found()
    other = study.replace(choose=choice)
    anew = compare(other)
    again = reconsider(study, comparison, choice)
    assert again.verdicts == anew.verdicts
    assert again.stresses == anew.stresses
    assert again.answer == anew.answer


def test_what_is_asked_otherwise_is_said() -> None:
    asked = Choice(
        best="power", subject_to=Constraints(type_I_error=0.05, power={"hoped for": 0.9}, on_control=0.5)
    )
    assert asked_otherwise(HELPED, HELPED, "hoped for") == []
    assert asked_otherwise(HELPED, asked, "hoped for") == [
        "best by “power” instead of “people helped over the horizon”",
        "type I error at most 5% instead of at most 2.5%",
        "power in “hoped for” at least 90% instead of at least 80%",
        "on control at most 50% of participants instead of without limit",
    ]
    assert asked_otherwise(HELPED, Choice(), "hoped for") == [
        "power in “hoped for” without limit instead of at least 80%"
    ]


def test_what_it_does_to_the_ranking_is_said() -> None:
    study, comparison = found()
    fewest = reconsider(
        study,
        comparison,
        Choice(best="expected participants", subject_to=Constraints(power={"hoped for": 0.7})),
    )
    said = effect_of_choice(comparison, fewest)
    assert comparison.chosen != fewest.chosen
    assert said[0] == f"“{fewest.chosen}” is now the design to take, in place of “{comparison.chosen}”."
    first = next(v for v in comparison.verdicts if v.design == fewest.chosen)
    assert f"“{fewest.chosen}” from {first.rank} to 1" in said[1]
    none = reconsider(study, comparison, Choice(subject_to=Constraints(participants=3)))
    assert effect_of_choice(comparison, none)[0].startswith("No design keeps every constraint any more")
    assert effect_of_choice(none, comparison)[0].endswith("before, no design kept every constraint.")
    assert effect_of_choice(comparison, comparison) == [
        f"“{comparison.chosen}” is still the design to take.",
        "The ranking is the same.",
    ]


def test_what_a_choice_needs_and_the_results_do_not_say_is_said() -> None:
    study, comparison = found()
    assert not_known(study, comparison, study.choose) == []
    level = not_known(
        study, comparison, Choice(subject_to=Constraints(type_I_error=0.05, power={"hoped for": 0.8}))
    )
    assert len(level) == 1
    assert level[0].startswith("“drifting” would be planned otherwise")
    elsewhere = not_known(study, comparison, Choice(subject_to=Constraints(power={"less": 0.5})))
    assert "would hope for “less”" in elsewhere[0]


def test_durations_that_nobody_knows_are_not_guessed() -> None:
    study = loads(TEXT.replace("recruitment: {rate: 2 per month}\n", ""))
    comparison = compare(study)
    limited = Choice(subject_to=Constraints(power={"hoped for": 0.8}, duration=12))
    assert not_known(study, comparison, limited)[0].endswith("so the limit on duration is not applied there.")
    assert reconsider(study, comparison, limited).verdicts == comparison.verdicts
    shortest = Choice(best="expected duration", subject_to=HELPED.subject_to)
    assert not_known(study, comparison, shortest)[0].endswith("so no duration is known to rank by.")
