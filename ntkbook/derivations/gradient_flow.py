"""Chapter 1: how the outputs of any model move under gradient flow.

Conventions: N training inputs, P parameters, f_i = f(x_i; theta), loss L = 1/(2N) sum_i (f_i - y_i)^2 where it
is the squared one, gradient flow at rate eta. Every f_i, y_i and L depends on theta(t); the printer hides it.
"""

from functools import cache

import sympy as sp

from ntkbook.proof import Component, Derivation, Index, Interval, Map, Partial, Prime, Size, Stack, Step, Vector, rules

N, P, k = sp.symbols("N P k", integer=True, positive=True)
i, j, m, p, q, a, b = sp.symbols("i j m p q a b", integer=True, positive=True)
t = sp.Symbol("t", real=True)
eta = sp.Symbol("eta", positive=True)
theta = sp.Function("theta", real=True)(t)
f, L, ell, phi, y, x, c, z, r, Theta = (
    sp.Function(name, real=True) for name in ("f", "L", "ell", "varphi", "y", "x", "c", "z", "r", "Theta")
)

MODEL = {
    N: Size(),
    P: Size(),
    i: Index(N),
    j: Index(N),
    p: Index(P),
    t: Interval(0.0, 1.0),
    theta.func: Map(Interval(0.0, 1.0), into=Vector(P)),
    f: Map(Index(N), Vector(P)),
}
"""A model with P parameters at N inputs, and a smooth path theta(t)."""

OUTPUTS = Stack(f(j, theta), j, N)
LOSS = L(OUTPUTS)


def _output_slope(index, parameter):
    return Partial(f(index, theta), theta, parameter)


def _speed(parameter):
    return sp.Derivative(Component(theta, parameter), t)


@cache
def tangent_kernel() -> Derivation:
    """The kernel of a model at its present parameters, and what makes it a kernel."""
    with sp.evaluate(False):
        moving = sp.Derivative(f(i, theta), t)
        form = sp.Sum(c(i) * Theta(i, j, theta) * c(j), (i, 1, N), (j, 1, N))
        squares = sp.Sum(sp.Sum(c(i) * _output_slope(i, p), (i, 1, N)) ** 2, (p, 1, P))
        return Derivation(
            name="tangent_kernel",
            title="The tangent kernel of a model",
            domain={**MODEL, c: Map(Index(N))},
            steps=(
                Step(
                    "chain-rule",
                    moving,
                    "=",
                    sp.Sum(_output_slope(i, p) * _speed(p), (p, 1, P)),
                    "chain rule, for any smooth motion of the parameters",
                    by=(rules.chain_rule(theta),),
                ),
                Step(
                    "kernel",
                    Theta(i, j, theta),
                    ":=",
                    sp.Sum(_output_slope(i, p) * _output_slope(j, p), (p, 1, P)),
                    "the tangent kernel: the inner product of two gradients",
                ),
                Step("symmetric", Theta(i, j, theta), "=", Theta(j, i, theta), "the factors commute", uses=("kernel",)),
                Step("quadratic-form", form, "=", squares, "exchange the sums, collect a square", uses=("kernel",)),
                Step("positive", squares, ">=", sp.S.Zero, "a sum of squares"),
            ),
            source=("jacot2018neural", "weng2022ntk"),
        )


@cache
def kernel_gradient_flow() -> Derivation:
    """How each output moves under gradient flow, for any differentiable loss."""

    def loss_slope(parameter):
        return Partial(LOSS, theta, parameter)

    with sp.evaluate(False):
        moving = sp.Derivative(f(i, theta), t)
        by_outputs = sp.Sum(Partial(LOSS, OUTPUTS, j) * _output_slope(j, p), (j, 1, N))
        inserted = -eta * sp.Sum(_output_slope(i, p) * loss_slope(p), (p, 1, P))
        expanded = -eta * sp.Sum(_output_slope(i, p) * by_outputs, (p, 1, P))
        product = sp.Sum(_output_slope(i, p) * _output_slope(j, p), (p, 1, P))
        return Derivation(
            name="kernel_gradient_flow",
            title="Outputs under gradient flow, any loss",
            domain={eta: Interval(0.5, 2.0), L: Map(Vector(N))},
            given=(tangent_kernel(),),
            hypotheses=(Step("flow", _speed(p), "=", -eta * loss_slope(p), "gradient flow at rate $\\eta$"),),
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
            source=("jacot2018neural", "weng2022ntk"),
        )


@cache
def push() -> Derivation:
    """What an entry of the kernel means: the motion of output j when the parameters push output i up."""
    with sp.evaluate(False):
        moving = sp.Derivative(f(j, theta), t)
        inner = sp.Sum(_output_slope(j, p) * _output_slope(i, p), (p, 1, P))
        return Derivation(
            name="push",
            title="Pushing one output",
            domain={},
            given=(tangent_kernel(),),
            hypotheses=(
                Step("uphill", _speed(p), "=", _output_slope(i, p), "move along the gradient of output $i$ alone"),
            ),
            steps=(
                Step(
                    "moved",
                    moving,
                    "=",
                    inner,
                    "put the motion into the chain rule",
                    uses=("tangent_kernel/chain-rule", "uphill"),
                ),
                Step(
                    "entry", inner, "=", Theta(i, j, theta), "an entry of the kernel", uses=("tangent_kernel/kernel",)
                ),
            ),
            source=("jacot2018neural",),
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
            source=("jacot2018neural", "weng2022ntk"),
        )


@cache
def loss_descent() -> Derivation:
    """The loss never increases under gradient flow, and the kernel says how fast it falls."""
    with sp.evaluate(False):
        falling = sp.Derivative(LOSS, t)
        squares = -eta * sp.Sum(Partial(LOSS, theta, p) ** 2, (p, 1, P))
        form = sp.Sum(Partial(LOSS, OUTPUTS, i) * Theta(i, j, theta) * Partial(LOSS, OUTPUTS, j), (i, 1, N), (j, 1, N))
        along = sp.Sum(Partial(LOSS, theta, p) * _speed(p), (p, 1, P))
        return Derivation(
            name="loss_descent",
            title="The loss falls",
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
            source=("jacot2018neural",),
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
            source=("jacot2018neural",),
        )


@cache
def vector_outputs() -> Derivation:
    """A model with k outputs: the kernel has an entry for every two inputs and every two outputs."""

    def slope(index, output, parameter):
        return Partial(f(index, output, theta), theta, parameter)

    with sp.evaluate(False):
        at_input = Stack(f(j, b, theta), b, k)
        loss = L(theta)
        loss_slope = Partial(loss, theta, p)
        pull = Partial(ell(j, at_input), at_input, b)
        moving = sp.Derivative(f(i, a, theta), t)
        along = sp.Sum(slope(i, a, p) * _speed(p), (p, 1, P))
        inserted = -eta * sp.Sum(slope(i, a, p) * loss_slope, (p, 1, P))
        product = sp.Sum(slope(i, a, p) * slope(j, b, p), (p, 1, P))
        by_outputs = 1 / N * sp.Sum(pull * slope(j, b, p), (b, 1, k), (j, 1, N))
        exchanged = -eta / N * sp.Sum(product * pull, (b, 1, k), (j, 1, N))
        named = -eta / N * sp.Sum(Theta(i, a, j, b, theta) * pull, (b, 1, k), (j, 1, N))
        return Derivation(
            name="vector_outputs",
            title="Several outputs",
            domain={
                **MODEL,
                k: Size(),
                a: Index(k),
                b: Index(k),
                eta: Interval(0.5, 2.0),
                f: Map(Index(N), Index(k), Vector(P)),
                ell: Map(Index(N), Vector(k)),
            },
            hypotheses=(
                Step(
                    "loss",
                    loss,
                    ":=",
                    1 / N * sp.Sum(ell(j, at_input), (j, 1, N)),
                    "the mean of one loss per input, of any form",
                ),
                Step("flow", _speed(p), "=", -eta * loss_slope, "gradient flow at rate $\\eta$"),
            ),
            steps=(
                Step("chain-rule", moving, "=", along, "chain rule", by=(rules.chain_rule(theta),)),
                Step("insert-flow", along, "=", inserted, "put in the flow", uses=("flow",)),
                Step(
                    "loss-gradient",
                    loss_slope,
                    "=",
                    by_outputs,
                    "each loss sees the parameters through its own outputs",
                    by=(rules.differentiate(), rules.chain_rule(at_input)),
                    uses=("loss",),
                ),
                Step("exchange", inserted, "=", exchanged, "put it in, exchange the sums", uses=("loss-gradient",)),
                Step("kernel", Theta(i, a, j, b, theta), ":=", product, "the tangent kernel with output indices"),
                Step("law", exchanged, "=", named, "name the kernel", uses=("kernel",)),
            ),
            source=("jacot2018neural", "weng2022ntk"),
        )


@cache
def single_neuron() -> Derivation:
    """The smallest network, a single neuron without bias: its kernel in closed form."""
    with sp.evaluate(False):
        inner = sp.Sum(Component(x(i), p) * Component(x(j), p), (p, 1, P))
        closed = Prime(phi(z(i, theta))) * Prime(phi(z(j, theta))) * inner
        return Derivation(
            name="single_neuron",
            title="A single neuron",
            domain={q: Index(P), x: Map(Index(N), into=Vector(P)), phi: Map(Interval())},
            given=(tangent_kernel(),),
            hypotheses=(
                Step(
                    "pre-activation",
                    z(i, theta),
                    ":=",
                    sp.Sum(Component(theta, q) * Component(x(i), q), (q, 1, P)),
                    "one weight for each entry of the input",
                ),
                Step("neuron", f(i, theta), ":=", phi(z(i, theta)), "the output is the activation of that number"),
            ),
            steps=(
                Step(
                    "gradient",
                    _output_slope(i, p),
                    "=",
                    Prime(phi(z(i, theta))) * Component(x(i), p),
                    "chain rule for one variable",
                    by=(rules.differentiate(),),
                    uses=("neuron", "pre-activation"),
                ),
                Step(
                    "kernel",
                    Theta(i, j, theta),
                    "=",
                    closed,
                    "multiply two gradients and sum",
                    uses=("tangent_kernel/kernel", "gradient"),
                ),
                Step(
                    "sign",
                    Theta(i, j, theta) * inner,
                    "=",
                    Prime(phi(z(i, theta))) * Prime(phi(z(j, theta))) * inner**2,
                    "multiply by the inner product of the inputs",
                    uses=("kernel",),
                ),
            ),
            source=("jacot2018neural",),
        )


DERIVATIONS = (
    tangent_kernel,
    kernel_gradient_flow,
    push,
    squared_loss,
    loss_descent,
    squared_loss_descent,
    vector_outputs,
    single_neuron,
)
