"""One layer: the mean square of its pre-activations, their covariance at two inputs, and a small perturbation."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Index, Interval, Map, Prime, Recursion, Size, Step, rules

from .symbols import (
    LAYER,
    LENGTH,
    K,
    L,
    S,
    V,
    above,
    b,
    chi,
    i,
    k,
    mean,
    n,
    phi,
    q,
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


def _pre_activation(unit, below):
    """The pre-activation of a unit, given the activations below."""
    return sigma_w / sp.sqrt(n) * sp.Sum(w(unit, i) * below, (i, 1, n)) + sigma_b * b(unit)


@cache
def variance_map() -> Derivation:
    """How the mean square of the pre-activations goes from layer to layer."""
    with sp.evaluate(False):
        squares = 1 / n * sp.Sum(phi(z(i)) ** 2, (i, 1, n))
        return Derivation(
            name="variance_map",
            title="The variance map",
            source=("poole2016exponential", "schoenholz2017deep"),
            domain={**LAYER, **LENGTH, z: Map(Index(n))},
            hypotheses=(
                Step(
                    "layer",
                    above(k),
                    ":=",
                    _pre_activation(k, phi(z(i))),
                    "a layer with independent standard normal weights $w$ and biases $b$",
                ),
            ),
            steps=(
                Step(
                    "mean-square",
                    Expectation(above(k) ** 2, w, b),
                    "=",
                    sigma_w**2 * squares + sigma_b**2,
                    "unequal weights have mean product 0",
                    by=(rules.wick(),),
                    uses=("layer",),
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
                Step(
                    "map",
                    V(q),
                    ":=",
                    sigma_w**2 * mean(phi(sp.sqrt(q) * u) ** 2) + sigma_b**2,
                    "the mean square of the next layer",
                ),
            ),
        )


@cache
def correlation_map() -> Derivation:
    """How the covariance at two inputs goes through a layer, and its slope where the inputs are equal."""
    other = sp.sqrt(q) * (rho * u + sp.sqrt(1 - rho**2) * v)
    with sp.evaluate(False):
        first = phi(sp.sqrt(q) * u)
        slopes = Prime(first) * Prime(phi(other))
        mixed = first * Prime(phi(other))
        moving = sigma_w**2 * sp.sqrt(q) * (mean(u * mixed, u, v) - rho / sp.sqrt(1 - rho**2) * mean(v * mixed, u, v))
        return Derivation(
            name="correlation_map",
            title="The covariance map, and its slope at equal inputs",
            source=("poole2016exponential", "schoenholz2017deep"),
            domain={**LAYER, **LENGTH},
            steps=(
                Step(
                    "map",
                    K(rho),
                    ":=",
                    sigma_w**2 * mean(first * phi(other), u, v) + sigma_b**2,
                    "two inputs with mean square $q$ and correlation $\\rho$",
                ),
                Step("variance", V(q), ":=", sigma_w**2 * mean(first**2) + sigma_b**2, "one input: the variance map"),
                Step("equal", K(1), "=", V(q), "equal inputs", uses=("map", "variance")),
                Step("gain", chi(q), ":=", sigma_w**2 * mean(Prime(first) ** 2), "a name for what comes next"),
                Step(
                    "derivative",
                    sp.Derivative(K(rho), rho),
                    "=",
                    moving,
                    "differentiate under the mean",
                    by=(rules.differentiate(), rules.leibniz(), rules.linearity()),
                    uses=("map",),
                ),
                Step(
                    "slope-map",
                    S(rho),
                    ":=",
                    sigma_w**2 * q * mean(slopes, u, v),
                    "the same with slopes in place of values",
                ),
                Step(
                    "slope",
                    moving,
                    "=",
                    S(rho),
                    "by parts, $\\mathbb{E}[u\\, g(u)] = \\mathbb{E}[g'(u)]$, in both numbers",
                    by=(rules.stein(u), rules.stein(v), rules.linearity()),
                    uses=("slope-map",),
                ),
                Step("end", S(1), "=", q * chi(q), "equal inputs again", uses=("slope-map", "gain")),
            ),
        )


@cache
def perturbation() -> Derivation:
    """What becomes of a small change of the input."""
    with sp.evaluate(False):
        speed = sp.Derivative(z(i, s), s)
        felt = Prime(phi(z(i, s))) * speed
        return Derivation(
            name="perturbation",
            title="The gain of a small perturbation",
            source=("poole2016exponential", "schoenholz2017deep"),
            domain={**LAYER, s: Interval(-1.0, 1.0), z: Map(Index(n), Interval(-1.0, 1.0))},
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
                    sigma_w / sp.sqrt(n) * sp.Sum(w(k, i) * felt, (i, 1, n)),
                    "differentiate",
                    by=(rules.differentiate(),),
                    uses=("layer",),
                ),
                Step(
                    "mean-square",
                    Expectation((sigma_w / sp.sqrt(n) * sp.Sum(w(k, i) * felt, (i, 1, n))) ** 2, w),
                    "=",
                    sigma_w**2 / n * sp.Sum(Prime(phi(z(i, s))) ** 2 * speed**2, (i, 1, n)),
                    "unequal weights have mean product 0",
                    by=(rules.wick(),),
                ),
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
