"""The scales on which evidence is reported, and what a level or a normal boundary means on each."""

from __future__ import annotations

from typing import ClassVar

from scipy.special import ndtri

from handful.analyses.base import Analysis

# A p-value equal to the level rejects; rounding in its last digits must not decide otherwise.
_ROUNDING = 1.0 + 1e-12


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


class OnPValues(Analysis):
    """Evidence is minus a one-sided p-value, so that more is stronger."""

    statistic_name: ClassVar[str] = "minus the one-sided p-value"

    def critical(self, alpha: float) -> float:
        """Minus the level."""
        return -alpha * _ROUNDING

    def to_z(self, statistic: float) -> float:
        """Upper normal quantile of the p-value."""
        return float(-ndtri(min(1.0, max(0.0, -statistic))))


class OnPosterior(Analysis):
    """Evidence is a posterior probability of benefit."""

    statistic_name: ClassVar[str] = "posterior probability of benefit"

    def critical(self, alpha: float) -> float:
        """One minus the level: the posterior probability of no benefit is at most the level."""
        return (1.0 - alpha) / _ROUNDING

    def to_z(self, statistic: float) -> float:
        """Normal quantile of the posterior probability."""
        return float(ndtri(min(1.0, max(0.0, statistic))))
