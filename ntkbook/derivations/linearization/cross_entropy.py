"""Cross-entropy: the kernel law holds, and one point shows that the outputs never come to rest."""

from functools import cache

import sympy as sp

from ntkbook.proof import Component, Derivation, Index, Interval, Map, Partial, Step, rules

from ..gradient_flow import kernel_gradient_flow
from ..gradient_flow.symbols import LOSS, OUTPUTS, N, Theta, eta, f, i, j, t, theta
from ..gradient_flow.symbols import y as label


@cache
def logistic_loss() -> Derivation:
    """The law of the outputs for the cross-entropy of two classes."""
    with sp.evaluate(False):
        margin = label(j) * Component(OUTPUTS, j)
        wrong = label(j) / (1 + sp.exp(label(j) * f(j, theta)))
        return Derivation(
            name="logistic_loss",
            title="Outputs under cross-entropy",
            source=("jacot2018neural",),
            domain={label: Map(Index(N))},
            given=(kernel_gradient_flow(),),
            hypotheses=(
                Step("loss", LOSS, ":=", 1 / N * sp.Sum(sp.log(1 + sp.exp(-margin)), (j, 1, N)), "labels are $\\pm 1$"),
            ),
            steps=(
                Step(
                    "output-gradient",
                    Partial(LOSS, OUTPUTS, j),
                    "=",
                    -1 / N * wrong,
                    "differentiate the logarithm",
                    by=(rules.differentiate(),),
                    uses=("loss",),
                ),
                Step(
                    "velocity",
                    sp.Derivative(f(i, theta), t),
                    "=",
                    eta / N * sp.Sum(Theta(i, j, theta) * wrong, (j, 1, N)),
                    "put it into the law",
                    uses=("kernel_gradient_flow/law", "output-gradient"),
                ),
            ),
        )


@cache
def one_logit() -> Derivation:
    """One training point with the label 1: an implicit solution that grows like a logarithm."""
    c, k = sp.Function("f", real=True), sp.Symbol("k", positive=True)
    with sp.evaluate(False):
        return Derivation(
            name="one_logit",
            title="One logit",
            source=("soudry2018implicit",),
            domain={t: Interval(0.0, 1.0), eta: Interval(0.5, 2.0), k: Interval(0.5, 2.0), c: Map(Interval(0.0, 1.0))},
            hypotheses=(
                Step(
                    "law", sp.Derivative(c(t), t), "=", eta * k / (1 + sp.exp(c(t))), "one input, label $1$, kernel $k$"
                ),
            ),
            steps=(
                Step(
                    "chain",
                    sp.Derivative(c(t) + sp.exp(c(t)), t),
                    "=",
                    (1 + sp.exp(c(t))) * sp.Derivative(c(t), t),
                    "differentiate",
                    by=(rules.differentiate(),),
                ),
                Step(
                    "clock", (1 + sp.exp(c(t))) * sp.Derivative(c(t), t), "=", eta * k, "put in the law", uses=("law",)
                ),
            ),
        )
