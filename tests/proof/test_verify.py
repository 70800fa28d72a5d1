"""What `verify` promises, and statements that are false but look as if they could pass."""

import itertools

import pytest
import sympy as sp

from ntkbook.proof import (
    Component,
    Derivation,
    Domain,
    FalseStep,
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
    UndecidedStep,
    Vector,
    Verdict,
    rules,
    verify,
)
from ntkbook.proof import verify as verify_of_package
from ntkbook.proof.verify import _Key, is_zero

N, P = sp.symbols("N P", integer=True, positive=True)
i, j, k, m, p, q = sp.symbols("i j k m p q", integer=True, positive=True)
n = sp.Symbol("n", integer=True)
c, t, x, y = sp.symbols("c t x y", real=True)
eta = sp.Symbol("eta", positive=True)
a, f, h, r, u, v, phi, w, y_of, theta_of = (
    sp.Function(name, real=True) for name in "a f h r u v phi w y theta".split()
)
theta = theta_of(t)
A = sp.MatrixSymbol("A", N, N)
DOMAIN = {
    N: Size(),
    P: Size(),
    **dict.fromkeys((i, j, k), Index(N)),
    **dict.fromkeys((p, q), Index(P)),
    t: Interval(0.0, 1.0),
    x: Interval(),
    eta: Interval(0.5, 2.0),
    theta_of: Map(Interval(0.0, 1.0), into=Vector(P)),
    f: Map(Index(N), Vector(P)),
    u: Map(Interval(), Interval()),
    v: Map(Index(N), into=Vector(P)),
    w: Map(Vector(P), Vector(P)),
    a: Map(Index(N), Index(N)),
    phi: Map(Interval()),
    r: Map(Index(N)),
    A: Matrix(),
}
S = sp.Sum
delta = sp.KroneckerDelta


def derive(*steps, name="trial", domain=None, **parts):
    return Derivation(name, "Trial", DOMAIN if domain is None else domain, steps, **parts)


def step(lhs, relation, rhs, label="goal", **options):
    return Step(label, lhs, relation, rhs, "", **options)


def settle(lhs, relation, rhs, *before, domain=None, hypotheses=(), given=(), **options):
    """The result for the statement, after the steps `before`."""
    goal = step(lhs, relation, sp.sympify(rhs), **options)
    return verify(derive(*before, goal, domain=domain, hypotheses=hypotheses, given=given))[-1]


def verdict(*args, **options):
    return settle(*args, **options).verdict


# Verdicts are computed


def test_algebra_for_all_sizes_is_proved():
    result = settle(S(r(i), (i, 1, N)) ** 2, "=", S(r(i) * r(j), (i, 1, N), (j, 1, N)))
    assert result.verdict is Verdict.PROVED
    assert result.points > 0


def test_a_theorem_of_calculus_is_proved_at_sizes():
    along = S(Partial(f(i, theta), theta, p) * sp.Derivative(Component(theta, p), t), (p, 1, P))
    result = settle(sp.Derivative(f(i, theta), t), "=", along, by=(rules.chain_rule(theta),))
    assert result.verdict is Verdict.PROVED_AT_SIZES
    assert len(result.sizes) == 2


def test_algebra_that_needs_concrete_sizes_is_proved_at_sizes():
    assert verdict(S(i, (i, 1, N)), "=", N * (N + 1) / 2) is Verdict.PROVED_AT_SIZES


def test_a_statement_without_sizes_is_proved_as_it_stands():
    result = settle(sp.Derivative(phi(x**2), x), "=", 2 * x * Prime(phi(x**2)))
    assert (result.verdict, result.sizes) == (Verdict.PROVED, ())


def test_numbers_alone_need_a_reason():
    left, right = (sp.Integral(phi(x * y) * sp.exp(sign * y), (y, -1, 1)) for sign in (1, -1))
    mirrored = sp.Integral(phi(-x * y) * sp.exp(y), (y, -1, 1))
    with pytest.raises(FalseStep):
        settle(left, "=", right)
    with pytest.raises(UndecidedStep, match="undecided"):
        settle(right, "=", mirrored)
    result = settle(right, "=", mirrored, undecided="no primitive")
    assert (result.verdict, result.note) == (Verdict.NUMERIC, "no primitive")


def test_a_stale_reason_is_refused():
    with pytest.raises(IllFormedStep, match="remove the reason"):
        settle((x + 1) ** 2, "=", x**2 + 2 * x + 1, undecided="hard")


def test_a_definition_is_defined():
    assert verdict(h(i), ":=", r(i) ** 2) is Verdict.DEFINED


def test_a_hypothesis_is_assumed():
    flow = step(sp.Derivative(Component(theta, p), t), "=", -eta * Component(theta, p), "flow")
    assert verify(derive(hypotheses=(flow,)))[0].verdict is Verdict.ASSUMED


@pytest.mark.parametrize("evidence", [{"experiment": "kernel_rate"}, {"cite": "jacot2018neural"}])
def test_a_limit_names_its_variable_and_its_evidence(evidence):
    assert verdict(h(x), "->", phi(x), step(h(x), ":=", phi(x) + 1, "name"), limit="width", **evidence) is Verdict.LIMIT


@pytest.mark.parametrize(
    "options", [{}, {"limit": "width"}, {"experiment": "kernel_rate"}, {"cite": "jacot2018neural"}]
)
def test_a_limit_without_variable_or_evidence_is_refused(options):
    with pytest.raises(IllFormedStep, match="a limit names"):
        settle(phi(x), "->", sp.S.Zero, **options)


def test_a_cited_theorem_is_cited():
    assert verdict(phi(x), "=", phi(-x), cite="somebody2020") is Verdict.CITED


def test_inequalities_are_proved_by_squares():
    assert verdict(S(r(i) ** 2, (i, 1, N)), ">=", 0) is Verdict.PROVED
    assert verdict(-eta * S(r(i) ** 2, (i, 1, N)), "<=", 0) is Verdict.PROVED
    with pytest.raises(UndecidedStep):
        settle(x**2 - 2 * x + 1, ">=", 0)
    with pytest.raises(FalseStep):
        settle(S(r(i), (i, 1, N)), ">=", 0)


def test_an_inequality_by_a_theorem_is_proved_at_sizes_only():
    assert verdict(sp.Derivative(x**3, x), ">=", 0, by=(rules.differentiate(),)) is Verdict.PROVED
    assert (
        verdict(sp.Derivative(f(i, theta), t) ** 2, ">=", 0, by=(rules.chain_rule(theta),)) is Verdict.PROVED_AT_SIZES
    )


# What is refused


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (r(i), r(i)),
        (S(r(i), (i, 1, N)), S(r(j), (j, 1, N))),
        (x + r(i), r(i) + x),
        (sp.Integral(sp.exp(y), (y, 0, x)), sp.Integral(sp.exp(c), (c, 0, x))),
        (sp.Product(r(i), (i, 1, N)), sp.Product(r(j), (j, 1, N))),
    ],
)
def test_a_vacuous_step_is_refused(lhs, rhs):
    with pytest.raises(IllFormedStep, match="says nothing"):
        settle(lhs, "=", rhs)


def test_a_step_held_unevaluated_can_be_vacuous_too():
    with sp.evaluate(False):
        doubled = x + x
    with pytest.raises(IllFormedStep, match="says nothing"):
        settle(doubled, "=", 2 * x)


def test_undeclared_symbols_are_named():
    with pytest.raises(IllFormedStep, match="stray"):
        settle(x, "=", sp.Symbol("stray", real=True))
    with pytest.raises(IllFormedStep, match="stray"):
        settle(x, "=", sp.Function("stray")(x))


def test_a_name_can_be_used_only_after_its_definition():
    with pytest.raises(IllFormedStep, match="earlier"):
        verify(derive(step(r(i) ** 2, "=", h(i), uses=("name",)), step(h(i), ":=", r(i) ** 2, "name")))


@pytest.mark.parametrize("label", ["nowhere", "later", "goal"])
def test_unknown_and_later_statements_cannot_be_used(label):
    goal, later = step((x + 1) ** 2, "=", x**2 + 2 * x + 1, uses=(label,)), step(x**2, "=", x * x + 0 * x, "later")
    with pytest.raises(IllFormedStep, match="not an earlier statement"):
        verify(derive(goal, later))


def test_a_useless_use_is_refused():
    with pytest.raises(IllFormedStep, match="changes nothing"):
        settle((x + 1) ** 2, "=", x**2 + 2 * x + 1, step(h(i), ":=", r(i), "name"), uses=("name",))


@pytest.mark.parametrize("options", [{"uses": ("name",)}, {"by": (rules.differentiate(),)}, {"undecided": "hard"}])
@pytest.mark.parametrize("kind", [{}, {"cite": "somebody2020"}, {"limit": "width", "experiment": "rate"}])
def test_nothing_decorates_what_is_not_derived(options, kind):
    relation = "->" if "limit" in kind else "=" if kind else ":="
    lhs = c if relation == ":=" else h(i) + x
    with pytest.raises(IllFormedStep, match="decoration"):
        settle(lhs, relation, x**2 + x * N, step(h(i), ":=", r(i), "name"), **kind, **options)


def test_labels_are_unique():
    with pytest.raises(IllFormedStep, match="twice"):
        derive(step(x, "=", x**2), step(x, "=", x**3))


def test_relations_are_few():
    with pytest.raises(IllFormedStep, match="relation"):
        step(x, "==", x)


def test_an_inequality_between_matrices_is_refused():
    with pytest.raises(IllFormedStep, match="compares numbers"):
        settle(A * A.T, ">=", sp.ZeroMatrix(N, N))


def test_a_hypothesis_must_be_an_equation_or_a_definition():
    with pytest.raises(IllFormedStep, match="inequality"):
        verify(derive(hypotheses=(step(x, "<=", sp.S.One),)))
    with pytest.raises(IllFormedStep, match="no rules"):
        verify(derive(hypotheses=(step(x, "=", sp.S.One, by=(rules.evaluate(),)),)))


def test_values_that_are_not_finite_settle_nothing():
    for lhs in (sp.log(x), 1 / (N - 2), a(i, j + 1)):
        with pytest.raises(IllFormedStep, match="not finite"):
            settle(lhs, "=", x, undecided="hard")


# Counterexamples


def test_a_false_step_names_derivation_step_point_and_values():
    with pytest.raises(FalseStep) as refused:
        settle(x * r(i), "=", x * r(i) + x, label="middle")
    message = str(refused.value)
    assert all(part in message for part in ("trial", "'middle'", "i = ", "x = ", "left side is", "right side"))


def test_the_values_of_a_counterexample_are_those_of_the_point():
    with pytest.raises(FalseStep) as refused:
        settle(x**2, "=", x)
    words = str(refused.value).replace(",", " ").split()
    place = float(words[words.index("x") + 2])
    assert float(words[words.index("left") + 3]) == pytest.approx(place**2, rel=1e-3)


# Definitions


@pytest.mark.parametrize(
    ("lhs", "rhs", "reason"),
    [
        (h(i), r(j), "does not show"),
        (h(x), f(i, theta), "does not show"),
        (r(i), x, "declared in the domain"),
        (h(i, i), a(i, i), "once"),
        (h(i), h(i) + 1, "by itself"),
        (h(i, 1), r(i), "cannot be defined"),
        (h(i + 1), r(i), "cannot be defined"),
        (h(r(i)), r(i), "cannot be defined"),
        (r(i) + x, r(i), "cannot be defined"),
        (sp.Symbol("s", positive=True), x, "positive"),
        (sp.Symbol("s", integer=True), x, "integer"),
    ],
)
def test_a_definition_that_cannot_be_unfolded_is_refused(lhs, rhs, reason):
    with pytest.raises(IllFormedStep, match=reason):
        settle(lhs, ":=", rhs)


def test_a_name_is_defined_once():
    with pytest.raises(IllFormedStep, match="two ways"):
        settle(h(i), ":=", r(i) ** 2, step(h(i), ":=", r(i), "name"))


def test_a_symbol_of_the_domain_cannot_be_redefined_by_a_hypothesis():
    with pytest.raises(IllFormedStep, match="relation ="):
        verify(derive(hypotheses=(step(eta, ":=", -sp.exp(x)),)))


def test_a_function_of_the_domain_can_be_specialized():
    special = (step(phi(x), ":=", sp.tanh(x), "special"),)
    slope = 1 - sp.tanh(eta) ** 2
    assert verdict(Prime(phi(eta)), "=", slope, hypotheses=special, uses=("special",)) is Verdict.PROVED
    with pytest.raises(FalseStep):
        settle(Prime(phi(eta)), "=", slope)


# Identity of derivations


def test_equal_names_do_not_share_verdicts():
    true, false = (derive(step((x + 1) ** 2, "=", x**2 + s * x + 1)) for s in (2, 3))
    verify(true)
    with pytest.raises(FalseStep):
        verify(false)
    assert _Key(true) != _Key(false)


def test_the_domain_and_the_hypotheses_belong_to_the_identity():
    positive = Domain({**DOMAIN, x: Interval(0.5, 1.0)})
    goal = step(sp.sqrt(x**2), "=", x + 0 * r(i), undecided="sign")
    verify(derive(step(sp.Max(x, 0), "=", x, undecided="sign"), domain=positive))
    with pytest.raises(FalseStep):
        verify(derive(step(sp.Max(x, 0), "=", x, undecided="sign")))
    with pytest.raises(FalseStep):
        verify(derive(goal))


def test_a_given_derivation_is_verified():
    false = derive(step(x, "=", x**2), name="false")
    with pytest.raises(FalseStep):
        verify(derive(given=(false,)))


# False statements that must not pass, whatever reason the author gives


RELU = sp.Max(x, 0)
OUTPUTS = Stack(f(j, theta), j, N)


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (S(r(i) * r(j), (i, 1, N), (j, 1, N)), S(r(i) ** 2, (i, 1, N))),
        (S(delta(i, p), (i, 1, N)), sp.S.One),
        (S(S(delta(i, p), (i, 1, N)), (p, 1, P)), P),
        (S(delta(i, j) * r(i), (i, 2, N)), r(j)),
        (S(delta(n, 0) * x, (n, 0, N)), sp.S.Zero),
        (S(sp.Abs(n), (n, -N, N)), S(n, (n, -N, N))),
        (sp.Product(S(delta(i, j), (i, 1, N)), (j, 1, P)), sp.S.One),
        (S(r(i) * S(r(k), (k, 1, i)), (i, 1, N)), S(r(i), (i, 1, N)) ** 2),
        (S(1, (k, 1, i), (i, 1, N)), N**2),
        (S(1, (k, 1, 4 - (i - 2) ** 2), (i, 1, 3)), sp.Integer(9)),
        (1 / S(r(i) ** 2 + 1, (i, 1, N)), S(1 / (r(i) ** 2 + 1), (i, 1, N))),
        (S(r(i), (i, 1, N)) ** 3, S(r(i) ** 3, (i, 1, N))),
        (sp.Derivative(S(phi(x * k), (k, 1, N)), x), sp.S.Zero),
        (sp.Integral(S(x**k, (k, 1, N)), (x, 0, 1)), sp.Integral(S(x**k, (k, 1, N)), (x, 1, 2))),
        (sp.Product(S(r(k), (k, 1, N)), (i, 1, N)), S(r(k), (k, 1, N))),
        (N**2 * x, (5 * N - 6) * x),
        (sp.prod(b - d for b, d in itertools.combinations((i, j, k), 2)) * x, sp.S.Zero),
        (Component(Stack(S(r(k) * r(j), (k, 1, N)), j, N), k), S(r(k) ** 2, (k, 1, N))),
        (Component(Stack(Component(Stack(a(j, k), k, N), j), j, N), i), a(j, i)),
        (S(Component(OUTPUTS, i), (i, 1, N)), N * f(i, theta)),
        (sp.Derivative(f(i, theta), t), S(Partial(f(i, theta), theta, p), (p, 1, P))),
        (x ** sp.Rational(2) * sp.Heaviside(x), RELU),
        (sp.sqrt(x**2) + r(i), x + r(i)),
        (sp.Max(x, 0) * sp.Max(eta * x, 0), eta * x**2),
        (A * A.T, A.T * A),
        (sp.Trace(A) ** 2, sp.Trace(A * A)),
        (Prime(phi(2 * x)), sp.Derivative(phi(2 * x), x)),
        (r(1), r(2)),
    ],
)
def test_a_false_statement_is_refused_with_a_counterexample(lhs, rhs):
    with pytest.raises(FalseStep, match="left side"):
        settle(lhs, "=", rhs, undecided="trust me")


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (S(r(k), (k, 0, N)), S(r(k), (k, 1, N)) + r(N)),
        (sp.Derivative(sp.Heaviside(x), x), sp.S.Zero),
        (Partial(Partial(sp.Max(Component(theta, p), 0), theta, q), theta, p), sp.S.Zero),
        (sp.Derivative(sp.Piecewise((1, x > 0), (0, True)), x), sp.S.Zero),
        (Partial(S(Component(v(k), p) ** 2, (k, 1, N)), v(i), p), sp.S.Zero),
        (Partial(S(f(k, theta) ** 2, (k, 1, N)), OUTPUTS, j), sp.S.Zero),
        (Partial(sp.Derivative(f(i, theta), t), theta, p), sp.S.Zero),
        (sp.loggamma(x - 3), sp.re(sp.loggamma(x - 3))),
        (S(1 / k**2, (k, 1, sp.oo)), sp.pi**2 / 6),
    ],
)
def test_what_the_numbers_cannot_judge_is_refused(lhs, rhs):
    with pytest.raises(IllFormedStep):
        settle(lhs, "=", rhs, undecided="trust me")


@pytest.mark.parametrize(
    ("definition", "lhs", "rhs"),
    [
        (step(c, ":=", x**2, "name"), sp.Integral(c * x, (x, 0, 1)), sp.Rational(1, 4)),
        (step(h(x), ":=", sp.sin(2 * x), "name"), Prime(h(x)), sp.cos(2 * x)),
        (step(h(i), ":=", S(a(i, k), (k, 1, N)), "name"), S(h(k), (k, 1, N)), N * S(a(k, k), (k, 1, N))),
        (step(h(i), ":=", Stack(a(i, k), k, N).at(j) * r(i), "name"), r(i), r(j)),
    ],
)
def test_unfolding_cannot_make_a_false_statement_true(definition, lhs, rhs):
    with pytest.raises((FalseStep, IllFormedStep)):
        settle(lhs, "=", rhs, definition, undecided="trust me")


def test_unfolding_cannot_merge_what_is_varied_with_what_is_not():
    definition = step(h(x, y), ":=", sp.Derivative(u(x, y), x), "name")
    domain = {**DOMAIN, y: Interval()}
    with pytest.raises(IllFormedStep, match="varied"):
        settle(h(x, x), "=", sp.Derivative(u(x, x), x), definition, domain=domain, undecided="trust me")


# Names and assumptions


def test_a_positive_symbol_needs_a_positive_space():
    with pytest.raises(IllFormedStep, match="positive"):
        derive(domain={eta: Interval(-1.0, 1.0)})
    with pytest.raises(IllFormedStep, match="nonnegative"):
        derive(domain={sp.Function("F", nonnegative=True): Map(Interval())})
    with pytest.raises(IllFormedStep, match="even"):
        derive(domain={sp.Symbol("E", integer=True, even=True): Size()})
    with pytest.raises(IllFormedStep, match="integer"):
        derive(domain={N: Interval(1.0, 2.0)})


@pytest.mark.parametrize(
    "expr",
    [
        S(sp.Abs(k) * x, (k, 0, N)),
        S(sp.Pow(0, k, evaluate=False), (k, 0, N)),
        sp.Integral(sp.Max(eta, x), (eta, -1, 1)),
        S(x, (sp.Symbol("e", even=True), 1, N)),
    ],
)
def test_a_bound_variable_must_keep_its_assumptions(expr):
    with pytest.raises(IllFormedStep, match="algebra takes"):
        settle(expr, "=", x, undecided="trust me")


def test_two_symbols_of_one_name_are_refused():
    twin = sp.Symbol("i", integer=True)
    with pytest.raises(IllFormedStep, match="two different"):
        settle(S(r(i), (twin, 1, N)), "=", N * r(i))
    with pytest.raises(IllFormedStep, match="name of its own"):
        derive(domain={**DOMAIN, sp.Symbol("x"): Interval()})


# Algebra is sound by itself, for the numbers may be lucky


@pytest.mark.parametrize(
    "expr",
    [
        sp.Derivative(S(phi(x * k), (k, 1, N)), x),
        sp.Integral(S(x**k, (k, 1, N)), (x, 0, 1)) - sp.Integral(S(x**k, (k, 1, N)), (x, 1, 2)),
        sp.Product(S(r(k), (k, 1, N)), (i, 1, N)) - S(r(k), (k, 1, N)) ** N,
        sp.Derivative(f(i, theta), t) - sp.Derivative(f(j, theta), t),
        sp.Derivative(Component(theta, p), t),
        Partial(f(i, theta), theta, p),
        S(delta(i, p), (i, 1, N)) - 1,
        sp.sqrt(x**2) - x,
        sp.log(x**2) - 2 * sp.log(x),
        S(r(i), (i, 1, N)) / S(r(i), (i, 1, N)) ** 2 - 1,
    ],
)
def test_algebra_does_not_take_this_for_zero(expr):
    assert not is_zero(expr, derive())


@pytest.mark.parametrize(
    "expr",
    [
        sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1,
        S(r(i), (i, 1, N)) / S(r(j), (j, 1, N)) - 1,
        (S(r(i), (i, 1, N)) + 1) / (S(r(j), (j, 1, N)) + 1) - 1,
        phi(x) / (1 + phi(x)) + 1 / (1 + phi(x)) - 1,
    ],
)
def test_algebra_sees_this_to_be_zero(expr):
    assert is_zero(expr, derive())


def test_too_many_orders_leave_a_step_undecided():
    ring_of = sp.symbols("r0:8", integer=True, positive=True)

    def ring(indices):
        return S(
            sp.prod(a(b, d) for b, d in zip(indices, (*indices[1:], indices[0]), strict=True)),
            *[(b, 1, 2) for b in indices],
        )

    assert not is_zero(ring(ring_of) - ring(ring_of[::-1]), derive())


def test_the_package_exports_verify():
    assert verify_of_package is verify
