"""Integrals by a named antiderivative: what is accepted, and what must be refused."""

import pytest
import sympy as sp

from ntkbook.proof import (
    Derivation,
    Domain,
    Expectation,
    FalseStep,
    Gaussian,
    IllFormedStep,
    Interval,
    Map,
    Prime,
    Step,
    UndecidedStep,
    Verdict,
    rules,
    verify,
)

a, b, s = sp.symbols("a b s", real=True)
u, low, high = sp.symbols("u low high", positive=True)
f, g = sp.Function("f", real=True), sp.Function("g", real=True)
DOMAIN = {
    a: Interval(), b: Interval(), s: Interval(), f: Map(Interval()), g: Map(Interval()),
    u: Interval(0.1, 1.0), low: Interval(0.5, 1.0), high: Interval(1.0, 2.0),
}  # fmt: skip


def settled(integrand, value, primitive, variable=s, ends=(a, b)):
    step = Step("goal", sp.Integral(integrand, (variable, *ends)), "=", value, "",
                by=(rules.antiderivative(primitive, variable),))  # fmt: skip
    return verify(Derivation("trial", "Trial", DOMAIN, (step,)))[0].verdict


@pytest.mark.parametrize(
    ("integrand", "primitive"),
    [
        (Prime(f(s)), f(s)),
        (sp.Derivative(f(s), s), f(s)),
        ((a - s) * Prime(f(s), 2), f(s) + (a - s) * Prime(f(s))),
        (Prime(f(s)) * g(s) + f(s) * Prime(g(s)), f(s) * g(s)),
        (Prime(f(s)) * sp.exp(-(s**2)) - 2 * s * f(s) * sp.exp(-(s**2)), f(s) * sp.exp(-(s**2))),
        (2 * s, s**2 + b),
    ],
)
def test_a_true_antiderivative_settles_the_integral(integrand, primitive):
    assert settled(integrand, primitive.subs(s, b) - primitive.subs(s, a), primitive) is Verdict.PROVED


def test_a_positive_variable_may_have_a_logarithm():
    assert settled(1 / u, sp.log(high) - sp.log(low), sp.log(u), u, (low, high)) is Verdict.PROVED


def test_what_has_another_derivative_is_not_used():
    with pytest.raises(IllFormedStep, match="changes nothing"):
        settled(Prime(f(s)), f(b) - f(a), 2 * f(s))
    with pytest.raises(IllFormedStep, match="changes nothing"):
        settled(Prime(f(s)), f(b) - f(a), g(s))


@pytest.mark.parametrize("jumps", [sp.Heaviside(s), sp.Abs(s), sp.Max(s, 0), 1 / s, sp.log(s), sp.floor(s)])
def test_what_is_not_seen_to_be_smooth_is_refused(jumps):
    with pytest.raises(IllFormedStep, match="must be smooth"):
        rules.antiderivative(jumps, s)(sp.Integral(1, (s, a, b)), Domain(DOMAIN))


def test_infinite_ends_are_left_alone():
    whole = sp.Integral(Prime(f(s)), (s, -sp.oo, sp.oo))
    assert rules.antiderivative(f(s), s)(whole, Domain(DOMAIN)) == whole


def test_the_ends_count():
    with pytest.raises(FalseStep):
        settled(Prime(f(s)), f(a) - f(b), f(s))
    with pytest.raises((UndecidedStep, FalseStep)):
        settled(Prime(f(s)), f(b), f(s))


# By parts, and means

number = sp.Symbol("w", real=True)
BELL = sp.exp(-(number**2) / 2)
LINE = (number, -sp.oo, sp.oo)
ON_A_LINE = {**DOMAIN, number: Gaussian()}


def apply(rule, expr):
    return rule(expr, Domain(ON_A_LINE))


def test_the_boundary_vanishes_on_the_whole_line():
    before = sp.Integral(number * f(number) * BELL, LINE)
    after = sp.Integral(Prime(f(number)) * BELL, LINE)
    step = Step("goal", before, "=", after, "", by=(rules.by_parts(-f(number) * BELL, number),))
    assert verify(Derivation("trial", "Trial", ON_A_LINE, (step,)))[0].verdict is Verdict.PROVED
    wrong = Step("goal", before, "=", -after, "", by=(rules.by_parts(-f(number) * BELL, number),))
    with pytest.raises(FalseStep):
        verify(Derivation("trial", "Trial", ON_A_LINE, (wrong,)))


def test_the_boundary_stays_at_finite_ends():
    left = sp.Integral(s * Prime(f(s)), (s, a, b))
    right = b * f(b) - a * f(a) - sp.Integral(f(s), (s, a, b))
    step = Step("goal", left, "=", right, "", by=(rules.by_parts(s * f(s), s),))
    assert verify(Derivation("trial", "Trial", DOMAIN, (step,)))[0].verdict is Verdict.PROVED


@pytest.mark.parametrize("product", [f(number), number, f(number) * sp.exp(number**2 / 2), sp.exp(number)])
def test_what_does_not_fall_off_has_a_boundary_at_infinity(product):
    whole = sp.Integral(number * f(number) * BELL, LINE)
    assert apply(rules.by_parts(product, number), whole) == whole


def test_an_integral_with_the_normal_density_is_a_mean():
    density = BELL / sp.sqrt(2 * sp.pi)
    assert apply(rules.as_mean(number), sp.Integral(f(number) * density, LINE)) == Expectation(f(number), number)
    twice = apply(rules.as_mean(number), sp.Integral(2 * number * density, LINE))
    assert twice == 2 * Expectation(number, number)


@pytest.mark.parametrize(
    "other",
    [
        sp.Integral(f(number) * BELL, (number, 0, sp.oo)),
        sp.Integral(f(number) * sp.exp(number), LINE),
        sp.Integral(f(s) * sp.exp(-(s**2) / 2), (s, -sp.oo, sp.oo)),
    ],
)
def test_other_integrals_are_no_means(other):
    assert apply(rules.as_mean(number), other) == other


def test_only_a_standard_normal_number_is_averaged():
    with pytest.raises(IllFormedStep, match="declare it Gaussian"):
        apply(rules.as_mean(a), sp.Integral(f(a), (a, -sp.oo, sp.oo)))
