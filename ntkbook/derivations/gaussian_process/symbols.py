"""The symbols of chapter 2.

u and w are independent standard normal numbers, and v = rho u + sqrt(1 - rho^2) w has correlation rho with u. Every
pair of Gaussian numbers with mean 0 is (sqrt(q1) u, sqrt(q2) v). Layers are numbered from below: the n_0 entries
a^0_i(x) of an input, the n_1 pre-activations z^1_m(x), and so on; x and x' stand for any two of N inputs.
"""

import sympy as sp

from ntkbook.proof import Expectation, Gaussian, Index, Interval, Map

rho, u, w, v, t, z = sp.symbols("rho u w v t z", real=True)
r, q1, q2, sigma_w, sigma_b = sp.symbols("r q_1 q_2 sigma_w sigma_b", positive=True)
relu, step, sgn, kappa0, kappa1, phi, psi = (
    sp.Function(name, real=True) for name in ("relu", "step", "sgn", "kappa0", "kappa1", "varphi", "psi")
)

PAIR = {
    z: Interval(),
    u: Gaussian(),
    w: Gaussian(),
    rho: Interval(-0.9, 0.9),
    q1: Interval(0.5, 2.0),
    q2: Interval(0.5, 2.0),
}
"""Two standard normal numbers u and v with correlation rho, made of the independent u and w, and two variances."""

N, n0, n1, n, n_next = sp.symbols("N n_0 n_1 n_l n_next", integer=True, positive=True)
x, xprime, i, j, m, k = sp.symbols("x xprime i j m k", integer=True, positive=True)
INPUT = Index(N, shown=True)
SCALES = {sigma_w: Interval(0.5, 2.0), sigma_b: Interval(0.2, 1.5)}


def mean(body):
    """The mean over u and w."""
    return Expectation(body, u, w)


def affine(weights, values, biases, unit, at, width):
    """A unit at an input: weighted values of the layer below, scaled by its width, and a bias."""
    return sigma_w / sp.sqrt(width) * sp.Sum(weights(unit, i) * values(i, at), (i, 1, width)) + sigma_b * biases(unit)


def family(*sizes):
    """The space of independent standard normal weights."""
    return Map(*map(Index, sizes), into=Gaussian())
