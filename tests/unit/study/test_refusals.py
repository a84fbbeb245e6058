"""A design that is written wrongly is refused with file, line, field, what was found and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from handful.spec.messages import SpecError
from handful.study.loading import load

STUDY = """title: Written wrongly
population: {{prevalence: 900}}
endpoint: {{name: response, kind: binary}}
scenarios:
  nothing: {{untreated: 20%, effect: 0}}
  hoped for: {{base: nothing, effect: 0.3}}
designs:
  wrong: {{{}}}
"""
SELECTION = "kind: arm selection, participants: 60, arms: [low, high]"
SEQUENTIAL = "kind: group sequential, participants: 60"
FOLLOWING = "kind: response adaptive, participants: 60"
WATCHED = "kind: bayesian, participants: 60"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        # One word that stands for a kind without settings.
        (
            "kind: enrichment, participants: 60, subgroup: young, go on with: best",
            'go on with: found "best", wanted one of thresholds, difference, others',
        ),
        (
            f"{SELECTION}, keep: bset",
            'keep: found "bset", wanted one of best, within, above (did you mean "best"?)',
        ),
        (
            f"{SELECTION}, combination: fischer",
            'combination: found "fischer", wanted one of fisher, inverse normal (did you mean "fisher"?)',
        ),
        (f"{FOLLOWING}, rule: thompson", 'rule: found "thompson", wanted one of thall wathen, trippa'),
        (
            f"{FOLLOWING}, rule: 3",
            "rule: found 3, wanted named fields (name: value), of which `kind` is one of thall wathen, trippa",
        ),
        (
            f"{FOLLOWING}, rule: {{scale: 2}}",
            "rule > kind: found nothing, wanted one of thall wathen, trippa",
        ),
        (
            f"{SEQUENTIAL}, spending: obrien",
            'spending: found "obrien", wanted one of obrien fleming, pocock, hwang shih decani, kim demets, exponential, last '
            'look, wang tsiatis, haybittle peto, given (did you mean "obrien fleming"?)',
        ),
        (
            f"{SEQUENTIAL}, futility: pocock",
            'futility: found "pocock", wanted named fields (name: value) among spending, binding',
        ),
        (
            f"{SELECTION}, intersection: dunet",
            'intersection: found "dunet", wanted one of dunnett, spiessens debois, simes, bonferroni, sidak (did you mean '
            '"dunnett"?), or named fields (name: value) among weights, transitions',
        ),
        (
            f"{SELECTION}, intersection: {{weights: [0.5, 0.5]}}",
            "intersection > transitions: found nothing, wanted this field: Row by row how each hypothesis divides its weight "
            "among the others when it is rejected.",
        ),
        # Numbers: as they are written, and lists as they stand.
        (
            "kind: optimal allocation, participants: 60, degree: 30%",
            'degree: found "30%", wanted at least 0.5',
        ),
        (
            f"{FOLLOWING}, success above: 98",
            "success above: found 98, wanted a probability such as 0.2 or 20% (did you mean 98%?)",
        ),
        (f"{FOLLOWING}, prior: [1]", "prior: found [1], wanted a list of at least 2 items"),
        (f"{FOLLOWING}, first look: 80", "first look: found 80, wanted at most 60, the size of the trial"),
        (
            f"{WATCHED}, looks: 3",
            "looks: found 3, wanted a share of the whole above 0, such as 0.2 or 20% (did you mean 3%?)",
        ),
        (f"{WATCHED}, looks: [50%, 90%]", "looks: found [50%, 90%], wanted looks that end with 100%"),
        (
            "kind: arm selection, participants: 60, arms: 9",
            "arms: found 9, wanted 1 to 8 arms, or a list of their names",
        ),
        (
            "kind: drop the losers, participants: 60, arms: 1",
            "arms: found 1, wanted at least 2 arms, of which some can be dropped",
        ),
        # What does not go together.
        (
            f"{WATCHED}, futility below: 1%, predictive below: 5%",
            'predictive below: found "5%", wanted either `futility below` or `predictive below`',
        ),
        (
            "kind: unblinded reassessment, participants: 60, test: fisher, futility below: 10%",
            'futility below: found "10%", wanted `futility above` of the test `fisher` in its place',
        ),
    ],
)
def test_a_design_that_is_written_wrongly(tmp_path: Path, fields: str, said: str):
    file = tmp_path / "study.yaml"
    file.write_text(STUDY.format(fields), encoding="utf-8")
    with pytest.raises(SpecError) as refused:
        load(file)
    assert str(refused.value) == f"{file}, line 8, designs > wrong > {said}"


def test_a_design_that_cannot_answer_says_why(tmp_path: Path):
    file = tmp_path / "study.yaml"
    file.write_text(STUDY.format(f"{WATCHED}, analysis: fisher"), encoding="utf-8")
    with pytest.raises(
        SpecError,
        match=r"line 8, designs > wrong: found a bayesian design that cannot be planned, wanted one",
    ):
        load(file)
