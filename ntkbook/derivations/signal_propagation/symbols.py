"""The symbols of chapter 3.

A layer l has n_l units with pre-activations z_i, its next layer n_{l+1} units. Weights w and biases b are independent
standard normal numbers, u and v too. A mean over weights holds fixed what lies below them.
"""

import sympy as sp

from ntkbook.proof import Expectation, Gaussian, Index, Interval, Map, Size

n, n_next, L = sp.symbols("n_l n_next L", integer=True, positive=True)
i, j, k, m = sp.symbols("i j k m", integer=True, positive=True)
q, sigma_w, sigma_b = sp.symbols("q sigma_w sigma_b", positive=True)
r = sp.Symbol("r", positive=True)
s, u, v, rho, x = sp.symbols("s u v rho x", real=True)
w, b, phi, z = (sp.Function(name, real=True) for name in ("w", "b", "varphi", "z__l"))
above, V, K, chi, pair = (sp.Function(name, real=True) for name in ("z__next", "V", "K", "chi", "g"))

LAYER = {
    n_next: Size(),
    L: Size(),
    n: Size(),
    i: Index(n),
    j: Index(n),
    k: Index(n_next),
    m: Index(n_next),
    sigma_w: Interval(0.5, 2.0),
    sigma_b: Interval(0.1, 1.0),
    phi: Map(Interval()),
    w: Map(Index(n_next), Index(n), into=Gaussian()),
    b: Map(Index(n_next), into=Gaussian()),
}
"""Two layers of any widths, with Gaussian weights between them."""

LENGTH = {q: Interval(0.3, 1.5), r: Interval(0.3, 2.0), u: Gaussian(), v: Gaussian(), rho: Interval(-0.9, 0.9)}
"""Mean squares q of the pre-activations and r of their changes, and standard normal numbers to average over."""


def mean(body, *numbers):
    """The mean over standard normal numbers, u if none are named."""
    return Expectation(body, *(numbers or (u,)))
