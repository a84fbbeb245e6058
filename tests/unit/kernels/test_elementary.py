"""Elementary functions: the twin bit for bit, accuracy against arithmetic with 40 digits."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy import special

from handful.kernels import elementary as kernels
from handful.kernels.twins import elementary as twins

RNG = np.random.default_rng(20261122)
MILLION = 1_000_000
SPECIAL = np.array(
    [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 2.0**-1022, 1.7976931348623157e308]
)

any_bits = RNG.integers(0, 2**64, MILLION, dtype=np.uint64).view(np.float64)
chances = RNG.random(2 * MILLION)
small_chances = np.exp(RNG.uniform(-744, 0, MILLION))

INPUTS = {
    "log": [any_bits, chances, SPECIAL, 1 + RNG.normal(0, 1e-3, MILLION)],
    "exp": [any_bits, RNG.uniform(-750, 715, 2 * MILLION), SPECIAL],
    "normal_quantile": [any_bits, chances, small_chances, 1 - small_chances, SPECIAL],
    "normal_cdf": [any_bits, RNG.uniform(-45, 45, 2 * MILLION), RNG.normal(0, 1, MILLION), SPECIAL],
}


@pytest.mark.parametrize("name", INPUTS)
def test_twin_gives_the_same_bits(name: str) -> None:
    for numbers in INPUTS[name]:
        found, expected = getattr(kernels, name)(numbers), getattr(twins, name)(numbers)
        differs = (found.view(np.int64) != expected.view(np.int64)) & ~(np.isnan(found) & np.isnan(expected))
        assert not differs.any(), numbers[differs][:5]


@pytest.mark.parametrize("name", INPUTS)
def test_one_number_gives_the_bits_of_the_array(name: str) -> None:
    one, many = getattr(kernels, f"{name}_of"), getattr(kernels, name)
    for numbers in INPUTS[name]:
        numbers = numbers[:500]
        np.testing.assert_array_equal([one(number) for number in numbers], many(numbers))


def test_log_and_exp_within_one_unit_of_exact_arithmetic() -> None:
    """Errors are measured against Decimal with 40 digits; fdlibm states less than 1 unit for both."""
    logs = np.concatenate(
        [RNG.random(4000), np.exp(RNG.uniform(-745, 709, 4000)), 1 + RNG.normal(0, 1e-4, 2000)]
    )
    powers = np.concatenate([RNG.uniform(-745, 709.7, 8000), RNG.normal(0, 1, 2000)])
    with localcontext() as context:
        context.prec = 40
        for numbers, function, exact in ((logs, kernels.log, Decimal.ln), (powers, kernels.exp, Decimal.exp)):
            found = function(numbers)
            for x, y in zip(numbers.tolist(), found.tolist(), strict=True):
                error = abs(Decimal(y) - exact(Decimal(x)))
                assert error <= Decimal(float(np.spacing(abs(y)))), (x, y)


def test_quantile_agrees_with_scipy_to_the_accuracy_of_both() -> None:
    """Wichura states about 1e-16 relative before rounding; SciPy's ndtri is cephes, stated 4.5e-16 at worst.

    Twenty roundings of half a unit on our side and as many on SciPy's: 40 * 1.1e-16.
    """
    p = np.concatenate([chances[:MILLION], small_chances[small_chances > 1e-300]])
    expected = special.ndtri(p)
    assert np.max(abs(kernels.normal_quantile(p) - expected) / abs(expected)) < 4.4e-15


def test_quantile_of_published_points() -> None:
    """The three check values printed with AS 241 (Wichura 1988, section 'Test data')."""
    found = kernels.normal_quantile([0.25, 0.001, 1e-20])
    np.testing.assert_allclose(
        found, [-0.6744897501960817, -3.090232306167814, -9.262340089798408], rtol=4e-16
    )


def test_cdf_agrees_with_scipy_to_the_accuracy_of_scipy() -> None:
    """SciPy takes erfc(z), z = x / sqrt(2): rounding 1 / sqrt(2), z and z * z costs 1.25 x * x units."""
    x = np.concatenate([RNG.uniform(-37, 8, MILLION), RNG.normal(0, 1, MILLION)])
    found, expected = kernels.normal_cdf(x), special.ndtr(x)
    assert (abs(found - expected) <= 2.0**-52 * (8 + 1.25 * x * x) * expected).all()


def exact_normal_cdf(x: float) -> Decimal:
    """Power series up to 6, Laplace's continued fraction beyond, in the precision of the context."""
    pi = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
    z = Decimal(x)
    density = (-z * z / 2).exp() / (2 * pi).sqrt()
    if abs(z) < 6:
        term = total = z
        for n in range(1, 300):
            term *= z * z / (2 * n + 1)
            total += term
        return Decimal("0.5") + density * total
    fraction = abs(z)
    for k in range(400, 0, -1):
        fraction = abs(z) + k / fraction
    upper = density / fraction
    return upper if z < 0 else 1 - upper


def test_cdf_within_four_units_of_exact_arithmetic() -> None:
    """Far tails too, where rounding x * x would alone cost hundreds of units."""
    points = np.concatenate([RNG.uniform(-37, 8, 200), RNG.uniform(-6, 6, 200)])
    with localcontext() as context:
        context.prec = 60
        for x, y in zip(points.tolist(), kernels.normal_cdf(points).tolist(), strict=True):
            exact = exact_normal_cdf(x)
            assert abs(Decimal(y) - exact) <= 4 * Decimal(float(np.spacing(y))), x


def test_quantile_inverts_the_cdf_and_is_antisymmetric() -> None:
    x = RNG.uniform(-37, 0, 100_000)
    back = kernels.normal_quantile(kernels.normal_cdf(x))
    # One relative unit of the chance moves the quantile by chance / density, about 1 / |x|; near 0 by
    # sqrt(pi / 2).
    np.testing.assert_allclose(back, x, rtol=0, atol=40 * 2.0**-53 * 37)
    np.testing.assert_array_equal(
        kernels.normal_quantile(1 - chances), -kernels.normal_quantile(1 - (1 - chances))
    )


def test_limits() -> None:
    assert kernels.log([0.0, -1.0, np.inf]).tolist()[::2] == [-np.inf, np.inf]
    assert np.isnan(kernels.log(-1.0))
    assert kernels.exp([-np.inf, np.inf, -746, 711]).tolist() == [0.0, np.inf, 0.0, np.inf]
    assert kernels.normal_quantile([0.0, 0.5, 1.0]).tolist() == [-np.inf, 0.0, np.inf]
    assert np.isnan(kernels.normal_quantile([-0.1, 1.1, np.nan])).all()
    assert kernels.normal_cdf([-np.inf, 0.0, np.inf]).tolist() == [0.0, 0.5, 1.0]
    assert np.isnan(kernels.normal_cdf(np.nan))


@pytest.mark.parametrize("shape", [(), (0,), (3, 4), (2, 1, 5)])
def test_shape_is_kept(shape: tuple[int, ...]) -> None:
    for name in INPUTS:
        assert getattr(kernels, name)(np.full(shape, 0.3)).shape == shape
        assert getattr(twins, name)(np.full(shape, 0.3)).shape == shape
