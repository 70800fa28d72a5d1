"""Signs over a domain, and which integrands fall off."""

import pytest
import sympy as sp

from ntkbook.proof import Domain, Gaussian, Interval, Map
from ntkbook.proof.bounds import is_positive
from ntkbook.proof.growth import falls_off, grows_slowly

rho, a, x, y = sp.symbols("rho a x y", real=True)
q = sp.Symbol("q", positive=True)
phi = sp.Function("varphi", real=True)
DOMAIN = Domain(
    {rho: Interval(-0.9, 0.9), a: Interval(-1.0, 2.0), q: Interval(0.5, 2.0), x: Gaussian(), phi: Map(Interval())}
)


@pytest.mark.parametrize(
    "expr", [1 - rho**2, sp.sqrt(1 - rho**2), sp.acos(rho), sp.pi - sp.acos(rho), 2 * q - rho, sp.exp(a), a**2 + 1]
)
def test_what_is_positive_all_over_the_domain_is_seen(expr):
    assert is_positive(expr, DOMAIN)


@pytest.mark.parametrize("expr", [rho, a, 1 - 2 * rho**2, sp.acos(rho) - 1, x, a**2, 0, phi(a), sp.log(q) + 1, q - 1])
def test_what_is_not_positive_or_not_bounded_is_not_called_positive(expr):
    assert not is_positive(expr, DOMAIN)


def test_a_root_of_what_may_be_negative_is_not_taken():
    assert not is_positive(sp.sqrt(a), DOMAIN)
    assert not is_positive(sp.acos(a) + 1, DOMAIN)


def test_a_power_times_a_gaussian_falls_off():
    gaussian = sp.exp(-(x**2 + y**2) / 2)
    assert falls_off(sp.Max(x, 0) * y**3 * phi(x + y) * gaussian, (x, y), DOMAIN)
    assert falls_off(sp.exp(-(x**2) + rho * x * y - y**2), (x, y), DOMAIN)


@pytest.mark.parametrize(
    "integrand",
    [
        sp.Integer(1),
        sp.exp(-(x**2) / 2),
        sp.exp(-(x**2) + 3 * x * y - y**2),
        sp.exp(x**2 / 2 - y**2),
        sp.exp(x**4) * sp.exp(-(x**2 + y**2)),
        sp.exp(-(x**2 + y**2)) / x,
        sp.exp(-sp.Abs(x) - sp.Abs(y)),
    ],
)
def test_what_need_not_fall_off_is_not_said_to(integrand):
    assert not falls_off(integrand, (x, y), DOMAIN)


def test_growth_is_seen_through_functions_of_the_table_only():
    assert grows_slowly(sp.Heaviside(x) * sp.erf(x) * phi(x) ** 2 + a, (x,))
    assert grows_slowly(sp.exp(-(x**2)) * x, (x,))
    assert not grows_slowly(sp.exp(x), (x,))
    assert not grows_slowly(sp.log(x), (x,))
    assert not grows_slowly(1 / x, (x,))
