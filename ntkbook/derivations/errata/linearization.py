"""Chapter 5: a rate that went missing in the closed form."""

from functools import cache

import sympy as sp

from ntkbook.proof import MatrixExponential, Slip

from ..linearization import closed_form
from ..linearization.symbols import ONE, N, Theta, decay, f_0, minus, plus, t, times, y


@cache
def linearization() -> tuple[Slip, ...]:
    """A lost rate."""
    with sp.evaluate(False):
        without_rate = MatrixExponential(times(-t / N, Theta))
        return (
            Slip(
                name="rate_in_one_exponent",
                text="d",
                derivation=closed_form(),
                label="mixed",
                printed=plus(times(without_rate, f_0), times(plus(ONE, minus(decay())), y)),
                about="The rate stands in the exponent beside the labels and is missing beside the start, so that the "
                "two weights no longer add up to $I$. The factor $1/N$ is written here as in this book.",
            ),
        )
