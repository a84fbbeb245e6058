"""The log-rank kernel against R's survdiff, with ties and censoring."""

import json
from pathlib import Path

import numpy as np
import pytest

from handful.kernels.survival import logrank

REFERENCE = json.loads((Path(__file__).parent / "fixtures" / "log_rank.json").read_text())["log_rank"]


def test_r_survdiff() -> None:
    """R prints 15 significant digits, so 14 must agree."""
    time = np.array([REFERENCE["time"]], dtype=float)
    result = logrank(np.zeros_like(time), time, [REFERENCE["event"]], [REFERENCE["group"]], np.inf)
    assert result.observed[0] == REFERENCE["observed"][1]
    assert result.events[0] == sum(REFERENCE["observed"])
    assert result.expected[0] == pytest.approx(REFERENCE["expected"][1], rel=1e-14)
    assert result.variance[0] == pytest.approx(REFERENCE["variance"], rel=1e-14)
    assert result.z[0] ** 2 == pytest.approx(REFERENCE["chi_square"], rel=1e-14)
