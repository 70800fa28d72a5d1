"""Chapter 2: sums over units that were written twice or not at all, and the variance of the next layer."""

from functools import cache

import sympy as sp

from ntkbook.proof import Slip

from ..gaussian_process import first_covariance, given_layer, relu_covariance
from ..gaussian_process.layers import SAME, a, a0
from ..gaussian_process.symbols import i, j, m, n, n0, q1, q2, rho, sigma_b, sigma_w, x, xprime

OURS = "(In the letters of this book: $\\sigma_w$ and $\\sigma_b$ for the text's 1 and $\\beta$.)"


@cache
def gaussian_process() -> tuple[Slip, ...]:
    """The covariance of the first layer, of a layer given the one below, and of the limit."""
    with sp.evaluate(False):
        crossed = sp.Sum(a0(i, x) * a0(j, xprime), (j, 1, n0), (i, 1, n0))
        return (
            Slip(
                name="double_sum_in_the_first_covariance",
                text="d",
                derivation=first_covariance(),
                label="covariance",
                printed=SAME * (sigma_w**2 / n0 * crossed + sigma_b**2),
                about="The mean of two different weights is zero, so that one sum is left. The next line of the text "
                f"has the inner product, as it should. {OURS}",
            ),
            Slip(
                name="one_unit_for_all",
                text="d",
                derivation=given_layer(),
                label="covariance",
                printed=SAME * (sigma_w**2 / n * a(m, x) * a(m, xprime) + sigma_b**2),
                about="The text has one unit of the layer below, divided by the number of units. What is divided is "
                f"the sum over all of them. {OURS}",
            ),
            Slip(
                name="covariance_of_the_layer_below",
                text="d",
                derivation=relu_covariance(),
                label="closed",
                printed=sigma_w**2 * rho * sp.sqrt(q1 * q2) + sigma_b**2,
                about="The text takes the mean square of an activation for the variance of its pre-activation. That "
                "is right for a linear network; here it is tested with ReLU. (The text has it at one "
                "input: $\\rho = 1$.)",
            ),
        )
