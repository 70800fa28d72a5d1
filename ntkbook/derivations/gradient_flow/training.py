"""Training by gradient flow: the law of the outputs, the squared loss, and the fall of the loss."""

from functools import cache

import sympy as sp

from ntkbook.proof import Component, Derivation, Index, Interval, Map, Partial, Step, Vector, rules

from .kernel import tangent_kernel
from .symbols import LOSS, OUTPUTS, L, N, P, Theta, eta, f, i, j, p, r, slope, speed, t, theta, y


@cache
def kernel_gradient_flow() -> Derivation:
    """How each output moves under gradient flow, for any differentiable loss."""

    def loss_slope(parameter):
        return Partial(LOSS, theta, parameter)

    with sp.evaluate(False):
        moving = sp.Derivative(f(i, theta), t)
        by_outputs = sp.Sum(Partial(LOSS, OUTPUTS, j) * slope(j, p), (j, 1, N))
        inserted = -eta * sp.Sum(slope(i, p) * loss_slope(p), (p, 1, P))
        expanded = -eta * sp.Sum(slope(i, p) * by_outputs, (p, 1, P))
        product = sp.Sum(slope(i, p) * slope(j, p), (p, 1, P))
        return Derivation(
            name="kernel_gradient_flow",
            title="Outputs under gradient flow, any loss",
            source=("jacot2018neural", "weng2022ntk"),
            domain={eta: Interval(0.5, 2.0), L: Map(Vector(N))},
            given=(tangent_kernel(),),
            hypotheses=(Step("flow", speed(p), "=", -eta * loss_slope(p), "gradient flow at rate $\\eta$"),),
            steps=(
                Step(
                    "insert-flow",
                    moving,
                    "=",
                    inserted,
                    "put the flow into the chain rule",
                    uses=("tangent_kernel/chain-rule", "flow"),
                ),
                Step(
                    "loss-gradient",
                    loss_slope(p),
                    "=",
                    by_outputs,
                    "chain rule: the loss sees the parameters only through the outputs",
                    by=(rules.chain_rule(OUTPUTS),),
                ),
                Step("expand", inserted, "=", expanded, "put it in", uses=("loss-gradient",)),
                Step(
                    "exchange",
                    expanded,
                    "=",
                    -eta * sp.Sum(product * Partial(LOSS, OUTPUTS, j), (j, 1, N)),
                    "both sums are finite: exchange them",
                ),
                Step(
                    "law",
                    -eta * sp.Sum(product * Partial(LOSS, OUTPUTS, j), (j, 1, N)),
                    "=",
                    -eta * sp.Sum(Theta(i, j, theta) * Partial(LOSS, OUTPUTS, j), (j, 1, N)),
                    "name the kernel",
                    uses=("tangent_kernel/kernel",),
                ),
            ),
        )


@cache
def test_input() -> Derivation:
    """How the output at an input that is not trained on moves."""
    h, row = sp.Function("h", real=True), sp.Function("K", real=True)
    with sp.evaluate(False):
        felt = Partial(h(theta), theta, p)
        along = sp.Sum(felt * speed(p), (p, 1, P))
        moved = -eta * sp.Sum(row(j, theta) * Partial(LOSS, OUTPUTS, j), (j, 1, N))
        return Derivation(
            name="test_input",
            title="The output at any other input",
            source=("jacot2018neural",),
            domain={h: Map(Vector(P))},
            given=(kernel_gradient_flow(),),
            steps=(
                Step("chain-rule", sp.Derivative(h(theta), t), "=", along, "chain rule", by=(rules.chain_rule(theta),)),
                Step("row", row(j, theta), ":=", sp.Sum(felt * slope(j, p), (p, 1, P)), "the kernel between the two"),
                Step(
                    "law",
                    along,
                    "=",
                    moved,
                    "put in the flow, exchange the sums, name the kernel",
                    uses=("kernel_gradient_flow/flow", "kernel_gradient_flow/loss-gradient", "row"),
                ),
            ),
        )


@cache
def squared_loss() -> Derivation:
    """The squared loss: residuals obey a linear equation with the kernel as matrix."""
    with sp.evaluate(False):
        error = Component(OUTPUTS, j) - y(j)
        plain = sp.Derivative(f(i, theta), t)
        return Derivation(
            name="squared_loss",
            title="Outputs under gradient flow, squared loss",
            source=("weng2022ntk",),
            domain={y: Map(Index(N))},
            given=(kernel_gradient_flow(),),
            hypotheses=(Step("loss", LOSS, ":=", 1 / (2 * N) * sp.Sum(error**2, (j, 1, N)), "the squared loss"),),
            steps=(
                Step(
                    "output-gradient",
                    Partial(LOSS, OUTPUTS, j),
                    "=",
                    1 / N * (f(j, theta) - y(j)),
                    "differentiate: one term of the sum contains $f_j$",
                    by=(rules.differentiate(),),
                    uses=("loss",),
                ),
                Step(
                    "velocity",
                    plain,
                    "=",
                    -eta / N * sp.Sum(Theta(i, j, theta) * (f(j, theta) - y(j)), (j, 1, N)),
                    "put it into the law",
                    uses=("kernel_gradient_flow/law", "output-gradient"),
                ),
                Step("residual", r(i, theta), ":=", f(i, theta) - y(i), "the residual"),
                Step(
                    "label-rests",
                    sp.Derivative(r(i, theta), t),
                    "=",
                    plain,
                    "the label does not move",
                    by=(rules.differentiate(),),
                    uses=("residual",),
                ),
                Step(
                    "residual-velocity",
                    plain,
                    "=",
                    -eta / N * sp.Sum(Theta(i, j, theta) * r(j, theta), (j, 1, N)),
                    "the same law, in residuals",
                    uses=("velocity", "residual"),
                ),
            ),
        )


@cache
def loss_descent() -> Derivation:
    """The loss never increases under gradient flow, and the kernel says how fast it falls."""
    with sp.evaluate(False):
        falling = sp.Derivative(LOSS, t)
        squares = -eta * sp.Sum(Partial(LOSS, theta, p) ** 2, (p, 1, P))
        form = sp.Sum(Partial(LOSS, OUTPUTS, i) * Theta(i, j, theta) * Partial(LOSS, OUTPUTS, j), (i, 1, N), (j, 1, N))
        along = sp.Sum(Partial(LOSS, theta, p) * speed(p), (p, 1, P))
        return Derivation(
            name="loss_descent",
            title="The loss falls",
            source=("jacot2018neural",),
            domain={},
            given=(kernel_gradient_flow(),),
            steps=(
                Step("chain-rule", falling, "=", along, "chain rule", by=(rules.chain_rule(theta),)),
                Step("insert-flow", along, "=", squares, "put in the flow", uses=("kernel_gradient_flow/flow",)),
                Step("descent", squares, "<=", sp.S.Zero, "minus a sum of squares"),
                Step(
                    "kernel-form",
                    squares,
                    "=",
                    -eta * form,
                    "write each slope by the outputs, and name the kernel",
                    uses=("kernel_gradient_flow/loss-gradient", "tangent_kernel/kernel"),
                ),
            ),
        )


@cache
def squared_loss_descent() -> Derivation:
    """The fall of the squared loss as a quadratic form of the residuals."""
    with sp.evaluate(False):
        falling = sp.Derivative(LOSS, t)
        form = sp.Sum(r(i, theta) * Theta(i, j, theta) * r(j, theta), (i, 1, N), (j, 1, N))
        return Derivation(
            name="squared_loss_descent",
            title="The squared loss falls",
            domain={},
            given=(squared_loss(), loss_descent()),
            steps=(
                Step(
                    "rate",
                    falling,
                    "=",
                    -eta / N**2 * form,
                    "the slope of the loss by $f_j$ is $r_j/N$",
                    uses=("loss_descent/kernel-form", "squared_loss/output-gradient", "squared_loss/residual"),
                ),
            ),
        )
