"""The symbols of chapter 7.

N training inputs and as many modes: v_ki is entry i of mode k, lambda_k its eigenvalue. On the circle, theta and u are
angles, and an even frequency is written 2m, an odd one 2m + 1.
"""

import sympy as sp

N, M, n = sp.symbols("N M n", integer=True, positive=True)
i, j, k, ell, m, q = sp.symbols("i j k ell m q", integer=True, positive=True)
t, u, c, theta = sp.symbols("t u c theta", real=True)
eta, gamma, delta = sp.symbols("eta gamma delta", positive=True)
v, lam, Theta, r, y, g, a, f = (
    sp.Function(name, real=True) for name in ("v", "lambda", "Theta", "r", "y", "g", "a", "f")
)
