"""The symbols of chapter 1.

N training inputs, P parameters, k outputs; f_i = f(x_i; theta), and the loss L is a function of all f_i. Everything
depends on the time t through theta(t), which the printer hides.
"""

import sympy as sp

from ntkbook.proof import Component, Index, Interval, Map, Partial, Size, Stack, Vector

N, P, k = sp.symbols("N P k", integer=True, positive=True)
i, j, m, p, q, a, b = sp.symbols("i j m p q a b", integer=True, positive=True)
t = sp.Symbol("t", real=True)
eta = sp.Symbol("eta", positive=True)
theta = sp.Function("theta", real=True)(t)
f, L, ell, phi, y, x, c, z, r, Theta = (
    sp.Function(name, real=True) for name in ("f", "L", "ell", "varphi", "y", "x", "c", "z", "r", "Theta")
)

MODEL = {
    N: Size(),
    P: Size(),
    i: Index(N),
    j: Index(N),
    p: Index(P),
    t: Interval(0.0, 1.0),
    theta.func: Map(Interval(0.0, 1.0), into=Vector(P)),
    f: Map(Index(N), Vector(P)),
}
"""A model with P parameters at N inputs, and a smooth path theta(t)."""

OUTPUTS = Stack(f(j, theta), j, N)
LOSS = L(OUTPUTS)


def slope(index, parameter):
    """How much the output at an input feels a parameter."""
    return Partial(f(index, theta), theta, parameter)


def speed(parameter):
    """How fast a parameter moves."""
    return sp.Derivative(Component(theta, parameter), t)
