"""The symbols of the preliminaries. N data, P features, n draws; everything else is introduced where it is used."""

import sympy as sp

N, P, M, n = sp.symbols("N P M n", integer=True, positive=True)
i, j, m, p, q = sp.symbols("i j m p q", integer=True, positive=True)
a, b, s, t, x, mu, rho = sp.symbols("a b s t x mu rho", real=True)
f, g, h, c = (sp.Function(name, real=True) for name in ("f", "g", "h", "c"))
