"""A number that says how it was obtained and how wrong it may be."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict

How = Literal["exact", "numeric", "simulated"]


class Figure(BaseModel):
    """A number with its origin.

    Attributes:
        value: The number; None when it is not defined (no trial gave an estimate, for example).
        how: `exact` by enumeration, `numeric` by integration, or `simulated`.
        error: Monte Carlo standard error of a simulated figure; None for the others.

    Example:
        >>> print(Figure.share(800, 1000))
        0.8000 (simulated, standard error 0.013)
        >>> print(Figure.exact(0.025))
        0.0250 (exact)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float | None
    how: How
    error: float | None = None

    @classmethod
    def exact(cls, value: float) -> Figure:
        """A figure by enumeration."""
        return cls(value=_defined(value), how="exact")

    @classmethod
    def numeric(cls, value: float) -> Figure:
        """A figure by integration."""
        return cls(value=_defined(value), how="numeric")

    @classmethod
    def simulated(cls, value: float, error: float) -> Figure:
        """A simulated figure with its Monte Carlo standard error."""
        return cls(value=_defined(value), how="simulated", error=_defined(error))

    @classmethod
    def share(cls, hits: int, trials: int) -> Figure:
        """A simulated proportion.

        The error of 0 or of all hits is that of one hit more or less: no trial in so many is not certainty.
        """
        share = hits / trials
        guarded = min(max(share, 1 / trials), 1 - 1 / trials) if trials > 1 else 0.5
        return cls.simulated(share, math.sqrt(guarded * (1 - guarded) / trials))

    @classmethod
    def mean(cls, total: float, squares: float, trials: int) -> Figure:
        """A simulated mean from the sum and the sum of squares."""
        mean = total / trials
        variance = max(0.0, squares / trials - mean * mean)
        return cls.simulated(mean, math.sqrt(variance / trials))

    def at_least(self, bound: float) -> bool:
        """Whether the number is at least a bound, to within two standard errors of doubt in its favour."""
        return self.value is not None and self.value + 2 * (self.error or 0.0) >= bound - 1e-12

    def at_most(self, bound: float) -> bool:
        """Whether the number is at most a bound, to within two standard errors of doubt in its favour."""
        return self.value is not None and self.value - 2 * (self.error or 0.0) <= bound + 1e-12

    def __str__(self) -> str:
        if self.value is None:
            return "not defined"
        doubt = f", standard error {self.error:.2g}" if self.error is not None else ""
        return f"{self.value:.4f} ({self.how}{doubt})"


def _defined(value: float) -> float | None:
    """None in place of what is not a finite number."""
    return float(value) if math.isfinite(value) else None
