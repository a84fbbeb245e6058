from __future__ import annotations

from math import exp, inf, log

import pytest

from handful.stats.roots import RootError, find_root


def test_a_nearly_linear_function_costs_five_calls() -> None:
    calls = []

    def function(x: float) -> float:
        calls.append(x)
        return 3.2 - x + 0.01 * x * x

    root = find_root(function, 3.0, 3.1, tolerance=1e-8)
    assert function(root) == pytest.approx(0.0, abs=1e-14)
    assert len(calls) <= 6  # five and the check above


@pytest.mark.parametrize(
    ("function", "first", "second", "root"),
    [
        (lambda x: x**3 - 2.0, 100.0, 101.0, 2.0 ** (1 / 3)),
        (lambda x: exp(x) - 1e-6, 0.0, 1.0, log(1e-6)),
        (lambda x: -1.0 if x < 0.3 else 1.0, 5.0, 6.0, 0.3),
        (lambda x: -inf if x <= 1.0 else log(x - 1.0), 0.5, 1.5, 2.0),
        (lambda x: 7.0 - x, 7.0, 9.0, 7.0),
        (lambda x: max(-1.0, min(1.0, 50.0 * (x + 3.0))), 0.0, 1.0, -3.0),
    ],
)
def test_difficult_functions_still_have_their_root(
    function: object, first: float, second: float, root: float
) -> None:
    assert callable(function)
    assert find_root(function, first, second) == pytest.approx(root, abs=1e-9)


def test_a_function_without_a_root_is_an_error() -> None:
    with pytest.raises(RootError, match="no sign change"):
        find_root(lambda x: 1.0 + 1.0 / (1.0 + x * x), 0.0, 1.0)
