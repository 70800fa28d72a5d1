"""How the way is shared by the layers, and how large the layers are."""

from functools import cache

import sympy as sp

from ntkbook.proof import (
    Component,
    Derivation,
    Expectation,
    Gaussian,
    Index,
    Interval,
    Map,
    Prime,
    Size,
    Step,
    Vector,
    rules,
)

from .symbols import k, m, n, n0, phi, s

z = sp.Function("z", real=True)(s)
a, v, u, W = (sp.Function(name, real=True) for name in ("a", "v", "U", "W"))


@cache
def hidden_layer() -> Derivation:
    """The gradient by a hidden matrix: an outer product, whose norm is of order one."""
    root = 1 / sp.sqrt(n)
    with sp.evaluate(False):
        felt = a(k) * Prime(phi(Component(z, k)))
        output = root * sp.Sum(a(k) * phi(Component(z, k)), (k, 1, n))
        speed = sp.Derivative(Component(z, k), s)
        entry = 1 / n * a(k) * Prime(phi(Component(z, k))) * v(m)
        return Derivation(
            name="hidden_layer",
            title="The gradient by a hidden matrix",
            domain={
                n: Size(),
                k: Index(n),
                m: Index(n),
                s: Interval(0.0, 1.0),
                z.func: Map(Interval(0.0, 1.0), into=Vector(n)),
                phi: Map(Interval()),
                a: Map(Index(n)),
                v: Map(Index(n)),
                u: Map(Index(n), Index(n)),
            },
            hypotheses=(
                Step(
                    "matrix",
                    speed,
                    "=",
                    root * sp.Sum(u(k, m) * v(m), (m, 1, n)),
                    "the matrix moves at the speed $U$; $v$ are the activations below it",
                ),
            ),
            steps=(
                Step(
                    "chain-rule",
                    sp.Derivative(output, s),
                    "=",
                    root * sp.Sum(felt * speed, (k, 1, n)),
                    "differentiate",
                    by=(rules.differentiate(),),
                ),
                Step(
                    "outer-product",
                    root * sp.Sum(felt * speed, (k, 1, n)),
                    "=",
                    sp.Sum(entry * u(k, m), (k, 1, n), (m, 1, n)),
                    "the entry of $U$ stands beside that of the gradient",
                    uses=("matrix",),
                ),
                Step(
                    "share",
                    sp.Sum(entry**2, (k, 1, n), (m, 1, n)),
                    "=",
                    1 / n**2 * (sp.Sum(felt**2, (k, 1, n)) * sp.Sum(v(m) ** 2, (m, 1, n))),
                    "the sums separate",
                ),
            ),
        )


@cache
def layer_sizes() -> Derivation:
    """Mean squared norms of the layers at the start."""
    first = sp.Function("V", real=True)
    with sp.evaluate(False):
        return Derivation(
            name="layer_sizes",
            title="How large the layers are",
            domain={
                n: Size(),
                n0: Size(),
                k: Index(n),
                m: Index(n0),
                a: Map(Index(n), into=Gaussian()),
                W: Map(Index(n), Index(n), into=Gaussian()),
                first: Map(Index(n), Index(n0), into=Gaussian()),
            },
            steps=(
                Step(
                    "readout", Expectation(sp.Sum(a(k) ** 2, (k, 1, n)), a), "=", n, "variances 1", by=(rules.wick(),)
                ),
                Step(
                    "input",
                    Expectation(sp.Sum(first(k, m) ** 2, (k, 1, n), (m, 1, n0)), first),
                    "=",
                    n * n0,
                    "variances 1",
                    by=(rules.wick(),),
                ),
                Step(
                    "hidden",
                    Expectation(sp.Sum(W(k, m) ** 2, (k, 1, n), (m, 1, n)), W),
                    "=",
                    n**2,
                    "variances 1",
                    by=(rules.wick(),),
                ),
            ),
        )
