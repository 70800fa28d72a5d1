"""The tangent kernel itself: definition, meaning, and the smallest network."""

from functools import cache

import sympy as sp

from ntkbook.proof import Component, Derivation, Index, Interval, Map, Prime, Step, Vector, rules

from .symbols import MODEL, N, P, Theta, c, f, i, j, p, phi, q, slope, speed, t, theta, x, z


@cache
def tangent_kernel() -> Derivation:
    """The kernel of a model at its present parameters, and what makes it a kernel."""
    with sp.evaluate(False):
        moving = sp.Derivative(f(i, theta), t)
        form = sp.Sum(c(i) * Theta(i, j, theta) * c(j), (i, 1, N), (j, 1, N))
        squares = sp.Sum(sp.Sum(c(i) * slope(i, p), (i, 1, N)) ** 2, (p, 1, P))
        return Derivation(
            name="tangent_kernel",
            title="The tangent kernel of a model",
            source=("jacot2018neural", "weng2022ntk"),
            domain={**MODEL, c: Map(Index(N))},
            steps=(
                Step(
                    "chain-rule",
                    moving,
                    "=",
                    sp.Sum(slope(i, p) * speed(p), (p, 1, P)),
                    "chain rule, for any smooth motion of the parameters",
                    by=(rules.chain_rule(theta),),
                ),
                Step(
                    "kernel",
                    Theta(i, j, theta),
                    ":=",
                    sp.Sum(slope(i, p) * slope(j, p), (p, 1, P)),
                    "the tangent kernel: the inner product of two gradients",
                ),
                Step("symmetric", Theta(i, j, theta), "=", Theta(j, i, theta), "the factors commute", uses=("kernel",)),
                Step("quadratic-form", form, "=", squares, "exchange the sums, collect a square", uses=("kernel",)),
                Step("positive", squares, ">=", sp.S.Zero, "a sum of squares"),
            ),
        )


@cache
def push() -> Derivation:
    """What an entry of the kernel means: the motion of output j when the parameters push output i up."""
    with sp.evaluate(False):
        moving = sp.Derivative(f(j, theta), t)
        inner = sp.Sum(slope(j, p) * slope(i, p), (p, 1, P))
        return Derivation(
            name="push",
            title="Pushing one output",
            domain={},
            given=(tangent_kernel(),),
            hypotheses=(Step("uphill", speed(p), "=", slope(i, p), "move along the gradient of output $i$ alone"),),
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
                    slope(i, p),
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
        )
