"""The distance in matrix form: a quadratic form of the inverse kernel."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Matrix, Size, Step

from .symbols import N

M = sp.Symbol("M", integer=True, positive=True)
J, D = sp.MatrixSymbol("J", N, N + M), sp.MatrixSymbol("D", N, 1)


@cache
def distance_matrix() -> Derivation:
    """The same in matrices: J holds the N gradients as rows, D what the outputs have to change."""
    with sp.evaluate(False):
        inverse = sp.Inverse(sp.MatMul(J, J.T))
        way, row = (J.T, inverse, D), (D.T, inverse, J)
        return Derivation(
            name="distance_matrix",
            title="The distance by the inverse kernel",
            domain={N: Size(), M: Size(), J: Matrix(), D: Matrix()},
            steps=(
                Step("fits", sp.MatMul(J, *way), "=", D, "it changes the outputs as asked"),
                Step("length", sp.MatMul(*row, *way), "=", sp.MatMul(D.T, inverse, D), "one kernel cancels"),
            ),
        )
