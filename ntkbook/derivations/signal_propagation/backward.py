"""The way back: gradients, and fan-in against fan-out."""

from functools import cache

import sympy as sp

from ntkbook.proof import (
    Component,
    Derivation,
    Expectation,
    Index,
    Interval,
    Map,
    Partial,
    Prime,
    Stack,
    Step,
    Vector,
    rules,
)

from .layer import correlation_map
from .symbols import LAYER, chi, i, j, k, n, n_next, phi, q, sigma_w, w

z = sp.Symbol("z__l", real=True)
scale = sp.Symbol("s", positive=True)
f, a, delta, above = (sp.Function(name, real=True) for name in ("f", "a", "delta", "z__next"))


def _unit(unit):
    return sigma_w / sp.sqrt(n) * sp.Sum(w(unit, j) * phi(Component(z, j)), (j, 1, n))


@cache
def backward() -> Derivation:
    """The gradient by the pre-activations of a layer, from that by the next layer."""
    with sp.evaluate(False):
        layer = Stack(above(k, z), k, n_next)
        output = f(layer)
        slope = Prime(phi(Component(z, i)))
        back = sigma_w / sp.sqrt(n) * sp.Sum(delta(k) * w(k, i) * slope, (k, 1, n_next))
        factor = sigma_w**2 / n * sp.Sum(slope**2, (i, 1, n))
        total = sp.Sum(delta(k) ** 2, (k, 1, n_next))
        per_unit = sigma_w**2 / n * slope**2 * total
        return Derivation(
            name="backward",
            title="The way back",
            source=("schoenholz2017deep",),
            domain={z: Vector(n), f: Map(Vector(n_next)), delta: Map(Index(n_next))},
            given=(correlation_map(),),
            hypotheses=(
                Step(
                    "forward",
                    above(k, z),
                    ":=",
                    _unit(k),
                    "the layer, as a function of the pre-activations below; a bias would not change what follows",
                ),
            ),
            steps=(
                Step(
                    "chain-rule",
                    Partial(output, z, i),
                    "=",
                    sigma_w / sp.sqrt(n) * sp.Sum(Partial(output, layer, k) * w(k, i) * slope, (k, 1, n_next)),
                    "chain rule through the next layer",
                    by=(rules.chain_rule(Stack(_unit(k), k, n_next)), rules.differentiate()),
                    uses=("forward",),
                ),
                Step(
                    "independence",
                    Expectation(Partial(output, z, i) ** 2, w),
                    "~",
                    sigma_w**2 / n * slope**2 * sp.Sum(Expectation(Partial(output, layer, k) ** 2, w), (k, 1, n_next)),
                    "as if the weights on the way back were drawn afresh",
                    limit="width",
                    cite="yang2019scaling",
                    experiment="signal_propagation.signals",
                ),
                Step(
                    "mean-square",
                    Expectation(back**2, w),
                    "=",
                    per_unit,
                    "with numbers $\\delta_k$ that do not depend on the weights",
                    by=(rules.wick(),),
                ),
                Step("layer", sp.Sum(per_unit, (i, 1, n)), "=", factor * total, "add up the units of the layer"),
                Step(
                    "gain",
                    factor,
                    "->",
                    chi(q),
                    "the average over many units is the mean in the definition of $\\chi$",
                    limit="width",
                    experiment="signal_propagation.layer_averages",
                ),
            ),
        )


@cache
def fan() -> Derivation:
    """Fan-in keeps the signal, fan-out the gradient; a compromise keeps neither quite."""
    with sp.evaluate(False):
        forward = Expectation(1 / n_next * sp.Sum((scale * sp.Sum(w(k, i) * a(i), (i, 1, n))) ** 2, (k, 1, n_next)), w)
        backward = Expectation(1 / n * sp.Sum((scale * sp.Sum(w(k, i) * delta(k), (k, 1, n_next))) ** 2, (i, 1, n)), w)
        gains = 4 * n * n_next / (n + n_next) ** 2
        return Derivation(
            name="fan",
            title="Fan-in and fan-out",
            source=("glorot2010understanding", "he2015delving"),
            domain={**LAYER, scale: Interval(0.2, 2.0), a: Map(Index(n)), delta: Map(Index(n_next))},
            steps=(
                Step(
                    "forward",
                    forward,
                    "=",
                    scale**2 * sp.Sum(a(i) ** 2, (i, 1, n)),
                    "the mean square above is $n_l s^2$ times that below: fan-in",
                    by=(rules.wick(),),
                ),
                Step(
                    "backward",
                    backward,
                    "=",
                    scale**2 * sp.Sum(delta(k) ** 2, (k, 1, n_next)),
                    "the mean square below is $n_{l+1} s^2$ times that above: fan-out",
                    by=(rules.wick(),),
                ),
                Step(
                    "compromise",
                    1 - gains,
                    "=",
                    (n - n_next) ** 2 / (n + n_next) ** 2,
                    "with $s^2 = 2/(n_l + n_{l+1})$ the product of the two gains, taken from 1",
                ),
                Step("lost", (n - n_next) ** 2 / (n + n_next) ** 2, ">=", sp.S.Zero, "a square"),
            ),
        )
