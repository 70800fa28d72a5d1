"""Models with several outputs."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Index, Interval, Map, Partial, Size, Stack, Step, Vector, rules

from .symbols import MODEL, L, N, P, Theta, a, b, ell, eta, f, i, j, k, p, speed, t, theta


@cache
def vector_outputs() -> Derivation:
    """A model with k outputs: the kernel has an entry for every two inputs and every two outputs."""

    def slope(index, output):
        return Partial(f(index, output, theta), theta, p)

    with sp.evaluate(False):
        at_input = Stack(f(j, b, theta), b, k)
        loss = L(theta)
        loss_slope = Partial(loss, theta, p)
        pull = Partial(ell(j, at_input), at_input, b)
        moving = sp.Derivative(f(i, a, theta), t)
        along = sp.Sum(slope(i, a) * speed(p), (p, 1, P))
        inserted = -eta * sp.Sum(slope(i, a) * loss_slope, (p, 1, P))
        product = sp.Sum(slope(i, a) * slope(j, b), (p, 1, P))
        by_outputs = 1 / N * sp.Sum(pull * slope(j, b), (b, 1, k), (j, 1, N))
        exchanged = -eta / N * sp.Sum(product * pull, (b, 1, k), (j, 1, N))
        named = -eta / N * sp.Sum(Theta(i, a, j, b, theta) * pull, (b, 1, k), (j, 1, N))
        return Derivation(
            name="vector_outputs",
            title="Several outputs",
            source=("jacot2018neural", "weng2022ntk"),
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
                Step("flow", speed(p), "=", -eta * loss_slope, "gradient flow at rate $\\eta$"),
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
        )
