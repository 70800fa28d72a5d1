import jax.numpy as jnp
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import sympy as sp

from ntkbook.proof import (
    Derivation,
    Domain,
    FalseStep,
    IllFormedStep,
    Index,
    Interval,
    Map,
    Size,
    Step,
    UndecidedStep,
    verify,
)
from ntkbook.proof.evaluate import Program, Scope, evaluate, run
from ntkbook.proof.quadrature import integrate, kinks, rules

N = sp.Symbol("N", integer=True, positive=True)
k = sp.Symbol("k", integer=True, positive=True)
u, v, x, y = sp.symbols("u v x y", real=True)
w = sp.Function("w", real=True)
DOMAIN = Domain({N: Size(), x: Interval(-0.9, 0.9), y: Interval(0.5, 2.0), k: Index(N), w: Map(Index(N))})
BELL = sp.exp(-(u**2) / 2) / sp.sqrt(2 * sp.pi)
RELU_U, RELU_V = sp.Max(u, 0), sp.Max(v, 0)


def number(expr, nodes=128):
    values = {"x": np.float64(0.3), "y": np.float64(1.7), "w": np.array([-0.4, 0.1, 0.8])}
    scope = Scope(DOMAIN, {N: 3}, {}, nodes=nodes)
    return float(run(lambda point: [jnp.asarray(evaluate(expr, scope.with_values(point)))], values)[0])


@pytest.mark.parametrize(
    ("integral", "expected"),
    [
        (sp.Integral(sp.exp(u), (u, 0, 1)), np.e - 1),
        (sp.Integral(u * sp.exp(-x * u), (u, 0, y)), scipy.integrate.quad(lambda z: z * np.exp(-0.3 * z), 0, 1.7)[0]),
        (sp.Integral(sp.exp(-u) * u**3, (u, 0, sp.oo)), 6.0),
        (sp.Integral(sp.exp(u), (u, -sp.oo, 1)), np.e),
        (sp.Integral(1 / (1 + u**2), (u, -sp.oo, sp.oo)), np.pi),
        (sp.Integral(BELL, (u, -sp.oo, sp.oo)), 1.0),
        (sp.Integral(BELL * u**4, (u, -sp.oo, sp.oo)), 3.0),
        (sp.Integral(BELL * RELU_U, (u, -sp.oo, sp.oo)), 1 / np.sqrt(2 * np.pi)),
        (sp.Integral(BELL * sp.Heaviside(u - x), (u, -sp.oo, sp.oo)), scipy.special.ndtr(-0.3)),
        (
            sp.Integral(BELL * sp.Abs(u - x), (u, -sp.oo, sp.oo)),
            np.sqrt(2 / np.pi) * np.exp(-0.045) + 0.3 * (1 - 2 * scipy.special.ndtr(-0.3)),
        ),
        (sp.Integral(sp.sign(u - x) * sp.Max(u, 2 * u), (u, -1, 2)), 4.0 - 0.09 - 0.09 + 0.5),
        (sp.Integral(u, (u, 1, 0)), -0.5),
        (sp.Integral(sp.Max(u - x, 0), (u, 1, -1)), -(0.7**2) / 2),
        (sp.Integral(u * v, (u, 0, v), (v, 0, 1)), 1 / 8),
        (sp.Integral(sp.Abs(u - v), (u, 0, 1), (v, 0, 1)), 1 / 3),
        (sp.Integral(sp.Integral(sp.Abs(u - v), (u, 0, 1)) * sp.Heaviside(v - x), (v, 0, 1)), 1.316 / 6),
    ],
)
def test_integrals_against_known_values(integral, expected):
    np.testing.assert_allclose(number(integral), expected, rtol=2e-9)


def test_the_arc_cosine_kernel_of_order_one():
    """E relu(a) relu(b) for standard normal a, b of correlation x, as an integral in the plane."""
    integrand = RELU_U * sp.Max(x * u + sp.sqrt(1 - x**2) * v, 0) * BELL * BELL.subs(u, v)
    rho = 0.3
    expected = (np.sqrt(1 - rho**2) + rho * (np.pi - np.arccos(rho))) / (2 * np.pi)
    plane = sp.Integral(integrand, (v, -sp.oo, sp.oo), (u, -sp.oo, sp.oo))
    np.testing.assert_allclose(number(plane), expected, rtol=1e-10)


def test_kinks_of_the_outer_variable_are_found_too():
    square = sp.Integral(sp.Max(u - sp.Rational(1, 3), 0) * v, (v, 0, 1), (u, 0, 1))
    np.testing.assert_allclose(number(square), (2 / 3) ** 2 / 4, rtol=1e-12)


def test_an_integral_that_starts_at_infinity_is_refused():
    with pytest.raises(IllFormedStep, match="backwards"):
        number(sp.Integral(sp.exp(-u), (u, sp.oo, 0)))


def test_an_indefinite_integral_is_refused():
    with pytest.raises(IllFormedStep, match="both ends"):
        number(sp.Integral(u, u))


def test_a_kink_off_a_line_is_refused():
    with pytest.raises(IllFormedStep, match="not at a point linear"):
        number(sp.Integral(sp.Abs(u**2 - x), (u, 0, 1)))


def test_kinks_are_where_two_arguments_meet():
    assert kinks(sp.Max(u, x) + sp.Abs(2 * u - 1), u) in ([x, sp.Rational(1, 2)], [sp.Rational(1, 2), x])
    assert kinks(sp.Heaviside(x), u) == []


def test_the_order_of_the_rule():
    """n nodes are exact to degree 2 n - 1."""
    for rule, nodes in zip(rules(4), (4, 3), strict=True):
        for degree, exact in ((2 * nodes - 1, True), (2 * nodes, False)):
            value = integrate(lambda z, d=degree: (1 + z) ** d, -1.0, 1.0, [], rule)
            assert (abs(value * (degree + 1) / 2 ** (degree + 1) - 1) < 1e-13) == exact


def test_one_program_serves_both_resolutions():
    """The difference of the two is the error that a check reckons with: it is seen where a rule is not exact."""
    rough = sp.Integral(sp.sqrt(u + 2), (u, -2, x))
    program = Program(
        lambda fine, point: [jnp.asarray(evaluate(rough, Scope(DOMAIN, {}, {"x": point}, fine=fine)))], True, 0.3
    )
    fine, coarse = (float(program(which, 0.3)[0]) for which in (True, False))
    exact = 2 / 3 * 2.3**1.5
    assert program.reads[0]
    assert abs(fine - exact) < abs(coarse - exact) / 2 < 1e-5
    assert not Program(lambda fine, point: [point * 2.0], True, 0.3).reads[0]


# What a check makes of a quadrature


def settle(lhs, rhs, **options):
    steps = (Step("goal", lhs, "=", rhs, "", **options),)
    return verify(Derivation("trial", "Trial", DOMAIN, steps))[0]


@pytest.mark.parametrize(
    "integral",
    [
        sp.Integral(1 / sp.sqrt(u), (u, 0, 1)),
        sp.Integral(1 / (1 + u), (u, 0, sp.oo)),
        sp.Integral(sp.Piecewise((1, u > sp.sqrt(2) / 2), (0, True)), (u, 0, 1)),
        sp.Integral(sp.Sum(sp.Abs(u - w(k)), (k, 1, N)), (u, -2, 2)),
    ],
)
def test_a_quadrature_that_is_not_accurate_says_so(integral):
    with pytest.raises(UndecidedStep, match="quadrature undecided"):
        settle(integral + x, integral + x * (1 + sp.Rational(1, 10**5)), undecided="an integral")


def test_an_accurate_quadrature_refutes_a_small_error():
    integral = sp.Integral(BELL * sp.Max(u - x, 0), (u, -sp.oo, sp.oo))
    with pytest.raises(FalseStep):
        settle(integral, (1 + sp.Rational(1, 10**7)) * sp.Integral(BELL * sp.Max(u - x, 0), (u, x, sp.oo)))
