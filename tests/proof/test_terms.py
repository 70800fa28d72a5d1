import pytest
import sympy as sp

from ntkbook.proof import Component, IllFormedStep, MatrixExponential, Partial, Prime, Stack
from ntkbook.proof.terms import depth, outermost, rebuild, rename_bound, substitute

N, M = sp.symbols("N M", integer=True, positive=True)
i, j, k, m, p = sp.symbols("i j k m p", integer=True, positive=True)
s, t, x, y = sp.symbols("s t x y", real=True)
f, g, v, w, theta = (sp.Function(name, real=True) for name in ("f", "g", "v", "w", "theta"))


def test_a_sum_binds_its_index_in_the_body():
    assert substitute(sp.Sum(f(i), (i, 1, N)), {i: j}) == sp.Sum(f(i), (i, 1, N))


def test_a_new_value_is_not_captured_by_a_sum():
    replaced = substitute(sp.Sum(f(i) * g(m), (i, 1, N)), {m: i})
    assert replaced.free_symbols == {i, N}
    assert replaced.function == f(replaced.variables[0]) * g(i)


@pytest.mark.parametrize("binder", [sp.Sum, sp.Product])
def test_a_new_value_is_not_captured_by_an_outer_index_of_the_same_sum(binder):
    replaced = substitute(binder(f(i) + g(m), (i, 1, j), (j, 1, N)), {m: j})
    outer = replaced.variables[1]
    assert outer != j
    assert replaced == binder(f(i) + g(j), (i, 1, outer), (outer, 1, N))


def test_the_ends_of_an_inner_sum_are_bound_by_the_outer_one():
    triangle = sp.Sum(f(i), (i, 1, j), (j, 1, N))
    assert substitute(triangle, {j: sp.Integer(3)}) == triangle


def test_the_ends_of_the_outermost_sum_are_free():
    assert substitute(sp.Sum(f(i), (i, 1, j)), {j: N}) == sp.Sum(f(i), (i, 1, N))
    assert substitute(sp.Sum(f(i), (i, 1, N), (j, 1, i)), {i: M}) == sp.Sum(f(i), (i, 1, N), (j, 1, M))


def test_an_integral_captures_nothing():
    replaced = substitute(sp.Integral(x * y, (x, 0, 1)), {y: x})
    assert sp.simplify(replaced.doit() - x / 2) == 0


def test_a_product_is_a_binder():
    assert substitute(sp.Product(f(i), (i, 1, N)), {i: sp.Integer(3)}) == sp.Product(f(i), (i, 1, N))


def test_a_whole_vector_can_be_replaced():
    inner = Partial(f(i, theta(t)), theta(t), p)
    assert substitute(inner, {theta(t): w(t)}) == Partial(f(i, w(t)), w(t), p)
    assert substitute(inner, {theta(t): theta(s)}) == Partial(f(i, theta(s)), theta(s), p)


def test_a_derivative_takes_no_value_for_its_variable():
    with pytest.raises(IllFormedStep, match="varied"):
        substitute(sp.Derivative(g(x), x), {x: sp.Integer(2)})


@pytest.mark.parametrize(
    ("expr", "mapping"),
    [
        (sp.Derivative(g(x, y), x), {y: x}),
        (sp.Derivative(g(x, y), x), {x: y}),
        (sp.Derivative(g(x, y), x), {y: x**2}),
        (sp.Derivative(g(theta(t), t), t), {theta(t): w(s)}),
        (Partial(g(v(i), w(i)), v(i), p), {w(i): v(i)}),
        (Partial(g(v(i), w(i)), v(i), p), {v(i): w(i)}),
        (Partial(g(v(i), v(j)), v(i), p), {j: i}),
        (Partial(y * f(theta(t)), theta(t), p), {y: f(theta(t))}),
    ],
)
def test_a_derivative_refuses_a_change_of_what_it_varies(expr, mapping):
    with pytest.raises(IllFormedStep, match="varied"):
        substitute(expr, mapping)


def test_a_derivative_may_be_renamed():
    assert substitute(sp.Derivative(g(x, y), x), {x: s}) == sp.Derivative(g(s, y), s)
    assert substitute(Partial(g(v(i), v(j)), v(i), p), {i: k}) == Partial(g(v(k), v(j)), v(k), p)


def test_stacks_that_differ_in_the_name_of_their_index_are_equal():
    assert Stack(f(j, x), j, N) == Stack(f(k, x), k, N)
    assert Stack(f(j, x), j, N) != Stack(f(k, x), k, M)


def test_the_entry_of_a_stack_is_found_without_capture():
    inner = Stack(f(j) * g(k), k, N)
    outer = Stack(Component(inner, j), j, N)
    assert outer.at(m) == Component(Stack(f(m) * g(k), k, N), m)
    assert Stack(f(j), j, N).at(i) == f(i)


def test_nested_stacks_keep_their_indices_apart():
    nested = Stack(Component(Stack(f(j, k), k, N), m), j, M)
    assert nested.free_symbols == {m, N, M}
    assert nested.at(m) == Component(Stack(f(m, k), k, N), m)
    assert substitute(nested, {m: i}).at(i) == Component(Stack(f(i, k), k, N), i)


def test_rebuilding_a_nested_stack_changes_nothing():
    nested = Stack(Component(Stack(f(j, k), k, N), j), j, M)
    assert rebuild(nested) == nested
    assert Stack(Component(Stack(f(i, m), m, N), i), i, M) == nested
    assert Stack(Component(Stack(f(p, j), j, N), p), p, M) == nested


def test_depth_counts_reserved_levels():
    assert depth(f(i)) == 0
    assert depth(Stack(f(j), j, N)) == 1
    assert depth(Stack(Component(Stack(f(j, k), k, N), j), j, N)) == 2


def test_rename_bound_changes_only_the_named_variables():
    total = sp.Sum(f(i, j), (i, 1, j), (j, 1, N))
    renamed = rename_bound(total, {j})
    outer = renamed.variables[1]
    assert outer != j
    assert renamed == sp.Sum(f(i, outer), (i, 1, outer), (outer, 1, N))


def test_outermost_is_the_last_limit():
    limit, body = outermost(sp.Sum(f(i, j), (i, 1, j), (j, 1, N)))
    assert limit == (j, 1, N)
    assert body == sp.Sum(f(i, j), (i, 1, j))


def test_rebuild_evaluates_what_was_held():
    with sp.evaluate(False):
        held = x + x
    assert held != 2 * x
    assert rebuild(held) == 2 * x


def test_prime_needs_a_function_of_one_argument():
    assert Prime(g(x), 2).order == 2
    with pytest.raises(ValueError, match="exactly one argument"):
        Prime(g(x, y))


def test_matrix_exponential_needs_a_square():
    with pytest.raises(ValueError, match="square"):
        MatrixExponential(sp.MatrixSymbol("A", N, M))
