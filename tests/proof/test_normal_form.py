import hypothesis
import hypothesis.strategies as st
import pytest
import sympy as sp

from ntkbook.proof import Component, Domain, Index, Map, Partial, Size, Stack, Vector
from ntkbook.proof.normal_form import TooManyOrders, normal_form
from ntkbook.proof.terms import substitute

N, P = sp.symbols("N P", integer=True, positive=True)
i, j, k, m, p, q = sp.symbols("i j k m p q", integer=True, positive=True)
n = sp.Symbol("n", integer=True)
x = sp.Symbol("x", real=True)
f, g, a, b, v = (sp.Function(name, real=True) for name in ("f", "g", "a", "b", "v"))
delta = sp.KroneckerDelta
DOMAIN = Domain(
    {
        N: Size(),
        P: Size(),
        **dict.fromkeys((i, j, k, m), Index(N)),
        **dict.fromkeys((p, q), Index(P)),
        f: Map(Index(N)),
        g: Map(Index(P)),
        v: Map(Index(N), into=Vector(P)),
    }
)


def same(left, right):
    return normal_form(left - right, DOMAIN) == 0


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sp.Sum(f(i), (i, 1, N)), sp.Sum(f(j), (j, 1, N))),
        (sp.Sum(sp.Sum(a(i, p), (i, 1, N)), (p, 1, P)), sp.Sum(sp.Sum(a(i, p), (p, 1, P)), (i, 1, N))),
        (sp.Sum(f(i), (i, 1, N)) ** 2, sp.Sum(f(i) * f(j), (i, 1, N), (j, 1, N))),
        (sp.Sum(f(i) * (f(i) + 1), (i, 1, N)), sp.Sum(f(i) ** 2, (i, 1, N)) + sp.Sum(f(i), (i, 1, N))),
        (sp.Sum(x * f(i), (i, 1, N)), x * sp.Sum(f(i), (i, 1, N))),
        (sp.Sum(x, (i, 1, N)), N * x),
        (sp.Sum(delta(i, j) * f(i), (i, 1, N)), f(j)),
        (sp.Sum(delta(i, j) * delta(j, k) * f(j), (i, 1, N), (j, 1, N)), f(k)),
        (sp.Sum(delta(i, j), (i, 1, N), (j, 1, N)), N),
        (delta(i, j) * f(i), delta(i, j) * f(j)),
        (delta(i, j) ** 3, delta(i, j)),
        (sp.Sum(f(i + 1), (i, 0, N - 1)), sp.Sum(f(i), (i, 1, N))),
        (sp.Sum(f(i) * sp.Sum(f(k), (k, 1, i)), (i, 1, N)), sp.Sum(f(j) * sp.Sum(f(m), (m, 1, j)), (j, 1, N))),
        (sp.Sum(f(i) * f(k), (k, 1, i), (i, 1, N)), sp.Sum(f(i) * sp.Sum(f(k), (k, 1, i)), (i, 1, N))),
        (sp.Sum(1, (k, 1, i), (i, 1, N)), sp.Sum(i, (i, 1, N))),
        (sp.Product(f(i), (i, 1, N)), sp.Product(f(j), (j, 1, N))),
        (sp.Integral(x * f(i), (x, 0, 1)), sp.Integral(sp.Symbol("y") * f(i), (sp.Symbol("y"), 0, 1))),
        (1 / (1 + sp.Sum(f(i), (i, 1, N))), 1 / (sp.Sum(f(j), (j, 1, N)) + 1)),
        (
            sp.Sum(Component(v(i), p) * Component(v(j), p), (p, 1, P)),
            sp.Sum(Component(v(j), q) * Component(v(i), q), (q, 1, P)),
        ),
    ],
)
def test_equal_sums_have_one_normal_form(left, right):
    assert same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sp.Sum(f(i), (i, 1, N)) ** 2, sp.Sum(f(i) ** 2, (i, 1, N))),
        (sp.Sum(f(i), (i, 1, N)), sp.Sum(f(i), (i, 1, P))),
        (sp.Sum(f(i), (i, 1, N)), sp.Sum(f(i), (i, 1, N - 1))),
        (sp.Sum(f(i), (i, 1, N)), sp.Sum(f(i), (i, 2, N))),
        (sp.Sum(delta(i, p) * f(i), (i, 1, N)), f(p)),
        (sp.Sum(delta(p, i), (p, 1, P)), sp.S.One),
        (sp.Sum(delta(i, 1), (i, 2, N)), sp.S.One),
        (sp.Sum(delta(i, 1), (i, 1, N - 1)), sp.S.One),
        (sp.Sum(delta(i, j) * f(i), (i, 1, N - 1)), f(j)),
        (sp.Sum(delta(n, 0), (n, 0, N)), sp.S.Zero),
        (sp.Sum(sp.Abs(n), (n, -N, N)), sp.Sum(n, (n, -N, N))),
        (sp.Sum(1, (i, 5, N)), N - 4),
        (sp.Sum(sp.Sum(delta(i, j), (i, 1, N)), (j, 1, P)), P),
        (sp.Product(sp.Sum(delta(i, j), (i, 1, N)), (j, 1, P)), sp.S.One),
        (sp.Sum(f(i) * sp.Sum(f(k), (k, 1, i)), (i, 1, N)), sp.Sum(f(k), (k, 1, N)) * sp.Sum(f(i), (i, 1, N))),
        (sp.Sum(1, (k, 1, i), (i, 1, N)), N**2),
        (sp.Sum(delta(i, j) * sp.Sum(f(k), (k, 1, i)), (i, 1, N)), sp.Sum(f(k), (k, 1, N))),
        (delta(i, j) * delta(j, k), delta(i, j)),
        (delta(i, j), delta(i, k)),
        (Stack(f(i), i, N), Stack(f(i), i, P)),
        (1 / sp.Sum(f(i), (i, 1, N)), sp.Sum(1 / f(i), (i, 1, N))),
        (sp.Integral(x, (x, 0, 1)), sp.Integral(x, (x, 1, 2))),
        (sp.Derivative(sp.Sum(b(k, x), (k, 1, N)), x), sp.S.Zero),
        (sp.Sum(a(i, j), (i, 1, N)), sp.Sum(a(j, i), (i, 1, N))),
        (sp.Sum(a(i, j), (i, 1, N), (j, 1, P)), sp.Sum(a(j, i), (i, 1, N), (j, 1, P))),
    ],
)
def test_different_sums_have_different_normal_forms(left, right):
    assert not same(left, right)


def test_a_delta_does_not_reach_into_what_a_partial_varies():
    """d b(v_i, v_j)/d v_i is a slope in one place; at j = i it must not become a slope in both."""
    slope = Partial(b(v(i), v(j)), v(i), p)
    assert not same(sp.Sum(delta(i, j) * slope, (j, 1, N)), Partial(b(v(i), v(i)), v(i), p))


def test_components_of_a_stack_are_its_entries():
    outputs = Stack(f(j), j, N)
    assert same(Component(outputs, k), f(k))
    assert same(sp.Sum(Component(outputs, k) ** 2, (k, 1, N)), sp.Sum(f(i) ** 2, (i, 1, N)))


def test_components_of_the_vector_that_is_varied_stay():
    outputs = Stack(f(j), j, N)
    assert normal_form(Partial(Component(outputs, k), outputs, i), DOMAIN).expr == Component(outputs, k)


def test_nested_stacks_are_opened_from_outside():
    nested = Stack(Component(Stack(a(j, k), k, P), p), j, N)
    assert same(Component(nested, i), a(i, p))


def test_the_result_has_no_dummies():
    opened = normal_form(sp.Sum(f(i) * sp.Sum(f(k), (k, i, N)), (i, 2, N)) ** 2, DOMAIN)
    assert not opened.atoms(sp.Dummy)


def test_too_many_orders_are_an_error_and_not_an_answer():
    indices = sp.symbols("r0:8", integer=True, positive=True)
    ring = sp.prod(a(r, s) for r, s in zip(indices, (*indices[1:], indices[0]), strict=True))
    with pytest.raises(TooManyOrders):
        normal_form(sp.Sum(ring, *[(r, 1, N) for r in indices]), DOMAIN)


# Random sums: a table of numbers stands for every function, so that a sum can be written out at N = 3.

INDICES = (i, j, k)
LEAVES = st.sampled_from(
    [f(i), f(j), f(k), a(i, j), a(j, i), a(j, k), delta(i, j), delta(j, k), delta(i, k), x, sp.Integer(2)]
)


def _sum(body, index, first, shift):
    return sp.Sum(body, (index, first, N - shift))


EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(sp.Add, inner, inner),
        st.builds(sp.Mul, inner, inner),
        st.builds(_sum, inner, st.sampled_from(INDICES), st.sampled_from([1, 1, 1, 2, 0]), st.sampled_from([0, 0, 1])),
    ),
    max_leaves=6,
)
PRIMES = iter(map(sp.Integer, sp.primerange(100, 10_000)))
TABLE = {f(r): next(PRIMES) for r in range(5)} | {a(r, s): next(PRIMES) for r in range(5) for s in range(5)}


def written_out(expr, size=3):
    """The value at N = size and x = 7, free indices 1, 2, 3."""
    expr = substitute(expr, {N: sp.Integer(size)})

    def value(node):
        if isinstance(node, sp.Sum):
            *inner, (index, first, last) = node.limits
            body = sp.Sum(node.function, *inner) if inner else node.function
            return sum(
                (value(substitute(body, {index: sp.Integer(r)})) for r in range(value(first), value(last) + 1)), 0
            )
        return node.func(*map(value, node.args)) if node.args else node

    placed = substitute(expr, {i: sp.Integer(1), j: sp.Integer(2), k: sp.Integer(3), x: sp.Integer(7)})
    return value(placed).xreplace(TABLE)


@hypothesis.given(EXPRESSIONS)
@hypothesis.settings(max_examples=60)
def test_the_normal_form_keeps_the_value(expr):
    assert written_out(normal_form(expr, DOMAIN)) == written_out(expr)


@hypothesis.given(EXPRESSIONS, EXPRESSIONS)
@hypothesis.settings(max_examples=60)
def test_different_values_are_never_called_equal(left, right):
    if same(left, right):
        assert written_out(left) == written_out(right)


def shuffled(expr, draw):
    """The same expression: dummies renamed, sums expanded or exchanged, factors moved inside."""
    if not expr.args:
        return expr
    if isinstance(expr, sp.Sum) and len(expr.limits) == 1:
        (index, first, last), body = expr.limits[0], shuffled(expr.function, draw)
        fresh = sp.Symbol(f"r{draw(st.integers(0, 3))}", integer=True, positive=True)
        if fresh not in body.free_symbols and not body.has(fresh):
            index, body = fresh, substitute(body, {index: fresh})
        if isinstance(body, sp.Add) and draw(st.booleans()):
            return sp.Add(*[sp.Sum(term, (index, first, last)) for term in body.args])
        return sp.Sum(body, (index, first, last))
    changed = expr.func(*[shuffled(arg, draw) if isinstance(arg, sp.Expr) else arg for arg in expr.args])
    if isinstance(changed, sp.Mul) and draw(st.booleans()):
        return sp.expand(changed)
    return changed


@hypothesis.given(EXPRESSIONS, st.data())
@hypothesis.settings(max_examples=60)
def test_the_form_is_one_for_all_ways_to_write_a_sum(expr, data):
    assert same(expr, shuffled(expr, data.draw))
