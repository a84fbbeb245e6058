"""What a verification study says: one figure, held against one requirement, with its Monte Carlo error."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

STANDARD_ERRORS = 4.0
"""How far beyond its limit a simulated figure may lie by chance: once in 30,000 figures."""

Relation = Literal["at most", "at least", "within", "equal to", "reported"]


@dataclass(frozen=True)
class Verdict:
    """One figure and what it was held against.

    Attributes:
        requirement: What is required, as `requirements.md` numbers it.
        subject: The design, in words.
        setting: The truth under which it was simulated.
        what: The quantity.
        value: Its value.
        error: Its Monte Carlo standard error; 0 when the figure is exact or numeric.
        relation: `at most`, `at least` or `equal to` the limit; `within` so much of 0; or `reported`, where the figure itself
            is the point and there is nothing to keep.
        limit: The limit; None for `reported`.
    """

    requirement: str
    subject: str
    setting: str
    what: str
    value: float
    error: float
    relation: Relation
    limit: float | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the requirement is kept within the error; None where nothing is required.

        Example:
            >>> Verdict("T1", "a design", "no effect", "type I error", 0.0256, 0.0002, "at most", 0.025).holds
            True
        """
        if self.relation == "reported" or self.limit is None:
            return None
        doubt = STANDARD_ERRORS * self.error + 1e-9
        above, below = self.value - self.limit, self.limit - self.value
        return {
            "at most": above <= doubt,
            "at least": below <= doubt,
            "equal to": abs(above) <= doubt,
            "within": abs(self.value) - self.limit <= doubt,
        }[self.relation]

    @classmethod
    def share(
        cls,
        requirement: str,
        subject: str,
        setting: str,
        what: str,
        hits: int,
        trials: int,
        relation: Relation,
        limit: float | None,
    ) -> Verdict:
        """A verdict on a simulated proportion; the error of none or all is that of one more or less."""
        smoothed = (hits + 1) / (trials + 2)
        error = math.sqrt(smoothed * (1 - smoothed) / trials)
        return cls(requirement, subject, setting, what, hits / trials, error, relation, limit)


@dataclass(frozen=True)
class Study:
    """A verification study.

    Attributes:
        name: Its name on the command line.
        about: What it shows, in one sentence.
        run: Makes its verdicts with so many trials each, for designs whose name contains a text.
        trials: Trials that the requirement asks for.
    """

    name: str
    about: str
    run: Callable[[int, str], Iterator[Verdict]]
    trials: int = 1_000_000
