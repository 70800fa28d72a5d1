"""What one Gaussian variable says about another: two numbers, many numbers, and the posterior in matrices."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Gaussian, Index, Interval, Map, Matrix, Size, Step, rules

from .symbols import M, N, P, i, j, p, rho

u, v, f1, f2, first, second = sp.symbols("u v f_1 f_2 f f_*", real=True)
size1, size2 = sp.symbols("sigma_1 sigma_2", positive=True)
wick = (rules.wick(),)
w, A, a, b, K, cov, f = (sp.Function(name, real=True) for name in ("w", "A", "a", "b", "K", "k", "f"))
residual, variance = sp.symbols("e k_**", real=True)
gram = sp.MatrixSymbol("K", N, N)
cross, prior = sp.MatrixSymbol("K_*", N, M), sp.MatrixSymbol("K_**", M, M)
weights = sp.MatrixSymbol("B", M, N)
slope = rho * size2 / size1


@cache
def gaussian_pair() -> Derivation:
    """Two correlated Gaussian numbers, made of two independent ones."""

    def mean(body):
        return Expectation(body, u, v)

    with sp.evaluate(False):
        rest = second - slope * first
        return Derivation(
            name="gaussian_pair",
            title="Two correlated Gaussian numbers",
            source=("rasmussen2006gaussian",),
            domain={
                u: Gaussian(), v: Gaussian(), rho: Interval(-0.9, 0.9),
                size1: Interval(0.5, 2.0), size2: Interval(0.5, 2.0),
            },
            steps=(
                Step("known", first, ":=", size1 * u, "what will be observed"),
                Step("unknown", second, ":=", size2 * (rho * u + sp.sqrt(1 - rho**2) * v), "what is asked for"),
                Step("variance", mean(second**2), "=", size2**2, "$\\rho^2$ and $1 - \\rho^2$ add up",
                     by=wick, uses=("unknown",)),
                Step("covariance", mean(first * second), "=", rho * size1 * size2, "they share $u$",
                     by=wick, uses=("known", "unknown")),
                Step("split", second, "=", slope * first + size2 * sp.sqrt(1 - rho**2) * v,
                     "a part that $f$ determines, and one that it knows nothing of", uses=("known", "unknown")),
                Step("rest", mean(rest**2), "=", size2**2 * (1 - rho**2), "what stays uncertain",
                     by=wick, uses=("known", "unknown")),
            ),
        )  # fmt: skip


@cache
def completed_square() -> Derivation:
    """The exponent of the joint density of two Gaussian numbers, taken apart."""
    with sp.evaluate(False):
        joint = (f1**2 / size1**2 - 2 * rho * f1 * f2 / (size1 * size2) + f2**2 / size2**2) / (1 - rho**2)
        apart = f1**2 / size1**2 + (f2 - slope * f1) ** 2 / (size2**2 * (1 - rho**2))
        return Derivation(
            name="completed_square",
            title="The conditional density of a Gaussian number",
            source=("rasmussen2006gaussian",),
            domain={
                rho: Interval(0.2, 0.9), f1: Interval(), f2: Interval(),
                size1: Interval(0.5, 2.0), size2: Interval(0.5, 2.0),
            },
            steps=(Step("apart", joint, "=", apart, "complete the square in $f_2$"),),
        )  # fmt: skip


@cache
def gaussian_residual() -> Derivation:
    """What is left of one Gaussian number when a combination of others is taken off."""

    def mean(body):
        return Expectation(body, w)

    with sp.evaluate(False):
        rest = second - sp.Sum(b(j) * f(j), (j, 1, N))
        return Derivation(
            name="gaussian_residual",
            title="A Gaussian number less a combination of others",
            source=("rasmussen2006gaussian",),
            domain={
                N: Size(), P: Size(), i: Index(N), j: Index(N), p: Index(P), w: Map(Index(P), into=Gaussian()),
                A: Map(Index(N), Index(P)), a: Map(Index(P)), b: Map(Index(N)),
            },
            steps=(
                Step("data", f(i), ":=", sp.Sum(A(i, p) * w(p), (p, 1, P)), "the values at $N$ inputs"),
                Step("unknown", second, ":=", sp.Sum(a(p) * w(p), (p, 1, P)), "the value at a new input"),
                Step("kernel", K(i, j), ":=", sp.Sum(A(i, p) * A(j, p), (p, 1, P)), "covariances of the data"),
                Step("column", cov(i), ":=", sp.Sum(A(i, p) * a(p), (p, 1, P)), "covariances with the new value"),
                Step("prior", variance, ":=", sp.Sum(a(p) ** 2, (p, 1, P)), "the variance of the new value"),
                Step("residual", residual, ":=", rest, "take off a combination of the data, with any weights"),
                Step(
                    "covariance", mean(residual * f(i)), "=", cov(i) - sp.Sum(b(j) * K(j, i), (j, 1, N)),
                    "what the rest still shares with the data",
                    by=wick, uses=("residual", "unknown", "data", "kernel", "column"),
                ),
                Step(
                    "variance", mean(residual**2), "=",
                    variance - 2 * sp.Sum(b(j) * cov(j), (j, 1, N))
                    + sp.Sum(b(i) * K(i, j) * b(j), (i, 1, N), (j, 1, N)),
                    "how large the rest is",
                    by=wick, uses=("residual", "unknown", "data", "kernel", "column", "prior"),
                ),
            ),
        )  # fmt: skip


@cache
def gp_posterior() -> Derivation:
    """The mean and the covariance of a Gaussian process at M inputs, given its values at N others."""
    with sp.evaluate(False):
        back = sp.MatMul(sp.Transpose(cross), sp.Inverse(gram))
        spread = sp.MatAdd(
            prior,
            sp.MatMul(-1, weights, cross),
            sp.MatMul(-1, sp.Transpose(cross), sp.Transpose(weights)),
            sp.MatMul(weights, gram, sp.Transpose(weights)),
        )
        return Derivation(
            name="gp_posterior",
            title="The posterior of a Gaussian process",
            source=("rasmussen2006gaussian",),
            domain={
                N: Size(), M: Size(), gram: Matrix("positive_definite"), cross: Matrix(), prior: Matrix("symmetric"),
            },
            steps=(
                Step("weights", weights, ":=", back, "the best weights, one row for each new input"),
                Step("uncorrelated", sp.MatMul(weights, gram), "=", sp.Transpose(cross),
                     "so the rest is uncorrelated with the data", uses=("weights",)),
                Step("covariance", spread, "=", sp.MatAdd(prior, sp.MatMul(-1, back, cross)),
                     "three terms are equal up to sign", uses=("weights",)),
            ),
        )  # fmt: skip
