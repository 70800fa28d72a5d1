"""When the kernel matrix of one hidden ReLU layer without bias is singular."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Index, Map, Size, Step

from ..gaussian_process.symbols import kappa0, kappa1, rho
from .relu import arc_cosine
from .symbols import function

M, D = sp.symbols("M n_0", integer=True, positive=True)
a, c, e = sp.symbols("a b q", integer=True, positive=True)
weight, entry, same, opposite = map(function, ("c", "x", "K", "Kbar"))


@cache
def odd_part() -> Derivation:
    """The odd part of the kernel of one hidden ReLU layer is the correlation."""
    kernel = function("k")
    with sp.evaluate(False):
        return Derivation(
            name="odd_part",
            title="The odd part of the kernel",
            source=("basri2019convergence",),
            domain={},
            given=(arc_cosine(),),
            steps=(
                Step("kernel", kernel(rho), ":=", kappa1(rho) + rho * kappa0(rho), "one hidden layer, unit variances"),
                Step(
                    "odd",
                    kernel(rho) - kernel(-rho),
                    "=",
                    2 * rho,
                    "all that distinguishes $x$ from $-x$ is linear",
                    uses=("kernel", "relu_dual/kappa0", "relu_dual/kappa1"),
                ),
                Step(
                    "opposite",
                    kernel(-1),
                    "=",
                    sp.S.Zero,
                    "no unit is on for both $x$ and $-x$",
                    uses=("kernel", "relu_dual/kappa0", "relu_dual/kappa1"),
                ),
            ),
        )


@cache
def antipodal_pairs() -> Derivation:
    """The kernel matrix of antipodal pairs, on the vector that takes the difference of each pair."""
    with sp.evaluate(False):
        sides = same(a, c) - opposite(a, c) - opposite(a, c) + same(a, c)
        form = sp.Sum(weight(a) * weight(c) * sides, (c, 1, M), (a, 1, M))
        dot = sp.Sum(entry(a, e) * entry(c, e), (e, 1, D))
        squares = 4 * sp.Sum(sp.Sum(weight(a) * entry(a, e), (a, 1, M)) ** 2, (e, 1, D))
        return Derivation(
            name="antipodal_pairs",
            title="Antipodal pairs",
            source=("basri2019convergence",),
            domain={
                M: Size(),
                D: Size(),
                a: Index(M),
                c: Index(M),
                e: Index(D),
                weight: Map(Index(M)),
                entry: Map(Index(M), Index(D)),
                opposite: Map(Index(M), Index(M)),
            },
            hypotheses=(
                Step(
                    "same-side",
                    same(a, c),
                    ":=",
                    opposite(a, c) + 2 * dot,
                    "the odd part, for unit inputs $x_a$: $K_{ab}$ on the same side, $\\bar K_{ab}$ on opposite sides",
                ),
            ),
            steps=(
                Step(
                    "form",
                    form,
                    "=",
                    squares,
                    "the even part cancels, the odd part is a sum of squares",
                    uses=("same-side",),
                ),
            ),
        )
