"""The covariance map of a ReLU network in closed form."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Interval, Recursion, Size, Step, rules

from .relu import relu_dual
from .symbols import SCALES, kappa1, mean, q1, q2, relu, rho, sigma_b, sigma_w, u, v

L = sp.Symbol("L", integer=True, positive=True)
after, variance_after, share = sp.symbols("Sigma__next V Q", real=True)
HALF_LINE = (rules.homogeneity(), rules.density(), rules.split(u), rules.integrate(u))


@cache
def relu_covariance() -> Derivation:
    """Covariance, variance and correlation after a layer of rectified units."""
    with sp.evaluate(False):
        root1, root2 = sp.sqrt(q1), sp.sqrt(q2)
        product = mean(relu(root1 * u) * relu(root2 * v))
        closed = sigma_w**2 / 2 * sp.sqrt(q1 * q2) * kappa1(rho) + sigma_b**2
        equal = Expectation(relu(root1 * u) ** 2, u)
        many = Recursion(sigma_w**2 / 2 * share, share, q1, L)
        return Derivation(
            name="relu_covariance",
            title="The covariance map of a ReLU network",
            source=("cho2009kernel", "lee2018deep"),
            domain={**SCALES, L: Size(), share: Interval(0.2, 2.0)},
            given=(relu_dual(),),
            steps=(
                Step("map", after, ":=", sigma_w**2 * product + sigma_b**2, "the covariance of the next layer"),
                Step("closed", after, "=", closed, "put in the dual",
                     uses=("map", "relu_dual/units-scaled")),
                Step("equal", equal, "=", q1 / 2, "equal inputs: half of the mean square is on the positive side",
                     by=HALF_LINE, uses=("relu_dual/relu",)),
                Step("variance", variance_after, ":=", sigma_w**2 * equal + sigma_b**2,
                     "the variance of the next layer"),
                Step("variance-closed", variance_after, "=", sigma_w**2 / 2 * q1 + sigma_b**2, "put it in",
                     uses=("variance", "equal")),
                Step("many-layers", many, "=", (sigma_w**2 / 2) ** L * q1,
                     "without bias: induction over the layers", by=(rules.induction((sigma_w**2 / 2) ** L * q1, L),)),
            ),
        )  # fmt: skip
