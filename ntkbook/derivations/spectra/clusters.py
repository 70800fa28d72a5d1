"""Two tight clusters, solved exactly; how small eigenvalues depend on the spread; and aliasing on a grid."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Index, Interval, Map, Size, Step, rules

from .circle import circle_spectrum, nngp, ntk
from .symbols import N, a, i, j, k, n, u

own, near, far = sp.symbols("s w b", real=True)
W, d, x = (sp.Function(name, real=True) for name in ("W", "d", "x"))


@cache
def two_clusters() -> Derivation:
    """The modes of a kernel matrix that knows only: same point, same cluster, other cluster."""
    with sp.evaluate(False):
        rows = sp.Sum(W(i, j), (j, 1, n))
        return Derivation(
            name="two_clusters",
            title="Two clusters",
            domain={
                n: Size(),
                i: Index(n),
                j: Index(n),
                k: Index(n),
                own: Interval(2.0, 3.0),
                near: Interval(1.0, 1.9),
                far: Interval(-0.5, 0.9),
                a: Map(Index(n)),
            },
            hypotheses=(
                Step(
                    "block",
                    W(i, j),
                    ":=",
                    near + (own - near) * sp.KroneckerDelta(i, j),
                    "the kernel inside a cluster of $n$ points: $s$ for a point with itself, $w$ with a neighbour",
                ),
            ),
            steps=(
                Step(
                    "mean-mode",
                    rows + sp.Sum(far, (j, 1, n)),
                    "=",
                    own + (n - 1) * near + n * far,
                    "all points alike: the mean of the labels",
                    uses=("block",),
                ),
                Step(
                    "contrast-mode",
                    rows - sp.Sum(far, (j, 1, n)),
                    "=",
                    own + (n - 1) * near - n * far,
                    "one cluster against the other",
                    uses=("block",),
                ),
                Step(
                    "inner-labels",
                    d(i),
                    ":=",
                    a(i) - 1 / n * sp.Sum(a(k), (k, 1, n)),
                    "labels that vary inside one cluster, any numbers less their mean",
                ),
                Step(
                    "inner-mode",
                    sp.Sum(W(i, j) * d(j), (j, 1, n)),
                    "=",
                    (own - near) * d(i),
                    "the constant part of the block does not see them",
                    uses=("block", "inner-labels"),
                ),
                Step(
                    "other-rows",
                    far + sp.Sum(far * d(j), (j, 1, n)),
                    "=",
                    far,
                    "nor does the other cluster: what a constant $b$ adds is 0",
                    uses=("inner-labels",),
                ),
                Step(
                    "inner-cost",
                    sp.Sum(a(i) * (d(i) / (own - near)), (i, 1, n)),
                    "=",
                    1 / (own - near) * (sp.Sum(a(i) ** 2, (i, 1, n)) - 1 / n * sp.Sum(a(i), (i, 1, n)) ** 2),
                    "what it costs to fit them: their variance, times $n$, over the small eigenvalue",
                    uses=("inner-labels",),
                ),
            ),
        )


@cache
def cluster_spread() -> Derivation:
    """Why the eigenvalues inside a cluster shrink as they do: the kernels at small angles."""
    s = sp.Symbol("s", real=True)
    with sp.evaluate(False):
        power = sp.Sum(a(i) * a(j) * (x(i) - x(j)) ** 2, (i, 1, N), (j, 1, N))
        kink = 1 / sp.pi * sp.Integral(s * sp.sin(s), (s, 0, u))
        return Derivation(
            name="cluster_spread",
            title="Kernels at small angles",
            source=("cho2009kernel",),
            domain={N: Size(), i: Index(N), j: Index(N), a: Map(Index(N)), x: Map(Index(N))},
            given=(circle_spectrum(),),
            steps=(
                Step(
                    "smooth-and-kink",
                    sp.cos(u) + kink,
                    "=",
                    nngp(u),
                    "the NNGP kernel: a smooth part, and a part with a kink",
                    by=(rules.fourier(s),),
                    uses=("circle_spectrum/nngp", "circle_spectrum/kappa1"),
                ),
                Step(
                    "kink-order",
                    sp.Limit((nngp(u) - sp.cos(u)) / u**3, u, 0),
                    "=",
                    1 / (3 * sp.pi),
                    "the kink is of third order",
                    by=(rules.limit(),),
                    uses=("circle_spectrum/nngp", "circle_spectrum/kappa1"),
                ),
                Step(
                    "nngp-gap",
                    sp.Limit((1 - nngp(u)) / u**2, u, 0),
                    "=",
                    sp.Rational(1, 2),
                    "by its NNGP kernel, neighbours differ by a square",
                    by=(rules.limit(),),
                    uses=("circle_spectrum/nngp", "circle_spectrum/kappa1"),
                ),
                Step(
                    "ntk-gap",
                    sp.Limit((2 - ntk(u)) / u, u, 0),
                    "=",
                    1 / sp.pi,
                    "the NTK contains $\\kappa_0$, which falls off linearly",
                    by=(rules.limit(),),
                    uses=("circle_spectrum/ntk", "circle_spectrum/kappa0", "circle_spectrum/kappa1"),
                ),
                Step(
                    "square-rank",
                    power,
                    "=",
                    2 * sp.Sum(a(i), (i, 1, N)) * sp.Sum(a(j) * x(j) ** 2, (j, 1, N))
                    - 2 * sp.Sum(a(i) * x(i), (i, 1, N)) ** 2,
                    "multiply out the square of a distance",
                ),
            ),
        )


@cache
def aliasing() -> Derivation:
    """On an equispaced grid, a frequency cannot be told from others."""
    with sp.evaluate(False):
        angle = 2 * sp.pi * j / N
        return Derivation(
            name="aliasing",
            title="Aliasing on a grid",
            domain={N: Size(), j: Index(N), k: Index(N)},
            steps=(
                Step(
                    "above",
                    sp.cos((N + k) * angle),
                    "=",
                    sp.cos(k * angle),
                    "at grid point $j$ the arguments differ by $j$ full turns",
                ),
                Step("below", sp.cos((N - k) * angle), "=", sp.cos(k * angle), "the cosine is even, too"),
            ),
        )
