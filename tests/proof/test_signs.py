import pytest
import sympy as sp

from ntkbook.proof import Component, Partial
from ntkbook.proof.signs import is_nonnegative

N = sp.Symbol("N", integer=True, positive=True)
i, j, p = sp.symbols("i j p", integer=True, positive=True)
eta = sp.Symbol("eta", positive=True)
x, y = sp.symbols("x y", real=True)
z = sp.Symbol("z")
f, L = (sp.Function(name, real=True) for name in "fL")
v = sp.Symbol("v", real=True)


@pytest.mark.parametrize(
    "expr",
    [
        sp.S.Zero,
        x**2,
        (x - y) ** 2 + 3,
        eta * x**2,
        sp.Sum(f(i) ** 2, (i, 1, N)),
        sp.Sum(sp.Sum(f(i) * x, (i, 1, N)) ** 2, (j, 1, N)),
        eta / N * sp.Sum(Partial(L(v), v, p) ** 2, (p, 1, N)),
        sp.Mul(-1, sp.Sum(-(f(i) ** 2), (i, 1, N)), evaluate=False),
        sp.exp(x),
        sp.Abs(x) * sp.exp(f(i)),
        x**-2,
        (-sp.exp(x)) * (-(y**2)),
        z**2,
    ],
)
def test_seen_to_be_nonnegative(expr):
    assert is_nonnegative(expr)


@pytest.mark.parametrize(
    "expr",
    [
        x,
        -x,
        -eta,
        x * y,
        x**3,
        x**2 - 1,
        -(x**2),
        f(i),
        Component(v, p),
        sp.Sum(f(i) * f(j), (i, 1, N)),
        sp.Sum(-(f(i) ** 2), (i, 1, N)),
        x**2 * y,
        -sp.exp(x) * y**2,
        sp.log(eta),
        sp.sin(x),
        (sp.I * x) ** 2,
        (x ** sp.Rational(1, 3)) ** 2,
        sp.sqrt(x) ** 4 * -1,
        eta * (-(x**2) + y**2),
    ],
)
def test_not_seen_to_be_nonnegative(expr):
    assert not is_nonnegative(expr)
