"""The public names: what there is, what it costs to import, and that it does what its words say."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import Any, Literal

import numpy as np
import pytest

import handful as hf

ENDPOINT = {"name": "response", "kind": "binary"}
STUDY = """
title: A first study
population: {prevalence: 900}
endpoint: {name: response, kind: binary}
scenarios:
  nothing: {untreated: 20%, effect: 0}
  hoped for: {base: nothing, effect: 0.5}
designs:
  single arm: {kind: single arm, participants: 16, benchmark: 20%}
compute: {trials: 200}
"""


@pytest.fixture(name="endpoint")
def binary_endpoint() -> Any:
    return hf.Endpoint(**ENDPOINT)


@pytest.fixture(name="scenario")
def effective() -> Any:
    return hf.BinaryScenario(untreated=0.2, treated=0.6)


def test_the_public_names_are_sorted_and_each_once():
    assert hf.__all__ == sorted(set(hf.__all__))


def test_every_public_name_can_be_had_and_no_other():
    assert set(hf.__all__) == set(hf._MODULES)
    for name in hf.__all__:
        assert getattr(hf, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        hf.simulat  # noqa: B018


def test_every_public_name_says_what_it_is():
    for name in hf.__all__:
        if isinstance(getattr(hf, name), type) or callable(getattr(hf, name)):
            assert getattr(hf, name).__doc__, name


def test_names_are_listed_before_they_are_loaded():
    code = "import handful, sys; assert set(handful.__all__) <= set(dir(handful)); assert 'pydantic' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_costs_less_than_a_fifth_of_a_second():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "import handful"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.2


def test_every_family_and_kind_of_scenario_has_its_class_among_the_public_names():
    for registry in (hf.families, hf.scenario_kinds):
        for cls in registry:
            assert getattr(hf, cls.__name__) is cls


def test_the_version_is_there_and_not_a_public_name():
    assert hf.__version__.count(".") == 2
    assert "__version__" not in hf.__all__


def test_exact_and_simulated_agree(endpoint, scenario):
    design = hf.SingleArm(participants=16, benchmark=0.2)
    exact = hf.characteristics(design, scenario, endpoint).success
    simulated = hf.simulate(design, scenario, endpoint, trials=20_000, threads=1).characteristics.success
    assert (exact.how, simulated.how) == ("exact", "simulated")
    assert abs(simulated.value - exact.value) < 4 * simulated.error


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_change_no_figure(endpoint, scenario, threads):
    design = hf.Randomised(participants=24, analysis="fisher")
    one = hf.simulate(design, scenario, endpoint, trials=3000, threads=1)
    many = hf.simulate(design, scenario, endpoint, trials=3000, threads=threads)
    assert one.characteristics == many.characteristics
    assert one.frame().equals(many.frame())


def test_replay_tells_the_trial_that_was_simulated(endpoint, scenario):
    design = hf.SingleArm(participants=9, benchmark=0.3)
    successes = [hf.replay(design, scenario, endpoint, trial, seed=3).success for trial in range(40)]
    counted = hf.simulate(design, scenario, endpoint, trials=40, seed=3, threads=1).summary.success_at.sum()
    assert sum(successes) == counted
    assert 0 < counted < 40


def test_simulating_stops_when_precise_enough(endpoint, scenario):
    design = hf.SingleArm(participants=9, benchmark=0.3)
    told = hf.simulate(design, scenario, endpoint, trials=10**9, precision=0.01, threads=1)
    assert told.summary.trials < 100_000
    assert told.characteristics.success.error <= 0.01


def test_frames_have_one_row_a_figure(endpoint, scenario):
    design = hf.Simon(benchmark=0.2, target=0.4)
    frame = hf.characteristics(design, scenario, endpoint).frame()
    assert frame.columns == ["figure", "value", "how", "error"]
    assert frame["figure"].n_unique() == frame.height
    assert set(frame["how"]) == {"exact"}
    assert frame["error"].null_count() == frame.height
    simulated = hf.simulate(design, scenario, endpoint, trials=500, threads=1).frame()
    assert set(simulated["how"]) == {"simulated"}


def test_figures_of_a_frame_are_those_of_the_object(endpoint, scenario):
    told = hf.characteristics(hf.SingleArm(participants=16, benchmark=0.2), scenario, endpoint)
    frame = told.frame()
    by_name = dict(zip(frame["figure"], frame["value"], strict=True))
    assert by_name["success"] == told.success.value
    assert by_name["type I error"] == told.type_one.worst.value
    assert np.isclose(by_name["success at look 1"] + by_name["failure at look 1"], 1)


def test_results_show_themselves_in_a_notebook(endpoint, scenario):
    design = hf.SingleArm(participants=16, benchmark=0.2)
    study = hf.loads(STUDY.replace("A first study", "<b>A first study</b>"))
    for result in (
        hf.characteristics(design, scenario, endpoint),
        hf.simulate(design, scenario, endpoint, trials=100, threads=1),
        hf.compare(study, threads=1),
    ):
        assert "<table" in result._repr_html_()
    assert "<b>" not in hf.compare(study, threads=1)._repr_html_()


def test_a_comparison_is_the_same_with_and_without_a_project(tmp_path):
    study = hf.loads(STUDY)
    inside = hf.compare(study, tmp_path / "kept", threads=2)
    outside = hf.compare(study, threads=1)
    assert inside.frame().equals(outside.frame())
    assert inside.verdicts == outside.verdicts
    with hf.Project(tmp_path / "kept") as project:
        assert hf.compare(study, project) == inside
        (digest,) = {run.study for run in project.runs()}
        assert hf.loads(project.study_text(digest)).digest() == study.digest()


def test_what_cannot_be_answered_is_said_in_one_sentence(endpoint, scenario):
    with pytest.raises(ValueError, match="at least one trial"):
        hf.simulate(hf.SingleArm(participants=9, benchmark=0.3), scenario, endpoint, trials=0)
    with pytest.raises(ValueError, match="numbered from 0"):
        hf.replay(hf.SingleArm(participants=9, benchmark=0.3), scenario, endpoint, -1)
    continuous = hf.Endpoint(name="acuity", kind="continuous")
    truth = hf.ContinuousScenario(untreated={"sd": 6}, effect=8)
    with pytest.raises(ValueError, match="can only be simulated"):
        hf.characteristics(hf.Randomised(participants=20), truth, continuous, trials=0)
    with pytest.raises(ValueError, match="does not serve"):
        hf.characteristics(
            hf.WithinParticipant(participants=9), scenario, hf.Endpoint(name="x", kind="count")
        )


def test_memory_does_not_grow_with_the_trials(endpoint, scenario):
    code = """
import handful as hf, resource
endpoint = hf.Endpoint(name="response", kind="binary")
scenario = hf.BinaryScenario(untreated=0.2, treated=0.6)
design = hf.SingleArm(participants=5, benchmark=0.2)
hf.simulate(design, scenario, endpoint, trials=70_000, threads=1)
small = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
hf.simulate(design, scenario, endpoint, trials=1_400_000, threads=1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - small)
"""
    grown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(grown) < 8_000  # kilobytes; the trials themselves would be 1.3 million rows of 50 bytes


def test_a_family_that_nobody_registered_is_assessed_all_the_same() -> None:
    class Unregistered(hf.Randomised):
        """The first thing that the author of a new family tries."""

        kind: Literal["unregistered"] = "unregistered"

    endpoint = hf.Endpoint(name="response", kind="binary")
    scenario = hf.BinaryScenario(untreated=0.2, treated=0.7)
    told = hf.characteristics(Unregistered(participants=24), scenario, endpoint)
    plain = hf.characteristics(hf.Randomised(participants=24), scenario, endpoint)
    assert told.success == plain.success
