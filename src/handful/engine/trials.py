"""What became of each trial of a block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Trials:
    """The result of conducting a design on one block of trials; fields have shape (trials,) unless said otherwise.

    Attributes:
        success: Whether benefit was claimed, of any treatment in anybody.
        harm: Whether it ended without a claim and harm was found.
        look: Look at which the trial ended, counted from 0.
        enrolled: Participants enrolled by then, evaluated or not.
        analysed: Participants whose outcome entered the analysis.
        allocated: Enrolled participants assigned to each arm, control first, shape (trials, arms).
        month: Calendar month of the last look (0 when recruitment has no timing).
        finished: Whether the look could be held; false when participants ran out before it.
        estimate: Benefit that the design reports, on the scale of the endpoint's measure.
        lower: Lower limit of its interval.
        upper: Upper limit.
        claims: Which hypotheses were rejected, shape (trials, hypotheses).
        hypothesis: The hypothesis that the estimate is about: the strongest claim, else the strongest evidence.
    """

    success: NDArray[np.bool_]
    harm: NDArray[np.bool_]
    look: NDArray[np.int8]
    enrolled: NDArray[np.int32]
    analysed: NDArray[np.int32]
    allocated: NDArray[np.int32]
    month: NDArray[np.float64]
    finished: NDArray[np.bool_]
    estimate: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    claims: NDArray[np.bool_]
    hypothesis: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.success)

    @property
    def treated(self) -> NDArray[np.int32]:
        """Enrolled participants assigned to any treatment."""
        return np.asarray(self.allocated[:, 1:].sum(axis=1, dtype=np.int32))

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """The fields by name, in order: one column each, and one for each arm and claim where there are several."""
        found: dict[str, NDArray[np.generic]] = {}
        for field in fields(self):
            values = getattr(self, field.name)
            if field.name == "allocated":
                found["treated"] = self.treated
                if values.shape[1] > 2:
                    found |= {f"arm {arm}": values[:, arm] for arm in range(values.shape[1])}
            elif field.name == "claims":
                if values.shape[1] > 1:
                    found |= {f"claim {k + 1}": values[:, k] for k in range(values.shape[1])}
            elif field.name != "hypothesis" or self.claims.shape[1] > 1:
                found[field.name] = values
        return found

    @classmethod
    def joined(cls, pieces: Sequence[Trials]) -> Trials:
        """The trials of consecutive blocks, one after the other."""
        return cls(*(np.concatenate([getattr(piece, f.name) for piece in pieces]) for f in fields(cls)))
