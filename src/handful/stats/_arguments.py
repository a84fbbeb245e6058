"""What the methods for counts accept, said once: the checks that turn arguments into arrays or raise."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Alternative = Literal["greater", "less", "two-sided"]
ALTERNATIVES: tuple[Alternative, ...] = ("greater", "less", "two-sided")


def probabilities(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """The values as floats, all of them in [0, 1]."""
    array = np.asarray(values, dtype=np.float64)
    if not np.all((array >= 0.0) & (array <= 1.0)):
        raise ValueError(f"{name} must lie in [0, 1], got {values!r}")
    return array


def proportion(value: float, name: str) -> float:
    """One number strictly between 0 and 1."""
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} must lie strictly between 0 and 1, got {value!r}")
    return float(value)


def size(value: int, name: str) -> int:
    """One whole number that is not negative."""
    if value != int(value) or value < 0:
        raise ValueError(f"{name} must be a whole number, 0 or more, got {value!r}")
    return int(value)


def alternative_name(value: str) -> Alternative:
    """One of the three alternatives."""
    for known in ALTERNATIVES:
        if value == known:
            return known
    raise ValueError(f"alternative must be one of {', '.join(ALTERNATIVES)}, got {value!r}")


def counts(values: ArrayLike, name: str) -> NDArray[np.int64]:
    """The values as integers; whole floats are accepted, negative numbers are not."""
    array = np.asarray(values)
    whole = array.astype(np.int64)
    if np.any(whole != array) or np.any(whole < 0):
        raise ValueError(f"{name} must be whole numbers, 0 or more, got {values!r}")
    return whole


def successes_of(
    successes: ArrayLike, n: ArrayLike, names: tuple[str, str] = ("successes", "n")
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Successes and sample sizes broadcast against each other, with 0 <= successes <= n."""
    observed, sizes = np.broadcast_arrays(counts(successes, names[0]), counts(n, names[1]))
    if np.any(observed > sizes):
        raise ValueError(f"{names[0]} must not exceed {names[1]}, got {successes!r} of {n!r}")
    return observed, sizes
