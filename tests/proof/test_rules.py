import pytest
import sympy as sp

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
    rules,
    verify,
)
from ntkbook.proof.normal_form import normal_form
from ntkbook.proof.rules import REGISTRY, THEOREMS, Rule

N, P = sp.symbols("N P", integer=True, positive=True)
i, j, k, p, q = sp.symbols("i j k p q", integer=True, positive=True)
s, t, x = sp.symbols("s t x", real=True)
f, g, ell, phi, y, w, theta_of = (sp.Function(name, real=True) for name in ("f", "g", "ell", "phi", "y", "w", "theta"))
theta, other = theta_of(t), w(t)
DOMAIN = Domain(
    {
        N: Size(),
        P: Size(),
        i: Index(N),
        j: Index(N),
        p: Index(P),
        q: Index(P),
        t: Interval(0.0, 1.0),
        x: Interval(),
        theta_of: Map(Interval(0.0, 1.0), into=Vector(P)),
        w: Map(Interval(0.0, 1.0), into=Vector(P)),
        f: Map(Index(N), Vector(P)),
        g: Map(Vector(P), Vector(P)),
        ell: Map(Vector(N)),
        phi: Map(Interval()),
        y: Map(Index(N)),
    }
)
OUTPUTS = Stack(f(j, theta), j, N)


def entry(index):
    return Component(theta, index)


def agree(left, right):
    return normal_form(left - right, DOMAIN) == 0


# Chain rule


def test_chain_rule_in_time():
    expected = sp.Sum(Partial(f(i, theta), theta, q) * sp.Derivative(entry(q), t), (q, 1, P))
    assert agree(rules.chain_rule(theta)(sp.Derivative(f(i, theta), t), DOMAIN), expected)


def test_chain_rule_of_a_partial_through_a_stack():
    expected = sp.Sum(Partial(ell(OUTPUTS), OUTPUTS, k) * Partial(f(k, theta), theta, p), (k, 1, N))
    assert agree(rules.chain_rule(OUTPUTS)(Partial(ell(OUTPUTS), theta, p), DOMAIN), expected)


def test_chain_rule_captures_no_index():
    """The statement is about f_q at theta, and the rule sums over another index than q."""
    inner = Component(Stack(entry(q) ** 2, q, P), q) * f(i, theta)
    result = rules.chain_rule(theta)(sp.Derivative(inner, t), DOMAIN)
    assert q in result.free_symbols
    assert q not in result.variables


def test_chain_rule_goes_inside_a_sum_over_any_name():
    result = rules.chain_rule(theta)(sp.Sum(sp.Derivative(f(i, theta), t), (i, 1, N)), DOMAIN)
    expected = sp.Sum(Partial(f(i, theta), theta, p) * sp.Derivative(entry(p), t), (p, 1, P), (i, 1, N))
    assert agree(result, expected)


@pytest.mark.parametrize(
    "expr",
    [
        sp.Derivative(t * f(i, theta), t),
        sp.Derivative(g(theta, other), t),
        sp.Derivative(f(i, theta) * Component(other, p), t),
        sp.Derivative(entry(p), t),
        sp.Derivative(y(i), x),
        sp.Derivative(f(i, theta), t, t),
        Partial(f(i, theta), theta, p),
    ],
)
def test_chain_rule_is_refused_where_it_does_not_apply(expr):
    assert rules.chain_rule(theta)(expr, DOMAIN) == expr


def test_chain_rule_leaves_a_derivative_of_a_velocity():
    """The velocity depends on time in another way than through theta."""
    result = rules.chain_rule(theta)(sp.Derivative(sp.Derivative(f(i, theta), t) * f(j, theta), t), DOMAIN)
    assert isinstance(result, sp.Derivative)


def test_chain_rule_is_refused_if_the_loss_sees_the_parameters_also_directly():
    direct = Partial(ell(OUTPUTS) * entry(p), theta, p)
    assert rules.chain_rule(OUTPUTS)(direct, DOMAIN) == direct


@pytest.mark.parametrize("through", [x, y(i), f(i, theta), theta_of])
def test_chain_rule_goes_through_vectors_only(through):
    if through is theta_of:
        through = sp.Symbol("unknown")
    with pytest.raises(IllFormedStep, match="vector"):
        rules.chain_rule(through)(sp.Derivative(x**2, x), DOMAIN)


# Differentiation


@pytest.mark.parametrize(
    ("expr", "result"),
    [
        (sp.Derivative(x**3 * sp.sin(x), x), 3 * x**2 * sp.sin(x) + x**3 * sp.cos(x)),
        (sp.Derivative(sp.tanh(2 * x), x), 2 * (1 - sp.tanh(2 * x) ** 2)),
        (sp.Derivative(phi(x**2), x), 2 * x * Prime(phi(x**2))),
        (sp.Derivative(Prime(phi(2 * x)), x), 2 * Prime(phi(2 * x), 2)),
        (sp.Derivative(f(i, theta), x), sp.S.Zero),
        (sp.Derivative(f(i, theta) - y(i), t), sp.Derivative(f(i, theta), t)),
        (Partial(entry(p), theta, q), sp.KroneckerDelta(p, q)),
        (Partial(entry(p) ** 2, theta, q), 2 * entry(p) * sp.KroneckerDelta(p, q)),
        (Partial(sp.Sum(entry(p) ** 2, (p, 1, P)), theta, q), 2 * entry(q)),
        (Partial(sp.Sum(entry(p) ** 2, (p, 1, P)), theta, p), 2 * entry(p)),
        (Partial(phi(entry(p)), theta, q), Prime(phi(entry(p))) * sp.KroneckerDelta(p, q)),
        (Partial(Component(other, p), theta, q), sp.S.Zero),
        (1 + sp.Derivative(2 * x, x), sp.Integer(3)),
    ],
)
def test_differentiate(expr, result):
    assert agree(rules.differentiate()(expr, DOMAIN), result)


def test_differentiate_does_not_capture_the_index_of_the_derivative():
    """The sum runs over p, and so does the derivative: they are different indices."""
    result = rules.differentiate()(Partial(sp.Sum(entry(p) * entry(q), (p, 1, P)), theta, p), DOMAIN)
    expected = entry(q) + sp.Sum(entry(k), (k, 1, P)) * sp.KroneckerDelta(p, q)
    assert agree(result, expected)


@pytest.mark.parametrize(
    "expr",
    [sp.Derivative(f(i, theta), t), Partial(f(i, theta), theta, p), sp.Derivative(phi(x), x), sp.Derivative(x**x, x)],
)
def test_differentiate_leaves_what_it_does_not_know(expr):
    assert rules.differentiate()(expr, DOMAIN) == expr


# Evaluation


def test_evaluate_carries_out_sums_integrals_and_limits():
    assert rules.evaluate()(sp.Integral(x, (x, 0, 1)), DOMAIN) == sp.Rational(1, 2)
    assert sp.expand(rules.evaluate()(sp.Sum(k, (k, 1, N)), DOMAIN) - N * (N + 1) / 2) == 0
    assert rules.evaluate()(sp.Limit(sp.sin(x) / x, x, 0), DOMAIN) == 1


def test_evaluate_does_not_take_a_vector_for_a_number():
    """SymPy's own `doit` would apply the chain rule of one variable and lose the sum."""
    slope = sp.Derivative(f(i, theta), t)
    assert rules.evaluate()(slope, DOMAIN) == slope


# The registry


def test_every_rule_is_made_by_a_function_of_the_module():
    assert set(REGISTRY) == {name for name in dir(rules) if name in REGISTRY}
    assert set(THEOREMS) <= set(REGISTRY)


def test_a_rule_that_is_not_registered_is_refused():
    with pytest.raises(IllFormedStep, match="not in the registry"):
        Rule("wish")(x, DOMAIN)


@pytest.mark.parametrize("by", [(lambda e, d: sp.S.Zero,), rules.differentiate(), ("differentiate",)])
def test_a_free_function_cannot_stand_in_for_a_rule(by):
    with pytest.raises(IllFormedStep, match="must be a tuple of Rule"):
        Step("wish", x, "=", sp.S.Zero, "", by=by)


def test_a_dressed_up_rule_cannot_stand_in_for_one():
    class Wish(Rule):
        def __call__(self, expr, domain):
            return sp.S.Zero

    with pytest.raises(IllFormedStep, match="must be a tuple of Rule"):
        Step("wish", x, "=", sp.S.Zero, "", by=(Wish("differentiate"),))


def test_an_author_cannot_promote_a_theorem_to_algebra():
    with pytest.raises(TypeError):
        Rule("chain_rule", (theta,), any_size=True)
    assert not rules.chain_rule(theta).any_size
    assert rules.differentiate().any_size


def _derivation(lhs, rhs, *by):
    return Derivation("trial", "Trial", DOMAIN, (Step("goal", lhs, "=", rhs, "", by=by),))


def test_a_rule_that_changes_nothing_is_refused():
    with pytest.raises(IllFormedStep, match="changes nothing"):
        verify(_derivation((x + 1) ** 2, x**2 + 2 * x + 1, rules.differentiate()))


def test_a_defective_rule_is_caught_by_the_numbers(monkeypatch):
    monkeypatch.setitem(REGISTRY, "differentiate", lambda expr, domain: expr * 2)
    with pytest.raises(IllFormedStep, match="defect of the rule"):
        verify(_derivation((x + 1) ** 2, x**2 + 2 * x + 1, rules.differentiate()))
