"""What became of each trial of a block."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Trials:
    """The result of conducting a design on one block of trials; every field has shape (trials,).

    Attributes:
        success: Whether benefit was claimed.
        look: Look at which the trial ended, counted from 0.
        enrolled: Participants enrolled by then, evaluated or not.
        analysed: Participants whose outcome entered the analysis.
        treated: Enrolled participants assigned to treatment.
        month: Calendar month of the last look (0 when recruitment has no timing).
        finished: Whether the look could be held; false when participants ran out before it.
        estimate: Benefit that the design reports, on the scale of the endpoint's measure.
        lower: Lower limit of its interval.
        upper: Upper limit.
    """

    success: NDArray[np.bool_]
    look: NDArray[np.int8]
    enrolled: NDArray[np.int32]
    analysed: NDArray[np.int32]
    treated: NDArray[np.int32]
    month: NDArray[np.float64]
    finished: NDArray[np.bool_]
    estimate: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.success)

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """The fields by name, in order."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
