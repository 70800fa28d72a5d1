"""Chapter 5: a rate that is lost in one of two exponents."""

from functools import cache

import sympy as sp

from ntkbook.proof import MatrixExponential, Slip

from ..linearization import closed_form
from ..linearization.symbols import ONE, N, Theta, decay, f_0, minus, plus, t, times, y


@cache
def linearization() -> tuple[Slip, ...]:
    """The solution for the squared loss."""
    with sp.evaluate(False):
        without_rate = MatrixExponential(times(-t / N, Theta))
        return (
            Slip(
                name="rate_in_one_exponent",
                text="d",
                derivation=closed_form(),
                label="solution",
                printed=plus(times(without_rate, f_0), times(plus(ONE, minus(decay())), y)),
                about="In the last step of the text $\\eta$ stands in the second exponent and not in the first. At the "
                "labels, $f_0 = y$, nothing should move, and the printed form moves. (The $1/N$ is that of our loss.)",
            ),
        )
