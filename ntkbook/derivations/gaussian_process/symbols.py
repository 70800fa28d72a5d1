"""The symbols of chapter 2.

u and w are independent standard normal numbers, and v = rho u + sqrt(1 - rho^2) w has correlation rho with u. Every
pair of Gaussian numbers with mean 0 is (sqrt(q1) u, sqrt(q2) v).
"""

import sympy as sp

from ntkbook.proof import Expectation, Gaussian, Interval

rho, u, w, v, t, z = sp.symbols("rho u w v t z", real=True)
r, q1, q2 = sp.symbols("r q_1 q_2", positive=True)
relu, step, kappa0, kappa1 = (sp.Function(name, real=True) for name in ("relu", "step", "kappa0", "kappa1"))

PAIR = {
    z: Interval(),
    u: Gaussian(),
    w: Gaussian(),
    rho: Interval(-0.9, 0.9),
    q1: Interval(0.5, 2.0),
    q2: Interval(0.5, 2.0),
}
"""Two standard normal numbers u and v with correlation rho, made of the independent u and w, and two variances."""


def mean(body):
    """The mean over u and w."""
    return Expectation(body, u, w)
