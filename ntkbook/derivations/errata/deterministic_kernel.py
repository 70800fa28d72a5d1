"""Chapter 4: factors and deltas of the three parts of the kernel."""

from functools import cache

import sympy as sp

from ntkbook.proof import Partial, Slip

from ..deterministic_kernel import first_layer, mean_over_last_weights, next_layer
from ..deterministic_kernel.symbols import (
    DELTA,
    Kernel,
    W,
    act,
    bend,
    i,
    j,
    k,
    m,
    n,
    p,
    sigma_b,
    sigma_w,
    theta,
    x,
    xprime,
    z,
)

OURS = "(In the letters of this book, $\\sigma_w$ and $\\sigma_b$ for the text's 1 and $\\beta$.)"


@cache
def deterministic_kernel() -> tuple[Slip, ...]:
    """The first layer, the three parts, and what is left of them in the mean."""
    covariance = sp.Function("Sigma__1", real=True)
    with sp.evaluate(False):
        slope = sp.Sum(W(m, i) * bend(i, x) * Partial(z(i, x, theta), theta, p), (i, 1, n))
        same_unit = sp.Sum(
            W(m, i) * W(k, i) * bend(i, x) * bend(j, xprime) * Kernel(i, j, x, xprime, theta), (j, 1, n), (i, 1, n)
        )
        products = sigma_w**2 / n * sp.Sum(act(i, x) * act(i, xprime), (i, 1, n))
        same = sp.Sum(bend(i, x) * bend(i, xprime) * Kernel(i, i, x, xprime, theta), (i, 1, n))
        return (
            Slip(
                name="delta_in_the_first_kernel",
                text="d",
                derivation=first_layer(),
                label="base-case",
                printed=covariance(x, xprime),
                about="The left side is a matrix over pairs of outputs, the right side a number: between two different "
                "outputs the kernel of one layer is zero.",
            ),
            Slip(
                name="root_of_the_width_in_the_gradient",
                text="d",
                derivation=next_layer(),
                label="earlier-gradient",
                printed=sigma_w * slope,
                about=f"The factor $1/\\sqrt{{n_l}}$ of the layer is lost in this line; the line above has it. {OURS}",
            ),
            Slip(
                name="delta_in_the_bias_part",
                text="d",
                derivation=next_layer(),
                label="bias-part",
                printed=sigma_b**2,
                about="Two different outputs have no bias in common.",
            ),
            Slip(
                name="bias_inside_the_bracket",
                text="d",
                derivation=next_layer(),
                label="bias-part",
                printed=DELTA * sigma_b**2 / n,
                about="The factor $1/n_l$ belongs to weights. In the text the term $\\beta^2$ stands inside the "
                "bracket that carries it, and outside of it in the limit.",
            ),
            Slip(
                name="one_unit_for_two",
                text="d",
                derivation=next_layer(),
                label="earlier-part",
                printed=sigma_w**2 / n * same_unit,
                about="Two sums over units meet, with two indices $i$ and $j$, and the second weight belongs to the "
                "second: $w_{im} w_{jn}$ in the text's letters.",
            ),
            Slip(
                name="width_in_the_limit_of_the_red_part",
                text="d",
                derivation=mean_over_last_weights(),
                label="mean",
                printed=DELTA * (products + sigma_b**2 + sigma_w**2 * same),
                about="The text gives the limit of the red part without $1/n_l$; averaged over the weights it is this "
                "one, which grows with the width. It also keeps two sums over units, of which the mean leaves one.",
            ),
        )
