"""The asymptotic z-test of one proportion; its real type I error in a small trial can be far from nominal."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from handful.analyses.base import Floats
from handful.analyses.one_proportion import OneProportion
from handful.analyses.scales import OnZ


class OneProportionZ(OnZ, OneProportion):
    """(x / n - p0) / sqrt(p0 (1 - p0) / n): what standard packages monitor in a group-sequential single arm."""

    kind: Literal["z one proportion"] = "z one proportion"
    meaning: ClassVar[str] = "asymptotic z-test of one proportion against the benchmark"

    def table(self, size: int, benchmark: float) -> Floats:
        """z of every possible trial of one size; 0 when nobody was seen, and where the benchmark leaves no variance.

        Example:
            >>> OneProportionZ().table(4, 0.5).tolist()
            [-2.0, -1.0, 0.0, 1.0, 2.0]
        """
        if size == 0 or benchmark in (0.0, 1.0):
            return np.zeros(size + 1)
        share = np.arange(size + 1) / size
        return np.asarray((share - benchmark) / np.sqrt(benchmark * (1 - benchmark) / size))
