"""`handful check` and `handful new`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handful.study.templates import BY_IDEA, template_names, template_text
from tests.unit.cli.small_study import STUDY

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_check_explains_population_endpoint_scenarios_designs_and_choice(run, study):
    result = run("check", study)
    assert result.exit_code == 0
    for sentence in (
        "900 people have the disease now, and 25 more a year",
        "response at 12 months (binary, known 12 months after treatment); higher is better.",
        "Treatment brings a difference of 50 percentage points. This is the scenario hoped for.",
        "16 participants are enrolled, and every one is treated.",
        "Fragile to drift of the benchmark",
        "a power of at least 80% in “hoped for”",
    ):
        assert sentence in " ".join(result.stdout.split())


def test_check_writes_nothing(run, study):
    run("check", study)
    assert [path.name for path in study.parent.iterdir()] == ["study.yaml"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (STUDY.replace("kind: simple", ""), None),
        (STUDY.replace("benchmark: 20%", "benchmrk: 20%"), 'did you mean "benchmark"?'),
        (STUDY.replace("untreated: 20%", "untreated: 120%"), "a probability"),
        (STUDY.replace("base: nothing", "base: hoped for"), "a circle"),
        (STUDY + "\x07", "cannot be seen"),
        ("", "an empty file"),
    ],
)
def test_check_names_what_is_wrong_with_the_line(run, study, text, said):
    study.write_text(text, encoding="utf-8")
    result = run("check", study)
    assert result.exit_code == (0 if said is None else 2)
    if said is not None:
        assert result.stdout == ""
        assert said in result.stderr
        assert str(study) in result.stderr
        assert "Traceback" not in result.stderr


def test_check_of_a_folder_and_of_no_file_end_with_one_message(run, tmp_path):
    for path, said in ((tmp_path, "a folder"), (tmp_path / "none.yaml", "no such file")):
        result = run("check", path)
        assert result.exit_code == 2
        assert result.stderr == f"{path}: found {said}, wanted a file that can be read\n"


def test_check_refuses_what_only_conducting_finds(run, study):
    text = STUDY.replace("kind: binary", "kind: time to event")
    text = text.replace("untreated: 20%, effect: 0", "untreated: {median: 12 months}, hazard ratio: 1")
    text = text.replace("effect: 0.5", "hazard ratio: 0.5").replace("analysis: fisher", "analysis: log-rank")
    text = text.replace("benchmark: 20%", "benchmark: 12 months")
    study.write_text(text, encoding="utf-8")
    assert run("check", study).exit_code == 0
    own = "  own past: {kind: own control, participants: 9, lead in: 6 months, analysis: slope break}\n"
    text = STUDY.replace("kind: binary", "kind: continuous")
    text = text.replace("untreated: 20%, effect: 0", "untreated: {sd: 5}, effect: 0").replace(
        "effect: 0.5", "effect: 9"
    )
    text = text.replace("analysis: fisher", "analysis: t test").replace("benchmark: 20%", "benchmark: 0")
    text = text.replace("designs:\n", "designs:\n" + own)
    study.write_text(text, encoding="utf-8")
    line = text.splitlines().index(own.rstrip()) + 1
    for verb in ("check", "compare", "optimise"):
        refused = run(verb, study)
        assert refused.exit_code == 2
        said = " ".join(refused.stderr.split())
        assert f"{study}, line {line}, designs > own past: found a design that cannot be conducted in" in said
        assert "`baseline` block" in said


def test_the_schema_is_json_and_names_every_family(run):
    result = run("check", "--schema")
    schema = json.loads(result.stdout)
    assert schema["$schema"].endswith("2020-12/schema")
    assert "group sequential" in result.stdout


def test_templates_are_the_examples():
    examples = {
        f"{folder.name}{'' if file.stem == 'study' else '_' + file.stem}".replace("_", "-"): file
        for folder in EXAMPLES.iterdir()
        for file in folder.glob("*.yaml")
    }
    assert set(template_names()) == set(examples)
    for name, file in examples.items():
        assert template_text(name) == file.read_text(encoding="utf-8"), f"copy {file} to the templates"


def test_every_idea_is_a_template():
    assert set(BY_IDEA.values()) <= set(template_names())


def test_new_makes_a_folder_with_a_study_that_is_in_order(run, tmp_path):
    result = run("new", tmp_path / "my-study", "--template", "fellow-eye")
    file = tmp_path / "my-study" / "study.yaml"
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [f"Wrote {file}", f"Next: handful check {file}"]
    assert "#" in file.read_text(encoding="utf-8")
    assert run("check", file).exit_code == 0


def test_new_writes_a_file_of_the_name_that_is_given(run, tmp_path):
    assert run("new", tmp_path / "trial.yaml", "--template", "hope_b").exit_code == 0
    assert (tmp_path / "trial.yaml").read_text(encoding="utf-8") == template_text("hope-b")


def test_new_never_overwrites(run, tmp_path):
    (tmp_path / "study.yaml").write_text("mine")
    result = run("new", tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path / 'study.yaml'} is there already" in result.stderr
    assert (tmp_path / "study.yaml").read_text() == "mine"


def test_new_suggests_the_template_that_was_meant(run, tmp_path):
    result = run("new", tmp_path / "x", "--template", "felow-eye")
    assert result.exit_code == 2
    assert 'did you mean "fellow-eye"?' in result.stderr
    assert not (tmp_path / "x").exists()


def test_new_lists_every_template_with_its_title(run):
    result = run("new", "--list")
    assert result.exit_code == 0
    for name in template_names():
        assert name in result.stdout
    assert "Autologous iPSC-derived RPE in Stargardt disease" in result.stdout


def test_new_without_a_name_says_what_is_missing(run):
    result = run("new")
    assert result.exit_code == 2
    assert "handful new my-study" in result.stderr
