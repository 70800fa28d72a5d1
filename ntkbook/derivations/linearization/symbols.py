"""The symbols of the chapter on linearization.

N training inputs, M other inputs, P parameters. Small letters with an index are numbers, as in chapter 1. Matrices are
`MatrixSymbol`s: outputs are columns, (N, 1) at the training inputs and (M, 1) at the others.
"""

import sympy as sp

from ntkbook.proof import Interval, Matrix, MatrixExponential, Size

from ..gradient_flow.symbols import N, P, eta, i, j, m, p, q, t

M, n, s = sp.symbols("M n s", integer=True, positive=True)
lam, u, eps = sp.symbols("lamda u epsilon", positive=True)

Theta, Sigma = sp.MatrixSymbol("Theta", N, N), sp.MatrixSymbol("Sigma", N, N)
K, S, V = sp.MatrixSymbol("K", M, N), sp.MatrixSymbol("S", M, N), sp.MatrixSymbol("V", M, M)
y, f_0, f_t = (sp.MatrixSymbol(name, N, 1) for name in ("y", "f_0", "f_t"))
g_0, g_t, g_end = (sp.MatrixSymbol(name, M, 1) for name in ("g_0", "g_t", "g_oo"))
ONE = sp.Identity(N)

TIME = {N: Size(), t: Interval(0.1, 1.0), eta: Interval(0.5, 2.0)}
TRAINING = {**TIME, Theta: Matrix("psd"), y: Matrix(), f_0: Matrix()}
"""Training outputs under a constant kernel, which may be singular."""
REGULAR = {**TRAINING, M: Size(), Theta: Matrix("positive_definite"), K: Matrix(), g_0: Matrix()}
"""The same with a regular kernel, and M other inputs."""

times, plus = sp.MatMul, sp.MatAdd


def minus(matrix):
    """The negative of a matrix."""
    return times(sp.S.NegativeOne, matrix)


def decay(kernel=Theta, speed=1):
    """exp(-(eta t / N) kernel): what is left at time t."""
    exponent = -eta * t / N if speed == 1 else -speed * eta * t / N
    return MatrixExponential(times(exponent, kernel))


__all__ = [
    "K",
    "M",
    "N",
    "ONE",
    "P",
    "REGULAR",
    "S",
    "Sigma",
    "TIME",
    "TRAINING",
    "Theta",
    "V",
    "decay",
    "eps",
    "eta",
    "f_0",
    "f_t",
    "g_0",
    "g_end",
    "g_t",
    "i",
    "j",
    "lam",
    "m",
    "minus",
    "n",
    "p",
    "plus",
    "q",
    "s",
    "t",
    "times",
    "u",
    "y",
]
