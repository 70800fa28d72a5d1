"""Derivatives by one weight of a family, and names that stand for a layer."""

import pytest
import sympy as sp

from ntkbook.proof import (
    Derivation,
    FalseStep,
    IllFormedStep,
    Index,
    Interval,
    Map,
    Partial,
    PartialBy,
    Prime,
    Size,
    Step,
    Vector,
    Verdict,
    rules,
    verify,
)
from ntkbook.proof.latex import latex

n, k, N = sp.symbols("n_l n_next N", integer=True, positive=True)
i, j, m, r, x = sp.symbols("i j m r x", integer=True, positive=True)
t = sp.Symbol("t", real=True)
theta = sp.Symbol("theta")
W, phi, z, Z, moving, y = (sp.Function(name, real=True) for name in ("W__next", "varphi", "z__l", "z__next", "g", "y"))
DOMAIN = {
    N: Size(),
    n: Size(),
    k: Size(),
    i: Index(n),
    j: Index(n),
    m: Index(k),
    r: Index(k),
    x: Index(N, shown=True),
    t: Interval(0.0, 1.0),
    theta: Vector(n),
    W: Map(Index(k), Index(n)),
    phi: Map(Interval()),
    z: Map(Index(n), Index(N, shown=True)),
    y: Map(Index(n), Vector(n)),
    moving: Map(Interval(0.0, 1.0)),
}
CARRY_OUT = (rules.differentiate(),)
UNIT = sp.Sum(W(m, i) * phi(z(i, x)), (i, 1, n))


def derivation(*steps, hypotheses=()):
    return Derivation("trial", "Trial", DOMAIN, steps, hypotheses)


def slope(rhs, lhs=None, by=CARRY_OUT, uses=()):
    return Step("slope", PartialBy(UNIT, W(r, j)) if lhs is None else lhs, "=", rhs, "", by=by, uses=uses)


def test_a_weight_counts_where_it_stands():
    (result,) = verify(derivation(slope(sp.KroneckerDelta(m, r) * phi(z(j, x)))))
    assert result.verdict is Verdict.PROVED


@pytest.mark.parametrize("wrong", [phi(z(j, x)), sp.KroneckerDelta(m, r) * phi(z(j, x)) * 2, sp.S.Zero])
def test_a_false_slope_has_a_counterexample(wrong):
    with pytest.raises(FalseStep, match="left side is"):
        verify(derivation(slope(wrong + 0 * t)))


def test_through_a_function():
    inside = PartialBy(phi(W(m, i) ** 2), W(r, j))
    right = 2 * W(m, i) * Prime(phi(W(m, i) ** 2)) * sp.KroneckerDelta(m, r) * sp.KroneckerDelta(i, j)
    (result,) = verify(derivation(slope(right, inside)))
    assert result.verdict is Verdict.PROVED


def test_sizes_written_out_agree():
    """Without the rule SymPy differentiates at small sizes."""
    (result,) = verify(derivation(slope(sp.KroneckerDelta(m, r) * phi(z(j, x)), by=())))
    assert result.verdict is Verdict.PROVED_AT_SIZES


def test_a_defined_name_is_not_taken_for_a_constant():
    layer = Step("layer", Z(m, x), ":=", UNIT, "")
    right = sp.KroneckerDelta(m, r) * phi(z(j, x))
    results = verify(derivation(layer, slope(right, PartialBy(Z(m, x), W(r, j)), uses=("layer",))))
    assert results[-1].verdict is Verdict.PROVED
    with pytest.raises(IllFormedStep, match="changes nothing"):
        verify(derivation(layer, slope(right, PartialBy(Z(m, x), W(r, j)))))


def test_only_numbers_of_a_family_are_varied():
    with pytest.raises(IllFormedStep, match="family of numbers"):
        verify(derivation(slope(y(i, theta) ** 2, PartialBy(y(i, theta), y(j, theta)), by=())))
    with pytest.raises(IllFormedStep, match="member of a family"):
        PartialBy(UNIT, t)


def test_nothing_that_moves_stands_in_it():
    flow = Step("flow", sp.Derivative(moving(t), t), "=", moving(t), "")
    step = slope(sp.KroneckerDelta(m, r) * moving(t), PartialBy(W(m, i) * moving(t), W(r, i)), by=())
    with pytest.raises(IllFormedStep, match="moves"):
        verify(derivation(step, hypotheses=(flow,)))


def test_a_kink_has_no_second_slope():
    bent = PartialBy(PartialBy(sp.Max(W(m, i), 0), W(m, i)), W(m, i))
    with pytest.raises(IllFormedStep, match="Max"):
        verify(derivation(slope(W(m, i), bent, by=())))


def test_it_can_be_typed():
    right = sp.KroneckerDelta(m, r) * phi(z(j, x))
    judged = derivation(slope(right)).attempt("slope", "D(W__next[m, j], W__next[r, j]) * varphi(z__l[j, x])")
    assert judged


def test_names_of_layers_and_inputs():
    shown = derivation(slope(sp.KroneckerDelta(m, r) * phi(z(j, x)))).domain
    assert latex(z(i, x), shown) == "z^{l}_{i}(x)"
    assert latex(z(i, x) ** 2, shown) == r"\left(z^{l}_{i}(x)\right)^{2}"
    assert latex(1 / k, shown) == r"\frac{1}{n_{l+1}}"
    assert latex(PartialBy(z(i, x), W(r, j)), shown) == r"\frac{\partial z^{l}_{i}(x)}{\partial W^{l+1}_{r j}}"
    assert latex(Partial(y(i, theta), theta, j), shown) == r"\frac{\partial y_{i}}{\partial \theta_{j}}"
