"""What labels cost: the norm of the fit, and a bound that sees them."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Gaussian, Index, Interval, Map, Orthonormal, Size, Step, rules

from .symbols import Theta, c, i, j, k, lam, n, y

v, b, sign, H = (sp.Function(name, real=True) for name in ("v", "b", "xi", "H"))
S, T, risk = sp.symbols("S T R", positive=True)
u = sp.Symbol("u", real=True)


@cache
def function_norm() -> Derivation:
    """The norm of the function that interpolates, by labels and by modes."""
    with sp.evaluate(False):
        form = sp.Sum(c(i) * Theta(i, j) * c(j), (i, 1, n), (j, 1, n))
        component = sp.Sum(v(k, i) * y(i), (i, 1, n))
        return Derivation(
            name="function_norm",
            title="What labels cost",
            source=("arora2019fine",),
            domain={
                n: Size(),
                i: Index(n),
                j: Index(n),
                k: Index(n),
                v: Map(Index(n), Index(n), into=Orthonormal()),
                lam: Map(Index(n)),
                b: Map(Index(n)),
            },
            hypotheses=(
                Step(
                    "matrix",
                    Theta(i, j),
                    ":=",
                    sp.Sum(lam(k) * v(k, i) * v(k, j), (k, 1, n)),
                    "the kernel matrix by its modes",
                ),
                Step(
                    "coefficients",
                    c(j),
                    ":=",
                    sp.Sum(b(k) * v(k, j), (k, 1, n)),
                    "any function $\\sum_j c_j \\Theta(x, x_j)$",
                ),
                Step(
                    "fits", y(i), ":=", sp.Sum(Theta(i, j) * c(j), (j, 1, n)), "its values at the data are the labels"
                ),
            ),
            steps=(
                Step("by-labels", form, "=", sp.Sum(c(i) * y(i), (i, 1, n)), "its squared norm", uses=("fits",)),
                Step(
                    "component",
                    component,
                    "=",
                    lam(k) * b(k),
                    "the labels along a mode",
                    by=(rules.orthonormal(v),),
                    uses=("fits", "matrix", "coefficients"),
                ),
                Step(
                    "by-modes",
                    form,
                    "=",
                    sp.Sum(1 / lam(k) * (lam(k) * b(k)) ** 2, (k, 1, n)),
                    "so each mode costs its squared label component over its eigenvalue",
                    by=(rules.orthonormal(v),),
                    uses=("matrix", "coefficients"),
                ),
            ),
        )


@cache
def label_bound() -> Derivation:
    """A bound on the test error from the norm of the fit."""
    with sp.evaluate(False):
        noise = sp.Sum(sign(i) * sign(j) * Theta(i, j), (i, 1, n), (j, 1, n))
        return Derivation(
            name="label_bound",
            title="A bound that sees the labels",
            source=("bartlett2002rademacher", "arora2019fine"),
            domain={
                n: Size(),
                i: Index(n),
                j: Index(n),
                sign: Map(Index(n), into=Gaussian()),
                Theta: Map(Index(n), Index(n)),
                S: Interval(0.5, 2.0),
                T: Interval(0.5, 2.0),
                risk: Interval(0.5, 2.0),
            },
            steps=(
                Step(
                    "noise",
                    Expectation(noise, sign),
                    "=",
                    sp.Sum(Theta(i, i), (i, 1, n)),
                    "how far functions of norm 1 follow pure noise $\\xi$: the mean square is the trace",
                    by=(rules.wick(),),
                ),
                Step(
                    "bound",
                    risk,
                    "<=",
                    2 / n * sp.sqrt(S * T),
                    "test error $R$, with $S = y^\\top\\Theta^{-1}y$, $T = \\operatorname{tr}\\Theta$; a term of order "
                    "$n^{-1/2}$ that does not see the labels is left out",
                    cite="bartlett2002rademacher",
                ),
            ),
            equivalents={
                ("noise", f"{new} for {old} in Theta(i, j)"): "only pairs of equal indices have a mean other than 0"
                for new, old in (("i", "j"), ("j", "i"))
            },
        )


@cache
def first_layer_bound() -> Derivation:
    """The same bound for the kernel of the hidden layer alone."""
    with sp.evaluate(False):
        return Derivation(
            name="first_layer_bound",
            title="The bound for a trained hidden layer",
            source=("arora2019fine",),
            domain={n: Size(), S: Interval(0.5, 2.0), T: Interval(0.1, 9.0), u: Interval(0.1, 3.0)},
            hypotheses=(Step("trace", T, "=", n / 2, "$n$ inputs of length 1: the diagonal is ½"),),
            steps=(
                Step(
                    "kernel",
                    H(u),
                    ":=",
                    sp.cos(u) * (sp.pi - u) / (2 * sp.pi),
                    "the kernel when the hidden layer of a ReLU network is trained alone",
                ),
                Step("diagonal", H(0), "=", sp.Rational(1, 2), "at angle 0", uses=("kernel",)),
                Step(
                    "sixty-degrees", H(sp.pi / 3), "=", sp.Rational(1, 6), "at an angle of 60 degrees", uses=("kernel",)
                ),
                Step(
                    "special-case", 2 / n * sp.sqrt(S * T), "=", sp.sqrt(2 * S / n), "put in the trace", uses=("trace",)
                ),
            ),
        )
