"""One eigenmode of the kernel: its decay in continuous time, its decay in steps, and the largest step."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Index, Interval, Map, Recursion, Size, Step, rules

from .symbols import TIME, M, N, P, eta, i, j, lam, p, s, t, u

c, found = sp.Function("c", real=True), sp.Function("chat", real=True)
b, c_0, x = sp.symbols("b c_0 x", real=True)
MODE = {**TIME, lam: Interval(0.3, 3.0)}


@cache
def eigenmode() -> Derivation:
    """The outputs along one eigenvector of the kernel, under gradient flow."""
    with sp.evaluate(False):
        rate = eta * lam / N
        grown = sp.exp(rate * t)
        return Derivation(
            name="eigenmode",
            title="One mode in continuous time",
            source=("lee2019wide",),
            domain={**MODE, c: Map(Interval(0.0, 1.0)), c_0: Interval(), b: Interval()},
            hypotheses=(
                Step(
                    "law",
                    sp.Derivative(c(t), t),
                    "=",
                    -rate * (c(t) - b),
                    "the part of the outputs along one eigenvector; $b$ is that of the labels",
                ),
            ),
            steps=(
                Step(
                    "product",
                    sp.Derivative(grown * c(t), t),
                    "=",
                    rate * grown * c(t) + grown * sp.Derivative(c(t), t),
                    "product rule",
                    by=(rules.differentiate(),),
                ),
                Step(
                    "cancels",
                    rate * grown * c(t) + grown * sp.Derivative(c(t), t),
                    "=",
                    rate * grown * b,
                    "put in the law: the unknown cancels",
                    uses=("law",),
                ),
                Step("solution", found(t), ":=", b + (c_0 - b) * sp.exp(-rate * t), "integrate, divide"),
                Step("start", found(sp.S.Zero), "=", c_0, "at time 0", uses=("solution",)),
                Step(
                    "check",
                    sp.Derivative(found(t), t),
                    "=",
                    -rate * (found(t) - b),
                    "differentiate: it obeys the law",
                    by=(rules.differentiate(),),
                    uses=("solution",),
                ),
                Step(
                    "end",
                    sp.Limit(found(t), t, sp.oo),
                    "=",
                    b,
                    "a positive eigenvalue leads to the label",
                    by=(rules.limit(),),
                    uses=("solution",),
                ),
            ),
        )


@cache
def null_mode() -> Derivation:
    """A mode without an eigenvalue: no parameter feels it, and so no other input does."""
    J, G, v, Theta, K = (sp.Function(name, real=True) for name in ("J", "G", "v", "Theta", "K"))
    a = sp.Symbol("a", integer=True, positive=True)
    with sp.evaluate(False):
        felt = sp.Sum(J(i, p) * v(i), (i, 1, N))
        return Derivation(
            name="null_mode",
            title="A mode that is not learned",
            domain={
                **{size: Size() for size in (N, M, P)},
                **{index: Index(size) for index, size in ((i, N), (j, N), (a, M), (p, P))},
                J: Map(Index(N), Index(P)),
                G: Map(Index(M), Index(P)),
                v: Map(Index(N)),
            },
            steps=(
                Step("kernel", Theta(i, j), ":=", sp.Sum(J(i, p) * J(j, p), (p, 1, P)), "between training inputs"),
                Step("cross", K(a, i), ":=", sp.Sum(G(a, p) * J(i, p), (p, 1, P)), "with gradients $G$ elsewhere"),
                Step(
                    "squares",
                    sp.Sum(v(i) * Theta(i, j) * v(j), (i, 1, N), (j, 1, N)),
                    "=",
                    sp.Sum(felt**2, (p, 1, P)),
                    "exchange the sums, collect a square",
                    uses=("kernel",),
                ),
                Step(
                    "elsewhere",
                    sp.Sum(K(a, i) * v(i), (i, 1, N)),
                    "=",
                    sp.Sum(G(a, p) * felt, (p, 1, P)),
                    "the same numbers, felt by each parameter",
                    uses=("cross",),
                ),
            ),
        )


@cache
def descent_mode() -> Derivation:
    """The residual along one eigenvector under gradient descent: a power."""
    with sp.evaluate(False):
        factor = 1 - eta * lam / N
        return Derivation(
            name="descent_mode",
            title="One mode in steps",
            source=("lee2019wide",),
            domain={**MODE, s: Size(), c_0: Interval()},
            steps=(
                Step(
                    "power",
                    Recursion(factor * x, x, c_0, s),
                    "=",
                    c_0 * factor**s,
                    "by induction: the same factor in each step",
                    by=(rules.induction(c_0 * factor**s, s),),
                ),
            ),
        )


def _rate(name, title, value, reason, *steps):
    return Derivation(
        name=name,
        title=title,
        source=("lee2019wide",),
        domain={N: Size(), lam: Interval(0.3, 3.0), u: Interval(0.1, 2.0), eta: Interval(0.01, 100.0)},
        hypotheses=(Step("rate", eta, "=", value, reason),),
        steps=steps,
    )


@cache
def stable_rate() -> Derivation:
    """Below 2N / lambda the factor of a step is smaller than 1."""
    with sp.evaluate(False):
        shrunk = 4 * u / (1 + u) ** 2
        return _rate(
            "stable_rate",
            "Below the largest rate",
            2 * N / (lam * (1 + u)),
            "any rate below $2N/\\lambda$, written with a number $u > 0$",
            Step("lost", 1 - (1 - eta * lam / N) ** 2, "=", shrunk, "put in the rate", uses=("rate",)),
            Step("shrinks", shrunk, ">=", sp.S.Zero, "$u$ is positive"),
        )


@cache
def unstable_rate() -> Derivation:
    """Above 2N / lambda the factor of a step is larger than 1."""
    with sp.evaluate(False):
        gained = 4 * u * (1 + u)
        return _rate(
            "unstable_rate",
            "Above the largest rate",
            2 * N * (1 + u) / lam,
            "any rate above $2N/\\lambda$",
            Step("gained", (1 - eta * lam / N) ** 2 - 1, "=", gained, "put in the rate", uses=("rate",)),
            Step("grows", gained, ">=", sp.S.Zero, "$u$ is positive"),
        )


@cache
def critical_rate() -> Derivation:
    """At 2N / lambda the mode changes its sign in each step and keeps its size."""
    with sp.evaluate(False):
        derivation = _rate(
            "critical_rate",
            "At the largest rate",
            2 * N / lam,
            "exactly this rate",
            Step("factor", 1 - eta * lam / N, "=", sp.S.NegativeOne, "put in the rate", uses=("rate",)),
        )
    kept = {key: space for key, space in derivation.domain.items() if key != u}
    return Derivation(**{**derivation.__dict__, "domain": kept})
