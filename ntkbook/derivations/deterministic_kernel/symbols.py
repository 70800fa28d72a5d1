"""The symbols of chapter 4.

A layer of n_l units z^l_i(x), which depend on the Ptilde parameters thetatilde of all layers so far, and the next
layer of n_{l+1} units z^{l+1}_m(x) above it. The inputs are numbered: x and xprime stand for any two of N. Random
kernels of finite networks wear a hat; their limits do not.
"""

import sympy as sp

from ntkbook.proof import Gaussian, Index, Interval, Map, Prime, Size, Vector

N, P, n, n_next = sp.symbols("N Ptilde n_l n_next", integer=True, positive=True)
x, xprime = sp.symbols("x xprime", integer=True, positive=True)
i, j, m, k, r, p = sp.symbols("i j m k r p", integer=True, positive=True)
sigma_w, sigma_b = sp.symbols("sigma_w sigma_b", positive=True)
theta = sp.Symbol("thetatilde")


def function(name):
    """A real function of this name."""
    return sp.Function(name, real=True)


z, z_next, W, b, phi = map(function, ("z__l", "z__next", "W__next", "b__next", "varphi"))
Kernel, Kernel_next = function("Thetahat__l"), function("Thetahat__next")

INPUT = Index(N, shown=True)
NETWORK = {
    N: Size(),
    P: Size(),
    n: Size(),
    n_next: Size(),
    x: INPUT,
    xprime: INPUT,
    i: Index(n),
    j: Index(n),
    m: Index(n_next),
    k: Index(n_next),
    r: Index(n_next),
    p: Index(P),
    sigma_w: Interval(0.5, 2.0),
    sigma_b: Interval(0.2, 1.5),
    theta: Vector(P),
    z: Map(Index(n), INPUT, Vector(P)),
    W: Map(Index(n_next), Index(n), into=Gaussian()),
    b: Map(Index(n_next), into=Gaussian()),
    phi: Map(Interval()),
}
"""A layer that is any smooth function of the earlier parameters, and random weights and biases above it."""

DELTA = sp.KroneckerDelta(m, k)


def act(unit, at):
    """The activation of a unit at an input."""
    return phi(z(unit, at, theta))


def bend(unit, at):
    """The slope of the activation of a unit at an input."""
    return Prime(act(unit, at))
