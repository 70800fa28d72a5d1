"""What `verify` promises, and statements that are false but look as if they could pass."""

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
    Step,
    UndecidedStep,
    Vector,
    Verdict,
    rules,
    verify,
)
from ntkbook.proof.verify import _Key

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
