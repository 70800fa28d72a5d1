"""ReLU networks: He initialisation, and what a bias does to it."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Interval, Recursion, Size, Step, rules

from ..gaussian_process import relu_dual
from ..gaussian_process.symbols import relu, step, u

q, sigma_w, sigma_b = sp.symbols("q sigma_w sigma_b", positive=True)
L = sp.Symbol("L", integer=True, positive=True)
x = sp.Symbol("x", real=True)
HALF_LINE = (rules.density(), rules.split(u), rules.integrate(u))


@cache
def relu_layer() -> Derivation:
    """The variance map and the gain of a ReLU layer in closed form, and the mean square after many layers."""
    with sp.evaluate(False):
        factor = sigma_w**2 / 2
        solved = factor**L * q + sigma_b**2 * (factor**L - 1) / (factor - 1)
        return Derivation(
            name="relu_layer",
            title="The maps of a ReLU layer",
            source=("he2015delving",),
            domain={L: Size(), q: Interval(0.3, 2.0), sigma_w: Interval(0.5, 1.3), sigma_b: Interval(0.1, 1.0)},
            given=(relu_dual(),),
            equivalents={
                ("gain", "raise the exponent of step(sqrt(q)*u)"): "0 and 1 are their own powers",
                ("gain", "drop the factor sqrt(q)"): "a step does not feel a positive factor",
                ("gain", "raise the exponent of q"): "a step does not feel a positive factor",
            },
            steps=(
                Step(
                    "square",
                    sigma_w**2 * Expectation(relu(sp.sqrt(q) * u) ** 2, u) + sigma_b**2,
                    "=",
                    sigma_w**2 / 2 * q + sigma_b**2,
                    "the square of $\\sqrt q\\, u$, on half of the line",
                    by=HALF_LINE,
                    uses=("relu_dual/relu",),
                ),
                Step(
                    "gain",
                    sigma_w**2 * Expectation(step(sp.sqrt(q) * u) ** 2, u),
                    "=",
                    sigma_w**2 / 2,
                    "the slope is 1 on half of the line, whatever $q$ is",
                    by=HALF_LINE,
                    uses=("relu_dual/step",),
                ),
                Step(
                    "depth",
                    Recursion(factor * x + sigma_b**2, x, q, L),
                    "=",
                    solved,
                    "induction over the layers, for $\\sigma_w^2 \\neq 2$",
                    by=(rules.induction(solved, L),),
                ),
            ),
        )


@cache
def he() -> Derivation:
    """He initialisation: the gain is 1 at every q, and the mean square is kept if there is no bias."""
    with sp.evaluate(False):
        return Derivation(
            name="he",
            title="He initialisation",
            source=("he2015delving",),
            domain={},
            given=(relu_layer(),),
            hypotheses=(Step("choice", sigma_w, "=", sp.sqrt(2), "$\\sigma_w^2 = 2$"),),
            steps=(
                Step(
                    "critical",
                    sigma_w**2 * Expectation(step(sp.sqrt(q) * u) ** 2, u),
                    "=",
                    sp.S.One,
                    "the gain is 1, whatever $q$ is",
                    uses=("relu_layer/gain", "choice"),
                ),
                Step(
                    "one-layer",
                    sigma_w**2 * Expectation(relu(sp.sqrt(q) * u) ** 2, u) + sigma_b**2,
                    "=",
                    q + sigma_b**2,
                    "the mean square of the next layer",
                    uses=("relu_layer/square", "choice"),
                ),
                Step(
                    "depth",
                    Recursion(x + sigma_b**2, x, q, L),
                    "=",
                    q + L * sigma_b**2,
                    "a bias adds up; without one the mean square is kept",
                    by=(rules.induction(q + L * sigma_b**2, L),),
                ),
            ),
        )
