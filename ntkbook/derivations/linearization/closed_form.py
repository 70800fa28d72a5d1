"""Training in closed form, in matrices: at the training inputs, at any other input, to the end, and in steps."""

from functools import cache

import sympy as sp

from ntkbook.proof import AtTime, Derivation, Matrix, Size, Step, TimeDerivative, rules

from .symbols import (
    ONE,
    REGULAR,
    TIME,
    TRAINING,
    K,
    N,
    Theta,
    decay,
    eta,
    f_0,
    f_t,
    g_0,
    g_end,
    g_t,
    minus,
    plus,
    s,
    t,
    times,
    y,
)

RESIDUAL = plus(f_0, minus(y))
SOLUTION = plus(y, times(decay(), RESIDUAL))


@cache
def closed_form() -> Derivation:
    """The outputs at the training inputs at any time, under a constant kernel."""
    with sp.evaluate(False):
        error = plus(f_t, minus(y))
        return Derivation(
            name="closed_form",
            title="Training in closed form",
            source=("jacot2018neural", "lee2019wide"),
            domain=TRAINING,
            steps=(
                Step("solution", f_t, ":=", plus(y, times(decay(), RESIDUAL)), "labels, and what is left of the error"),
                Step("start", AtTime(f_t, t, 0), "=", f_0, "the exponential of 0 is $I$", uses=("solution",)),
                Step(
                    "law",
                    TimeDerivative(f_t, t),
                    "=",
                    times(-eta / N, Theta, error),
                    "differentiate the exponential",
                    by=(rules.matrix_derivative(),),
                    uses=("solution",),
                ),
                Step(
                    "mixed",
                    f_t,
                    "=",
                    plus(times(decay(), f_0), times(plus(ONE, minus(decay())), y)),
                    "collect the start and the labels: their weights add up to $I$",
                    uses=("solution",),
                ),
                Step(
                    "loss",
                    times(1 / (2 * N), sp.Transpose(error), error),
                    "=",
                    times(1 / (2 * N), sp.Transpose(RESIDUAL), decay(speed=2), RESIDUAL),
                    "two factors of the same matrix: add the exponents",
                    uses=("solution",),
                ),
            ),
        )


@cache
def eigenbasis() -> Derivation:
    """The same in the basis of eigenvectors: the modes do not see each other."""
    U, Lambda = sp.MatrixSymbol("U", N, N), sp.MatrixSymbol("Lambda", N, N)
    r_0, r_t = (sp.MatrixSymbol(name, N, 1) for name in ("r_0", "r_t"))
    with sp.evaluate(False):
        turned = sp.Transpose(U)
        modes = times(turned, r_t)
        return Derivation(
            name="eigenbasis",
            title="Training in the eigenbasis",
            source=("lee2019wide",),
            domain={**TIME, U: Matrix("orthogonal"), Lambda: Matrix("diagonal"), r_0: Matrix()},
            steps=(
                Step("basis", Theta, ":=", times(U, Lambda, turned), "eigenvectors in $U$, eigenvalues in $\\Lambda$"),
                Step(
                    "exponential",
                    decay(),
                    "=",
                    times(U, decay(Lambda), turned),
                    "in every power of the product, $U^\\top U = I$ cancels",
                    uses=("basis",),
                ),
                Step("residual", r_t, ":=", times(decay(), r_0), "the residual in closed form"),
                Step(
                    "modes",
                    modes,
                    "=",
                    times(decay(Lambda), turned, r_0),
                    "one factor for each eigenvalue",
                    uses=("residual", "basis"),
                ),
                Step(
                    "law",
                    TimeDerivative(modes, t),
                    "=",
                    times(-eta / N, Lambda, modes),
                    "each mode obeys an equation of its own",
                    by=(rules.matrix_derivative(),),
                    uses=("residual", "basis"),
                ),
            ),
        )


@cache
def prediction() -> Derivation:
    """The outputs at inputs that are not trained on, at any time."""
    with sp.evaluate(False):
        taken = plus(y, minus(f_0))
        solution = plus(g_0, times(K, sp.Inverse(Theta), plus(ONE, minus(decay())), taken))
        missing = times(K, sp.Inverse(Theta), decay(), taken)
        return Derivation(
            name="prediction",
            title="Predictions in closed form",
            source=("lee2019wide",),
            domain=REGULAR,
            steps=(
                Step("training", f_t, ":=", plus(y, times(decay(), RESIDUAL)), "the training outputs"),
                Step("solution", g_t, ":=", solution, "the outputs at other inputs"),
                Step("start", AtTime(g_t, t, 0), "=", g_0, "at time 0", uses=("solution",)),
                Step(
                    "law",
                    TimeDerivative(g_t, t),
                    "=",
                    times(-eta / N, K, plus(f_t, minus(y))),
                    "differentiate; $\\Theta^{-1}$ meets $\\Theta$",
                    by=(rules.matrix_derivative(),),
                    uses=("solution", "training"),
                ),
                Step(
                    "same",
                    plus(f_0, times(Theta, sp.Inverse(Theta), plus(ONE, minus(decay())), taken)),
                    "=",
                    f_t,
                    "at the training inputs, where $K = \\Theta$, it is the old formula",
                    uses=("training",),
                ),
                Step("end", g_end, ":=", plus(g_0, times(K, sp.Inverse(Theta), taken)), "without the exponential"),
                Step(
                    "missing", plus(g_end, minus(g_t)), "=", missing, "what is still missing", uses=("end", "solution")
                ),
                Step(
                    "limit",
                    g_t,
                    "->",
                    g_end,
                    "every mode of the missing part decays, if all eigenvalues are positive",
                    limit="time",
                    experiment="linearization.missing_part",
                ),
                Step(
                    "remains",
                    g_end,
                    "=",
                    plus(times(K, sp.Inverse(Theta), y), plus(g_0, minus(times(K, sp.Inverse(Theta), f_0)))),
                    "kernel regression of the labels, and what it has not explained of the start",
                    uses=("end",),
                ),
            ),
        )


@cache
def descent() -> Derivation:
    """Gradient descent in closed form: a power in place of the exponential."""
    f_s = sp.MatrixSymbol("f_s", N, 1)
    with sp.evaluate(False):
        step = plus(ONE, times(-eta / N, Theta))
        return Derivation(
            name="descent",
            title="Gradient descent in closed form",
            source=("lee2019wide",),
            domain={key: space for key, space in {**TRAINING, s: Size()}.items() if key != t},
            steps=(
                Step("solution", f_s, ":=", plus(y, times(sp.MatPow(step, s), RESIDUAL)), "after $s$ steps"),
                Step(
                    "next",
                    plus(y, times(step, plus(f_s, minus(y)))),
                    "=",
                    plus(y, times(sp.MatPow(step, s + 1), RESIDUAL)),
                    "one step more raises the power by one",
                    uses=("solution",),
                ),
            ),
        )


__all__ = ["closed_form", "descent", "eigenbasis", "prediction"]
