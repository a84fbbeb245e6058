"""The search: what enumeration of everything finds, what a race finds, and that nothing is lost when it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

import handful as hf
from handful.analyses.base import Aim
from handful.analyses.registry import make
from handful.designs.arrangements import SideBySide
from handful.designs.base import Design, Plan, Question
from handful.designs.pieces import AllTreated, KnownOutcomes, Thresholds
from handful.designs.randomised import Randomised
from handful.select.optimise import judge
from handful.select.optimise.contest import race_seed
from handful.select.optimise.sample import QUANTITIES
from handful.select.optimise.search import search
from handful.select.optimise.tradeoff import pareto
from handful.select.runs import InMemory
from handful.select.utility import made_for, plausibilities, utility
from handful.spec.quantities import Count, OpenProbability, PositiveCount
from handful.stats.simon import TwoStage, search_two_stage

STUDY = """
title: A first study
population: {prevalence: 300, incidence: 30 per year, horizon: 8 years}
endpoint: {name: response, kind: binary, known after: 6 months}
scenarios:
  nothing: {weight: 2, untreated: 20%, effect: 0}
  hoped for: {base: nothing, weight: 1, effect: 0.45}
designs:
  two arms: {kind: randomised, participants: 32, analysis: fisher}
choose: {best: BEST, subject to: {power: {hoped for: 70%}}}
compute: {trials: 2000, seed: 3}
"""
OVER: dict[str, Any] = {"participants": "16..48", "allocation": ["1:1", "2:1", "3:1"]}
UTILITIES = ["people helped over the horizon", "power", "expected participants"]


def study_of(best: str = UTILITIES[0]) -> hf.Study:
    return hf.loads(STUDY.replace("BEST", best))


def simulated_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be known by enumeration, but for the type I error."""
    monkeypatch.setattr(
        "handful.select.optimise.sample.by_enumeration", lambda *_: np.full(QUANTITIES, np.nan)
    )


@pytest.mark.parametrize("best", UTILITIES)
def test_an_enumerated_search_finds_what_looking_at_every_design_finds(best: str):
    study = study_of(best)
    found = hf.optimise(study, over=OVER)
    assert found.enumerated == found.variants
    assert [r.trials for r in found.rounds] == [0]

    judged: dict[tuple[int, tuple[int, int]], tuple[float, float]] = {}
    for ratio in ((1, 1), (2, 1), (3, 1)):
        for size in range(16, 49):
            design = Randomised(participants=size, allocation=ratio, analysis="fisher")
            if size % design.allocator().block:
                continue
            null, hoped = (
                hf.characteristics(design, study.scenario(s), study.endpoint, trials=0)
                for s in study.scenarios
            )
            if null.type_one.worst.value > 0.025 or hoped.success.value < 0.7:
                continue
            judged[size, ratio] = worth(study, size, ratio, null.success.value, hoped.success.value), size
    size, ratio = max(judged, key=lambda key: (judged[key][0], -key[0]))
    assert found.chosen is not None
    assert (found.chosen.most, found.chosen.changes.get("allocation", [1, 1])) == (size, list(ratio))
    assert found.chosen.utility.how == "exact"
    assert found.chosen.utility.value == pytest.approx(judged[size, ratio][0], rel=1e-9)


def worth(study: hf.Study, size: int, ratio: tuple[int, int], null: float, hoped: float) -> float:
    """The utility by hand; the null has two thirds of the weight."""
    if study.choose.best == "power":
        return hoped
    if study.choose.best == "expected participants":
        return -float(size)
    treated = size * ratio[0] / sum(ratio)
    reach = 300 + 30 * 8
    helped = 0.45 - 0.1
    return 2 / 3 * -0.1 * (
        treated_if_useless(size, treated) + null * (reach - treated_if_useless(size, treated))
    ) + (1 / 3 * helped * (treated + hoped * (reach - treated)))


def treated_if_useless(size: int, treated: float) -> float:
    """Where there is no benefit the inferior option is treatment."""
    return treated


class GivenTwoStage(Design):
    """A two-stage design written down: a family that this package does not know."""

    kind: Literal["given two stage"] = "given two stage"
    meaning: ClassVar[str] = "two stages as they are given"
    references: ClassVar[tuple[str, ...]] = ()

    benchmark: OpenProbability = Field(0.1, description="Share not worth a claim.")
    first_stage: PositiveCount = Field(description="Participants of the first stage.")
    futility: Count = Field(description="Responses at which the first stage ends the trial.")
    participants: PositiveCount = Field(description="Participants of both stages.")
    threshold: Count = Field(description="Responses that do not suffice for a claim.")

    def plan(self, question: Question) -> Plan:
        stages = TwoStage(self.first_stage, self.futility, self.participants, self.threshold)
        return Plan(
            endpoint=question.endpoint,
            participants=stages.total_size,
            arrangement=SideBySide(),
            allocation=AllTreated(),
            looks=KnownOutcomes((stages.first_stage_size, stages.total_size)),
            analysis=make("responses"),
            aim=Aim(1, self.benchmark, self.level(question), 0.3),
            rule=Thresholds(
                (np.inf, stages.final_threshold + 1), (stages.first_stage_futility, -np.inf), True
            ),
        )

    def describe(self, question: Question) -> list[str]:
        return ["As given."]


# A study file could not hold a family that is not registered, and says so when its digest is taken.
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize(
    ("most", "criterion", "sizes"), [(None, "optimal", "26..30"), (25, "minimax", "23..25")]
)
def test_a_search_over_two_stages_finds_simons_designs(most: int | None, criterion: str, sizes: str):
    # Simon 1989, table 1: 0.10 against 0.30 at 5% and 80% power; optimal 1/10 5/29, minimax 1/15 5/25.
    study = study_of("expected participants")
    limits = {"type_I_error": 0.05, "power": {"hoped for": 0.8}, "participants": most}
    scenarios = {
        "nothing": hf.BinaryScenario(untreated=0.1, treated=0.1, weight=1.0),
        "hoped for": hf.BinaryScenario(untreated=0.1, treated=0.3, weight=0.0),
    }
    given = GivenTwoStage(first_stage=12, futility=1, participants=25, threshold=5)
    study = study.model_copy(
        update={
            "endpoint": study.endpoint.replace(known_after=0.0),
            "choose": study.choose.replace(subject_to=limits),
            "scenarios": scenarios,
            "designs": {"given": given},
            "compute": study.compute.replace(trials=100),
        }
    )
    over = {"participants": sizes, "first stage": "8..16", "futility": "0..2", "threshold": "4..6"}
    found = search(study, {"given": over})
    known = getattr(search_two_stage(0.1, 0.3, 0.05, 0.2), criterion)
    assert found.chosen is not None
    chosen = given.replace(**{name.replace(" ", "_"): value for name, value in found.chosen.changes.items()})
    assert TwoStage(chosen.first_stage, chosen.futility, chosen.participants, chosen.threshold) == known
    assert found.chosen.utility.value == pytest.approx(-float(known.expected_size(0.1)), rel=1e-9)
    assert found.enumerated == found.variants


@pytest.mark.parametrize("best", UTILITIES)
def test_a_race_finds_what_enumeration_finds(best: str, monkeypatch: pytest.MonkeyPatch):
    exactly = hf.optimise(study_of(best), over=OVER)
    simulated_only(monkeypatch)
    raced = hf.optimise(study_of(best), over=OVER)
    assert raced.enumerated == 0
    assert raced.rounds[0].trials == 250
    assert sum(r.broke + r.behind for r in raced.rounds) > raced.variants / 2
    assert exactly.chosen is not None
    assert raced.chosen is not None
    # The figures of both are exact; the race may take a design that it cannot tell from the best, or that seems to keep a power.
    given_up = exactly.chosen.utility.value - raced.chosen.utility.value
    allowed = {UTILITIES[0]: 1.0, UTILITIES[1]: 0.02, UTILITIES[2]: 1.0}[best]
    assert given_up <= allowed
    assert raced.chosen.kept


def test_the_figures_are_of_other_people_than_those_of_the_race(monkeypatch: pytest.MonkeyPatch):
    simulated_only(monkeypatch)
    seeds = []
    from handful.select.optimise import sample

    real = sample.conduct_block

    def watched(job: Any, block: Any) -> Any:
        seeds.append(block.seed)
        return real(job, block)

    monkeypatch.setattr(sample, "conduct_block", watched)
    study = study_of()
    found = hf.optimise(study, over={"participants": [36, 40]})
    assert set(seeds) == {race_seed(study.compute.seed), study.compute.seed}
    assert found.race_seed == race_seed(3) != 3
    assert race_seed(race_seed(3)) == 3
    # They are those of a comparison of the same design.
    before, _ = STUDY.replace("BEST", UTILITIES[0]).split("designs:")
    again = hf.compare(hf.loads(f"{before}{found.paste}compute: {{trials: 2000, seed: 3}}"))
    cell = again.cell("two arms, optimised", "hoped for")
    assert found.chosen is not None
    assert found.chosen.power == cell.success
    assert found.chosen.type_one.worst == again.designs[0].type_one.worst


def test_the_gain_is_the_difference_on_common_trials(monkeypatch: pytest.MonkeyPatch):
    exactly = hf.optimise(study_of(), over={"participants": [32, 40]})
    simulated_only(monkeypatch)
    simulated = hf.optimise(study_of(), over={"participants": [32, 40]})
    for found in (exactly, simulated):
        assert found.chosen is not None
        assert found.chosen.changes == {"participants": 40}
        assert found.gain is not None
    assert exactly.gain.how == "exact"
    assert simulated.gain.how == "simulated"
    assert abs(simulated.gain.value - exactly.gain.value) < 4 * simulated.gain.error


def test_the_curve_holds_no_design_that_another_beats_and_ends_with_the_chosen_one_on_it():
    found = hf.optimise(study_of(), over=OVER)
    points = {told.name: (told.participants.value, told.utility.value) for told in found.curve}
    assert len(points) > 3
    assert list(points.values()) == sorted(points.values())
    assert (
        len({cost for cost, _ in points.values()}) == len({had for _, had in points.values()}) == len(points)
    )
    assert found.chosen is not None
    assert found.chosen.name in points
    assert any(not told.kept for told in found.curve), "what too little power costs less is shown too"
    assert all(told.type_one.worst.value <= 0.025 for told in found.curve)


@given(st.dictionaries(st.integers(), st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_a_point_is_on_the_curve_unless_another_costs_as_little_and_gives_as_much(
    points: dict[int, tuple[float, float]],
):
    on_curve = {points[key] for key in pareto(points)}
    for cost, had in points.values():
        beaten = any(c <= cost and h >= had and (c, h) != (cost, had) for c, h in points.values())
        assert ((cost, had) in on_curve) is not beaten
    assert [points[key] for key in pareto(points)] == sorted(on_curve)


def test_nothing_is_recommended_when_nothing_keeps_the_constraints():
    found = (
        hf.optimise(study_of(_70="90").replace(optimise={}), over={"participants": "8..12"})
        if False
        else None
    )
    study = hf.loads(STUDY.replace("BEST", UTILITIES[0]).replace("70%", "99%"))
    found = hf.optimise(study, over={"participants": "8..24"})
    assert found.chosen is None
    assert found.paste == ""
    assert found.gain is None
    assert "No design that was searched keeps every constraint" in found.answer[0]
    assert found.curve
    assert found._repr_html_().startswith("<h4>")
    assert found.frame().height == len(found.declared) + len(found.curve)


def test_the_end_of_the_range_is_said():
    found = hf.optimise(study_of(), over={"participants": "24..40"})
    assert found.at_the_end == ("participants",)
    assert any("a wider one may hold a better design" in sentence for sentence in found.answer)


@pytest.mark.parametrize("simulated", [False, True])
def test_a_winner_that_breaks_a_constraint_in_new_trials_is_passed_over(
    simulated: bool, monkeypatch: pytest.MonkeyPatch
):
    if simulated:
        simulated_only(monkeypatch)
    real = judge.broken_constraints

    def strict(candidate: Any, *rest: Any) -> list[str]:
        return ["It is the first."] if candidate.participants >= 60 else real(candidate, *rest)

    monkeypatch.setattr(judge, "broken_constraints", strict)
    # The best two are refused. Those that had left because they were behind them race again, from where they were.
    found = hf.optimise(study_of(), over={"participants": [32, 36, 40, 44, 48, 60, 64]})
    assert [told.most for told in found.passed_over] == [64, 60]
    assert found.chosen is not None
    assert found.chosen.most == 48
    assert any("seemed better and was passed over: in new trials it is the first." in s for s in found.answer)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_change_no_figure(threads: int, monkeypatch: pytest.MonkeyPatch):
    simulated_only(monkeypatch)
    study = study_of()
    assert hf.optimise(study, over=OVER, threads=threads) == hf.optimise(study, over=OVER, threads=1)


class Stopped(Exception):
    """Somebody pulls the plug."""


def counted(monkeypatch: pytest.MonkeyPatch, most: float = float("inf")) -> list[int]:
    """Count blocks that are simulated, and stop after so many."""
    from handful.select.optimise import sample

    real: Callable[..., Any] = sample.conduct_block
    calls: list[int] = []

    def watched(job: Any, block: Any) -> Any:
        if len(calls) >= most:
            raise Stopped
        calls.append(block.trials)
        return real(job, block)

    monkeypatch.setattr(sample, "conduct_block", watched)
    return calls


def test_a_search_that_was_stopped_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    simulated_only(monkeypatch)
    study = study_of()
    with monkeypatch.context() as whole:
        calls = counted(whole)
        expected = hf.optimise(study, over=OVER, threads=1)
        total = len(calls)
    with monkeypatch.context() as first:
        counted(first, most=total // 2)
        with pytest.raises(Stopped):
            hf.optimise(study, tmp_path, over=OVER, threads=1)
    with monkeypatch.context() as second:
        calls = counted(second)
        assert hf.optimise(study, tmp_path, over=OVER, threads=1) == expected
        assert len(calls) == total - total // 2
    with monkeypatch.context() as third:
        calls = counted(third)
        assert hf.optimise(study, tmp_path, over=OVER, threads=1) == expected
        assert calls == []


def test_another_seed_design_or_scenario_is_not_mistaken_for_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    simulated_only(monkeypatch)
    study, over = study_of(), {"participants": [28, 32]}
    hf.optimise(study, tmp_path, over=over)
    for other in (
        study.replace(compute={"trials": 2000, "seed": 4}),
        hf.loads(STUDY.replace("BEST", UTILITIES[0]).replace("0.45", "0.5")),
    ):
        assert hf.optimise(other, tmp_path, over=over) == hf.optimise(other, over=over)


def test_several_families_race_together():
    text = STUDY.replace("BEST", UTILITIES[0]).replace(
        "choose:", "  one arm: {kind: single arm, participants: 20, benchmark: 20%}\nchoose:"
    )
    found = hf.optimise(hf.loads(text))
    assert {told.design for told in found.searched} == {"two arms", "one arm"}
    assert {told.name for told in found.declared} == {"two arms", "one arm"}
    assert found.chosen is not None
    assert found.chosen.origin == "one arm"


def test_timed_trials_race_on_what_is_not_enumerated():
    text = STUDY.replace("BEST", UTILITIES[0]).replace(
        "scenarios:", "recruitment: {rate: 2 per month}\nscenarios:"
    )
    found = hf.optimise(hf.loads(text), over={"participants": "24..40"})
    assert found.enumerated == 0
    assert found.chosen is not None
    assert found.chosen.power.how == "exact"
    assert found.chosen.months is not None


def test_a_utility_by_enumeration_is_the_one_from_characteristics():
    study = study_of()
    study = study.replace(designs={"two arms": study.design("two arms").replace(participants=40)})
    found = hf.optimise(study, over={"participants": [40]})
    plan = study.plan("two arms")
    from handful.engine.simulate import Job
    from handful.select.characteristics import characteristics

    told = {}
    for name in study.scenarios:
        job = Job(plan, study.scenario(name), 3, 2000)
        told[name] = characteristics(
            plan, study.scenario(name), InMemory().run(job, "", "", declared=True)[1]
        )
    expected = utility(
        told,
        plausibilities(study),
        study.hoped_for,
        study.choose,
        study.endpoint,
        study.population,
        made_for(study),
    )
    assert found.chosen is not None
    # A trial without looks enrols everybody, so that simulation has no error in the number of participants.
    assert found.chosen.utility.value == pytest.approx(expected.value, rel=1e-9)
