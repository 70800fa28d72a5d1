"""Many networks: one that starts at zero, and the mean and covariance over starts."""

from functools import cache

import sympy as sp

from ntkbook.proof import (
    Derivation,
    Expectation,
    Gaussian,
    Index,
    Interval,
    Map,
    Matrix,
    Partial,
    Size,
    Step,
    Vector,
    rules,
)

from ..gradient_flow.symbols import MODEL, N, P, f, i, j, p
from .symbols import ONE, TIME, M, S, Sigma, Theta, V, decay, minus, plus, times

a, b = sp.symbols("a b", integer=True, positive=True)
k = sp.Symbol("k", integer=True, positive=True)
Q = sp.Symbol("Q", integer=True, positive=True)
copy, other = sp.symbols("u v", real=True)
c = sp.Symbol("c", positive=True)
h, kernel, Theta_of = (sp.Function(name, real=True) for name in ("h", "K", "Theta"))


@cache
def doubling() -> Derivation:
    """The difference of two copies starts at zero; which factor in front keeps the kernel."""

    def product(left, right, vector):
        return sp.Sum(Partial(left, vector, p) * Partial(right, vector, p), (p, 1, P))

    with sp.evaluate(False):
        both = product(h(i, copy, other), h(j, copy, other), copy) + product(
            h(i, copy, other), h(j, copy, other), other
        )
        model = {key: MODEL[key] for key in (N, P, i, j, p, f)}
        return Derivation(
            name="doubling",
            title="The doubling trick",
            source=("chizat2019lazy",),
            domain={**model, copy: Vector(P), other: Vector(P), c: Interval(0.3, 2.0)},
            steps=(
                Step(
                    "model",
                    h(i, copy, other),
                    ":=",
                    c * (f(i, copy) - f(i, other)),
                    "a copy with the parameters $u$, minus one with $v$",
                ),
                Step("zero", h(i, copy, copy), "=", sp.S.Zero, "copies that start alike cancel", uses=("model",)),
                Step(
                    "slope",
                    Partial(h(i, copy, other), copy, p),
                    "=",
                    c * Partial(f(i, copy), copy, p),
                    "the other copy does not depend on $u$",
                    by=(rules.differentiate(),),
                    uses=("model",),
                ),
                Step("kernel", kernel(i, j, copy, other), ":=", both, "both copies are trained: two inner products"),
                Step("single", Theta_of(i, j, copy), ":=", product(f(i, copy), f(j, copy), copy), "the kernel of one"),
                Step(
                    "sum",
                    kernel(i, j, copy, other),
                    "=",
                    c**2 * (Theta_of(i, j, copy) + Theta_of(i, j, other)),
                    "each copy feels its own parameters only; the sign is squared",
                    by=(rules.differentiate(),),
                    uses=("kernel", "model", "single"),
                ),
            ),
        )


@cache
def ensemble() -> Derivation:
    """Mean and covariance of predictions over Gaussian starts, entry by entry."""
    w = sp.Function("w", real=True)
    A, B, H, f0, g0, g, label, cov, cross, test = (
        sp.Function(name, real=True) for name in ("A", "B", "H", "f__0", "g__0", "g", "y", "Sigma", "S", "V")
    )
    with sp.evaluate(False):
        left = sp.Sum(H(a, i) * label(i), (i, 1, N))

        carried = (
            test(a, b)
            - sp.Sum(H(b, i) * cross(a, i), (i, 1, N))
            - sp.Sum(H(a, i) * cross(b, i), (i, 1, N))
            + sp.Sum(H(a, i) * cov(i, j) * H(b, j), (i, 1, N), (j, 1, N))
        )
        return Derivation(
            name="ensemble",
            title="Mean and covariance over starts",
            source=("lee2019wide",),
            domain={
                N: Size(),
                M: Size(),
                Q: Size(),
                i: Index(N),
                j: Index(N),
                a: Index(M),
                b: Index(M),
                k: Index(Q),
                w: Map(Index(Q), into=Gaussian()),
                A: Map(Index(N), Index(Q)),
                B: Map(Index(M), Index(Q)),
                H: Map(Index(M), Index(N)),
                label: Map(Index(N)),
            },
            steps=(
                Step("start", f0(i), ":=", sp.Sum(A(i, k) * w(k), (k, 1, Q)), "Gaussian outputs at the start"),
                Step("test-start", g0(a), ":=", sp.Sum(B(a, k) * w(k), (k, 1, Q)), "at other inputs, correlated"),
                Step("prior", cov(i, j), ":=", sp.Sum(A(i, k) * A(j, k), (k, 1, Q)), "their covariances"),
                Step("prior-cross", cross(a, i), ":=", sp.Sum(B(a, k) * A(i, k), (k, 1, Q)), "between both"),
                Step("prior-test", test(a, b), ":=", sp.Sum(B(a, k) * B(b, k), (k, 1, Q)), "at other inputs"),
                Step(
                    "trained",
                    g(a),
                    ":=",
                    g0(a) + sp.Sum(H(a, i) * (label(i) - f0(i)), (i, 1, N)),
                    "each network in closed form; $H$ is the same for all",
                ),
                Step(
                    "mean",
                    Expectation(g(a), w),
                    "=",
                    left,
                    "the start has mean zero",
                    by=(rules.wick(),),
                    uses=("trained", "start", "test-start"),
                ),
                Step(
                    "covariance",
                    Expectation(g(a) * g(b), w) - Expectation(g(a), w) * Expectation(g(b), w),
                    "=",
                    carried,
                    "multiply out, average pairs",
                    by=(rules.wick(),),
                    uses=("trained", "start", "test-start", "prior", "prior-cross", "prior-test"),
                ),
            ),
        )


def _spread(response, cross, prior):
    """V - H S' - S H' + H Sigma H'."""
    return plus(
        V,
        minus(times(response, sp.Transpose(cross))),
        minus(times(cross, sp.Transpose(response))),
        times(response, prior, sp.Transpose(response)),
    )


@cache
def spread() -> Derivation:
    """The covariance in matrices: at the training inputs, and where the last layer alone is trained."""
    with sp.evaluate(False):
        taken = plus(ONE, minus(decay()))
        own = plus(
            Sigma,
            minus(times(taken, Sigma)),
            minus(times(Sigma, sp.Transpose(taken))),
            times(taken, Sigma, sp.Transpose(taken)),
        )
        last = times(S, sp.Inverse(Sigma), plus(ONE, minus(decay(Sigma))))
        twice = plus(V, minus(times(S, sp.Inverse(Sigma), plus(ONE, minus(decay(Sigma, 2))), sp.Transpose(S))))
        return Derivation(
            name="spread",
            title="The spread of the predictions",
            source=("lee2019wide",),
            domain={
                **TIME,
                M: Size(),
                Theta: Matrix("psd"),
                Sigma: Matrix("positive_definite"),
                S: Matrix(),
                V: Matrix("psd"),
            },
            steps=(
                Step(
                    "training",
                    own,
                    "=",
                    times(decay(), Sigma, decay()),
                    "at the training inputs $H = I - e^{-\\eta t\\Theta/N}$: multiply out",
                ),
                Step(
                    "last-layer",
                    _spread(last, S, Sigma),
                    "=",
                    twice,
                    "if $\\Theta = \\Sigma$: three terms with $I - e$ are one with $I - e^2$",
                ),
            ),
        )
