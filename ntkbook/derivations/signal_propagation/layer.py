"""One layer: the mean square of its pre-activations, their covariance at two inputs, and a small perturbation."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Index, Interval, Map, Prime, Recursion, Size, Step, rules

from .symbols import (
    LAYER,
    LENGTH,
    K,
    L,
    V,
    above,
    b,
    chi,
    i,
    k,
    mean,
    n,
    pair,
    phi,
    q,
    r,
    rho,
    s,
    sigma_b,
    sigma_w,
    u,
    v,
    w,
    x,
    z,
)

SYMMETRIC = "weights and biases are symmetric and independent: no mean of squares sees a sign"
SIGN_OF_WEIGHTS = "change the sign of sigma_w*Sum(varphi(z__l(i))*w(k, i), (i, 1, n_l))/sqrt(n_l)"


@cache
def variance_map() -> Derivation:
    """The mean square of a pre-activation, given the layer below, and what it becomes when that layer is wide."""
    with sp.evaluate(False):
        unit = sigma_w / sp.sqrt(n) * sp.Sum(w(k, i) * phi(z(i)), (i, 1, n)) + sigma_b * b(k)
        squares = 1 / n * sp.Sum(phi(z(i)) ** 2, (i, 1, n))
        return Derivation(
            name="variance_map",
            title="The mean square of a layer",
            source=("poole2016exponential", "schoenholz2017deep"),
            domain={**LAYER, **LENGTH, z: Map(Index(n))},
            equivalents={
                ("mean-square", SIGN_OF_WEIGHTS): SYMMETRIC,
                ("mean-square", "change the sign of sigma_b*b(k)"): SYMMETRIC,
                ("mean-square", "drop the factor b(k)"): "the mean of its square is 1",
            },
            steps=(
                Step(
                    "mean-square",
                    Expectation(unit**2, w, b),
                    "=",
                    sigma_w**2 * squares + sigma_b**2,
                    "unequal weights have mean product 0",
                    by=(rules.wick(),),
                ),
                Step(
                    "average",
                    squares,
                    "->",
                    mean(phi(sp.sqrt(q) * u) ** 2),
                    "the average over many units, Gaussian with mean square $q$",
                    limit="width",
                    experiment="signal_propagation.layer_averages",
                ),
            ),
        )


@cache
def correlation_map() -> Derivation:
    """How the covariance at two inputs goes through a layer, and its slope where the inputs are equal."""
    with sp.evaluate(False):
        first, second = phi(sp.sqrt(q) * u), phi(sp.sqrt(q) * pair(rho))
        mixed = first * Prime(second)
        moving = sigma_w**2 * sp.sqrt(q) * (mean(u * mixed, u, v) - rho / sp.sqrt(1 - rho**2) * mean(v * mixed, u, v))
        slopes = sigma_w**2 * q * mean(Prime(first) * Prime(second), u, v)
        return Derivation(
            name="correlation_map",
            title="The covariance map, and its slope at equal inputs",
            source=("poole2016exponential", "schoenholz2017deep"),
            domain={**LAYER, **LENGTH},
            steps=(
                Step("pair", pair(rho), ":=", rho * u + sp.sqrt(1 - rho**2) * v, "has correlation $\\rho$ with $u$"),
                Step(
                    "map",
                    K(rho),
                    ":=",
                    sigma_w**2 * mean(first * second, u, v) + sigma_b**2,
                    "the covariance after a layer, from mean square $q$ and correlation $\\rho$",
                ),
                Step("variance", V(q), ":=", sigma_w**2 * mean(first**2) + sigma_b**2, "the mean square after a layer"),
                Step("equal", K(1), "=", V(q), "equal inputs", uses=("map", "pair", "variance")),
                Step(
                    "derivative",
                    sp.Derivative(K(rho), rho),
                    "=",
                    moving,
                    "differentiate under the mean",
                    by=(rules.differentiate(), rules.leibniz(), rules.linearity()),
                    uses=("map", "pair"),
                ),
                Step(
                    "slope",
                    moving,
                    "=",
                    slopes,
                    "by parts in both numbers: $\\mathbb{E}[u\\, h(u)] = \\mathbb{E}[h'(u)]$ for any smooth $h$",
                    by=(rules.stein(u), rules.stein(v), rules.linearity()),
                    uses=("pair",),
                ),
                Step("gain", chi(q), ":=", sigma_w**2 * mean(Prime(first) ** 2), "a name for what comes next"),
                Step(
                    "end",
                    sigma_w**2 * q * mean(Prime(first) * Prime(phi(sp.sqrt(q) * pair(1))), u, v),
                    "=",
                    q * chi(q),
                    "the slope at equal inputs, $\\rho = 1$",
                    uses=("pair", "gain"),
                ),
            ),
            equivalents={("pair", "change the sign of v*sqrt(1 - rho**2)"): "$-v$ for $v$ changes no mean"},
        )


@cache
def perturbation() -> Derivation:
    """What becomes of a small change of the input in one layer."""
    with sp.evaluate(False):
        speed = sp.Derivative(z(i, s), s)
        felt = Prime(phi(z(i, s))) * speed
        squares = 1 / n * sp.Sum(Prime(phi(z(i, s))) ** 2 * speed**2, (i, 1, n))
        moved = sigma_w / sp.sqrt(n) * sp.Sum(w(k, i) * felt, (i, 1, n))
        wide = mean(Prime(phi(sp.sqrt(q) * u)) ** 2 * (sp.sqrt(r) * v) ** 2, u, v)
        change = r * mean(v**2, v)
        return Derivation(
            name="perturbation",
            title="The gain of a small perturbation",
            source=("poole2016exponential", "schoenholz2017deep"),
            domain={s: Interval(-1.0, 1.0), z: Map(Index(n), Interval(-1.0, 1.0))},
            given=(correlation_map(),),
            equivalents={
                ("gain", "drop the factor Expectation(v**2, v)"): "that mean is 1",
                ("gain", "drop the factor v**2"): "its mean is 1",
            },
            hypotheses=(
                Step(
                    "layer",
                    above(k, s),
                    ":=",
                    sigma_w / sp.sqrt(n) * sp.Sum(w(k, i) * phi(z(i, s)), (i, 1, n)),
                    "the input moves with $s$; a bias would rest, and is left out",
                ),
            ),
            steps=(
                Step(
                    "velocity",
                    sp.Derivative(above(k, s), s),
                    "=",
                    moved,
                    "differentiate",
                    by=(rules.differentiate(),),
                    uses=("layer",),
                ),
                Step(
                    "mean-square",
                    Expectation(moved**2, w),
                    "=",
                    sigma_w**2 * squares,
                    "unequal weights have mean product 0",
                    by=(rules.wick(),),
                ),
                Step(
                    "average",
                    squares,
                    "->",
                    wide,
                    "many units, whose values and velocities are independent, with mean squares $q$ and $r$",
                    limit="width",
                    experiment="signal_propagation.layer_averages",
                ),
                Step(
                    "gain",
                    sigma_w**2 * wide,
                    "=",
                    chi(q) * change,
                    "independent numbers: a product of two means, of which the first has a name",
                    by=(rules.factorize(),),
                    uses=("correlation_map/gain",),
                ),
                Step("size", chi(q) * change, "=", chi(q) * r, "the mean square of the change", by=(rules.wick(),)),
            ),
        )


@cache
def gain() -> Derivation:
    """What many layers make of the factor of one."""
    factor, start = sp.symbols("chi v_0", positive=True)
    depth_scale = sp.Symbol("xi", real=True)
    with sp.evaluate(False):
        many = Recursion(factor * x, x, start, L)
        return Derivation(
            name="gain",
            title="The factor of many layers",
            source=("schoenholz2017deep",),
            domain={L: Size(), factor: Interval(0.3, 0.9), start: Interval(0.5, 2.0)},
            steps=(
                Step(
                    "power",
                    many,
                    "=",
                    factor**L * start,
                    "induction over the layers",
                    by=(rules.induction(factor**L * start, L),),
                ),
                Step("scale", depth_scale, ":=", -1 / sp.log(factor), "the depth scale, for $\\chi < 1$"),
                Step(
                    "decay",
                    factor**L * start,
                    "=",
                    sp.exp(-L / depth_scale) * start,
                    "a factor for each layer is an exponential in the depth",
                    uses=("scale",),
                ),
            ),
        )
