"""The first-order Taylor expansion in the parameters: what it keeps, and how it is trained."""

from functools import cache

import sympy as sp

from ntkbook.proof import Component, Derivation, Index, Interval, Map, Partial, Step, Vector, rules

from ..gradient_flow import squared_loss
from ..gradient_flow.symbols import MODEL, N, P, Theta, eta, f, i, j, p, q, speed, t, theta
from ..gradient_flow.symbols import y as label

start = sp.Symbol("theta__0", real=True)
f_start, f_lin, J, kernel, d, h, f_now = (
    sp.Function(name, real=True) for name in ("f__0", "f__lin", "J", "Theta__0", "d", "h", "f")
)


def _expansion(value, index, over=p):
    """Value plus gradient times how far the parameters have moved."""
    moved = Component(theta, over) - Component(start, over)
    return value + sp.Sum(J(index, over) * moved, (over, 1, P))


@cache
def linear_model() -> Derivation:
    """A model expanded around the parameters at which training starts."""
    with sp.evaluate(False):
        at_start = f(i, start)

        def slope(index):
            return Partial(f_lin(index, theta), theta, q)

        return Derivation(
            name="linear_model",
            title="The linearized model",
            source=("lee2019wide",),
            domain={**MODEL, start: Vector(P), q: Index(P)},
            steps=(
                Step("value", f_start(i), ":=", at_start, "the outputs at the start"),
                Step("gradient", J(i, p), ":=", Partial(at_start, start, p), "their gradients, taken at the start"),
                Step("model", f_lin(i, theta), ":=", _expansion(f_start(i), i), "the first-order Taylor polynomial"),
                Step("same-value", f_lin(i, start), "=", at_start, "nothing has moved", uses=("model", "value")),
                Step(
                    "same-gradient",
                    slope(i),
                    "=",
                    Partial(at_start, start, q),
                    "differentiate: the parameters occur once, to the first power",
                    by=(rules.differentiate(),),
                    uses=("model", "gradient"),
                ),
                Step("kernel", kernel(i, j), ":=", sp.Sum(J(i, p) * J(j, p), (p, 1, P)), "the kernel at the start"),
                Step(
                    "same-kernel",
                    sp.Sum(slope(i) * slope(j), (q, 1, P)),
                    "=",
                    kernel(i, j),
                    "multiply the gradients: the parameters are gone",
                    uses=("same-gradient", "kernel", "gradient"),
                ),
            ),
        )


@cache
def linear_dynamics() -> Derivation:
    """Gradient flow on a model that is linear in its parameters: the law of chapter 1 with a constant kernel."""
    with sp.evaluate(False):
        frozen = sp.Sum(J(i, p) * J(j, p), (p, 1, P))
        return Derivation(
            name="linear_dynamics",
            title="Training the linearized model",
            source=("lee2019wide",),
            domain={q: Index(P), start: Vector(P), f_start: Map(Index(N)), J: Map(Index(N), Index(P))},
            given=(squared_loss(),),
            hypotheses=(
                Step("linear", f(i, theta), ":=", _expansion(f_start(i), i), "the model is linear in its parameters"),
            ),
            steps=(
                Step(
                    "kernel",
                    Theta(i, j, theta),
                    "=",
                    frozen,
                    "differentiate, multiply the gradients: no parameter is left",
                    by=(rules.differentiate(),),
                    uses=("tangent_kernel/kernel", "linear"),
                ),
                Step(
                    "parameters",
                    speed(p),
                    "=",
                    -eta / N * sp.Sum(J(j, p) * (_expansion(f_start(j), j, q) - label(j)), (j, 1, N)),
                    "the flow of the parameters is linear in them",
                    by=(rules.differentiate(),),
                    uses=(
                        "kernel_gradient_flow/flow",
                        "kernel_gradient_flow/loss-gradient",
                        "squared_loss/output-gradient",
                        "linear",
                    ),
                ),
                Step(
                    "law",
                    sp.Derivative(f(i, theta), t),
                    "=",
                    -eta / N * sp.Sum(frozen * (f(j, theta) - label(j)), (j, 1, N)),
                    "the law for the squared loss, with this kernel",
                    uses=("squared_loss/velocity", "kernel"),
                ),
            ),
        )


@cache
def descent_step() -> Derivation:
    """One step of gradient descent on a model that is linear in its parameters."""
    with sp.evaluate(False):
        return Derivation(
            name="descent_step",
            title="One step of gradient descent",
            source=("lee2019wide",),
            domain={
                **{key: MODEL[key] for key in (N, P, i, j, p)},
                eta: Interval(0.5, 2.0),
                f_now: Map(Index(N)),
                label: Map(Index(N)),
                J: Map(Index(N), Index(P)),
            },
            steps=(
                Step(
                    "step",
                    d(p),
                    ":=",
                    -eta / N * sp.Sum(J(j, p) * (f_now(j) - label(j)), (j, 1, N)),
                    "a step down the gradient of the squared loss",
                ),
                Step(
                    "moved",
                    h(i),
                    ":=",
                    f_now(i) + sp.Sum(J(i, p) * d(p), (p, 1, P)),
                    "the outputs after it, in a model that is linear",
                ),
                Step("kernel", kernel(i, j), ":=", sp.Sum(J(i, p) * J(j, p), (p, 1, P)), "its kernel"),
                Step(
                    "residual",
                    h(i) - label(i),
                    "=",
                    f_now(i) - label(i) - eta / N * sp.Sum(kernel(i, j) * (f_now(j) - label(j)), (j, 1, N)),
                    "put it in, exchange the sums; no term is left out",
                    uses=("moved", "step", "kernel"),
                ),
            ),
        )
