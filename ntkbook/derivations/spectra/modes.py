"""Training mode by mode: decay, half-life, and the filters of early stopping and of ridge."""

from functools import cache

import sympy as sp

from ntkbook.proof import Component, Derivation, Index, Interval, Map, Orthonormal, Size, Step, Vector, rules

from .symbols import N, Theta, a, c, ell, eta, g, gamma, i, j, k, lam, r, t, v, y

MODES = {
    N: Size(),
    i: Index(N),
    j: Index(N),
    k: Index(N),
    ell: Index(N),
    v: Map(Index(N), Index(N), into=Orthonormal()),
    lam: Map(Index(N)),
    eta: Interval(0.5, 2.0),
    t: Interval(0.0, 1.0),
}
"""A symmetric matrix by its eigenvectors and eigenvalues."""


def matrix_of_modes() -> Step:
    """The kernel matrix, put together from its modes."""
    entry = sp.Sum(lam(ell) * v(ell, i) * v(ell, j), (ell, 1, N))
    return Step("matrix", Theta(i, j), ":=", entry, "any symmetric matrix is made of its orthonormal eigenvectors")


@cache
def spectral_modes() -> Derivation:
    """Each component of the residual decays alone, at the rate of its eigenvalue."""
    residuals, tau = r(t), sp.Function("tau", real=True)
    with sp.evaluate(False):
        component = sp.Sum(v(k, i) * Component(residuals, i), (i, 1, N))
        moving = sp.Derivative(g(k, t), t)
        coupled = -eta / N * sp.Sum(v(k, i) * Theta(i, j) * Component(residuals, j), (i, 1, N), (j, 1, N))
        decayed = -(eta * lam(k) / N) * g(k, t)
        decay = sp.exp(-(eta * lam(k) * t / N))
        return Derivation(
            name="spectral_modes",
            title="The residual, mode by mode",
            source=("jacot2018neural",),
            domain={**MODES, c: Interval(), r: Map(Interval(0.0, 1.0), into=Vector(N))},
            hypotheses=(
                matrix_of_modes(),
                Step(
                    "flow",
                    sp.Derivative(Component(residuals, i), t),
                    "=",
                    -eta / N * sp.Sum(Theta(i, j) * Component(residuals, j), (j, 1, N)),
                    "squared loss, and a kernel that stands still",
                ),
            ),
            steps=(
                Step(
                    "eigenvector",
                    sp.Sum(Theta(i, j) * v(k, j), (j, 1, N)),
                    "=",
                    lam(k) * v(k, i),
                    "the modes are orthonormal",
                    by=(rules.orthonormal(v),),
                    uses=("matrix",),
                ),
                Step("component", g(k, t), ":=", component, "the part of the residual along mode $k$"),
                Step(
                    "projected",
                    moving,
                    "=",
                    sp.Sum(v(k, i) * sp.Derivative(Component(residuals, i), t), (i, 1, N)),
                    "the mode stands still",
                    by=(rules.differentiate(),),
                    uses=("component",),
                ),
                Step(
                    "insert-flow",
                    sp.Sum(v(k, i) * sp.Derivative(Component(residuals, i), t), (i, 1, N)),
                    "=",
                    coupled,
                    "put in the flow",
                    uses=("flow",),
                ),
                Step(
                    "decoupled",
                    coupled,
                    "=",
                    decayed,
                    "the sum over $i$ leaves one mode",
                    by=(rules.orthonormal(v),),
                    uses=("matrix", "component"),
                ),
                Step(
                    "solution",
                    sp.Derivative(c * decay, t),
                    "=",
                    -(eta * lam(k) / N) * c * decay,
                    "an exponential obeys this law, and starts at the constant $c$",
                    by=(rules.differentiate(),),
                ),
                Step("half-life", tau(k), ":=", N * sp.log(2) / (eta * lam(k)), "the half-life of a mode"),
                Step(
                    "halved",
                    c * sp.exp(-(eta * lam(k) * tau(k) / N)),
                    "=",
                    c / 2,
                    "after it, half is left",
                    uses=("half-life",),
                ),
            ),
        )


@cache
def spectral_filters() -> Derivation:
    """What training for a time t fits, beside what ridge regression fits: two filters on the same modes."""
    fitted, weight, b = (sp.Function(name, real=True) for name in ("f", "w", "b"))
    with sp.evaluate(False):
        target = sp.Sum(v(ell, j) * y(j), (j, 1, N))
        left = sp.exp(-(eta * lam(ell) * t / N))
        stopped = sp.Sum((1 - left) * a(ell) * v(ell, i), (ell, 1, N))
        remaining = eta / N * sp.Sum(lam(ell) * left * a(ell) * v(ell, i), (ell, 1, N))
        coefficient = sp.Sum(b(ell) * v(ell, j), (ell, 1, N))
        gap = sp.Sum(Theta(i, j) * (fitted(j, t) - y(j)), (j, 1, N))
        return Derivation(
            name="spectral_filters",
            title="Early stopping and ridge as filters",
            source=("jacot2018neural",),
            domain={**MODES, gamma: Interval(0.5, 2.0), y: Map(Index(N)), b: Map(Index(N))},
            hypotheses=(matrix_of_modes(),),
            steps=(
                Step("label-component", a(ell), ":=", target, "the part of the labels along a mode"),
                Step("stopped", fitted(i, t), ":=", stopped, "each mode is fitted up to what has not yet decayed"),
                Step(
                    "start",
                    sp.Sum(a(ell) * v(ell, i), (ell, 1, N)),
                    "=",
                    y(i),
                    "all modes together give back the labels",
                    by=(rules.orthonormal(v),),
                    uses=("label-component",),
                ),
                Step(
                    "gap",
                    gap,
                    "=",
                    -sp.Sum(lam(ell) * left * a(ell) * v(ell, i), (ell, 1, N)),
                    "what is left to fit, mode by mode",
                    by=(rules.orthonormal(v),),
                    uses=("matrix", "stopped", "label-component"),
                ),
                Step(
                    "velocity",
                    sp.Derivative(fitted(i, t), t),
                    "=",
                    remaining,
                    "differentiate the filter",
                    by=(rules.differentiate(),),
                    uses=("stopped",),
                ),
                Step(
                    "solves-flow",
                    -eta / N * gap,
                    "=",
                    remaining,
                    "the right side of gradient flow is the same",
                    uses=("gap",),
                ),
                Step(
                    "ridge-coefficients", weight(j), ":=", coefficient, "the coefficients of ridge regression, by modes"
                ),
                Step(
                    "normal-equations",
                    sp.Sum((Theta(i, j) + gamma * sp.KroneckerDelta(i, j)) * weight(j), (j, 1, N)),
                    "=",
                    sp.Sum((lam(ell) + gamma) * b(ell) * v(ell, i), (ell, 1, N)),
                    "what they have to make equal to the labels: $(\\lambda_k + \\gamma)\\, b_k = a_k$",
                    by=(rules.orthonormal(v),),
                    uses=("matrix", "ridge-coefficients"),
                ),
                Step(
                    "ridge-fit",
                    sp.Sum(Theta(i, j) * weight(j), (j, 1, N)),
                    "=",
                    sp.Sum(lam(ell) * b(ell) * v(ell, i), (ell, 1, N)),
                    "what they fit",
                    by=(rules.orthonormal(v),),
                    uses=("matrix", "ridge-coefficients"),
                ),
                Step(
                    "ridge-filter",
                    lam(k) * b(k) / ((lam(k) + gamma) * b(k)),
                    "=",
                    1 / (1 + gamma / lam(k)),
                    "the part of a label that is fitted",
                ),
            ),
        )
