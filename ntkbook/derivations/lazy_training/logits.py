"""Cross-entropy: the output grows for ever, so laziness has an end."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Interval, Map, Step, rules

from .symbols import POSITIVE, eta, t

LATE = Interval(0.0, 1.0)
f = sp.Function("f", real=True)(t)


@cache
def logits() -> Derivation:
    """One input with the label 1, a constant kernel, and the logistic loss."""
    kernel = sp.Symbol("Theta", positive=True)
    with sp.evaluate(False):
        moving = sp.Derivative(f + sp.exp(f), t)
        inserted = sp.Derivative(f, t) + sp.exp(f) * sp.Derivative(f, t)
        return Derivation(
            name="logits",
            title="Logits grow for ever",
            domain={t: LATE, eta: Interval(0.5, 2.0), kernel: POSITIVE, f.func: Map(LATE)},
            hypotheses=(
                Step(
                    "flow",
                    sp.Derivative(f, t),
                    "=",
                    eta * kernel / (1 + sp.exp(f)),
                    "the logistic loss of a label 1, constant kernel",
                ),
            ),
            steps=(
                Step("chain-rule", moving, "=", inserted, "differentiate", by=(rules.differentiate(),)),
                Step("constant", inserted, "=", eta * kernel, "put the flow in", uses=("flow",)),
            ),
        )
