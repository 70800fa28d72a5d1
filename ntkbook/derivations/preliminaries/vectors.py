"""Derivatives of vectors by vectors, and Taylor's first order with its remainder."""

from functools import cache

import sympy as sp

from ntkbook.proof import (
    Component,
    Derivation,
    Index,
    Interval,
    Map,
    Partial,
    Prime,
    Size,
    Stack,
    Step,
    Vector,
    rules,
)  # fmt: skip

from .symbols import N, P, a, f, g, h, i, j, m, n, p, q, s, t, x

theta = sp.Symbol("theta", real=True)
path, delta = sp.Function("theta", real=True), sp.Function("delta", real=True)
A, B = sp.Function("A", real=True), sp.Function("B", real=True)
T = sp.Function("T", real=True)


@cache
def jacobian() -> Derivation:
    """The chain rule as a product of Jacobians, and the gradient of a scalar as a transposed product."""
    with sp.evaluate(False):
        inner = Stack(f(p, theta), p, P)
        slope = Partial(f(p, theta), theta, i)
        forward = sp.Sum(Partial(g(m, inner), inner, p) * slope, (p, 1, P))
        backward = sp.Sum(slope * Partial(h(inner), inner, p), (p, 1, P))
        linear = sp.Sum(A(m, j) * Component(theta, j), (j, 1, N))
        form = sp.Sum(Component(theta, j) * B(j, q) * Component(theta, q), (j, 1, N), (q, 1, N))
        return Derivation(
            name="jacobian",
            title="Derivatives of vectors",
            equivalents={
                ("linear", "i for j in A(m, j)"): "only the term j = i has a derivative",
            },
            source=("weng2022ntk",),
            domain={
                N: Size(), P: Size(), n: Size(), i: Index(N), j: Index(N), q: Index(N), p: Index(P), m: Index(n),
                theta: Vector(N), f: Map(Index(P), Vector(N)), g: Map(Index(n), Vector(P)), h: Map(Vector(P)),
                A: Map(Index(n), Index(N)), B: Map(Index(N), Index(N)),
            },
            steps=(
                Step(
                    "product", Partial(g(m, inner), theta, i), "=", forward, "chain rule: the product of two Jacobians",
                    by=(rules.chain_rule(inner),),
                ),
                Step(
                    "gradient", Partial(h(inner), theta, i), "=", backward,
                    "the same for a scalar: the transposed Jacobian acts on a gradient", by=(rules.chain_rule(inner),),
                ),
                Step("linear", Partial(linear, theta, i), "=", A(m, i), "a linear map is its own Jacobian",
                     by=(rules.differentiate(),)),
                Step(
                    "quadratic", Partial(form, theta, i), "=",
                    sp.Sum((B(i, j) + B(j, i)) * Component(theta, j), (j, 1, N)),
                    "product rule: both factors move", by=(rules.differentiate(),),
                ),
            ),
        )  # fmt: skip


@cache
def taylor() -> Derivation:
    """Taylor's first order with an exact remainder: an integral over the second derivative."""
    with sp.evaluate(False):
        tangent = f(s) + (x - s) * Prime(f(s))
        remainder = sp.Integral((x - s) * Prime(f(s), 2), (s, a, x))
        return Derivation(
            name="taylor",
            title="Taylor's first order, with remainder",
            source=("weng2022ntk",),
            domain={a: Interval(), x: Interval(), s: Interval(), f: Map(Interval())},
            steps=(
                Step("tangent", T(s), ":=", tangent, "the tangent at $s$, read off at $x$"),
                Step(
                    "slope", sp.Derivative(T(s), s), "=", (x - s) * Prime(f(s), 2), "two terms cancel",
                    by=(rules.differentiate(),), uses=("tangent",),
                ),
                Step(
                    "remainder", f(a) + (x - a) * Prime(f(a)) + remainder, "=", f(x),
                    "integrate from $a$ to $x$: the integrand is $T'(s)$", by=(rules.antiderivative(tangent, s),),
                ),
            ),
        )  # fmt: skip


@cache
def taylor_path() -> Derivation:
    """The slope of a function of many parameters along a straight path, for Taylor's first order."""
    with sp.evaluate(False):
        here = path(t)
        along = sp.Sum(Partial(h(here), here, p) * sp.Derivative(Component(here, p), t), (p, 1, P))
        slope = sp.Sum(Partial(h(here), here, p) * delta(p), (p, 1, P))
        return Derivation(
            name="taylor_path",
            title="The slope along a straight path",
            source=("weng2022ntk",),
            domain={
                P: Size(), p: Index(P), t: Interval(0.0, 1.0), h: Map(Vector(P)), delta: Map(Index(P)),
                path: Map(Interval(0.0, 1.0), into=Vector(P)),
            },
            hypotheses=(
                Step("straight", sp.Derivative(Component(here, p), t), "=", delta(p), "a straight path, in unit time"),
            ),
            steps=(
                Step("along", sp.Derivative(h(here), t), "=", along, "chain rule", by=(rules.chain_rule(here),)),
                Step("slope", along, "=", slope, "put in the path", uses=("straight",)),
            ),
        )  # fmt: skip
