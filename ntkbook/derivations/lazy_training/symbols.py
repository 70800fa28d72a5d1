"""The symbols of chapter 6.

N training inputs, P parameters, n units in a hidden layer, inputs of dimension n_0. J_ip is the gradient of output i at
the start, Delta_i = y_i - f_i what training has to change there. Parameters that move on a straight line do so with
the line's parameter s.
"""

import sympy as sp

from ntkbook.proof import Index, Interval, Map, Size

N, P, n, n0 = sp.symbols("N P n n_0", integer=True, positive=True)
i, j, k, m, p, q = sp.symbols("i j k m p q", integer=True, positive=True)
t, s = sp.symbols("t s", real=True)
eta = sp.Symbol("eta", positive=True)
f, phi, x, c, g, nu, J, Theta, Delta, delta = (
    sp.Function(name, real=True) for name in ("f", "varphi", "x", "c", "g", "nu", "J", "Theta", "Delta", "delta")
)

LINEAR = {N: Size(), P: Size(), i: Index(N), j: Index(N), p: Index(P), J: Map(Index(N), Index(P)), c: Map(Index(N))}
"""A model that is linear in its P parameters, with the gradient J_ip at input i."""

POSITIVE = Interval(0.3, 2.5)
"""Positive numbers, away from zero."""
