"""Sample sizes, power and calendar times against rpact and gsDesign.

Reproduced are 11 of 11 calls of rpact (S01, S02, S04, S05, S07, S08, S10, S11, S13, S14, S16) and 12 of 12 of
gsDesign, of which N08 in `test_binomial_reference`, and CI01 and TB01 in `test_two_by_two_reference`. Not
compared are rpact's probabilities of 9.9e-10 for futility that no design asks for: they are those of Z < -6,
which it writes for no boundary.

rpact's group-sequential figures carry the error of its boundaries (1.1e-8), and its t-test sizes the
tolerance of its root search (1e-4 participants); gsDesign's fixed designs are good to the last digit (1e-13).
"""

from __future__ import annotations

import json
from functools import cache
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri, stdtrit

from handful.stats.boundaries import Boundaries, group_sequential_boundaries
from handful.stats.count_boundaries import CountBoundaries
from handful.stats.roots import find_root
from handful.stats.sample_size import FixedTest, drift_with, group_sequential_size
from handful.stats.sample_size_counts import CountTrial
from handful.stats.sample_size_means import StudentTest, two_means_z
from handful.stats.sample_size_rates import odds_ratio, one_rate, rate_difference
from handful.stats.sample_size_survival import PiecewiseExponential, SurvivalTrial, log_rank_events
from handful.stats.single_stage import single_stage
from handful.stats.spending import OBrienFlemingType

FIXTURES = Path(__file__).parent / "fixtures"
RPACT = json.loads((FIXTURES / "sample_size_rpact.json").read_text())["calls"]
GSDESIGN = json.loads((FIXTURES / "sample_size_gsdesign.json").read_text())["calls"]
RELATIVE = 2e-8  # rpact: twice its error in the boundaries, which comes in by the inflation and the power


@cache
def two_looks() -> Boundaries:
    """asOF at (.5, 1), power 80 %."""
    return group_sequential_boundaries([0.5, 1], power=0.8)


@cache
def three_looks() -> Boundaries:
    """asOF with non-binding bsOF at thirds, power 90 %."""
    return group_sequential_boundaries([1 / 3, 2 / 3, 1], futility=OBrienFlemingType())


@pytest.mark.parametrize(
    ("identifier", "test", "looks", "tolerance"),
    [
        ("S01", StudentTest(1 / 1.2), 2, {"abs": 1e-4}),
        ("S02", StudentTest(0.8 / 1.2, groups=1), 2, {"abs": 1e-4}),
        ("S04", StudentTest(0.9), 3, {"abs": 1e-4}),
        ("S05", rate_difference(0.7, 0.2), 2, {"rel": RELATIVE}),
        ("S08", rate_difference(0.6, 0.25, allocation_ratio=2), 3, {"rel": RELATIVE}),
    ],
)
def test_participants_of_rpact(
    identifier: str, test: FixedTest, looks: int, tolerance: dict[str, float]
) -> None:
    case = RPACT[identifier]
    boundaries = two_looks() if looks == 2 else three_looks()
    size = group_sequential_size(test.size(alpha=0.025, power=boundaries.power), boundaries)
    assert size.fixed == pytest.approx(case["nFixed"], **tolerance)
    assert size.maximum == pytest.approx(case["maxNumberOfSubjects"], **tolerance)
    assert np.array(size.looks) == pytest.approx(np.array(case["numberOfSubjects"]), **tolerance)
    assert size.expected_null == pytest.approx(case["expectedNumberOfSubjectsH0"], **tolerance)
    assert size.expected_halfway == pytest.approx(case["expectedNumberOfSubjectsH01"], **tolerance)
    assert size.expected == pytest.approx(case["expectedNumberOfSubjectsH1"], **tolerance)
    crossing = boundaries.crossing(boundaries.drift)
    assert crossing.upper == pytest.approx(np.array(case["rejectPerStage"]), abs=1.1e-8)
    assert crossing.stopping[:-1].sum() == pytest.approx(case["earlyStop"], abs=1.2e-8)
    if "futilityPerStage" in case:
        assert crossing.lower[:-1] == pytest.approx(np.array(case["futilityPerStage"]), abs=1.1e-8)


@pytest.mark.parametrize(
    ("identifier", "looks", "deviation", "groups"),
    [("S01", 2, 1.2, 2), ("S02", 2, 1.2, 1), ("S04", 3, 1.0, 2)],
)
def test_mean_differences_at_the_boundaries_of_rpact(
    identifier: str, looks: int, deviation: float, groups: int
) -> None:
    case, boundaries = RPACT[identifier], two_looks() if looks == 2 else three_looks()
    assert mean_differences(boundaries, case["numberOfSubjects"], deviation, groups) == pytest.approx(
        case["criticalValuesEffectScale"], rel=1e-7
    )


def mean_differences(
    boundaries: Boundaries, participants: list[float], deviation: float, groups: int
) -> list[float]:
    """Differences of means that just cross, by the t-distribution at the level of each look."""
    return [
        stdtrit(n - groups, 1 - level) * deviation * groups / sqrt(n)
        for level, n in zip(boundaries.nominal_levels, participants, strict=True)
    ]


@pytest.mark.parametrize(
    ("identifier", "looks", "control", "ratio"), [("S05", 2, 0.2, 1), ("S08", 3, 0.25, 2)]
)
def test_rate_differences_at_the_boundaries_of_rpact(
    identifier: str, looks: int, control: float, ratio: float
) -> None:
    case, boundaries = RPACT[identifier], two_looks() if looks == 2 else three_looks()
    found = []
    for z, n in zip(boundaries.upper, case["numberOfSubjects"], strict=True):

        def excess(difference: float, z: float = z, n: float = n) -> float:
            pooled = control + difference * ratio / (1 + ratio)
            return difference / sqrt(pooled * (1 - pooled) * (1 + ratio) ** 2 / (ratio * n)) - z

        found.append(find_root(excess, 0.3, 0.31))
    assert found == pytest.approx(case["criticalValuesEffectScale"], abs=1e-7)


def test_exact_single_stage_s07_of_rpact() -> None:
    case = RPACT["S07"]
    assert single_stage(0.2, 0.5, alpha=0.025, power=0.8).stable.n == case["nFixed"]
    # Although the test is exact, the rate at which it rejects is stated by the normal approximation.
    critical = 0.2 + float(ndtri(0.975)) * sqrt(0.2 * 0.8 / 24)
    assert critical == pytest.approx(case["criticalValuesEffectScale"], rel=1e-13)


@pytest.mark.parametrize(
    ("identifier", "tests", "n"),
    [
        ("S11", [StudentTest(effect / 1.2) for effect in (0, 0.4, 0.8, 1.2)], 40),
        ("S13", [one_rate(rate, 0.2) for rate in (0.2, 0.35, 0.5)], 24),
        ("S14", [log_rank_events(ratio).reversed() for ratio in (0.3, 0.5, 1)], 30),
    ],
)
def test_power_of_rpact_with_a_number_of_participants_or_events(
    identifier: str, tests: list[FixedTest], n: int
) -> None:
    boundaries = two_looks()
    rejected = [boundaries.crossing(drift_with(test, n, boundaries)).upper for test in tests]
    case = RPACT[identifier]
    assert np.ravel(rejected) == pytest.approx(np.array(case["rejectPerStage"]), abs=1.1e-8)
    if "overallReject" in case:
        assert np.sum(rejected, axis=-1) == pytest.approx(np.array(case["overallReject"]), abs=1.1e-8)
        # rpact adds 9.9e-10 for futility without a boundary.
        assert np.array(rejected)[:, 0] == pytest.approx(np.array(case["earlyStop"]), abs=1.2e-8)


def test_effects_at_the_boundaries_of_rpact_with_a_number_of_participants_or_events() -> None:
    boundaries = two_looks()
    means = mean_differences(boundaries, RPACT["S11"]["numberOfSubjects"], 1.2, 2)
    assert means == pytest.approx(RPACT["S11"]["criticalValuesEffectScale"], rel=1e-7)
    sizes = np.array(RPACT["S13"]["numberOfSubjects"])
    rates = 0.2 + np.array(boundaries.upper) * np.sqrt(0.2 * 0.8 / sizes)
    assert rates == pytest.approx(np.array(RPACT["S13"]["criticalValuesEffectScale"]), abs=1.1e-8)
    ratios = np.exp(2 * np.array(boundaries.upper) / np.sqrt(RPACT["S14"]["cumulativeEventsPerStage"]))
    assert ratios == pytest.approx(np.array(RPACT["S14"]["criticalValuesEffectScale"]), rel=RELATIVE)


def test_survival_design_s10_of_rpact_in_events_participants_and_time() -> None:
    case, boundaries = RPACT["S10"], three_looks()
    events = group_sequential_size(log_rank_events(0.35).size(power=0.9), boundaries)
    hazard = -log(0.4) / 24
    treatment, control = PiecewiseExponential((0.35 * hazard,)), PiecewiseExponential((hazard,))
    trial = SurvivalTrial(treatment, control, enrolment_ends=(18.0,))
    participants = trial.participants(events.maximum, 36.0)
    times = [trial.time_of(number, participants) for number in events.looks]

    assert events.fixed == pytest.approx(case["eventsFixed"], rel=1e-13)
    assert np.array(events.looks) == pytest.approx(np.array(case["eventsPerStage"]), rel=RELATIVE)
    assert events.expected_null == pytest.approx(case["expectedEventsH0"], rel=RELATIVE)
    assert events.expected == pytest.approx(case["expectedEventsH1"], rel=RELATIVE)
    assert participants == pytest.approx(case["maxNumberOfSubjects"], rel=RELATIVE)
    # Times and what follows from them carry rpact's root tolerance as well.
    assert np.array(times) == pytest.approx(np.array(case["analysisTime"]), abs=1e-6)
    enrolled = [participants * trial.enrolled(time) for time in times]
    assert np.array(enrolled) == pytest.approx(np.array(case["numberOfSubjects"]), abs=1e-6)
    crossing = boundaries.crossing(boundaries.drift)
    assert float(crossing.expected(times)) == pytest.approx(case["studyDuration"], abs=1e-6)
    assert crossing.upper == pytest.approx(np.array(case["rejectPerStage"]), abs=1.1e-8)
    assert events.expected_halfway == pytest.approx(case["expectedEventsH01"], rel=RELATIVE)
    ratios = [exp(-2 * z / sqrt(number)) for z, number in zip(boundaries.upper, events.looks, strict=True)]
    assert ratios == pytest.approx(case["criticalValuesEffectScale"], rel=RELATIVE)


def test_analysis_times_s14_of_rpact() -> None:
    case, boundaries = RPACT["S14"], two_looks()
    control = PiecewiseExponential((log(2) / 12,))
    times, durations, enrolled = [], [], []
    for ratio in (0.3, 0.5, 1.0):
        trial = SurvivalTrial(PiecewiseExponential((ratio * log(2) / 12,)), control, enrolment_ends=(24.0,))
        at_looks = [trial.time_of(events, 60) for events in (15, 30)]
        drift = drift_with(log_rank_events(ratio).reversed(), 30, boundaries)
        times += at_looks
        enrolled += [60 * trial.enrolled(time) for time in at_looks]
        durations.append(float(boundaries.crossing(drift).expected(at_looks)))
    assert times == pytest.approx(case["analysisTime"], abs=1e-6)
    assert durations == pytest.approx(case["studyDuration"], abs=1e-6)
    assert enrolled == pytest.approx(case["numberOfSubjects"], abs=3e-6)  # 2.5 participants a month


def test_count_design_s16_of_rpact() -> None:
    case, boundaries = RPACT["S16"], two_looks()
    trial = CountTrial(0.3, 0.9, overdispersion=1.0, enrolment=12.0, follow_up=12.0)
    information = (boundaries.drift / log(0.3 / 0.9)) ** 2
    sizes = trial.participants(information)
    interim = trial.time_of(0.5 * information, sizes)
    assert information == pytest.approx(case["maxInformation"], rel=RELATIVE)
    assert sum(sizes) == case["maxNumberOfSubjects"]
    assert interim == pytest.approx(case["calendarTime"][0], abs=1e-6)
    assert [trial.enrolled(sizes, interim), sum(sizes)] == case["numberOfSubjects"]


@pytest.mark.parametrize(
    ("identifier", "test", "power"),
    [
        ("N01", two_means_z(1.0, 1.2), 0.8),
        ("N02", two_means_z(0.8, 1.0, control_deviation=1.5, allocation_ratio=0.5), 0.9),
        ("N04", rate_difference(0.7, 0.2), 0.8),
        ("N05", rate_difference(0.6, 0.25, allocation_ratio=2), 0.9),
        ("N07", odds_ratio(0.6, 0.25), 0.8),
    ],
)
def test_fixed_sizes_of_gsdesign(identifier: str, test: FixedTest, power: float) -> None:
    assert test.size(alpha=0.025, power=power) == pytest.approx(GSDESIGN[identifier]["value"], rel=1e-13)


def lachin_foulkes_trial() -> SurvivalTrial:
    """lambdaC=log(2)/12, hr=.4, eta=.005, R=24."""
    hazard = log(2) / 12
    treatment = PiecewiseExponential((0.4 * hazard,), dropout=0.005)
    return SurvivalTrial(treatment, PiecewiseExponential((hazard,), dropout=0.005), enrolment_ends=(24.0,))


def test_lachin_foulkes_n10_and_n11_of_gsdesign() -> None:
    trial = lachin_foulkes_trial()
    participants = trial.lachin_foulkes(48.0).size(alpha=0.025, power=0.8)
    survival: dict[str, Any] = GSDESIGN["N10"]["value"]
    assert participants == pytest.approx(survival["n"], rel=1e-13)
    assert trial.events(participants, 48.0) == pytest.approx(survival["d"], rel=1e-13)
    on_control = 0.5 * participants * trial.event_probability(trial.control, 48.0)
    assert on_control == pytest.approx(survival["eDC"], rel=1e-13)
    assert participants == pytest.approx(GSDESIGN["N11"]["value"]["n"], rel=1e-13)


def test_group_sequential_survival_gs01_of_gsdesign() -> None:
    case, trial = GSDESIGN["GS01"], lachin_foulkes_trial()
    boundaries = group_sequential_boundaries([0.5, 0.75, 1], futility=OBrienFlemingType(), power=0.8)
    assert np.array(boundaries.upper) == pytest.approx(np.array(case["upper"]), abs=2e-5)
    # gsDesign's second futility boundary spends 1.2e-5 more than its spending function allows, over a density
    # of 0.17 there: 7e-5. Inflation, and with it events, participants and times, follow to 3e-6 in size.
    assert np.array(boundaries.lower) == pytest.approx(np.array(case["lower"]), abs=1e-4)
    participants = boundaries.inflation * trial.lachin_foulkes(48.0).size(alpha=0.025, power=0.8)
    events = trial.events(participants, 48.0)
    assert events == pytest.approx(case["n.I"][-1], rel=1e-5)
    times = [trial.time_of(fraction * events, participants) for fraction in (0.5, 0.75, 1.0)]
    assert times == pytest.approx(case["T"], rel=1e-5)
    assert 0.5 * participants == pytest.approx(case["eNC"][-1][0], rel=1e-5)
    drifts = [0.0, boundaries.drift]
    fixed = events / boundaries.inflation
    assert fixed * boundaries.expected_information(drifts) == pytest.approx(np.array(case["en"]), rel=1e-5)
    enrolled = [0.5 * participants * trial.enrolled(time) for time in times]
    assert enrolled == pytest.approx([arm[0] for arm in case["eNE"]], rel=1e-5)
    by_arm = [
        [0.5 * participants * trial.event_probability(arm, time) for time in times]
        for arm in (trial.control, trial.treatment)
    ]
    assert by_arm[0] == pytest.approx([arm[0] for arm in case["eDC"]], rel=1e-5)
    assert by_arm[1] == pytest.approx([arm[0] for arm in case["eDE"]], rel=1e-5)


def test_exact_binomial_boundaries_gb01_of_gsdesign() -> None:
    case, rates = GSDESIGN["GB01"], [0.1, 0.2, 0.3, 0.4, 0.5]
    design = CountBoundaries((10, 20, 30), futility_if_at_most=(0, 3, 7), success_if_at_least=(5, 7, 8))
    ends = design.stopping_probabilities(rates)
    assert pytest.approx(np.array(case["upper"]), rel=1e-12) == ends.success.T
    assert pytest.approx(np.array(case["lower"]), rel=1e-12) == ends.futility.T
    assert design.expected_size(rates) == pytest.approx(np.array(case["en"]), rel=1e-12)
