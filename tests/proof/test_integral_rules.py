"""Integrals over Gaussian numbers: each rule where it holds, and where it must leave things alone."""

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
    Size,
    Step,
    UndecidedStep,
    Verdict,
    rules,
    verify,
)
from ntkbook.proof.check import compare
from ntkbook.proof.normal_form import normal_form

u, w, t, rho, c = sp.symbols("u w t rho c", real=True)
r, q = sp.symbols("r q", positive=True)
n, i = sp.symbols("n i", integer=True, positive=True)
phi, g = sp.Function("varphi", real=True), sp.Function("g", real=True)
SPACES = {
    u: Gaussian(), w: Gaussian(), rho: Interval(-0.9, 0.9), c: Interval(-1.0, 1.0), q: Interval(0.5, 2.0),
    phi: Map(Interval()), n: Size(), i: Index(n), g: Map(Index(n), into=Gaussian()),
}  # fmt: skip
DOMAIN = Domain(SPACES)
PLANE = ((w, -sp.oo, sp.oo), (u, -sp.oo, sp.oo))
GAUSS = sp.exp(-(u**2 + w**2) / 2)


def derivation(lhs, rhs, *by, undecided=""):
    return Derivation(
        "gauss", "Gaussian integrals", SPACES, (Step("s", lhs, "=", rhs, "r", by=by, undecided=undecided),)
    )


def proved(lhs, rhs, *by):
    (result,) = verify(derivation(lhs, rhs, *by))
    return result.verdict is Verdict.PROVED


def keeps_the_value(expr, rule):
    changed = rule(expr, DOMAIN)
    return changed != expr and compare(derivation(expr, changed), expr, "=", changed).counterexample is None


# Density


def test_a_mean_is_an_integral_with_the_density():
    assert proved(Expectation(sp.cos(u), u), sp.Integral(sp.cos(u) * sp.exp(-(u**2) / 2), (u, -sp.oo, sp.oo))
                  / sp.sqrt(2 * sp.pi), rules.density())  # fmt: skip
    assert keeps_the_value(Expectation(sp.cos(u + c * w) * u**2, u, w), rules.density())


def test_a_mean_over_a_family_has_no_single_density():
    with pytest.raises(IllFormedStep, match="one standard normal number"):
        rules.density()(Expectation(g(i) ** 2, g), DOMAIN)


def test_a_mean_of_another_function_is_evaluated_by_quadrature():
    assert proved(Expectation(sp.exp(-(u**2)), u), 1 / sp.sqrt(3), rules.density(), rules.integrate(u))
    with pytest.raises(FalseStep):
        verify(derivation(Expectation(sp.exp(-(u**2)), u), 1 / sp.sqrt(2), rules.density(), rules.integrate(u)))


def test_a_mean_over_a_family_of_another_function_is_refused():
    with pytest.raises(IllFormedStep, match="polynomials on each side of 0"):
        verify(derivation(Expectation(sp.cos(g(i)), g), sp.exp(-sp.S.Half), undecided="no rule"))


def test_averaged_numbers_are_bound():
    mean = Expectation(u**2 * c, u)
    assert mean.free_symbols == {c}
    from ntkbook.proof.terms import substitute

    assert substitute(mean, {u: w}) == mean
    with pytest.raises(IllFormedStep, match="average over it"):
        substitute(mean, {c: u})
    assert substitute(mean, {c: w}) == Expectation(u**2 * w, u)


def test_a_derivative_by_an_averaged_number_is_zero():
    rate = sp.Derivative(Expectation(u**2, u) * rho, rho)
    assert proved(rate, Expectation(u**2, u), rules.differentiate())


# Polar coordinates


def test_the_plane_is_turned_into_radius_and_angle():
    assert keeps_the_value(sp.Integral(GAUSS * sp.Max(u, 0) * u**2, *PLANE), rules.polar(r, t))
    assert proved(sp.Integral(GAUSS, *PLANE), 2 * sp.pi, rules.polar(r, t), rules.integrate(r, t))


@pytest.mark.parametrize(
    "integral",
    [
        sp.Integral(sp.exp(-(u**2) / 2), *PLANE),
        sp.Integral(sp.cos(u * w), *PLANE),
        sp.Integral(GAUSS, (w, 0, sp.oo), (u, -sp.oo, sp.oo)),
        sp.Integral(GAUSS, (u, -sp.oo, sp.oo)),
    ],
)
def test_polar_leaves_what_does_not_fall_off_or_is_no_plane(integral):
    assert rules.polar(r, t)(integral, DOMAIN) == integral


def test_polar_wants_a_positive_radius():
    with pytest.raises(IllFormedStep, match="positive"):
        rules.polar(c, t)(sp.Integral(GAUSS, *PLANE), DOMAIN)


# Positive factors, phases, windows


def test_positive_factors_leave_the_kink():
    assert rules.homogeneity()(sp.Max(q * c, 0), DOMAIN) == q * sp.Max(c, 0)
    assert rules.homogeneity()(sp.Heaviside(q * c) * sp.Abs(q * c), DOMAIN) == q * sp.Heaviside(c) * sp.Abs(c)
    assert rules.homogeneity()(sp.Max(sp.sqrt(1 - rho**2) * c, 0), DOMAIN) == sp.sqrt(1 - rho**2) * sp.Max(c, 0)


@pytest.mark.parametrize("expr", [sp.Max(rho * c, 0), sp.Max(q * c, 1), sp.Max(c, q), sp.tanh(q * c)])
def test_factors_that_may_be_negative_stay(expr):
    assert rules.homogeneity()(expr, DOMAIN) == expr


def test_a_wave_is_written_with_its_phase():
    wave = sp.Max(rho * sp.cos(t) + sp.sqrt(1 - rho**2) * sp.sin(t), 0)
    assert rules.phase(t)(wave, DOMAIN) == sp.Max(sp.cos(t - sp.acos(rho)), 0)
    assert rules.phase(t)(sp.Max(sp.cos(t) + rho * sp.sin(t), 0), DOMAIN).has(sp.sin)


def test_the_window_is_where_the_cosine_is_positive():
    around = (t, -sp.pi, sp.pi)
    cut = sp.Integral(sp.cos(t) * t**2, (t, -sp.pi / 2, sp.pi / 2))
    assert rules.window()(sp.Integral(sp.Max(sp.cos(t), 0) * t**2, around), DOMAIN) == cut
    both = sp.Integral(sp.Heaviside(sp.cos(t)) * sp.Heaviside(sp.cos(t - sp.acos(rho))) * t, around)
    assert keeps_the_value(both, rules.window())


@pytest.mark.parametrize(
    "integral",
    [
        sp.Integral(sp.Max(sp.cos(t - 2), 0), (t, -sp.pi, sp.pi)),
        sp.Integral(sp.Max(sp.cos(t), 0), (t, -2 * sp.pi, 2 * sp.pi)),
        sp.Integral(sp.Max(sp.cos(2 * t), 0), (t, -sp.pi, sp.pi)),
        sp.Integral(sp.Max(sp.cos(t), 0) + 1, (t, -sp.pi, sp.pi)),
    ],
)
def test_a_window_in_two_parts_or_beside_a_sum_is_left(integral):
    assert rules.window()(integral, DOMAIN) == integral


# Cutting at kinks, integrating


def test_the_line_is_cut_where_a_kink_is():
    line = (u, -sp.oo, sp.oo)
    body = sp.exp(-(u**2) / 2)
    assert rules.split(u)(sp.Integral(sp.Max(u, 0) * body, line), DOMAIN) == sp.Integral(u * body, (u, 0, sp.oo))
    for kinked in (sp.Max(-q * u, 0), sp.sign(u) * u, sp.Abs(u), sp.Heaviside(u) * sp.Max(u, 0) ** 2):
        assert keeps_the_value(sp.Integral(kinked * body * (1 + u), line), rules.split(u))
    for other in (sp.Max(rho * u, 0) * body, sp.Max(u - 1, 0) * body, sp.Max(u, 0)):
        assert rules.split(u)(sp.Integral(other, line), DOMAIN) == sp.Integral(other, line)


def test_an_integral_is_carried_out_one_variable_at_a_time():
    both = sp.Integral(r**3 * sp.exp(-(r**2) / 2) * phi(t), (r, 0, sp.oo), (t, -sp.pi, sp.pi))
    assert rules.integrate(r)(both, DOMAIN) == 2 * sp.Integral(phi(t), (t, -sp.pi, sp.pi)) or (
        normal_form(rules.integrate(r)(both, DOMAIN) - 2 * sp.Integral(phi(t), (t, -sp.pi, sp.pi)), DOMAIN) == 0
    )
    assert rules.integrate(t)(both, DOMAIN) == both


def test_an_integral_without_closed_form_is_left():
    integral = sp.Integral(phi(t), (t, 0, 1))
    assert rules.integrate(t)(integral, DOMAIN) == integral


def test_constants_leave_an_integral_in_the_normal_form():
    integral = sp.Integral(q * c * phi(t), (t, 0, 1))
    assert normal_form(integral - q * c * sp.Integral(phi(t), (t, 0, 1)), DOMAIN) == 0
    assert normal_form(integral - q * sp.Integral(phi(t), (t, 0, 1)), DOMAIN) != 0
    apart = sp.Integral(phi(t) * sp.exp(-(u**2)), (t, 0, 1), (u, 0, 2))
    assert normal_form(apart - sp.Integral(phi(t), (t, 0, 1)) * sp.Integral(sp.exp(-(u**2)), (u, 0, 2)), DOMAIN) == 0


def test_an_integral_that_diverges_is_refused():
    with pytest.raises((IllFormedStep, UndecidedStep)):
        verify(derivation(sp.Integral(u, (u, 0, sp.oo)) * c, c, undecided="it has no value"))


# Linearity


def test_a_mean_is_taken_apart():
    whole = Expectation((1 + c * u) * (w + q) ** 2, u, w)
    assert keeps_the_value(whole, rules.linearity())
    assert rules.linearity()(Expectation(c * sp.Max(u, 0), u, w), DOMAIN) == c * Expectation(sp.Max(u, 0), u)
    total = Expectation(sp.Sum(g(i) ** 2, (i, 1, n)), g)
    assert rules.linearity()(total, DOMAIN).has(sp.Sum)


def test_what_may_have_no_mean_is_not_taken_apart():
    with pytest.raises(IllFormedStep, match="grow faster"):
        rules.linearity()(Expectation(sp.exp(u**2) + 1, u), DOMAIN)


def test_a_mean_over_more_than_its_body_holds_is_the_same():
    assert normal_form(Expectation(phi(u), u, w) - Expectation(phi(u), u), DOMAIN) == 0
    assert normal_form(Expectation(c, u) - c, DOMAIN) == 0
