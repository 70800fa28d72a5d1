import pytest
import sympy as sp

from ntkbook.proof import (
    Component,
    Derivation,
    IllFormedStep,
    Index,
    Interval,
    Map,
    Matrix,
    Partial,
    Prime,
    Size,
    Stack,
    Step,
    Vector,
    Verdict,
    rules,
    verify,
)
from ntkbook.proof.at_sizes import proved_sizes

N, P = sp.symbols("N P", integer=True, positive=True)
i, j, k, p, q = sp.symbols("i j k p q", integer=True, positive=True)
t, x, y_1 = sp.symbols("t x y_1", real=True)
f, ell, phi, y, rows, theta_of = (sp.Function(name, real=True) for name in ("f", "ell", "phi", "y", "rows", "theta"))
theta = theta_of(t)
A = sp.MatrixSymbol("A", N, N)
S = sp.MatrixSymbol("S", N, N)
TRIAL = Derivation(
    "trial",
    "Trial",
    {
        N: Size(),
        P: Size(),
        i: Index(N),
        j: Index(N),
        p: Index(P),
        q: Index(P),
        t: Interval(0.0, 1.0),
        x: Interval(),
        y_1: Interval(),
        theta_of: Map(Interval(0.0, 1.0), into=Vector(P)),
        f: Map(Index(N), Vector(P)),
        rows: Map(Index(N), into=Vector(P)),
        ell: Map(Vector(N)),
        phi: Map(Interval()),
        y: Map(Index(N)),
        A: Matrix(),
        S: Matrix("symmetric"),
    },
    (),
)
OUTPUTS = Stack(f(j, theta), j, N)


def proved(lhs, rhs):
    return proved_sizes(TRIAL, sp.sympify(lhs), sp.sympify(rhs))


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (
            sp.Derivative(f(i, theta), t),
            sp.Sum(Partial(f(i, theta), theta, p) * sp.Derivative(Component(theta, p), t), (p, 1, P)),
        ),
        (
            Partial(ell(OUTPUTS), theta, p),
            sp.Sum(Partial(ell(OUTPUTS), OUTPUTS, k) * Partial(f(k, theta), theta, p), (k, 1, N)),
        ),
        (Partial(Partial(f(i, theta), theta, p), theta, q), Partial(Partial(f(i, theta), theta, q), theta, p)),
        (Partial(sp.Sum(Component(OUTPUTS, k) ** 2, (k, 1, N)), OUTPUTS, j), 2 * f(j, theta)),
        (sp.Derivative(phi(x**2), x), 2 * x * Prime(phi(x**2))),
        (sp.Derivative(Prime(phi(2 * x)), x), 2 * Prime(phi(2 * x), 2)),
        (Prime(sp.tanh(x)), 1 - sp.tanh(x) ** 2),
        (sp.Product(y(k), (k, 1, N)) ** 2, sp.Product(y(k) ** 2, (k, 1, N))),
        (sp.Sum(sp.Sum(1, (k, 1, j)), (j, 1, N)), N * (N + 1) / 2),
        (sp.Trace(A * A.T), sp.Trace(A.T * A)),
        ((A * A.inv()), sp.Identity(N)),
        (S.T, S),
        (A[i - 1, j - 1], A.T[j - 1, i - 1]),
        (Component(Stack(Component(Stack(f(j, theta), j, N), i), i, N), j), f(j, theta)),
    ],
)
def test_what_holds_is_proved_at_two_sizes(lhs, rhs):
    sizes = proved(lhs, rhs)
    assert sizes
    assert all("=" in s for s in sizes) or sizes == ("",)


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (sp.Derivative(f(i, theta), t), sp.Derivative(f(j, theta), t)),
        (Partial(ell(OUTPUTS), OUTPUTS, i), Partial(ell(OUTPUTS), OUTPUTS, j)),
        (Partial(f(i, rows(i)), rows(i), p), Partial(f(i, rows(j)), rows(j), p)),
        (sp.Sum(y(k), (k, 1, N)), sp.Sum(y(k), (k, 1, N - 1))),
        (A.T, A),
        (A * S, S * A),
        (Prime(phi(2 * x)), sp.Derivative(phi(2 * x), x)),
        (y(1), y_1),
        (N, sp.Integer(2)),
        (sp.KroneckerDelta(i, j), sp.S.Zero),
        (x, sp.Abs(x)),
    ],
)
def test_what_does_not_hold_is_not_proved(lhs, rhs):
    assert proved(lhs, rhs) == ()


def test_every_value_of_the_free_indices_is_tried():
    assert proved((i - 1) * (i - 2) * y(i), sp.S.Zero) == ()


def test_sizes_are_named():
    assert proved(sp.Sum(k, (k, 1, N)), N * (N + 1) / 2) == ("N = 2", "N = 3")


@pytest.mark.parametrize("index", [sp.S.Zero, P + 1])
def test_an_entry_out_of_range_is_refused(index):
    with pytest.raises(IllFormedStep, match="entry"):
        proved(Component(theta, index), Component(theta, P))


def test_the_chain_rule_through_a_vector_of_formulas():
    """The writer varies a place of f, where the entry of the vector is a formula and no variable."""
    n, m = sp.symbols("n m", integer=True, positive=True)
    i, k, j = sp.symbols("i k j", integer=True, positive=True)
    z, w, f = sp.Symbol("z", real=True), sp.Function("w", real=True), sp.Function("f", real=True)
    layer = Stack(sp.Sum(w(k, j) * sp.sin(Component(z, j)), (j, 1, n)), k, m)
    domain = {
        n: Size(),
        m: Size(),
        i: Index(n),
        j: Index(n),
        k: Index(m),
        z: Vector(n),
        w: Map(Index(m), Index(n)),
        f: Map(Vector(m)),
    }
    left = Partial(f(layer), z, i)
    right = sp.Sum(Partial(f(layer), layer, k) * w(k, i) * sp.cos(Component(z, i)), (k, 1, m))
    by = (rules.chain_rule(layer), rules.differentiate())
    derivation = Derivation("through", "through", domain, (Step("step", left, "=", right, "so", by=by),))
    assert verify(derivation)[0].verdict is Verdict.PROVED_AT_SIZES
    assert not proved_sizes(derivation, left, 2 * right)
