"""The scales on which evidence is reported, and what a level or a normal boundary means on each."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from scipy.special import ndtri

from handful.analyses.base import Analysis, Floats

# A p-value equal to the level rejects; rounding in its last digits must not decide otherwise.
_ROUNDING = 1.0 + 1e-12


def natural_statistic(name: str) -> tuple[str, int]:
    """What a statistic is called by people, and the sign that turns its values into theirs.

    Statistics are larger for stronger evidence, so analyses that give p-values carry them with a minus sign.

    Args:
        name: Name of the statistic, such as `z` or `minus the one-sided p-value`.

    Returns:
        (its name to people, 1 or -1).

    Example:
        >>> natural_statistic("minus the one-sided p-value"), natural_statistic("z")
        (('the one-sided p-value', -1), ('z', 1))
    """
    return (name.removeprefix("minus "), -1) if name.startswith("minus ") else (name, 1)


class OnZ(Analysis):
    """Evidence is a standard normal deviate, or what stands for one: the quantile of one minus the p-value."""

    statistic_name: ClassVar[str] = "z"

    def critical(self, alpha: float) -> float:
        """Upper normal quantile of the level."""
        return float(-ndtri(alpha))

    def from_z(self, z: float) -> float:
        """The statistic is on this scale already."""
        return z

    def to_z(self, statistic: float) -> float:
        """The statistic is on this scale already."""
        return statistic

    def as_z(self, statistic: Floats) -> Floats:
        """The statistics are on this scale already."""
        return statistic


class OnPValues(Analysis):
    """Evidence is minus a one-sided p-value, so that more is stronger."""

    statistic_name: ClassVar[str] = "minus the one-sided p-value"

    def critical(self, alpha: float) -> float:
        """Minus the level."""
        return -alpha * _ROUNDING

    def to_z(self, statistic: float) -> float:
        """Upper normal quantile of the p-value."""
        return float(-ndtri(min(1.0, max(0.0, -statistic))))

    def as_z(self, statistic: Floats) -> Floats:
        """Upper normal quantiles of the p-values; infinite where a p-value is 0 or 1."""
        return np.asarray(-ndtri(np.clip(-statistic, 0.0, 1.0)))


class OnPosterior(Analysis):
    """Evidence is a posterior probability of benefit."""

    statistic_name: ClassVar[str] = "posterior probability of benefit"

    @property
    def prior_worth(self) -> tuple[float, float]:
        """What the prior is worth on control and on treatment, in whatever the information of the data is counted in."""
        return 0.0, 0.0

    @property
    def promises_level(self) -> bool:
        """A posterior probability is no error rate."""
        return False

    def critical(self, alpha: float) -> float:
        """One minus the level: the posterior probability of no benefit is at most the level."""
        return (1.0 - alpha) / _ROUNDING

    def to_z(self, statistic: float) -> float:
        """Normal quantile of the posterior probability."""
        return float(ndtri(min(1.0, max(0.0, statistic))))

    def as_z(self, statistic: Floats) -> Floats:
        """Normal quantiles of the posterior probabilities; infinite where one is 0 or 1."""
        return np.asarray(ndtri(np.clip(statistic, 0.0, 1.0)))


class OnDualCriterion(Analysis):
    """Evidence is a posterior probability of benefit where the benefit is also large enough, and less than a half elsewhere.

    It is no posterior probability itself: evidence against one direction is not evidence for the other, and it has no z scale.
    """

    statistic_name: ClassVar[str] = "posterior probability of benefit, if its median is relevant"

    @property
    @abstractmethod
    def significance(self) -> OnPosterior:
        """The posterior probability alone, without what is asked of the median."""

    @property
    def promises_level(self) -> bool:
        """As for a posterior probability."""
        return False

    def critical(self, alpha: float) -> float:
        """One minus the level, as for a posterior probability.

        Raises:
            ValueError: When the level is above a half: below that threshold the statistic does not stand for both criteria.
        """
        if alpha > 0.5:
            raise ValueError(
                f"a dual criterion asks for a certainty of at least a half, and 1 - {alpha:g} is less"
            )
        return (1.0 - alpha) / _ROUNDING
