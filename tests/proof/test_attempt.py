"""Judging a reader's own right side: other forms are accepted, near misses answered with a counterexample."""

import pytest
import sympy as sp

from ntkbook.derivations import gradient_flow as chapter
from ntkbook.proof import Component, Derivation, Index, Interval, Judgement, Map, Partial, Size, Stack, Step

N, P = sp.symbols("N P", integer=True, positive=True)
i, j, k, m, p, q = sp.symbols("i j k m p q", integer=True, positive=True)
t = sp.Symbol("t", real=True)
eta = sp.Symbol("eta", positive=True)
f, L, Theta, theta_of, x_of = (sp.Function(name, real=True) for name in ("f", "L", "Theta", "theta", "x"))
theta = theta_of(t)
OUTPUTS = Stack(f(j, theta), j, N)
LOSS = L(OUTPUTS)


def slope(index, parameter):
    return Partial(f(index, theta), theta, parameter)


def pull(index):
    return Partial(LOSS, OUTPUTS, index)


def judged(rhs, label="exchange", derivation=None):
    return (derivation or chapter.kernel_gradient_flow()).attempt(label, rhs)


FORMS = {
    "the other order of sums": -eta * sp.Sum(sp.Sum(slope(i, p) * slope(j, p) * pull(j), (j, 1, N)), (p, 1, P)),
    "renamed dummies": -eta * sp.Sum(sp.Sum(slope(i, q) * slope(m, q), (q, 1, P)) * pull(m), (m, 1, N)),
    "the rate inside": -sp.Sum(eta * pull(j) * sp.Sum(slope(j, p) * slope(i, p), (p, 1, P)), (j, 1, N)),
    "the kernel by its name": -eta * sp.Sum(Theta(i, j, theta) * pull(j), (j, 1, N)),
    "the kernel, transposed": sp.Sum(-Theta(j, i, theta) * pull(j) * eta, (j, 1, N)),
    "one double sum": -eta * sp.Sum(slope(i, p) * slope(k, p) * pull(k), (p, 1, P), (k, 1, N)),
}
MISSES = {
    "sign": eta * sp.Sum(Theta(i, j, theta) * pull(j), (j, 1, N)),
    "factor": -2 * eta * sp.Sum(Theta(i, j, theta) * pull(j), (j, 1, N)),
    "index": -eta * sp.Sum(Theta(i, j, theta) * pull(i), (j, 1, N)),
    "diagonal": -eta * sp.Sum(Theta(j, j, theta) * pull(j), (j, 1, N)),
    "one term short": -eta * sp.Sum(Theta(i, j, theta) * pull(j), (j, 1, N - 1)),
    "mean": -eta / N * sp.Sum(Theta(i, j, theta) * pull(j), (j, 1, N)),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_correct_form_is_proved(form):
    answer = judged(FORMS[form])
    assert answer
    assert answer.judgement is Judgement.PROVED


@pytest.mark.parametrize("miss", MISSES)
def test_a_near_miss_gets_a_counterexample(miss):
    answer = judged(MISSES[miss])
    assert not answer
    assert answer.judgement is Judgement.FALSE
    assert "left side is" in answer.message


def test_the_left_side_itself_is_refused():
    step = chapter.kernel_gradient_flow().statement("exchange")
    answer = judged(step.lhs)
    assert answer.judgement is Judgement.REFUSED
    renamed = sp.Sum(slope(i, q) * sp.Sum(pull(m) * slope(m, q), (m, 1, N)), (q, 1, P)) * -eta
    assert judged(renamed).judgement is Judgement.REFUSED


def test_a_factored_form_is_accepted():
    answer = judged(sp.Sum(x_of(i), (i, 1, N)) * (1 + sp.Sum(x_of(j), (j, 1, N))), "goal", small())
    assert answer.judgement is Judgement.PROVED


def small(relation="=", rhs=None):
    total = sp.Sum(x_of(i), (i, 1, N))
    step = Step(
        "goal",
        total**2 + total,
        relation,
        total + sp.Sum(x_of(i) * x_of(j), (i, 1, N), (j, 1, N)) if rhs is None else rhs,
        "",
    )
    domain = {N: Size(), i: Index(N), j: Index(N), eta: Interval(0.5, 2.0), x_of: Map(Index(N))}
    return Derivation("small", "Small", domain, (step,))


def test_symbols_without_assumptions_are_matched_by_name():
    plain_n, a, b = sp.symbols("N a b")
    x = sp.Function("x")
    total = sp.Sum(x(a), (a, 1, plain_n))
    assert judged(total * (1 + sp.Sum(x(b), (b, 1, plain_n))), "goal", small()).judgement is Judgement.PROVED
    assert judged(total**2, "goal", small()).judgement is Judgement.FALSE


def test_stray_symbols_are_named():
    answer = judged(sp.Symbol("wrong") * FORMS["renamed dummies"])
    assert answer.judgement is Judgement.REFUSED
    assert "wrong" in answer.message
    assert "strange" in judged(sp.Function("strange")(i)).message


def test_a_bound_name_outside_of_its_sum_is_refused():
    answer = judged(x_of(m) * sp.Sum(x_of(m), (m, 1, N)), "goal", small())
    assert answer.judgement is Judgement.REFUSED
    assert "m" in answer.message


@pytest.mark.parametrize("rhs", [sp.nan, sp.zoo, sp.true, sp.Eq(eta, 1, evaluate=False), [eta], None])
def test_what_is_no_expression_is_refused(rhs):
    assert judged(rhs, "goal", small()).judgement is Judgement.REFUSED


def test_what_is_not_finite_is_refused():
    assert judged(1 / (N - 2), "goal", small()).judgement is Judgement.REFUSED
    assert judged(x_of(N + 1), "goal", small()).judgement is Judgement.REFUSED


@pytest.mark.parametrize(("derivation", "label"), [(chapter.tangent_kernel, "kernel"), (chapter.push, "uphill")])
def test_definitions_and_hypotheses_are_not_exercises(derivation, label):
    assert judged(eta, label, derivation()).judgement is Judgement.REFUSED


def test_a_limit_is_not_an_exercise():
    step = Step("goal", x_of(i), "->", sp.S.Zero, "", limit="width", experiment="rate")
    trial = Derivation("trial", "Trial", {N: Size(), i: Index(N), x_of: Map(Index(N))}, (step,))
    assert judged(sp.S.Zero, "goal", trial).judgement is Judgement.REFUSED


def test_another_bound_is_not_the_books():
    derivation = small("<=", sp.Sum(x_of(i), (i, 1, N)) ** 2 + N * 1000)
    assert judged(sp.Sum(x_of(j), (j, 1, N)) ** 2 + 1000 * N, "goal", derivation)
    assert judged(sp.Sum(x_of(i), (i, 1, N)) ** 2 + 2000 * N, "goal", derivation).judgement is Judgement.REFUSED


def test_numbers_without_proof_say_so():
    parts = sp.Sum(x_of(i), (i, 1, N - 1)) + x_of(N)
    answer = judged(parts**2 + parts, "goal", small())
    assert answer
    assert answer.judgement in (Judgement.AGREES, Judgement.PROVED)


def test_there_must_be_such_a_step():
    with pytest.raises(KeyError, match="nowhere"):
        judged(eta, "nowhere")


def test_a_component_of_the_outputs_is_an_output():
    answer = chapter.squared_loss().attempt(
        "output-gradient", (Component(OUTPUTS, j) - sp.Function("y", real=True)(j)) / N
    )
    assert answer.judgement is Judgement.PROVED
