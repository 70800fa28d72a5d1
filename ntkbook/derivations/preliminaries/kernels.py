"""Kernels: what makes one, how they combine, and predictions with them."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Index, Interval, Map, Matrix, Size, Step

from .symbols import N, P, c, i, j, m, p, q, rho

Q = sp.Symbol("Q", integer=True, positive=True)
psi, chi, K, H, S, R = (sp.Function(name, real=True) for name in ("psi", "chi", "K", "H", "S", "R"))
alpha, away, weight, output = (sp.Function(name, real=True) for name in ("alpha", "u", "w", "f"))
c1, c2 = sp.symbols("c_1 c_2", real=True)
FEATURES = {
    N: Size(), P: Size(), i: Index(N), j: Index(N), m: Index(N), p: Index(P),
    psi: Map(Index(N), Index(P)), c: Map(Index(N)),
}  # fmt: skip


def form(kernel):
    """The quadratic form of a kernel with the coefficients c."""
    return sp.Sum(c(i) * kernel(i, j) * c(j), (i, 1, N), (j, 1, N))


@cache
def feature_kernel() -> Derivation:
    """A sum of products of features is symmetric and positive semidefinite."""
    with sp.evaluate(False):
        squares = sp.Sum(sp.Sum(c(i) * psi(i, p), (i, 1, N)) ** 2, (p, 1, P))
        return Derivation(
            name="feature_kernel",
            title="A kernel from features",
            source=("aronszajn1950theory", "weng2022ntk"),
            domain=FEATURES,
            steps=(
                Step(
                    "kernel", K(i, j), ":=", sp.Sum(psi(i, p) * psi(j, p), (p, 1, P)), "inner product of the features"
                ),
                Step("symmetric", K(i, j), "=", K(j, i), "the factors commute", uses=("kernel",)),
                Step("quadratic-form", form(K), "=", squares, "exchange the sums, collect a square", uses=("kernel",)),
                Step("positive", squares, ">=", sp.S.Zero, "a sum of squares"),
            ),
        )


@cache
def two_point_kernel() -> Derivation:
    """Two inputs with K = 1 at each and rho between them: symmetric for every rho, a kernel only for some."""
    with sp.evaluate(False):
        left = c1**2 + 2 * rho * c1 * c2 + c2**2
        modes = (1 + rho) / 2 * (c1 + c2) ** 2 + (1 - rho) / 2 * (c1 - c2) ** 2
        return Derivation(
            name="two_point_kernel",
            title="Two inputs",
            domain={rho: Interval(), c1: Interval(), c2: Interval()},
            steps=(Step("modes", left, "=", modes, "sum and difference are the eigenvectors"),),
        )


@cache
def kernel_sum() -> Derivation:
    """The sum of two kernels is a kernel: put the features side by side."""
    with sp.evaluate(False):
        squares = sp.Sum(sp.Sum(c(i) * psi(i, p), (i, 1, N)) ** 2, (p, 1, P)) + sp.Sum(
            sp.Sum(c(i) * chi(i, q), (i, 1, N)) ** 2, (q, 1, Q)
        )
        return Derivation(
            name="kernel_sum",
            title="The sum of two kernels",
            source=("aronszajn1950theory",),
            domain={Q: Size(), q: Index(Q), chi: Map(Index(N), Index(Q))},
            given=(feature_kernel(),),
            steps=(
                Step("other", H(i, j), ":=", sp.Sum(chi(i, q) * chi(j, q), (q, 1, Q)), "a kernel with other features"),
                Step("sum", S(i, j), ":=", K(i, j) + H(i, j), "their sum"),
                Step(
                    "quadratic-form", form(S), "=", squares, "two sums of squares",
                    uses=("sum", "other", "feature_kernel/kernel"),
                ),
                Step("positive", squares, ">=", sp.S.Zero, "squares again"),
            ),
        )  # fmt: skip


@cache
def kernel_product() -> Derivation:
    """The product of two kernels, entry by entry, is a kernel: multiply every feature with every other."""
    with sp.evaluate(False):
        squares = sp.Sum(sp.Sum(c(i) * (psi(i, p) * chi(i, q)), (i, 1, N)) ** 2, (p, 1, P), (q, 1, Q))
        return Derivation(
            name="kernel_product",
            title="The product of two kernels",
            source=("schur1911bemerkungen",),
            domain={},
            given=(kernel_sum(),),
            steps=(
                Step("product", R(i, j), ":=", K(i, j) * H(i, j), "entry by entry"),
                Step(
                    "quadratic-form", form(R), "=", squares, "the features are all products $\\psi_{ip}\\,\\chi_{iq}$",
                    uses=("product", "kernel_sum/other", "feature_kernel/kernel"),
                ),
                Step("positive", squares, ">=", sp.S.Zero, "squares once more"),
            ),
        )  # fmt: skip


@cache
def representer() -> Derivation:
    """Weights in the span of the data's features, plus a rest: what the data see of it, and what it costs."""
    with sp.evaluate(False):
        seen = sp.Sum(alpha(i) * K(i, j), (i, 1, N)) + sp.Sum(away(p) * psi(j, p), (p, 1, P))
        cost = (
            sp.Sum(alpha(i) * K(i, j) * alpha(j), (i, 1, N), (j, 1, N))
            + 2 * sp.Sum(alpha(i) * sp.Sum(away(p) * psi(i, p), (p, 1, P)), (i, 1, N))
            + sp.Sum(away(p) ** 2, (p, 1, P))
        )
        return Derivation(
            name="representer",
            title="Why $N$ coefficients are enough",
            source=("kimeldorf1971some", "scholkopf2001generalized"),
            domain={alpha: Map(Index(N)), away: Map(Index(P))},
            given=(feature_kernel(),),
            steps=(
                Step(
                    "weights", weight(p), ":=", sp.Sum(alpha(i) * psi(i, p), (i, 1, N)) + away(p),
                    "a combination of the features of the data, plus a rest",
                ),
                Step("output", output(j), ":=", sp.Sum(weight(p) * psi(j, p), (p, 1, P)), "a model linear in $w$"),
                Step(
                    "seen", output(j), "=", seen, "exchange the sums, name the kernel",
                    uses=("output", "weights", "feature_kernel/kernel"),
                ),
                Step(
                    "cost", sp.Sum(weight(p) ** 2, (p, 1, P)), "=", cost, "multiply out",
                    uses=("weights", "feature_kernel/kernel"),
                ),
            ),
        )  # fmt: skip


@cache
def kernel_regression() -> Derivation:
    """The coefficients that make a combination of kernel columns pass through the data."""
    gram, targets, coefficients = sp.MatrixSymbol("K", N, N), sp.MatrixSymbol("y", N, 1), sp.MatrixSymbol("alpha", N, 1)
    with sp.evaluate(False):
        return Derivation(
            name="kernel_regression",
            title="Regression with a kernel",
            source=("scholkopf2001generalized", "rasmussen2006gaussian"),
            domain={N: Size(), gram: Matrix("positive_definite"), targets: Matrix()},
            steps=(
                Step(
                    "coefficients", coefficients, ":=", sp.MatMul(sp.Inverse(gram), targets),
                    "the inverse of the kernel matrix acts on the labels",
                ),
                Step(
                    "fits", sp.MatMul(gram, coefficients), "=", targets, "a matrix times its inverse",
                    uses=("coefficients",),
                ),
            ),
        )  # fmt: skip
