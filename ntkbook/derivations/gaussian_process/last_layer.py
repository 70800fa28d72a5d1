"""Training the last layer alone: its tangent kernel is the covariance, and what an ensemble of such networks is."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Index, Map, PartialBy, Step, rules

from ..preliminaries import gaussian_residual
from ..preliminaries.conditioning import K, N, b, cov, f, i, j, residual, second, variance, w
from .layers import SAME, W_next, b_next, given_layer, z_next
from .layers import Khat as Covariance
from .symbols import i as unit
from .symbols import k, m, n, n_next, sigma_b, sigma_w, x, xprime

r = sp.Symbol("r", integer=True, positive=True)
T, a, y = (sp.Function(name, real=True) for name in ("Thetahat__last", "a__l", "y"))
end = sp.Symbol("F", real=True)
SAME_BIAS = "the slope by a bias is the same at every input"


@cache
def last_layer() -> Derivation:
    """The tangent kernel of the last layer's weights and biases, at every width."""

    def by_weight(which, at):
        return PartialBy(z_next(which, at), W_next(r, unit))

    def by_bias(which, at):
        return PartialBy(z_next(which, at), b_next(r))

    with sp.evaluate(False):
        weights = sp.Sum(by_weight(m, x) * by_weight(k, xprime), (unit, 1, n), (r, 1, n_next))
        biases = sp.Sum(by_bias(m, x) * by_bias(k, xprime), (r, 1, n_next))
        return Derivation(
            name="last_layer",
            title="The kernel of the last layer",
            source=("lee2018deep", "hu2019ultra"),
            domain={r: Index(n_next)},
            given=(given_layer(),),
            steps=(
                Step("weight-slope", by_weight(m, x), "=",
                     sigma_w / sp.sqrt(n) * sp.KroneckerDelta(m, r) * a(unit, x),
                     "unit $m$ feels its own weights alone", by=(rules.differentiate(),), uses=("given_layer/unit",)),
                Step("bias-slope", by_bias(m, x), "=", sigma_b * sp.KroneckerDelta(m, r), "and its own bias",
                     by=(rules.differentiate(),), uses=("given_layer/unit",)),
                Step("kernel", T(m, k, x, xprime), ":=", weights + biases,
                     "the tangent kernel, if only this layer is trained"),
                Step("covariance", T(m, k, x, xprime), "=", SAME * Covariance(x, xprime), "the covariance once more",
                     uses=("kernel", "weight-slope", "bias-slope", "given_layer/Khat")),
            ),
            equivalents={
                ("kernel", "x for xprime in z__next(k, xprime)"): SAME_BIAS,
                ("kernel", "xprime for x in z__next(m, x)"): SAME_BIAS,
            },
        )  # fmt: skip


@cache
def sample_then_optimize() -> Derivation:
    """A Gaussian start, and a new output that follows the data by any weights: mean and variance over the starts."""

    def mean(body):
        return Expectation(body, w)

    with sp.evaluate(False):
        labels = sp.Sum(b(j) * y(j), (j, 1, N))
        spread = variance - 2 * sp.Sum(b(j) * cov(j), (j, 1, N)) + sp.Sum(b(i) * K(i, j) * b(j), (i, 1, N), (j, 1, N))
        start = ("gaussian_residual/unknown", "gaussian_residual/data")
        names = ("gaussian_residual/kernel", "gaussian_residual/column", "gaussian_residual/prior")
        return Derivation(
            name="sample_then_optimize",
            title="Sample, then optimize",
            source=("matthews2017sample",),
            domain={y: Map(Index(N))},
            given=(gaussian_residual(),),
            steps=(
                Step("trained", end, ":=", second + sp.Sum(b(j) * (y(j) - f(j)), (j, 1, N)),
                     "the start, and what the missing parts of the labels add"),
                Step("split", end, "=", labels + residual, "a sure part, and what the data do not know of the start",
                     uses=("trained", "gaussian_residual/residual")),
                Step("mean", mean(end), "=", labels, "starts have mean 0",
                     by=(rules.wick(),), uses=("trained", *start)),
                Step("variance", mean((end - labels) ** 2), "=", spread, "the variance of the residual",
                     by=(rules.wick(),), uses=("trained", *start, *names)),
            ),
        )  # fmt: skip
