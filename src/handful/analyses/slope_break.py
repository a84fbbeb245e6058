"""The break from the participant's own slope: measurements before treatment predict, those after it are held against that.

The model is y_ij = a_i + b_i t_ij + delta f(t_ij) + e_ij with a line of its own for each participant, where f is the break
after treatment. When all participants have the same visits, least squares within each participant gives one estimate of
delta a head, and their mean is the estimate of the mixed model with random lines, whatever the variances of these: lines lie
in the span of what each participant's fit removes. One number a participant then carries all the evidence, and an
exact small-sample test of these numbers needs neither the variances of the lines nor independent errors along a course.
"""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from handful.analyses.base import Aim, Analysis, Comparator, Estimate, Evidence, Floats
from handful.analyses.resampling import Permutation
from handful.analyses.scales import OnZ
from handful.analyses.within import Differences, looked_at
from handful.participants.observations import Courses, Cut, Observations

Shape = Literal["step", "bend"]


class OwnSlope(Analysis):
    """Base of the analyses of the break from the own slope."""

    endpoints: ClassVar[frozenset[str]] = frozenset({"continuous"})
    comparator: ClassVar[Comparator] = "own control"
    reads: ClassVar[type[Observations]] = Courses

    shape: Shape = Field(
        "step",
        description="What treatment does to the course: a step to another level, or a bend to another slope.",
    )

    def breaks(self, seen: Observations, cut: Cut, aim: Aim) -> Differences:
        """Benefit at the last visit over the participant's own line, one number a participant.

        A visit that is missing in one participant (`observed` of shape (trials, participants, visits)) leaves that
        participant out when the line and the break can no longer be told apart.

        Raises:
            ValueError: When the planned visits cannot tell a break from a line.
        """
        assert isinstance(seen, Courses)
        times = tuple(seen.times.tolist())
        there = looked_at(seen, cut)
        contrast = _contrast(times, self.shape)
        if contrast is None:
            raise ValueError(
                f"a {self.shape} cannot be told from a participant's own line by visits at {', '.join(f'{t:g}' for t in times)} "
                "months: two visits are needed before treatment and one after it, and two after it where one is at month 0"
            )
        if there.ndim == 2:
            values = np.where(there[:, :, None], seen.values, 0.0)
            return Differences(
                aim.sign * (values @ contrast), there, np.abs(values).max(axis=(1, 2), initial=0.0)
            )
        values = np.where(there, seen.values, 0.0)
        weights, usable = _contrasts(times, self.shape, there)
        benefit = aim.sign * (values * weights).sum(axis=2)
        return Differences(benefit, usable, np.abs(values).max(axis=(1, 2), initial=0.0))

    def estimate(self, seen: Observations, cut: Cut, aim: Aim) -> Estimate:
        """Mean break at the last visit, signed as a benefit, with its t-interval."""
        return self.breaks(seen, cut, aim).mean().estimate(aim.alpha)


class SlopeBreak(OnZ, OwnSlope):
    """t-test of the participants' breaks; the statistic is the z-value with the same p-value."""

    kind: Literal["slope break"] = "slope break"
    meaning: ClassVar[str] = "t-test of the break from each participant's own slope"
    references: ClassVar[tuple[str, ...]] = ("laird1982", "student1908")

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """z-value of the t-test."""
        return self.breaks(seen, cut, aim).mean().evidence(aim)


class SlopeBreakPermutation(Permutation, OwnSlope):
    """Sign-flip permutation test of the participants' breaks: exact when they are symmetric about the null."""

    kind: Literal["slope break permutation"] = "slope break permutation"
    meaning: ClassVar[str] = "sign-flip permutation test of the break from each participant's own slope"
    references: ClassVar[tuple[str, ...]] = ("laird1982", "fisher1935")

    def evidence(self, seen: Observations, cut: Cut, aim: Aim) -> Evidence:
        """Minus the p-value of the mean break above the null."""
        broken = self.breaks(seen, cut, aim)
        return Evidence(-self.flipped(broken.benefit - aim.null, broken.seen)[:, None])


def _design(times: tuple[float, ...], shape: Shape) -> Floats:
    """Columns: 1, time, and the break, which is 1 at the last visit."""
    t = np.asarray(times)
    after = t > 0
    last = t.max(initial=0.0)
    broken = (
        after.astype(np.float64) if shape == "step" else np.where(after, t, 0.0) / (last if last > 0 else 1.0)
    )
    return np.stack([np.ones_like(t), t, broken], axis=1)


@lru_cache(maxsize=256)
def _contrast(times: tuple[float, ...], shape: Shape) -> NDArray[np.float64] | None:
    """Weights of the visits that give the break by least squares; None when it cannot be told from the line."""
    design = _design(times, shape)
    if np.linalg.matrix_rank(design) < 3:
        return None
    weights: Floats = np.linalg.pinv(design)[2]
    return weights


def _contrasts(
    times: tuple[float, ...], shape: Shape, there: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Weights for each pattern of visits seen, and who can be used; shapes (trials, participants, visits) and without visits."""
    patterns, place = np.unique(there.reshape(-1, there.shape[2]), axis=0, return_inverse=True)
    weights = np.zeros(patterns.shape)
    usable = np.zeros(len(patterns), dtype=np.bool_)
    design = _design(times, shape)
    for row, pattern in enumerate(patterns):
        if np.linalg.matrix_rank(design[pattern]) == 3:
            weights[row, pattern] = np.linalg.pinv(design[pattern])[2]
            usable[row] = True
    place = place.reshape(-1)
    return weights[place].reshape(there.shape), usable[place].reshape(there.shape[:2])
