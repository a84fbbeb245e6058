"""The contract of an analysis, as tests that anybody's own analysis inherits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from handful.analyses.base import Aim, Analysis, Comparator, Estimate
from handful.analyses.scales import OnPosterior, OnPValues, OnZ
from handful.participants.observations import Courses, Cut, Events, Observations, Outcomes, Pairs
from handful.testing.specs import SpecContract

Seen = TypeVar("Seen", bound=Observations)
_LATE = 1000.0
_FIXED = ("times",)


@dataclass(frozen=True)
class AnalysisCase:
    """An analysis under test, with data of at least eight trials.

    Attributes:
        analysis: The analysis.
        seen: What it reads; nobody missing.
        aim: What it is asked.
        opposite: What it is asked when the other direction is the benefit; None for the same with another sign. A
            null that is a benefit changes its sign, and the benchmark of a proportion is that of the other result.
        mirrored: The same data told the other way round, so that with another sign of the aim the evidence is the
            same; None when there is no such way (a single arm of counts or of times).
    """

    analysis: Analysis
    seen: Observations
    aim: Aim
    opposite: Aim | None = None
    mirrored: Callable[[Observations], Observations] | None = None

    @property
    def other_way(self) -> Aim:
        """The aim when the other direction is the benefit."""
        return self.opposite or replace(self.aim, sign=-self.aim.sign)

    def cut(self, included: int | None = None) -> Cut:
        """The first participants, late enough for everybody to have been followed to the end."""
        trials, people = self.seen.shape
        number = people if included is None else included
        return Cut(np.full(trials, number, dtype=np.int64), np.full(trials, _LATE))


def changed(seen: Seen, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Seen:
    """The same change to every array of what was seen that has participants."""
    arrays = {
        name: value
        for name, value in vars(seen).items()
        if isinstance(value, np.ndarray) and name not in _FIXED
    }
    return replace(seen, **{name: change(value) for name, value in arrays.items()})


def negated(seen: Observations) -> Observations:
    """Outcomes with another sign: what was good is bad. For continuous and ordinal outcomes."""
    return _with_outcomes(seen, lambda values: -values)


def complemented(seen: Observations) -> Observations:
    """Outcomes of 0 and 1 exchanged."""
    return _with_outcomes(seen, lambda values: 1.0 - values)


def exchanged(seen: Observations) -> Observations:
    """Treated and control exchanged."""
    if isinstance(seen, Pairs):
        return replace(seen, treated=seen.control, control=seen.treated, exposure=1 / seen.exposure)
    return replace(seen, arm=(1 - seen.arm).astype(np.int8))


def _with_outcomes(seen: Observations, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Observations:
    if isinstance(seen, Outcomes):
        return replace(seen, outcome=change(seen.outcome))
    if isinstance(seen, Pairs):
        return replace(seen, treated=change(seen.treated), control=change(seen.control))
    assert isinstance(seen, Courses)
    return replace(seen, values=change(seen.values))


def close(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> None:
    """Equal but for the rounding of sums in another order, and of the limits that are searched for."""
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


class AnalysisContract(SpecContract):
    """What every analysis owes: subclass it, give the fixture `case`, and run pytest (warnings as errors).

    Example:
        >>> class TestMyAnalysis(AnalysisContract):
        ...     @pytest.fixture
        ...     def case(self) -> AnalysisCase:
        ...         return AnalysisCase(my_analysis, some_trials, Aim())
    """

    base = Analysis

    @pytest.fixture
    def case(self) -> AnalysisCase:
        """The analysis under test."""
        raise NotImplementedError("subclasses of AnalysisContract give the fixture `case`")

    @pytest.fixture
    def spec(self, case: AnalysisCase) -> Analysis:
        """The analysis itself, for the tests of specs."""
        return case.analysis

    def test_it_says_what_it_reads_and_serves(self, case: AnalysisCase) -> None:
        """So that a design can refuse it in words."""
        kinds = {"binary", "continuous", "count", "time to event", "ordinal"}
        assert case.analysis.endpoints
        assert case.analysis.endpoints <= kinds
        assert isinstance(case.seen, case.analysis.reads)
        assert case.analysis.comparator in get_args(Comparator)
        assert case.analysis.statistic_name

    def test_evidence_is_finite_and_one_column_a_hypothesis(self, case: AnalysisCase) -> None:
        """At every size of the trial, from nobody on; estimates lie in their intervals."""
        trials, people = case.seen.shape
        for included in range(people + 1):
            statistic = case.analysis.evidence(case.seen, case.cut(included), case.aim).statistic
            assert statistic.ndim == 2
            assert len(statistic) == trials
            assert np.isfinite(statistic).all()
            self._in_order(case.analysis.estimate(case.seen, case.cut(included), case.aim), trials)

    def test_a_score_is_on_the_z_scale_of_the_evidence(self, case: AnalysisCase) -> None:
        """Standardised it is what the evidence says, and its information is never negative."""
        analysis = case.analysis
        if not analysis.gives_score:
            with pytest.raises(TypeError, match="gives no score"):
                analysis.score(case.seen, case.cut(), case.aim)
            return
        told = analysis.score(case.seen, case.cut(), case.aim)
        close(told.z[:, None], analysis.as_z(analysis.evidence(case.seen, case.cut(), case.aim).statistic))
        assert (told.information >= 0).all()
        assert told.of_one > 0

    @staticmethod
    def _in_order(estimate: Estimate, trials: int) -> None:
        assert estimate.value.shape == estimate.lower.shape == estimate.upper.shape == (trials,)
        known = ~np.isnan(estimate.value)
        assert (estimate.lower[known] <= estimate.value[known] + 1e-9).all()
        assert (estimate.value[known] <= estimate.upper[known] + 1e-9).all()

    def test_a_trial_of_one_is_the_trial_inside_its_block(self, case: AnalysisCase) -> None:
        """A real data set is a block of one trial: bit for bit the same."""
        whole = self._told(case, case.seen, case.cut())
        for t in range(case.seen.shape[0]):
            alone = changed(case.seen, lambda values, t=t: values[t : t + 1])  # type: ignore[misc]
            cut = Cut(case.cut().included[:1], case.cut().month[:1])
            for ours, theirs in zip(self._told(case, alone, cut), whole, strict=True):
                np.testing.assert_array_equal(ours[0], theirs[t])

    @staticmethod
    def _told(
        case: AnalysisCase, seen: Observations, cut: Cut, aim: Aim | None = None
    ) -> list[NDArray[np.float64]]:
        """Statistic, estimate and limits."""
        asked = aim or case.aim
        estimate = case.analysis.estimate(seen, cut, asked)
        evidence = case.analysis.evidence(seen, cut, asked)
        return [evidence.statistic[:, 0], estimate.value, estimate.lower, estimate.upper]

    def test_the_order_of_participants_changes_nothing(self, case: AnalysisCase) -> None:
        """Their numbers are names."""
        people = case.seen.shape[1]
        order = np.argsort(np.arange(people) * 0.6180339887 % 1)
        shuffled = changed(case.seen, lambda values: values[:, order])
        for ours, theirs in zip(
            self._told(case, shuffled, case.cut()), self._told(case, case.seen, case.cut()), strict=True
        ):
            close(ours, theirs)

    def test_participants_beyond_those_included_change_nothing(self, case: AnalysisCase) -> None:
        """An interim look sees a prefix and nothing else, whatever stands behind it."""
        people = case.seen.shape[1]
        first = people // 2
        short = changed(case.seen, lambda values: values[:, :first])
        backwards = np.r_[:first, people - 1 : first - 1 : -1]
        other = changed(case.seen, lambda values: values[:, backwards])
        there = self._told(case, short, case.cut(first))
        for seen in (case.seen, other):
            for ours, theirs in zip(self._told(case, seen, case.cut(first)), there, strict=True):
                close(ours, theirs)

    def test_what_is_missing_is_not_looked_at(self, case: AnalysisCase) -> None:
        """The numbers that stand where nothing was observed change nothing."""
        trials, people = case.seen.shape
        observed = (np.arange(trials)[:, None] * 7 + np.arange(people) * 3) % 4 > 0
        masked = replace(case.seen, observed=observed)
        told = self._told(case, masked, case.cut())
        assert np.isfinite(told[0]).all()
        for other in (0.0, 1.0):
            spoilt = _with_missing(masked, observed, other)
            for ours, theirs in zip(self._told(case, spoilt, case.cut()), told, strict=True):
                np.testing.assert_array_equal(ours, theirs)

    def test_missing_participants_are_as_if_they_were_not_there(self, case: AnalysisCase) -> None:
        """When the last ones are missing, the trial is that of the first ones."""
        trials, people = case.seen.shape
        first = people - 3
        observed = np.broadcast_to(np.arange(people) < first, (trials, people))
        masked = replace(case.seen, observed=observed)
        short = changed(case.seen, lambda values: values[:, :first])
        for ours, theirs in zip(
            self._told(case, masked, case.cut()), self._told(case, short, case.cut(first)), strict=True
        ):
            close(ours, theirs)

    def test_nobody_observed_is_no_evidence(self, case: AnalysisCase) -> None:
        """Every outcome missing, in every trial: finite, and the same in all."""
        missing = np.zeros(case.seen.shape, dtype=np.bool_)
        evidence = case.analysis.evidence(replace(case.seen, observed=missing), case.cut(), case.aim)
        assert np.isfinite(evidence.statistic).all()
        assert len(np.unique(evidence.statistic)) == 1

    def test_the_same_data_told_the_other_way_round_are_the_same_evidence(self, case: AnalysisCase) -> None:
        """Outcomes turned around, and the other direction a benefit."""
        if case.mirrored is None:
            return
        aim = replace(case.aim, sign=-case.aim.sign)
        turned = self._told(case, case.mirrored(case.seen), case.cut(), aim)
        for ours, theirs in zip(turned, self._told(case, case.seen, case.cut()), strict=True):
            close(ours, theirs)

    def test_evidence_for_one_direction_is_evidence_against_the_other(self, case: AnalysisCase) -> None:
        """z changes its sign, posterior probabilities add up to 1, and two one-sided p-values to at least 1."""
        there = case.analysis.evidence(case.seen, case.cut(), case.aim).statistic
        back = case.analysis.evidence(case.seen, case.cut(), case.other_way).statistic
        if isinstance(case.analysis, OnZ):
            close(back, -there)
        elif isinstance(case.analysis, OnPosterior):
            close(back, 1 - there)
        elif isinstance(case.analysis, OnPValues):
            assert (-there - back >= 1 - 1e-9).all()
            assert ((there >= -1 - 1e-12) & (there <= 0)).all()

    def test_thresholds_grow_stricter_with_the_level(self, case: AnalysisCase) -> None:
        """A smaller level asks for more evidence, and a boundary on the z scale stands for its level."""
        if not isinstance(case.analysis, OnZ | OnPValues | OnPosterior):
            return
        assert case.analysis.critical(0.01) > case.analysis.critical(0.025) > case.analysis.critical(0.05)
        assert case.analysis.from_z(1.959963984540054) == pytest.approx(case.analysis.critical(0.025))
        assert case.analysis.from_z(np.inf) == np.inf

    def test_a_normal_process_is_on_the_z_scale(self, case: AnalysisCase) -> None:
        """The numeric engine holds the thresholds of an analysis with a process against z-values."""
        spread = {"control": 2.25, "treated": 2.25}
        process = case.analysis.process([(6, 8), (12, 16)], case.aim, 1.0, spread)
        if process is None:
            return
        assert 0 < process.information[0] < process.information[1]
        assert case.analysis.to_z(case.analysis.from_z(1.5)) == pytest.approx(1.5)

    def test_asking_changes_no_data(self, case: AnalysisCase) -> None:
        """What was observed stays what it was."""
        before = changed(case.seen, np.copy)
        self._told(case, case.seen, case.cut())
        for name, value in vars(before).items():
            np.testing.assert_array_equal(getattr(case.seen, name), value)


def _with_missing(seen: Observations, observed: NDArray[np.bool_], value: float) -> Observations:
    """Another number wherever nothing was observed."""

    def spoil(values: NDArray[Any]) -> NDArray[Any]:
        there = observed.reshape(observed.shape + (1,) * (values.ndim - 2))
        return np.where(there, values, np.asarray(value, dtype=values.dtype))

    if isinstance(seen, Events):
        return replace(seen, time=spoil(seen.time), event=spoil(seen.event))
    return _with_outcomes(seen, spoil)
