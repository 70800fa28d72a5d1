"""The dual of the sign function: the probability that two Gaussian numbers have one sign."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Step, rules

from .relu import HALF_LINE, relu_dual
from .symbols import kappa0, mean, rho, sgn, step, u, v, z


@cache
def sign_dual() -> Derivation:
    """A sign is two steps minus one, so its dual is that of the step, stretched."""
    with sp.evaluate(False):
        product = mean(sgn(u) * sgn(v))
        steps = 4 * mean(step(u) * step(v)) - 2 * mean(step(u)) - 2 * mean(step(v)) + 1
        return Derivation(
            name="sign_dual",
            title="The dual of the sign function",
            source=("sheppard1899application",),
            domain={},
            given=(relu_dual(),),
            steps=(
                Step("sign", sgn(z), ":=", 2 * step(z) - 1, "two steps minus one"),
                Step("expand", product, "=", steps, "multiply out",
                     by=(rules.linearity(),), uses=("sign", "relu_dual/pair")),
                Step("half", mean(step(v)), "=", sp.Rational(1, 2), "$v$ is standard normal too",
                     by=(rules.one_direction(u), *HALF_LINE), uses=("relu_dual/pair", "relu_dual/step")),
                Step("steps", steps, "=", 2 * kappa0(rho) - 1, "put in the dual and the mean of the step",
                     uses=("half", "relu_dual/mean-step", "relu_dual/steps-dual")),
                Step("dual", 2 * kappa0(rho) - 1, "=", 2 / sp.pi * sp.asin(rho), "$\\arccos\\rho$ and $\\arcsin\\rho$ "
                     "add up to $\\pi/2$", uses=("relu_dual/kappa0",)),
            ),
            equivalents={("sign", "negate"): "a product of two signs keeps its value if both are turned"},
        )  # fmt: skip
