"""The limit of infinite width, one layer after the other."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Map, Step

from .recursion import entry, next_layer
from .symbols import (
    DELTA,
    INPUT,
    Kernel,
    Kernel_next,
    W,
    act,
    bend,
    function,
    i,
    j,
    k,
    m,
    n,
    sigma_b,
    sigma_w,
    theta,
    x,
    xprime,
)

Sigma_next, slopes_next, Theta = map(function, ("Sigma__next", "Sigmadot__next", "Theta__l"))
PAIR = Map(INPUT, INPUT)


@cache
def induction_in_width() -> Derivation:
    """Hypothesis, three limits, and the kernel of the next layer: each measured, none proved here."""

    def limit(label, left, right, reason):
        return Step(
            label, left, "->", right, reason, limit="width", experiment="deterministic_kernel.distance_to_limit"
        )

    with sp.evaluate(False):
        at = (x, xprime)
        products = sigma_w**2 / n * sp.Sum(act(i, x) * act(i, xprime), (i, 1, n)) + sigma_b**2
        slopes = sigma_w**2 / n * sp.Sum(bend(i, x) * bend(i, xprime), (i, 1, n))
        random = W(m, i) * W(k, j) * bend(i, x) * bend(j, xprime) * Kernel(i, j, x, xprime, theta)
        red = sigma_w**2 / n * sp.Sum(random, (j, 1, n), (i, 1, n))
        return Derivation(
            name="induction_in_width",
            title="The kernel in the limit of infinite width",
            source=("jacot2018neural", "arora2019exact"),
            domain={Sigma_next: PAIR, slopes_next: PAIR, Theta: PAIR},
            given=(next_layer(),),
            steps=(
                limit(
                    "hypothesis",
                    Kernel(i, j, x, xprime, theta),
                    sp.KroneckerDelta(i, j) * Theta(*at),
                    "induction hypothesis for layer $l$",
                ),
                limit("products", products, Sigma_next(*at), "law of large numbers over the units of layer $l$"),
                limit("slopes", slopes, slopes_next(*at), "the same law, for the slopes"),
                limit("red", red, DELTA * slopes_next(*at) * Theta(*at), "mean and variance over the last weights"),
                limit(
                    "next-layer",
                    entry(Kernel_next),
                    DELTA * (Sigma_next(*at) + slopes_next(*at) * Theta(*at)),
                    "add the three parts",
                ),
            ),
        )
