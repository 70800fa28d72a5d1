"""ReLU networks at infinite width, by He initialization without bias: sigma_w^2 = 2, sigma_b = 0.

Every layer then keeps the variances q_1 = Sigma^l(x, x) and q_2 = Sigma^l(x', x'), and only the correlation rho of
the two pre-activations moves.
"""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Interval, Recursion, Size, Step, rules

from ..gaussian_process import relu_dual
from ..gaussian_process.symbols import kappa0, kappa1, q1, q2, rho
from .symbols import function

T = sp.Symbol("T", real=True)
L = sp.Symbol("L", integer=True, positive=True)


@cache
def arc_cosine() -> Derivation:
    """The two arc-cosine functions: equal inputs, orthogonal inputs, and the opposite correlation."""
    with sp.evaluate(False):
        return Derivation(
            name="arc_cosine",
            title="The two functions of the ReLU kernel",
            source=("cho2009kernel",),
            domain={},
            given=(relu_dual(),),
            steps=(
                Step("slopes-at-one", kappa0(1), "=", sp.S.One, "equal inputs", uses=("relu_dual/kappa0",)),
                Step("values-at-one", kappa1(1), "=", sp.S.One, "equal inputs", uses=("relu_dual/kappa1",)),
                Step("values-at-zero", kappa1(0), "=", 1 / sp.pi, "orthogonal inputs", uses=("relu_dual/kappa1",)),
                Step(
                    "slopes-opposite",
                    kappa0(rho) + kappa0(-rho),
                    "=",
                    sp.S.One,
                    "the angles of $\\rho$ and $-\\rho$ add up to $\\pi$",
                    uses=("relu_dual/kappa0",),
                ),
                Step(
                    "values-opposite",
                    kappa1(rho) - kappa1(-rho),
                    "=",
                    rho,
                    "the root is even and drops out",
                    uses=("relu_dual/kappa1",),
                ),
            ),
        )


@cache
def relu_two_layers() -> Derivation:
    """One hidden ReLU layer: the kernel in closed form."""
    first, second, covariance, slopes = map(function, ("Theta__1", "Theta__2", "Sigma__2", "Sigmadot__2"))
    alpha = sp.Symbol("alpha", real=True)
    with sp.evaluate(False):
        length = sp.sqrt(q1 * q2)
        closed = length * (kappa1(rho) + rho * kappa0(rho))
        return Derivation(
            name="relu_two_layers",
            title="One hidden ReLU layer in closed form",
            source=("cho2009kernel", "arora2019exact"),
            domain={},
            given=(arc_cosine(),),
            steps=(
                Step("first", first(rho), ":=", length * rho, "the first layer: kernel and covariance agree"),
                Step(
                    "covariance",
                    covariance(rho),
                    ":=",
                    length * kappa1(rho),
                    "$\\sigma_w^2 = 2$ times the mean of $\\varphi\\,\\varphi$",
                ),
                Step(
                    "slopes", slopes(rho), ":=", kappa0(rho), "$\\sigma_w^2 = 2$ times the mean of $\\varphi'\\varphi'$"
                ),
                Step("kernel", second(rho), ":=", covariance(rho) + slopes(rho) * first(rho), "the recursion, once"),
                Step(
                    "closed",
                    second(rho),
                    "=",
                    closed,
                    "put the parts in",
                    uses=("kernel", "covariance", "slopes", "first"),
                ),
                Step("angle", alpha, ":=", sp.acos(rho), "the angle between the two inputs"),
                Step(
                    "in-angle",
                    closed,
                    "=",
                    length / sp.pi * (sp.sin(alpha) + 2 * (sp.pi - alpha) * sp.cos(alpha)),
                    "write both functions out",
                    uses=("relu_dual/kappa1", "relu_dual/kappa0", "angle"),
                ),
            ),
        )


@cache
def relu_diagonal() -> Derivation:
    """The diagonal grows linearly in depth, by induction over the layers."""
    with sp.evaluate(False):
        layer = q1 * kappa1(1) + kappa0(1) * T
        ones = ("arc_cosine/values-at-one", "arc_cosine/slopes-at-one")
        return Derivation(
            name="relu_diagonal",
            title="The diagonal of a deep ReLU kernel",
            source=("jacot2018neural",),
            domain={T: Interval(0.2, 4.0), L: Size()},
            given=(arc_cosine(),),
            steps=(
                Step("one-layer", layer, "=", q1 + T, "equal inputs have correlation 1", uses=ones),
                Step(
                    "diagonal",
                    Recursion(layer, T, q1, L),
                    "=",
                    (L + 1) * q1,
                    "induction over $L$: it holds at $L = 0$, and each layer adds $q_1$",
                    by=(rules.induction((L + 1) * q1, L),),
                    uses=ones,
                ),
            ),
        )


@cache
def orthogonal_inputs() -> Derivation:
    """Orthogonal inputs: the off-diagonal entry as a share of the diagonal, for one and for two hidden layers."""
    after_one = 1 / sp.pi
    with sp.evaluate(False):
        two_layers = (kappa1(after_one) + kappa0(after_one) * after_one) / 3
        root = sp.sqrt(1 - 1 / sp.pi**2)
        return Derivation(
            name="orthogonal_inputs",
            title="Orthogonal inputs still share parameters",
            domain={},
            given=(arc_cosine(),),
            steps=(
                Step(
                    "depth-one",
                    (kappa1(0) + kappa0(0) * 0) / 2,
                    "=",
                    1 / (2 * sp.pi),
                    "the first layer adds nothing, the second $\\kappa_1(0)$; the diagonal is 2",
                    uses=("arc_cosine/values-at-zero",),
                ),
                Step(
                    "depth-two",
                    two_layers,
                    "=",
                    (root + 2 / sp.pi * (sp.pi - sp.acos(1 / sp.pi))) / (3 * sp.pi),
                    "correlation and kernel are both $1/\\pi$ now; the diagonal is 3",
                    uses=("relu_dual/kappa1", "relu_dual/kappa0"),
                ),
            ),
        )
