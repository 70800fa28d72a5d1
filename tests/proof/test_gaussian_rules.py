"""Means over Gaussian numbers: by parts, under the mean, turned, by symmetry, over families; and refusals."""

import numpy as np
import pytest
import sympy as sp

from ntkbook.proof import (
    Derivation,
    Domain,
    Expectation,
    FalseStep,
    Gaussian,
    IllFormedStep,
    Index,
    Interval,
    Map,
    Prime,
    Size,
    Step,
    Verdict,
    rules,
    verify,
)
from ntkbook.proof.check import compare
from ntkbook.proof.units import piecewise_degree, two_sided_rule

u, w, rho, c, s = sp.symbols("u w rho c s", real=True)
q = sp.Symbol("q", positive=True)
n, k = sp.symbols("n k", integer=True, positive=True)
i, j, m = sp.symbols("i j m", integer=True, positive=True)
phi, psi, g, h = (sp.Function(name, real=True) for name in ("varphi", "psi", "g", "h"))
SPACES = {
    u: Gaussian(), w: Gaussian(), rho: Interval(-0.9, 0.9), c: Interval(-1.0, 1.0), s: Interval(-1.0, 1.0),
    q: Interval(0.5, 2.0), phi: Map(Interval()), psi: Map(Interval()), n: Size(), i: Index(n), j: Index(n),
    g: Map(Index(n), into=Gaussian()),
}  # fmt: skip
DOMAIN = Domain(SPACES)
v = rho * u + sp.sqrt(1 - rho**2) * w
HALF = (rules.density(), rules.split(u), rules.integrate(u))


def mean(body):
    return Expectation(body, u, w)


def proved(lhs, rhs, *by):
    step = Step("s", lhs, "=", rhs, "r", by=by)
    (result,) = verify(Derivation("gauss", "Gaussian means", SPACES, (step,)))
    return result.verdict is Verdict.PROVED


def keeps_the_value(expr, rule):
    changed = rule(expr, DOMAIN)
    agreement = compare(Derivation("gauss", "Gaussian means", SPACES, ()), expr, "=", changed)
    return changed != expr and agreement.counterexample is None


# By parts


def test_a_factor_becomes_a_derivative():
    assert rules.stein(u)(Expectation(u * phi(u), u), DOMAIN) == Expectation(Prime(phi(u)), u)
    assert keeps_the_value(Expectation(u**3 * sp.erf(u) + sp.cos(u), u), rules.stein(u))
    assert keeps_the_value(Expectation(u * sp.Max(c * u, 0), u), rules.stein(u))


def test_a_jump_is_not_differentiated():
    with pytest.raises(IllFormedStep, match="jumps"):
        rules.stein(u)(Expectation(u * sp.Heaviside(u), u), DOMAIN)


def test_what_may_grow_too_fast_is_not_integrated_by_parts():
    with pytest.raises(IllFormedStep, match="grow faster"):
        rules.stein(u)(Expectation(u * sp.exp(u**2), u), DOMAIN)


# Under the mean


def test_the_derivative_goes_under_the_mean():
    assert keeps_the_value(sp.Derivative(Expectation(sp.Max(u, 0) * sp.Max(c * u + 1, 0), u), c), rules.leibniz())
    assert proved(sp.Derivative(Expectation(phi(c * u), u), c), Expectation(u * Prime(phi(c * u)), u), rules.leibniz())


def test_a_jump_that_moves_is_refused():
    with pytest.raises(IllFormedStep, match="jumps"):
        rules.leibniz()(sp.Derivative(Expectation(sp.Heaviside(u - c), u), c), DOMAIN)


def test_price_is_proved_for_smooth_functions_and_not_with_a_wrong_factor():
    by = (rules.leibniz(), rules.stein(u), rules.stein(w))
    rate = sp.Derivative(mean(sp.sin(u) * sp.tanh(v)), rho)
    assert proved(rate, mean(sp.cos(u) * (1 - sp.tanh(v) ** 2)), *by)
    with pytest.raises(FalseStep):
        proved(rate, 2 * mean(sp.cos(u) * (1 - sp.tanh(v) ** 2)), *by)


# Turned, odd, factorized


def test_one_direction_keeps_only_the_variance():
    assert rules.one_direction(u)(mean(phi(v)), DOMAIN) == Expectation(phi(u), u)
    assert keeps_the_value(mean(sp.cos(2 * u + c * w)), rules.one_direction(u))
    both = mean(phi(u) * phi(v))
    assert rules.one_direction(u)(both, DOMAIN) == both
    shifted = mean(phi(u + w + 1))
    assert rules.one_direction(u)(shifted, DOMAIN) == shifted


def test_the_mean_of_an_odd_function_is_zero():
    assert rules.odd()(mean(sp.erf(u) * phi(w)), DOMAIN) == 0
    for kept in (mean(phi(u)), mean(u**2), mean(u + 1)):
        assert rules.odd()(kept, DOMAIN) == kept


def test_functions_of_different_numbers_are_averaged_apart():
    assert rules.factorize()(mean(phi(u) * psi(w) * c), DOMAIN) == c * Expectation(phi(u), u) * Expectation(psi(w), w)
    joined = mean(phi(u) * psi(u + w))
    assert rules.factorize()(joined, DOMAIN) == joined


# Equal slopes


def test_a_mean_is_found_from_its_slope_and_one_value():
    closed = 2 / sp.pi * sp.asin(2 * rho / 3)
    by = (rules.leibniz(), rules.stein(u), rules.stein(w), rules.odd(), rules.density(), rules.integrate(w, u))
    assert proved(mean(sp.erf(u) * sp.erf(v)), closed, rules.same_slope(rho, closed, 0, *by))


@pytest.mark.parametrize("wrong", [2 / sp.pi * sp.asin(2 * rho / 3) + 1, sp.asin(2 * rho / 3), rho])
def test_another_slope_or_another_value_is_left(wrong):
    by = (rules.leibniz(), rules.stein(u), rules.stein(w), rules.odd(), rules.density(), rules.integrate(w, u))
    expr = mean(sp.erf(u) * sp.erf(v))
    assert rules.same_slope(rho, wrong, 0, *by)(expr, DOMAIN) == expr


def test_the_start_lies_in_the_domain_and_nothing_is_left_of_the_means():
    with pytest.raises(IllFormedStep, match="lie in the interval"):
        rules.same_slope(rho, rho, 1)(mean(phi(u) * phi(v)), DOMAIN)
    with pytest.raises(IllFormedStep, match="rules leave"):
        rules.same_slope(rho, rho, 0, rules.leibniz())(mean(phi(u) * phi(v)), DOMAIN)
    with pytest.raises(IllFormedStep, match="smooth all over"):
        rules.same_slope(rho, sp.asin(2 * rho), 0)(mean(u * v), DOMAIN)


def test_a_gaussian_integral_needs_a_falling_exponent():
    assert proved(mean(sp.exp(c * u - s * v)), sp.exp((c**2 + s**2 - 2 * rho * c * s) / 2),
                  rules.density(), rules.integrate(w, u))  # fmt: skip
    growing = sp.Integral(sp.exp(c * u**2), (u, -sp.oo, sp.oo))
    assert rules.integrate(u)(growing, DOMAIN) == growing


# Families


def total(power):
    return Expectation(sp.Sum(sp.Max(g(i), 0) ** 2, (i, 1, n)) ** power, g)


def test_means_over_units_are_proved_for_every_width():
    assert proved(total(1), n / 2, rules.independent_units(u), *HALF)
    assert proved(total(2), sp.Rational(3, 2) * n + n * (n - 1) / 4, rules.independent_units(u), *HALF)


def test_a_wrong_fourth_moment_is_refuted():
    with pytest.raises(FalseStep):
        proved(total(2), sp.Rational(3, 2) * n + n**2 / 4, rules.independent_units(u), *HALF)


def test_equal_and_different_units_are_told_apart():
    same = sp.KroneckerDelta(i, j)
    right = same * sp.sqrt(2 / sp.pi) + (1 - same) / sp.sqrt(2 * sp.pi)
    assert proved(Expectation(sp.Max(g(i), 0) * g(j) ** 2, g), right, rules.independent_units(u), *HALF)


def test_a_function_of_two_units_is_refused():
    with pytest.raises(IllFormedStep, match="several members"):
        rules.independent_units(u)(Expectation(phi(g(i) + g(j)), g), DOMAIN)


def test_numbers_over_families_are_for_functions_that_turn_at_zero_only():
    assert piecewise_degree(sp.Max(c * g(i), 0) ** 2 * g(j) + sp.Heaviside(g(i)), ("g",)) == 3
    for other in (phi(g(i)), sp.Max(g(i) - 1, 0), sp.Max(g(i), g(j)), 1 / g(i)):
        assert piecewise_degree(other, ("g",)) is None
    with pytest.raises(IllFormedStep, match="on each side of 0"):
        proved(Expectation(phi(g(i)), g), Expectation(phi(u), u), rules.independent_units(u))


@pytest.mark.parametrize("degree", [0, 3, 4, 7])
def test_the_two_sided_rule_is_exact(degree):
    nodes, weights = two_sided_rule(degree)
    for power in range(degree + 1):
        exact = float(2 ** (sp.Rational(power, 2) - 1) * sp.gamma(sp.Rational(power + 1, 2)) / sp.sqrt(sp.pi))
        np.testing.assert_allclose(weights @ np.where(nodes > 0, nodes**power, 0), exact, rtol=1e-10)
