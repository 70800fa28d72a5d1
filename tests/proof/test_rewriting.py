import pytest
import sympy as sp
from sympy.core.cache import clear_cache
from sympy.core.function import UndefinedFunction

from ntkbook.proof import (
    Component,
    Derivation,
    Domain,
    IllFormedStep,
    Index,
    Interval,
    Map,
    Partial,
    Prime,
    Size,
    Stack,
    Step,
    Vector,
)
from ntkbook.proof.alpha import alpha_key
from ntkbook.proof.rewriting import apply_uses, available, chain, definitions, match, rewrite, unfold

N, P = sp.symbols("N P", integer=True, positive=True)
i, j, k, m, p = sp.symbols("i j k m p", integer=True, positive=True)
c, t, x, y = sp.symbols("c t x y", real=True)
a, b, f, g, h, r, u = (sp.Function(name, real=True) for name in "abfghru")
theta = sp.Function("theta", real=True)(t)
DOMAIN = Domain(
    {
        N: Size(),
        P: Size(),
        i: Index(N),
        j: Index(N),
        k: Index(N),
        p: Index(P),
        t: Interval(0.0, 1.0),
        x: Interval(),
        y: Interval(),
        theta.func: Map(Interval(0.0, 1.0), into=Vector(P)),
        f: Map(Index(N)),
        g: Map(Index(N)),
        u: Map(Interval(), Interval()),
        a: Map(Index(N), Index(N)),
    }
)


def define(lhs, rhs):
    return Step("name", lhs, ":=", rhs, "")


def equation(lhs, rhs):
    return Step("fact", lhs, "=", rhs, "")


def derive(*steps, hypotheses=(), given=(), name="trial"):
    return Derivation(name, "Trial", DOMAIN, steps, hypotheses=hypotheses, given=given)


# Unfolding


def test_a_definition_is_unfolded_with_its_arguments():
    assert unfold(r(j), [define(r(i), f(i) - g(i))]) == f(j) - g(j)


def test_definitions_are_unfolded_through_each_other():
    steps = [define(r(i), f(i) - g(i)), define(h(i), r(i) ** 2)]
    assert unfold(h(k), steps) == (f(k) - g(k)) ** 2


def test_unfolding_captures_no_argument():
    total = unfold(r(k), [define(r(i), sp.Sum(a(i, k), (k, 1, N)))])
    assert total.free_symbols == {k, N}
    assert k not in total.variables


def test_unfolding_lets_no_integral_capture_a_constant():
    """h stands for x^2 of the outer x; under an integral over another x it stays that."""
    integral = unfold(sp.Integral(c * x, (x, 0, 1)), [define(c, x**2)])
    assert sp.simplify(integral.doit() - x**2 / 2) == 0


def test_unfolding_follows_a_derivative():
    assert unfold(sp.Derivative(c, x), [define(c, x**2)]).doit() == 2 * x


def test_the_slope_of_a_defined_function_is_taken_before_its_argument():
    """h(x) = sin 2x has h'(x) = 2 cos 2x, not cos 2x."""
    slope = unfold(Prime(h(y)), [define(h(x), sp.sin(2 * x))])
    assert sp.simplify(slope.doit() - 2 * sp.cos(2 * y)) == 0


def test_the_slope_of_a_renamed_function_stays_a_prime():
    assert unfold(Prime(h(y), 2), [define(h(x), sp.tanh(x))]) == Prime(sp.tanh(y), 2)


def test_the_slope_of_a_maximum_can_be_unfolded():
    slope = unfold(Prime(h(y)), [define(h(x), sp.Max(x, 0))])
    assert slope.doit() == sp.Heaviside(y)


def test_a_definition_with_another_number_of_arguments_is_refused():
    with pytest.raises(IllFormedStep, match="arguments"):
        unfold(r(i, j), [define(r(i), f(i))])


def test_unfolding_refuses_to_change_what_is_varied():
    """d u(x, y)/dx at y = x is not the derivative of u(x, x)."""
    with pytest.raises(IllFormedStep, match="varied"):
        unfold(h(x, x), [define(h(x, y), sp.Derivative(u(x, y), x))])


def test_two_meanings_of_one_name_are_refused():
    first, second = (derive(define(r(i), value), name=name) for name, value in (("one", f(i)), ("two", g(i))))
    with pytest.raises(IllFormedStep, match="two ways"):
        definitions(derive(given=(first, second)))


def test_one_definition_reached_by_two_ways_is_fine():
    first = derive(define(r(i), f(i)), name="one")
    left, right = derive(given=(first,), name="left"), derive(given=(first,), name="right")
    assert set(definitions(derive(given=(left, right)))) == {r}


# Rewriting


@pytest.mark.parametrize(
    ("fact", "expr", "result"),
    [
        (equation(f(i), g(i)), f(j) + f(1), g(j) + g(1)),
        (equation(f(i), g(i)), sp.Sum(f(m), (m, 1, N)), sp.Sum(g(m), (m, 1, N))),
        (equation(f(i), g(i)), sp.Sum(f(m), (m, 2, N - 1)), sp.Sum(g(m), (m, 2, N - 1))),
        (equation(f(i), g(i)), sp.Sum(f(m), (m, 1, k), (k, 1, N)), sp.Sum(g(m), (m, 1, k), (k, 1, N))),
        (equation(f(i), g(i)), Stack(f(m), m, N), Stack(g(m), m, N)),
        (equation(sp.Sum(a(i, k), (k, 1, N)), g(i)), sp.Sum(a(j, m), (m, 1, N)), g(j)),
        (equation(a(i, j), g(i) * f(j)), sp.Sum(a(k, i), (k, 1, N)), sp.Sum(g(k) * f(i), (k, 1, N))),
        (equation(f(i) * g(i), x), g(j) * f(j), x),
        (equation(r(i, Stack(a(i, k), k, N)), g(i)), r(j, Stack(a(j, m), m, N)), g(j)),
        (equation(sp.Product(f(k), (k, 1, N)), x), sp.Product(f(m), (m, 1, N)), x),
    ],
)
def test_an_equation_holds_for_all_indices_of_its_range(fact, expr, result):
    assert rewrite(expr, fact, DOMAIN) == result


@pytest.mark.parametrize(
    ("fact", "expr"),
    [
        (equation(f(i), g(i)), f(p)),
        (equation(f(i), g(i)), f(i + 1)),
        (equation(f(i), g(i)), f(N + 1)),
        (equation(f(i), g(i)), f(2)),
        (equation(f(i), g(i)), sp.Sum(f(m), (m, 1, P))),
        (equation(f(i), g(i)), sp.Sum(f(m), (m, 0, N))),
        (equation(f(i), g(i)), sp.Sum(f(m), (m, 1, N + 1))),
        (equation(f(i), g(i)), Stack(f(m), m, P)),
        (equation(f(i) * g(i), x), f(i) * g(j)),
        (equation(a(i, i), x), a(i, j)),
        (equation(sp.Sum(a(i, k), (k, 1, N)), g(i)), sp.Sum(a(k, k), (k, 1, N))),
        (equation(sp.Sum(a(i, i), (i, 1, N)), x), sp.Sum(a(m, i), (m, 1, N))),
        (equation(sp.Sum(a(i, i), (i, 1, N)), x), sp.Sum(a(i, m), (m, 1, N))),
        (equation(Stack(a(i, k), k, N), Stack(f(k), k, N)), Stack(a(m, m), m, N)),
        (equation(sp.Sum(f(k), (k, 1, N)), x), sp.Sum(f(k), (k, 1, P))),
        (equation(sp.Abs(x), x), sp.Integral(sp.Abs(x), (x, -1, 1))),
    ],
)
def test_an_equation_is_not_used_where_it_does_not_hold(fact, expr):
    assert alpha_key(rewrite(expr, fact, DOMAIN)) == alpha_key(expr)


def test_a_fixed_index_matches_only_itself():
    fact = equation(f(i), x)
    assert rewrite(f(j), fact, DOMAIN, fixed=frozenset({i})) == f(j)
    assert rewrite(f(i), fact, DOMAIN, fixed=frozenset({i})) == x


def test_rewriting_puts_no_free_index_under_a_binder():
    fact = equation(sp.Derivative(Component(theta, p), t), Partial(r(i, theta), theta, p))
    total = rewrite(sp.Sum(f(i) * sp.Derivative(Component(theta, p), t), (i, 1, N)), fact, DOMAIN)
    assert i in total.free_symbols
    assert i not in total.variables


def test_an_equation_that_is_no_identity_is_not_differentiated():
    slope = sp.Derivative(x * y, y)
    assert rewrite(slope, equation(x, y**2), DOMAIN, in_derivatives=False) == slope


# Executing `uses`


def test_definitions_are_unfolded_on_both_sides():
    step = Step("goal", r(i) + f(i), "=", 2 * r(i) + g(i), "", uses=("name",))
    assert apply_uses(derive(define(r(i), f(i) - g(i)), step), step) == (2 * f(i) - g(i), 2 * f(i) - g(i))


def test_equations_rewrite_the_left_side_only():
    step = Step("goal", f(i), "=", f(i) + 1, "", uses=("fact",))
    assert apply_uses(derive(equation(f(i), g(i)), step), step) == (g(i), f(i) + 1)


@pytest.mark.parametrize("label", ["nowhere", "later", "goal"])
def test_only_earlier_statements_can_be_used(label):
    step = Step("goal", f(i), "=", g(i), "", uses=(label,))
    trial = derive(step, Step("later", f(i), "=", g(i), ""))
    with pytest.raises(IllFormedStep, match="not an earlier statement"):
        apply_uses(trial, step)


def test_a_use_that_changes_nothing_is_refused():
    step = Step("goal", f(i), "=", g(i), "", uses=("fact",))
    with pytest.raises(IllFormedStep, match="changes nothing"):
        apply_uses(derive(equation(a(i, j), x), step), step)


def test_an_inequality_rewrites_nothing():
    step = Step("goal", f(i), "=", g(i), "", uses=("bound",))
    with pytest.raises(IllFormedStep, match="no equation"):
        apply_uses(derive(Step("bound", f(i), "<=", g(i), ""), step), step)


def test_a_fact_that_rests_on_a_hypothesis_about_one_index_is_not_generalized():
    """Where theta moves uphill for output i alone, what holds for i does not hold for j."""
    uphill = Step("uphill", sp.Derivative(Component(theta, p), t), "=", Partial(r(i, theta), theta, p), "")
    moved = Step("moved", sp.Derivative(r(i, theta), t), "=", f(i), "")
    step = Step("goal", sp.Derivative(r(j, theta), t), "=", f(j), "", uses=("moved",))
    with pytest.raises(IllFormedStep, match="changes nothing"):
        apply_uses(derive(moved, step, hypotheses=(uphill,)), step)


def test_a_given_derivation_keeps_its_own_generality():
    general = derive(Step("moved", sp.Derivative(r(i, theta), t), "=", f(i), ""), name="general")
    uphill = Step("uphill", sp.Derivative(Component(theta, p), t), "=", Partial(r(i, theta), theta, p), "")
    step = Step("goal", sp.Derivative(r(j, theta), t), "=", f(j), "", uses=("general/moved",))
    assert apply_uses(derive(step, hypotheses=(uphill,), given=(general,)), step)[0] == f(j)


def test_a_chain_is_used_from_its_first_left_side():
    first, second = Step("one", f(i), "=", g(i), ""), Step("two", g(i), "=", a(i, i), "")
    trial = derive(first, second)
    assert chain(trial, second) == (first, first)
    assert available(trial, "")["two"].lhs == f(i)


def test_statements_of_given_derivations_carry_its_name():
    inner = derive(equation(f(i), g(i)), name="inner")
    middle = derive(given=(inner,), name="middle")
    assert set(available(derive(given=(middle,)), "")) == {"inner/fact"}


# Equality up to names


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sp.Sum(f(i), (i, 1, N)), sp.Sum(f(j), (j, 1, N))),
        (sp.Sum(a(i, j), (i, 1, N), (j, 1, P)), sp.Sum(a(k, m), (k, 1, N), (m, 1, P))),
        (sp.Integral(x**2, (x, 0, 1)), sp.Integral(y**2, (y, 0, 1))),
        (sp.Product(f(i), (i, 1, N)), sp.Product(f(j), (j, 1, N))),
        (sp.Sum(f(i) * sp.Sum(a(i, k), (k, 1, N)), (i, 1, N)), sp.Sum(f(k) * sp.Sum(a(k, i), (i, 1, N)), (k, 1, N))),
    ],
)
def test_names_of_bound_variables_do_not_count(left, right):
    assert alpha_key(left) == alpha_key(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sp.Sum(a(i, j), (i, 1, N)), sp.Sum(a(j, j), (j, 1, N))),
        (sp.Sum(a(i, j), (i, 1, N), (j, 1, P)), sp.Sum(a(j, i), (i, 1, N), (j, 1, P))),
        (sp.Sum(f(i), (i, 1, N)), sp.Sum(f(i), (i, 1, P))),
        (sp.Integral(x, (x, 0, 1)), sp.Integral(x, (x, 0, 2))),
    ],
)
def test_what_is_bound_where_does_count(left, right):
    assert alpha_key(left) != alpha_key(right)


def test_functions_of_one_name_are_one_function():
    # SymPy forgets a function that it has not met for a while, and then makes another class of the same name.
    f, twin = (UndefinedFunction("f", real=True) for _ in range(2))
    ours = f(i)
    clear_cache()
    theirs = twin(j)
    assert ours.func is not theirs.func
    assert match(ours, theirs, {i: N}, {}, {j: (sp.S.One, N)}) == {i: j}
