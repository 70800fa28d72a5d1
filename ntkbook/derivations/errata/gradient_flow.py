"""Chapter 1: factors that went missing between the loss and the motion of the outputs."""

from functools import cache

import sympy as sp

from ntkbook.proof import Partial, Slip

from ..gradient_flow import kernel_gradient_flow, squared_loss
from ..gradient_flow.symbols import OUTPUTS, L, N, Theta, eta, f, i, j, theta, y


@cache
def gradient_flow() -> tuple[Slip, ...]:
    """Lost factors: the rate, and the mean over the samples."""
    with sp.evaluate(False):
        pull = Partial(L(OUTPUTS), OUTPUTS, j)
        residual = f(j, theta) - y(j)
        return (
            Slip(
                name="rate_in_the_law",
                text="c",
                derivation=kernel_gradient_flow(),
                label="law",
                printed=-sp.Sum(Theta(i, j, theta) * pull, (j, 1, N)),
                about="The text leaves the rate out at first, and says so; its solution has $\\eta$ again. Here this "
                "line is tested with the rate of the solution. Text d does the same. A rate may be left out, if it is "
                "so everywhere: time then counts in units of $1/\\eta$.",
            ),
            Slip(
                name="mean_in_the_output_gradient",
                text="d",
                derivation=squared_loss(),
                label="output-gradient",
                printed=residual,
                about="The loss is introduced as a mean over the samples, and its gradient is then written without the "
                "$1/N$. The text also writes $\\nabla_\\theta$ where the gradient by the outputs is meant.",
            ),
            Slip(
                name="mean_in_the_velocity",
                text="d",
                derivation=squared_loss(),
                label="velocity",
                printed=-eta * sp.Sum(Theta(i, j, theta) * residual, (j, 1, N)),
                about="The same factor, one line later. With the loss $\\frac12\\sum_i r_i^2$ the line would be right.",
            ),
        )
