"""How far the parameters of a linear model travel, and what the smallest eigenvalue has to do with it."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Index, Interval, Map, Size, Step, rules

from .symbols import LINEAR, POSITIVE, Delta, J, N, P, Theta, c, delta, eta, g, i, j, k, nu, p, t


@cache
def distance() -> Derivation:
    """The length of a displacement that is a combination of gradients."""
    with sp.evaluate(False):
        effect = sp.Sum(J(i, p) * delta(p), (p, 1, P))
        length = sp.Sum(delta(p) ** 2, (p, 1, P))
        form = sp.Sum(c(i) * Theta(i, j) * c(j), (i, 1, N), (j, 1, N))
        reached = sp.Sum(Theta(i, j) * c(j), (j, 1, N))
        both = ("combination", "kernel")
        return Derivation(
            name="distance",
            title="The distance travelled",
            source=("chizat2019lazy",),
            domain=LINEAR,
            hypotheses=(
                Step(
                    "combination",
                    delta(p),
                    ":=",
                    sp.Sum(c(i) * J(i, p), (i, 1, N)),
                    "a displacement that adds up gradients of outputs",
                ),
            ),
            steps=(
                Step("kernel", Theta(i, j), ":=", sp.Sum(J(i, p) * J(j, p), (p, 1, P)), "the kernel at the start"),
                Step("outputs", effect, "=", reached, "exchange the sums, name the kernel", uses=both),
                Step("target", Delta(i), ":=", reached, "what the outputs have to change"),
                Step("length", length, "=", form, "multiply out, name the kernel", uses=both),
                Step("work", form, "=", sp.Sum(c(i) * Delta(i), (i, 1, N)), "name one of the sums", uses=("target",)),
            ),
        )


@cache
def shortest() -> Derivation:
    """Any other displacement with the same effect on the training outputs is longer."""
    with sp.evaluate(False):
        longer = sp.Sum((delta(p) + nu(p)) ** 2, (p, 1, P))
        unseen = sp.Sum(c(i) * sp.Sum(J(i, p) * nu(p), (p, 1, P)), (i, 1, N))
        return Derivation(
            name="shortest",
            title="The shortest way to fit",
            domain={nu: Map(Index(P))},
            given=(distance(),),
            steps=(
                Step(
                    "pythagoras",
                    longer,
                    "=",
                    sp.Sum(delta(p) ** 2, (p, 1, P)) + sp.Sum(nu(p) ** 2, (p, 1, P)) + 2 * unseen,
                    "multiply out",
                    uses=("distance/combination",),
                ),
            ),
        )


@cache
def travelled() -> Derivation:
    """The distance along one eigenvector, as a function of time."""
    lam, missing, way = sp.Symbol("lambda", positive=True), sp.Symbol("Delta", real=True), delta(t)
    with sp.evaluate(False):
        root = sp.sqrt(lam)
        return Derivation(
            name="travelled",
            title="The distance as a function of time",
            source=("lee2019wide",),
            domain={
                N: Size(),
                t: Interval(0.1, 2.0),
                eta: Interval(0.5, 2.0),
                lam: Interval(0.5, 2.0),
                missing: Interval(),
            },
            steps=(
                Step("solution", way, ":=", 1 / root * missing * (1 - sp.exp(-eta / N * lam * t)), "a candidate"),
                Step("start", delta(sp.S.Zero), "=", sp.S.Zero, "nothing has moved", uses=("solution",)),
                Step(
                    "velocity",
                    sp.Derivative(way, t),
                    "=",
                    eta / N * root * (missing - root * way),
                    "it obeys gradient flow",
                    by=(rules.differentiate(),),
                    uses=("solution",),
                ),
                Step(
                    "for-ever",
                    sp.Limit(way**2, t, sp.oo),
                    "=",
                    1 / lam * missing**2,
                    "the exponential vanishes",
                    by=(rules.limit(),),
                    uses=("solution",),
                ),
            ),
        )


@cache
def two_points() -> Derivation:
    """Two inputs of correlation rho: what is equal is cheap, what differs is dear."""
    rho, first, second = sp.Symbol("rho", real=True), sp.Symbol("Delta_1", real=True), sp.Symbol("Delta_2", real=True)
    with sp.evaluate(False):
        one, two = ((a - rho * b) / (1 - rho**2) for a, b in ((first, second), (second, first)))
        c1, c2 = sp.Symbol("c_1", real=True), sp.Symbol("c_2", real=True)
        apart = (first + second) ** 2 / (2 * (1 + rho)) + (first - second) ** 2 / (2 * (1 - rho))
        return Derivation(
            name="two_points",
            title="Two inputs",
            domain={rho: Interval(-0.9, 0.9), first: Interval(), second: Interval()},
            steps=(
                Step("first", c1, ":=", one, "solve two equations"),
                Step("second", c2, ":=", two, "by symmetry"),
                Step("solves", c1 + rho * c2, "=", first, "the first equation", uses=("first", "second")),
                Step("length", c1 * first + c2 * second, "=", apart, "sum and difference", uses=("first", "second")),
            ),
        )


@cache
def smallest_eigenvalue() -> Derivation:
    """Many points: the distance is bounded by the smallest eigenvalue."""
    lam, mu = sp.Symbol("lambda", positive=True), sp.Function("mu", real=True)
    with sp.evaluate(False):
        changed = sp.Sum((mu(k) * c(k)) ** 2, (k, 1, N))
        gap = changed - lam * sp.Sum(mu(k) * c(k) ** 2, (k, 1, N))
        squares = sp.Sum((lam + g(k) ** 2) * (g(k) * c(k)) ** 2, (k, 1, N))
        return Derivation(
            name="smallest_eigenvalue",
            title="The smallest eigenvalue",
            source=("du2019gradient",),
            domain={N: Size(), k: Index(N), lam: POSITIVE, c: Map(Index(N)), g: Map(Index(N))},
            hypotheses=(Step("eigenvalues", mu(k), ":=", lam + g(k) ** 2, "no eigenvalue is smaller than $\\lambda$"),),
            steps=(
                Step("gap", gap, "=", squares, "collect", uses=("eigenvalues",)),
                Step("bound", squares, ">=", sp.S.Zero, "positive factors and squares"),
            ),
        )
