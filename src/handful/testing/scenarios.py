"""The contract of a scenario, as tests that anybody's own kind of scenario inherits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from handful.participants.block import Block
from handful.participants.endpoint import Endpoint
from handful.participants.potential import Exposure, Participants
from handful.scenarios.base import Scenario
from handful.testing.agreement import share
from handful.testing.specs import SpecContract

_TRIALS, _PEOPLE = 40, 9
_MANY = 20_000
Question = Callable[[Participants], NDArray[np.generic]]


@dataclass(frozen=True)
class ScenarioCase:
    """A scenario under test.

    Attributes:
        scenario: The scenario, with a benefit.
        endpoint: An endpoint that it speaks of.
        lead_in: Months before treatment that it can tell of; None when it knows no past.
        visits: Months of visits that it can tell of; none when it knows no course.
        seed: Seed of the draws.
    """

    scenario: Scenario
    endpoint: Endpoint
    lead_in: float | None = None
    visits: tuple[float, ...] = ()
    seed: int = 20261122

    def people(self, trials: int = _TRIALS, count: int = _PEOPLE, first: int = 0) -> Participants:
        """People of some trials."""
        return self.scenario.participants(Block(self.seed, first, trials), count, self.endpoint)

    def questions(self) -> dict[str, Question]:
        """Everything that can be asked of its people, by name."""
        asked: dict[str, Question] = {
            f"outcome {exposure.name.lower()}, unit {unit}": _outcome(exposure, unit)
            for exposure in Exposure
            for unit in (0, 1)
        }
        asked["factors"] = lambda people: people.factors()
        lead_in = self.lead_in
        if lead_in is not None:
            asked["before"] = lambda people: people.before(lead_in)
        if self.visits:
            months = np.asarray(self.visits)
            asked["course"] = lambda people: people.course(Exposure.TREATED, months)
        for name in ("arrival", "manufactured", "dropout"):
            if getattr(self.people(1, 2), name) is not None:
                asked[name] = _column(name)
        return asked


def _outcome(exposure: Exposure, unit: int) -> Question:
    return lambda people: people.outcome(exposure, unit)


def _column(name: str) -> Question:
    return lambda people: np.asarray(getattr(people, name))


class ScenarioContract(SpecContract):
    """What every kind of scenario owes: subclass it, give the fixture `case`, and run pytest.

    Example:
        >>> class TestMyScenario(ScenarioContract):
        ...     @pytest.fixture
        ...     def case(self) -> ScenarioCase:
        ...         return ScenarioCase(my_scenario, my_endpoint)
    """

    base = Scenario

    @pytest.fixture
    def case(self) -> ScenarioCase:
        """The scenario under test."""
        raise NotImplementedError("subclasses of ScenarioContract give the fixture `case`")

    @pytest.fixture
    def spec(self, case: ScenarioCase) -> Scenario:
        """The scenario itself, for the tests of specs."""
        return case.scenario

    def test_the_same_seed_gives_the_same_people_and_another_seed_does_not(self, case: ScenarioCase) -> None:
        """A person is named by seed, trial and number."""
        for name, ask in case.questions().items():
            assert ask(case.people()).tobytes() == ask(case.people()).tobytes(), name
        there, elsewhere = (
            case.scenario.participants(Block(seed, 0, _TRIALS), _PEOPLE, case.endpoint).outcome(
                Exposure.TREATED
            )
            for seed in (case.seed, case.seed + 1)
        )
        assert there.tobytes() != elsewhere.tobytes()

    def test_answers_have_the_shape_of_the_block(self, case: ScenarioCase) -> None:
        """Trials first, then participants."""
        for name, ask in case.questions().items():
            assert ask(case.people()).shape[:2] == (_TRIALS, _PEOPLE), name

    def test_a_trial_alone_is_the_trial_in_its_block_and_fewer_people_are_the_first(
        self, case: ScenarioCase
    ) -> None:
        """So that a trial can be replayed, and designs of any size see the same people."""
        for name, ask in case.questions().items():
            whole, alone = ask(case.people()), ask(case.people(1, 4, first=13))
            np.testing.assert_array_equal(whole[13, :4], alone[0], err_msg=name)

    def test_the_order_of_questions_changes_nothing(self, case: ScenarioCase) -> None:
        """Columns that nobody asks for change nothing either."""
        questions = case.questions()
        forward, backward = case.people(), case.people()
        there = {name: ask(forward).copy() for name, ask in questions.items()}
        for name in reversed(questions):
            np.testing.assert_array_equal(questions[name](backward), there[name], err_msg=name)

    def test_operations_make_sense(self, case: ScenarioCase) -> None:
        """Nobody arrives before the one before, is lost before treatment, or waits a negative time."""
        people = case.people()
        if people.arrival is not None:
            arrival = np.where(np.isfinite(people.arrival), people.arrival, np.finfo(float).max)
            assert (arrival >= 0).all()
            assert (np.diff(arrival, axis=1) >= 0).all()
        if people.dropout is not None:
            assert (people.dropout >= 0).all()
        assert (np.asarray(people.waiting) >= 0).all()

    def test_an_effect_of_none_is_no_benefit_and_the_same_untreated_people(self, case: ScenarioCase) -> None:
        """`scaled` changes what treatment does and nothing else."""
        endpoint, scenario = case.endpoint, case.scenario
        assert scenario.benefit(endpoint) > 0
        assert scenario.scaled(1.0).benefit(endpoint) == pytest.approx(scenario.benefit(endpoint))
        none = scenario.scaled(0.0)
        assert none.benefit(endpoint) == pytest.approx(0.0, abs=1e-12)
        assert 0 < scenario.scaled(0.5).benefit(endpoint) < scenario.benefit(endpoint)
        block = Block(case.seed, 0, _TRIALS)
        untreated = none.participants(block, _PEOPLE, endpoint).outcome(Exposure.UNTREATED)
        np.testing.assert_array_equal(untreated, case.people().outcome(Exposure.UNTREATED))

    def test_treated_people_do_better_when_there_is_a_benefit(self, case: ScenarioCase) -> None:
        """The sign of the benefit is that of what is drawn."""
        people = case.people(_MANY // 10, 10)
        treated, untreated = people.outcome(Exposure.TREATED), people.outcome(Exposure.UNTREATED)
        better = int((treated > untreated).sum()) - int((treated < untreated).sum())
        assert case.endpoint.sign * better > 0

    def test_chances_are_those_of_the_people(self, case: ScenarioCase) -> None:
        """What the exact engine is told is what the simulating one draws."""
        chances = case.scenario.chances(case.endpoint)
        if chances is None or not case.scenario.seen_as_assigned(case.endpoint):
            return
        people = case.people(_MANY // 10, 10)
        results = {
            exposure: people.outcome(exposure, unit) > 0
            if case.endpoint.sign > 0
            else people.outcome(exposure, unit) == 0
            for exposure, unit in ((Exposure.TREATED, 0), (Exposure.UNTREATED, 0), (Exposure.BESIDE, 1))
        }
        treated, beside = results[Exposure.TREATED], results[Exposure.BESIDE]
        seen = {
            "treated": treated,
            "control": results[Exposure.UNTREATED],
            "treated only": treated & ~beside,
            "control only": beside & ~treated,
        }
        for name, happened in seen.items():
            if name in chances:
                found = share(name, int(happened.sum()), happened.size, chances[name])
                assert found.agrees, found

    def test_an_endpoint_of_another_kind_is_refused_in_one_sentence(self, case: ScenarioCase) -> None:
        """A scenario speaks of one kind of outcome."""
        kind = "binary" if case.endpoint.kind != "binary" else "continuous"
        other = Endpoint.model_validate({"name": "another", "kind": kind, "known after": 12})
        with pytest.raises(ValueError, match=r"^[^\n]{15,300}$"):
            case.scenario.participants(Block(case.seed, 0, 2), 3, other)

    def test_stressed_scenarios_can_be_drawn(self, case: ScenarioCase) -> None:
        """Thresholds and correlations give a scenario of the same kind, or None."""
        changed = [
            case.scenario.with_entry_threshold(1.0, case.endpoint),
            case.scenario.with_correlation(0.1),
        ]
        for scenario in changed:
            if scenario is not None:
                assert type(scenario) is type(case.scenario)
                people = scenario.participants(Block(case.seed, 0, 5), 3, case.endpoint)
                assert np.isfinite(people.outcome(Exposure.TREATED)).any()
        assert np.isfinite(case.scenario.regression_to_the_mean(case.endpoint))

    def test_variances_are_above_nought(self, case: ScenarioCase) -> None:
        """Where there is a closed form."""
        variance = case.scenario.variance(case.endpoint)
        if variance is not None:
            assert {"control", "treated"} <= set(variance)
            assert all(value >= 0 and np.isfinite(value) for value in variance.values())
