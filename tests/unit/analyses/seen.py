"""Small data sets as analyses read them: one trial each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from handful.participants.observations import Courses, Cut, Events, Observations, Outcomes, Pairs


def one_arm(outcome: Sequence[float]) -> Outcomes:
    return Outcomes(np.ones((1, len(outcome)), dtype=np.int8), None, np.array([outcome], dtype=np.float64))


def two_arms(control: Sequence[float], treated: Sequence[float]) -> Outcomes:
    arm = np.array([[0] * len(control) + [1] * len(treated)], dtype=np.int8)
    return Outcomes(arm, None, np.array([[*control, *treated]], dtype=np.float64))


def counts(control: int, of_control: int, treated: int, of_treated: int) -> Outcomes:
    return two_arms(
        [1] * control + [0] * (of_control - control), [1] * treated + [0] * (of_treated - treated)
    )


def pairs(treated: Sequence[object], control: Sequence[object], exposure: float = 1.0) -> Pairs:
    sides = [np.array(side, dtype=np.float64).reshape(1, len(side), -1) for side in (treated, control)]
    return Pairs(np.ones((1, len(treated)), dtype=np.int8), None, sides[0], sides[1], exposure)


def courses(values: Sequence[Sequence[float]], times: Sequence[float]) -> Courses:
    return Courses(
        np.ones((1, len(values)), dtype=np.int8),
        None,
        np.array([values], dtype=np.float64),
        np.array(times, float),
    )


def events(
    time: Sequence[float], event: Sequence[int], arm: Sequence[int], entry: Sequence[float] | None = None
) -> Events:
    start = np.zeros(len(time)) if entry is None else np.array(entry, dtype=np.float64)
    return Events(
        np.array([arm], dtype=np.int8),
        None,
        start[None, :],
        np.array([time], dtype=float),
        np.array([event]) == 1,
    )


def everybody(seen: Observations, month: float = 0.0) -> Cut:
    return Cut(np.full(seen.shape[0], seen.shape[1], dtype=np.int64), np.full(seen.shape[0], month))
