"""The race: who is behind for certain leaves, the best does not, and nobody is sent home by a design that will not do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from handful.select.optimise.estimate import Estimate, Limit, Standing
from handful.select.optimise.race import race, ranked, schedule, strictness

ROUNDS = schedule(4000)


def estimate(seen: NDArray[np.float64], swing: float = 0.0) -> Estimate:
    return Estimate(float(seen.mean()), seen - seen.mean(), swing)


def known(value: float) -> Estimate:
    return Estimate(value, np.zeros(0), 0.0)


def standing(worth: Estimate, limits: Sequence[Limit] = (), most: int = 10) -> Standing:
    return Standing(worth, tuple(limits), 0.5, float(most), most, len(worth.scores))


@dataclass(frozen=True)
class People:
    """Trials that all entrants share: what each says of an entrant is a common part, and a part of its own."""

    worths: tuple[float, ...]
    own: float
    seed: int

    def look(self, numbers: Sequence[int], trials: int) -> Iterator[Standing]:
        for number in numbers:
            shared = np.random.default_rng((self.seed, 99)).normal(size=ROUNDS[-1])
            own = np.random.default_rng((self.seed, number)).normal(scale=self.own, size=ROUNDS[-1])
            yield standing(estimate((self.worths[number] + shared + own)[:trials]))


def yes(number: int) -> bool:
    return True


def test_rounds_double_until_there_are_enough_trials():
    assert schedule(100) == (100,)
    assert schedule(250) == (250,)
    assert schedule(10_000) == (250, 500, 1000, 2000, 4000, 8000, 10_000)


def test_a_wrong_design_leaves_at_once_and_close_ones_stay_longer():
    people = People((0.0, -0.02, -2.0), own=0.3, seed=1)
    outcome = race(range(3), people.look, yes, ROUNDS)
    assert outcome.rounds[0].behind == 1
    assert set(outcome.standings) == {0, 1, 2}
    assert len(outcome.standings[2].worth.scores) == 250
    assert len(outcome.standings[0].worth.scores) > 250


def test_common_trials_tell_designs_apart_that_separate_ones_could_not():
    # A difference of 0.1 when one trial says 0 give or take 1, and of the difference give or take 0.14.
    outcome = race(range(2), People((0.0, -0.1), own=0.1, seed=2).look, yes, ROUNDS)
    first = outcome.standings[0].worth
    assert outcome.running == (0,)
    assert outcome.z * first.error() > 0.1, "the error of one design alone hides the difference"


@pytest.mark.parametrize(("worths", "lost"), [((0.0, -0.03, -0.06, -0.3), 0.05), ((0.0,) * 6, 0.2)])
def test_the_best_is_lost_no_more_often_than_is_said(worths: tuple[float, ...], lost: float):
    runs = 300
    gone = 0
    for seed in range(runs):
        outcome = race(range(len(worths)), People(worths, 0.5, seed).look, yes, ROUNDS[:4], lost=lost)
        gone += 0 not in outcome.running
    # The bound adds up all comparisons, so that the true share lies well below it; 3 standard errors above would be a fault.
    assert gone / runs <= lost + 3 * (lost * (1 - lost) / runs) ** 0.5


def test_a_race_without_the_bonferroni_bound_would_lose_it_more_often():
    # Of 30 equal designs the first is behind another by two standard errors far more often than once in twenty.
    runs = 60
    gone = sum(
        0 not in race(range(30), People((0.0,) * 30, 0.5, seed).look, yes, (250,), lost=29 * 0.0228).running
        for seed in range(runs)
    )
    assert gone / runs > 0.05
    assert strictness(30, 1, 0, lost=29 * 0.0228) == pytest.approx(2.0, abs=0.01)


def test_what_was_not_seen_in_few_trials_may_still_happen():
    # The better design claims in one trial of twenty more, and costs a little more; with no such trial seen yet it stays.
    seen = np.zeros(250)

    def look(numbers: Sequence[int], trials: int) -> Iterator[Standing]:
        yield from (standing(estimate(seen - cost, swing=1.0)) for cost in (0.001, 0.0))

    assert race(range(2), look, yes, (250,)).running == (0, 1)


def test_that_is_needed_since_a_bare_standard_error_would_be_nothing():
    seen = estimate(np.zeros(250), swing=1.0)
    assert seen.error() == 0
    # The chance of no such trial in 250 is below one in ten thousand from 3.6% on; z is 3.72 for that.
    assert 3.72 * seen.error(3.72) >= 0.036


def limited(worth: float, room: float, *, doubt: bool = False, spread: float = 1.0) -> Standing:
    noise = np.tile([spread, -spread], 125)
    limit = Limit("a constraint", Estimate(room, noise, 0.0), doubt=doubt)
    return standing(Estimate(worth, noise * 0.001, 0.0), [limit])


def looks(standings: dict[int, dict[int, Standing]]):
    """What each design says by the number of trials."""

    def look(numbers: Sequence[int], trials: int) -> Iterator[Standing]:
        yield from (standings[number][trials] for number in numbers)

    return look


def test_a_design_that_breaks_a_constraint_beyond_its_error_leaves():
    outcome = race(range(2), looks({0: {250: limited(9, -1)}, 1: {250: limited(1, 1)}}), yes, (250,))
    assert outcome.running == (1,)
    assert outcome.rounds[0].broke == 1


def test_a_design_that_may_yet_break_a_constraint_sends_nobody_home():
    better = {250: limited(9, 0.1)}
    assert race(range(2), looks({0: better, 1: {250: limited(1, 1)}}), yes, (250,)).running == (0, 1)
    certain = {250: limited(9, 1)}
    assert race(range(2), looks({0: certain, 1: {250: limited(1, 1)}}), yes, (250,)).running == (0,)


def test_whoever_left_because_of_a_leader_that_would_not_do_comes_back():
    # Its type I error seems to be kept at first, and the doubt counts for it; with more trials it is not.
    flashy = {250: limited(9, -0.05, doubt=True), 500: limited(9, -1, doubt=True)}
    honest, worse = ({trials: limited(worth, 1, doubt=True) for trials in (250, 500)} for worth in (5, 1))
    outcome = race(range(3), looks({0: flashy, 1: honest, 2: worse}), yes, (250, 500))
    assert [(r.entered, r.broke, r.behind) for r in outcome.rounds] == [(3, 0, 2), (1, 1, 0), (2, 0, 1)]
    assert outcome.running == (1,)


def test_one_design_that_is_left_is_looked_at_until_it_will_do_beyond_doubt():
    seen = []

    def look(numbers: Sequence[int], trials: int) -> Iterator[Standing]:
        seen.append(trials)
        yield from (limited(9, 0.05 if trials < 1000 else 0.5) for _ in numbers)

    assert race(range(1), look, yes, (250, 500, 1000, 2000)).running == (0,)
    assert seen == [250, 500, 1000]


def test_what_is_costly_is_asked_of_leaders_alone():
    asked = []

    def sound(number: int) -> bool:
        asked.append(number)
        return number != 3

    def look(numbers: Sequence[int], trials: int) -> Iterator[Standing]:
        yield from (standing(known(float(number))) for number in numbers)

    outcome = race(range(4), look, sound, ROUNDS)
    assert asked == [3, 2]
    assert outcome.running == (2,)


def test_a_design_that_cannot_be_conducted_is_left_out():
    def look(numbers: Sequence[int], trials: int) -> Iterator[Standing | None]:
        yield from (None if number == 0 else standing(known(float(number))) for number in numbers)

    outcome = race(range(2), look, yes, ROUNDS)
    assert outcome.running == (1,)
    assert set(outcome.standings) == {1}


def test_nothing_is_left_when_all_break_something():
    outcome = race(range(2), looks({k: {250: limited(k, -1)} for k in range(2)}), yes, (250,))
    assert outcome.running == ()
    assert ranked(outcome) == []


@pytest.mark.parametrize(("gap", "first"), [(0.04, 1), (0.06, 0)])
def test_designs_that_cannot_be_told_apart_go_by_the_fewest_participants(gap: float, first: int):
    # The difference trial by trial is 0.75 more or less: over 250 trials its standard error is 0.047.
    noise = np.tile([0.75, -0.75], 125)

    def look(numbers: Sequence[int], trials: int) -> Iterator[Standing]:
        both = {
            0: standing(Estimate(gap, noise, 0.0), most=30),
            1: standing(Estimate(0, 0 * noise, 0.0), most=20),
        }
        yield from (both[number] for number in numbers)

    outcome = race(range(2), look, yes, (250,))
    assert outcome.running == (0, 1)
    assert ranked(outcome)[0] == first


values = st.floats(-100, 100).map(lambda value: round(value, 3))


@given(st.lists(st.tuples(values, values, st.integers(1, 99), st.booleans()), min_size=1, max_size=30))
def test_what_is_enumerated_is_ranked_as_by_looking_at_everything(
    designs: list[tuple[float, float, int, bool]],
):
    def look(numbers: Sequence[int], trials: int) -> Iterator[Standing]:
        for number in numbers:
            worth, room, most, _ = designs[number]
            yield standing(known(worth), [Limit("a constraint", known(room))], most)

    outcome = race(range(len(designs)), look, lambda number: designs[number][3], ROUNDS)
    order = [number for number in ranked(outcome) if designs[number][3]]
    kept = [(-worth, most) for worth, room, most, sound in designs if room >= 0 and sound]
    if not kept:
        assert order == []
    else:
        worth, _, most, _ = designs[order[0]]
        assert (-worth, most) == min(kept)
