"""Euler's integral as a rule, and the quadrature beside a logarithm or a root at the lower end."""

import mpmath
import numpy as np
import pytest
import sympy as sp

from ntkbook.proof import Derivation, Domain, FalseStep, Interval, Size, Step, Verdict, rules, verify
from ntkbook.proof.evaluate import Scope, evaluate

n = sp.Symbol("n", integer=True, positive=True)
m = sp.Symbol("m", integer=True, positive=True)
a, c = sp.symbols("a c", positive=True)
x = sp.Symbol("x", positive=True)
y = sp.Symbol("y", real=True)
DOMAIN = Domain({m: Size(), n: Size(), a: Interval(0.6, 3.0), c: Interval(0.5, 2.0), y: Interval()})


def over(body, *ends):
    return sp.Integral(body, (x, *(ends or (0, sp.oo))))


def carried(integral):
    return rules.euler_integral()(integral, DOMAIN)


def settled(lhs, rhs):
    step = Step("step", lhs, "=", rhs, "so", by=(rules.euler_integral(),))
    return verify(Derivation("tried", "tried", DOMAIN, (step,)))[0].verdict


def test_powers_and_logarithms():
    assert carried(over(x ** (a - 1) * sp.exp(-c * x))) == sp.gamma(a) * c**-a
    assert sp.simplify(carried(over(sp.log(x) * sp.exp(-x))) + sp.EulerGamma) == 0
    second = carried(over(x ** (a - 1) * sp.log(x) ** 2 * sp.exp(-x)))
    assert sp.simplify(second / sp.gamma(a) - sp.digamma(a) ** 2 - sp.polygamma(1, a)) == 0


def test_a_step_is_proved_by_it():
    density = x ** (n / 2 - 1) * sp.exp(-x / 2) / (2 ** (n / 2) * sp.gamma(n / 2))
    assert settled(over(sp.log(x) * density), sp.digamma(n / 2) + sp.log(2)) is Verdict.PROVED
    with pytest.raises(FalseStep, match="left side is"):
        settled(over(sp.log(x) * density), sp.digamma(n / 2) - sp.log(2))


@pytest.mark.parametrize(
    "integral",
    [
        over(x ** (a - 1) * sp.exp(-c * x), 0, 1),
        over(x ** (a - 1) * sp.exp(-c * x), 1, sp.oo),
        over(x ** (-a) * sp.exp(-x)),
        over(x * sp.exp(-y * x)),
        over(x * sp.exp(-(x**2))),
        over(sp.sin(x) * sp.exp(-x)),
        over(sp.log(x) ** a * sp.exp(-x)),
        over(sp.log(1 + x) * sp.exp(-x)),
        sp.Integral(sp.exp(-y), (y, 0, sp.oo)),
    ],
)
def test_what_is_no_euler_integral_stays(integral):
    # The third may diverge, the fourth does for y < 0.
    assert carried(integral) == integral


@pytest.mark.parametrize("shape", [0.6, 1.0, 1.5, 4.0])
def test_the_quadrature_sees_past_the_lower_end(shape):
    drawn = {"a": np.asarray(shape), "c": np.asarray(0.7)}
    found = float(evaluate(over(x ** (a - 1) * sp.log(x) * sp.exp(-c * x)), Scope(DOMAIN, {n: 3, m: 2}, drawn)))
    exact = mpmath.diff(lambda t: mpmath.gamma(t) * mpmath.mpf(0.7) ** -t, shape)
    assert found == pytest.approx(float(exact), rel=1e-5 if shape < 1 else 1e-10)
