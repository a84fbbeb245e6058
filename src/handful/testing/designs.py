"""The contract of a family of designs, as tests that anybody's own family inherits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest

from handful.designs.base import Design, Plan, Question
from handful.engine import exact, numeric
from handful.engine.replay import replay
from handful.engine.simulate import Job, conduct_block, simulate
from handful.engine.summary import add
from handful.engine.trials import Trials
from handful.participants.block import Block, Layout, blocks
from handful.participants.endpoint import Endpoint
from handful.scenarios.base import Scenario
from handful.spec.references import BIBLIOGRAPHY
from handful.testing.agreement import disagreements, share
from handful.testing.specs import SpecContract

_FEW, _MANY = 200, 4096
_ENDPOINTS = (
    Endpoint(name="response", kind="binary", known_after=12),
    Endpoint(name="score", kind="continuous", known_after=12),
    Endpoint(name="bleeds", kind="count", better="lower", known_after=12),
    Endpoint(name="death", kind="time to event", known_after=12),
    Endpoint(name="impression", kind="ordinal", categories=("worse", "same", "better")),
)


@dataclass(frozen=True)
class DesignCase:
    """A design under test, with truths to hold it against.

    Attributes:
        design: The design.
        question: What it is asked.
        null: A scenario on the boundary of the null hypothesis.
        hoped: A scenario with a benefit that the design is likely to find.
        type_one_error: Largest type I error, where the family does not promise to keep its level (asymptotic tests,
            probability statements); None where it does.
        seed: Seed of the simulations.
    """

    design: Design
    question: Question
    null: Scenario
    hoped: Scenario
    type_one_error: float | None = None
    seed: int = 20261122

    @property
    def plan(self) -> Plan:
        """The executable plan."""
        return self.design.plan(self.question)

    def job(self, scenario: Scenario, trials: int = _FEW) -> Job:
        """The design in a scenario."""
        return Job(self.plan, scenario, self.seed, trials)


def same(ours: Trials, theirs: Trials) -> bool:
    """Whether two sets of trials are the same, byte by byte."""
    pairs = zip(ours.columns().values(), theirs.columns().values(), strict=True)
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in pairs)


class DesignContract(SpecContract):
    """What every family owes: subclass it, give the fixture `case`, and run pytest.

    Example:
        >>> class TestMyFamily(DesignContract):
        ...     @pytest.fixture
        ...     def case(self) -> DesignCase:
        ...         return DesignCase(my_design, my_question, null=nothing, hoped=modest)
    """

    base = Design

    @pytest.fixture
    def case(self) -> DesignCase:
        """The design under test."""
        raise NotImplementedError("subclasses of DesignContract give the fixture `case`")

    @pytest.fixture
    def spec(self, case: DesignCase) -> Design:
        """The design itself, for the tests of specs."""
        return case.design

    def test_its_plan_is_whole(self, case: DesignCase) -> None:
        """Looks increase and end within the trial, each with its thresholds, and the null is not the benefit hoped for."""
        plan = case.plan
        planned = plan.looks.planned()
        assert len(planned) == plan.looks.number == len(plan.rule.upper) == len(plan.rule.lower)
        assert all(before < after for before, after in pairwise(planned))
        assert 1 <= planned[-1] <= plan.participants
        assert all(low < high for low, high in zip(plan.rule.lower, plan.rule.upper, strict=True))
        assert isinstance(hash(case.design), int)
        assert case.design.plan(case.question).rule == plan.rule

    def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(self, case: DesignCase) -> None:
        """A trial is named by seed and number, and by nothing else."""
        job = case.job(case.hoped)
        first = conduct_block(job, Block(case.seed, 0, _FEW))
        assert same(first, conduct_block(job, Block(case.seed, 0, _FEW)))
        assert not same(first, conduct_block(job, Block(case.seed + 1, 0, _FEW)))

    @pytest.mark.parametrize("size", [1, 7, 64])
    def test_the_size_of_blocks_changes_nothing(self, case: DesignCase, size: int) -> None:
        """Trials in blocks of any size are the trials of one block."""
        number = 40 if size == 1 else _FEW
        job = case.job(case.hoped)
        whole = conduct_block(job, Block(case.seed, 0, number)).columns()
        cut = [conduct_block(job, block).columns() for block in blocks(case.seed, 0, number, size)]
        for name, column in whole.items():
            assert np.concatenate([piece[name] for piece in cut]).tobytes() == column.tobytes(), name

    def test_threads_change_nothing(self, case: DesignCase) -> None:
        """Rows and sums are the same whoever conducts the blocks."""
        job = replace(case.job(case.hoped), layout=Layout(block=32, part=128))
        alone = list(simulate(job, rows=True))
        with ThreadPoolExecutor(3) as executor:
            spread = list(simulate(job, rows=True, executor=executor))
        assert [part.summary.plain() for part in alone] == [part.summary.plain() for part in spread]
        for ours, theirs in zip(alone, spread, strict=True):
            assert ours.trials is not None
            assert theirs.trials is not None
            assert same(ours.trials, theirs.trials)

    @pytest.mark.parametrize("trial", [0, 123])
    def test_a_replayed_trial_is_the_one_inside_its_block(self, case: DesignCase, trial: int) -> None:
        """What is told of one trial is what was counted."""
        job = case.job(case.hoped)
        block = conduct_block(job, Block(case.seed, 0, _FEW))
        story = replay(job, trial)
        assert story.success == bool(block.success[trial])
        assert story.finished == bool(block.finished[trial])
        assert len(story.participants) == int(block.enrolled[trial])
        if story.finished:
            assert len(story.looks) == int(block.look[trial]) + 1
            assert any("success" in look.decisions for look in story.looks) == story.success
        told = (block.estimate[trial], block.lower[trial], block.upper[trial])
        np.testing.assert_array_equal(story.estimate, told)

    def test_every_trial_comes_to_an_end_that_makes_sense(self, case: DesignCase) -> None:
        """Nobody is counted who was not enrolled, and an estimate lies in its interval."""
        plan = case.plan
        for scenario in (case.null, case.hoped):
            trials = conduct_block(case.job(scenario), Block(case.seed, 0, _FEW))
            assert ((trials.look >= 0) & (trials.look < plan.looks.number)).all()
            assert (trials.analysed <= trials.enrolled).all()
            assert (trials.enrolled <= plan.participants).all()
            assert ((trials.treated >= 0) & (trials.treated <= trials.enrolled)).all()
            assert not (trials.success & ~trials.finished).any()
            assert (np.isfinite(trials.month) & (trials.month >= 0)).all()
            known = np.isfinite(trials.estimate)
            assert known.any()
            slack = 1e-9 * (1 + np.abs(trials.estimate[known]))
            assert (trials.lower[known] <= trials.estimate[known] + slack).all()
            assert (trials.estimate[known] <= trials.upper[known] + slack).all()

    def test_exact_and_simulated_agree(self, case: DesignCase) -> None:
        """Wherever trials can be enumerated, every simulated figure is within four standard errors of the exact one."""
        for scenario in (case.null, case.hoped):
            assert not disagreements(case.job(scenario, _MANY))

    def test_numeric_and_simulated_agree_in_large_trials(self, case: DesignCase) -> None:
        """The normal process gives probabilities; beyond 200 participants they are right to order 1 / sqrt(n)."""
        for scenario in (case.null, case.hoped):
            job = case.job(scenario, _MANY)
            promised = numeric.characteristics(job.plan, scenario)
            if promised is None:
                continue
            whole = np.concatenate([promised.success_at, promised.failure_at])
            assert (whole > -1e-9).all()
            assert whole.sum() == pytest.approx(1, abs=1e-6)
            if job.plan.participants >= 200:
                s = add(part.summary for part in simulate(job))
                seen = int(s.success_at.sum())
                error = 0.4 / np.sqrt(
                    job.plan.participants
                )  # the normal density times one step of 1 / sqrt(n)
                near = (promised.success - error, promised.success + error, seen / s.trials)
                assert any(
                    share("success", seen, s.trials, float(p)).agrees for p in near if near[0] <= p <= near[1]
                )

    def test_the_type_one_error_is_kept(self, case: DesignCase) -> None:
        """At the boundary of the null a claim is made no more often than the level says, or than the family states."""
        plan = case.plan
        limit = plan.aim.alpha if case.type_one_error is None else case.type_one_error
        lattice = exact.lattice_of(plan)
        if lattice is not None:
            assert exact.worst_type_one_error(plan, lattice)[0] <= limit + 1e-9
        s = add(part.summary for part in simulate(case.job(case.null, _MANY)))
        claims = int(s.success_at.sum())
        assert claims / s.trials <= limit or share("false claims", claims, s.trials, limit).agrees

    def test_a_benefit_is_found_more_often_than_none(self, case: DesignCase) -> None:
        """The rule looks the right way."""
        found = [
            add(part.summary for part in simulate(case.job(scenario, _MANY))).success_at.sum()
            for scenario in (case.null, case.hoped)
        ]
        assert case.hoped.benefit(case.question.endpoint) > 0
        assert found[0] < found[1]

    def test_its_rule_is_told_in_sentences_with_its_numbers(self, case: DesignCase) -> None:
        """Whole sentences in plain words, with the number of participants."""
        words = case.design.describe(case.question)
        assert words
        for sentence in words:
            assert sentence == sentence.strip() != ""
            assert sentence[0].isupper() or sentence[0].isdigit()
            assert sentence.endswith(".")
            assert not {"None", "nan", "inf", "{", "}", "_", "\n"} & {*sentence, *sentence.split()}
        told = " ".join(words).replace(",", " ").replace(".", " ").replace(":", " ").split()
        assert str(case.plan.participants) in told
        assert str(case.plan.looks.planned()[-1]) in told

    def test_what_it_is_fragile_to_can_be_applied(self, case: DesignCase) -> None:
        """Every stress changes the scenario or says that it cannot; a stressed trial can be conducted."""
        hoped = case.hoped.benefit(case.question.endpoint)
        names = [stress.name for stress in case.design.fragile_to]
        assert len(set(names)) == len(names)
        for stress in case.design.fragile_to:
            assert stress.why.endswith(".")
            assert stress.unit
            assert stress.amounts == tuple(sorted(set(stress.amounts))) != ()
            assert stress.amounts[0] > 0
            for scenario in (case.null, case.hoped):
                for amount in (stress.amounts[0], stress.amounts[-1]):
                    changed = stress.apply(scenario, case.question.endpoint, hoped, amount)
                    if changed is None:
                        continue
                    assert type(changed) is type(scenario)
                    assert changed != scenario
                    assert len(conduct_block(case.job(changed), Block(case.seed, 0, 20))) == 20

    def test_the_papers_behind_its_analysis_resolve(self, case: DesignCase) -> None:
        """The report lists them beside its own."""
        assert BIBLIOGRAPHY.cited((*case.design.references, *case.plan.analysis.references)) is not None

    @pytest.mark.parametrize("endpoint", _ENDPOINTS, ids=lambda endpoint: endpoint.kind)
    def test_an_endpoint_it_does_not_serve_is_refused_in_one_sentence(
        self, case: DesignCase, endpoint: Endpoint
    ) -> None:
        """A design either has a plan for an endpoint or says plainly why not."""
        said = ""
        try:
            case.design.plan(replace(case.question, endpoint=endpoint))
        except ValueError as refused:
            said = str(refused)
        assert said == "" or 15 < len(said) < 300
        assert "\n" not in said
