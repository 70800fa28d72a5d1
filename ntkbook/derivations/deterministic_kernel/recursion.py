"""The kernel at finite width: the first layer, and from one layer to the next."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Gaussian, Index, Interval, Map, Partial, PartialBy, Size, Step, rules

from .symbols import (
    DELTA,
    INPUT,
    NETWORK,
    Kernel,
    Kernel_next,
    N,
    P,
    W,
    act,
    b,
    bend,
    function,
    i,
    j,
    k,
    m,
    n,
    n_next,
    p,
    r,
    sigma_b,
    sigma_w,
    theta,
    x,
    xprime,
    z,
    z_next,
)

from_weights, from_biases, from_earlier = map(function, ("Thetahat__W", "Thetahat__b", "Thetahat__thetatilde"))

SAME_BIAS = "the slope by a bias is the same at every input"


def after(unit, at):
    """A unit of the next layer at an input."""
    return z_next(unit, at, theta)


def entry(head, at=x, other=xprime):
    """A kernel of the next layer, or a part of it, between the outputs m and k."""
    return head(m, k, at, other, theta)


@cache
def next_layer() -> Derivation:
    """The gradient in three parts, and the kernel of layer l + 1 from that of layer l, for every width."""

    def by_weight(unit, at):
        return PartialBy(after(unit, at), W(r, i))

    def by_bias(unit, at):
        return PartialBy(after(unit, at), b(r))

    def by_earlier(unit, at):
        return Partial(after(unit, at), theta, p)

    with sp.evaluate(False):
        pairs = sp.Sum(
            W(m, i) * W(k, j) * bend(i, x) * bend(j, xprime) * Kernel(i, j, x, xprime, theta), (j, 1, n), (i, 1, n)
        )
        blue = DELTA * (sigma_w**2 / n) * sp.Sum(act(i, x) * act(i, xprime), (i, 1, n))
        green = DELTA * sigma_b**2
        red = sigma_w**2 / n * pairs
        return Derivation(
            name="next_layer",
            title="The kernel from one layer to the next, at finite width",
            source=("jacot2018neural", "weng2022ntk"),
            domain=NETWORK,
            hypotheses=(
                Step(
                    "layer",
                    after(m, x),
                    ":=",
                    sigma_w / sp.sqrt(n) * sp.Sum(W(m, i) * act(i, x), (i, 1, n)) + sigma_b * b(m),
                    "one more layer, in the NTK parametrization",
                ),
            ),
            steps=(
                Step(
                    "weight-gradient",
                    by_weight(m, x),
                    "=",
                    sigma_w / sp.sqrt(n) * sp.KroneckerDelta(m, r) * act(i, x),
                    "unit $m$ feels its own weights alone",
                    by=(rules.differentiate(),),
                    uses=("layer",),
                ),
                Step(
                    "weights",
                    entry(from_weights),
                    ":=",
                    sp.Sum(by_weight(m, x) * by_weight(k, xprime), (i, 1, n), (r, 1, n_next)),
                    "blue: the last weights",
                ),
                Step(
                    "weight-part",
                    entry(from_weights),
                    "=",
                    blue,
                    "multiply, and let the deltas remove the sum over $r$",
                    uses=("weights", "weight-gradient"),
                ),
                Step(
                    "bias-gradient",
                    by_bias(m, x),
                    "=",
                    sigma_b * sp.KroneckerDelta(m, r),
                    "unit $m$ has one bias",
                    by=(rules.differentiate(),),
                    uses=("layer",),
                ),
                Step(
                    "biases",
                    entry(from_biases),
                    ":=",
                    sp.Sum(by_bias(m, x) * by_bias(k, xprime), (r, 1, n_next)),
                    "green: the last biases",
                ),
                Step("bias-part", entry(from_biases), "=", green, "one term is left", uses=("biases", "bias-gradient")),
                Step(
                    "earlier-gradient",
                    by_earlier(m, x),
                    "=",
                    sigma_w / sp.sqrt(n) * sp.Sum(W(m, i) * bend(i, x) * Partial(z(i, x, theta), theta, p), (i, 1, n)),
                    "chain rule, unit by unit",
                    by=(rules.differentiate(),),
                    uses=("layer",),
                ),
                Step(
                    "earlier",
                    entry(from_earlier),
                    ":=",
                    sp.Sum(by_earlier(m, x) * by_earlier(k, xprime), (p, 1, P)),
                    "red: all earlier parameters",
                ),
                Step(
                    "kernel-before",
                    Kernel(i, j, x, xprime, theta),
                    ":=",
                    sp.Sum(Partial(z(i, x, theta), theta, p) * Partial(z(j, xprime, theta), theta, p), (p, 1, P)),
                    "the tangent kernel of layer $l$, between its units $i$ and $j$",
                ),
                Step(
                    "earlier-part",
                    entry(from_earlier),
                    "=",
                    red,
                    "multiply two sums over units, exchange them with the sum over $p$",
                    uses=("earlier", "earlier-gradient", "kernel-before"),
                ),
                Step(
                    "kernel",
                    entry(Kernel_next),
                    ":=",
                    entry(from_weights) + entry(from_biases) + entry(from_earlier),
                    "the tangent kernel: one sum over all parameters, in three groups",
                ),
                Step(
                    "recursion",
                    entry(Kernel_next),
                    "=",
                    DELTA * (sigma_w**2 / n * sp.Sum(act(i, x) * act(i, xprime), (i, 1, n)) + sigma_b**2) + red,
                    "add the three parts",
                    uses=("kernel", "weight-part", "bias-part", "earlier-part"),
                ),
            ),
            equivalents={
                ("biases", "x for xprime in z__next(k, xprime, thetatilde)"): SAME_BIAS,
                ("biases", "xprime for x in z__next(m, x, thetatilde)"): SAME_BIAS,
                ("bias-part", "xprime for x in Thetahat__b(m, k, x, xprime, thetatilde)"): SAME_BIAS,
                ("bias-part", "x for xprime in Thetahat__b(m, k, x, xprime, thetatilde)"): SAME_BIAS,
                ("kernel", "xprime for x in Thetahat__b(m, k, x, xprime, thetatilde)"): SAME_BIAS,
                ("kernel", "x for xprime in Thetahat__b(m, k, x, xprime, thetatilde)"): SAME_BIAS,
            },
        )


@cache
def first_layer() -> Derivation:
    """One affine layer: its tangent kernel is not random, and equals its covariance."""
    n0, n1 = sp.symbols("n_0 n_1", integer=True, positive=True)
    q, s = sp.symbols("q s", integer=True, positive=True)
    entry_of, first, V, c, Sigma, Theta = map(function, ("a__0", "z__1", "W__1", "b__1", "Sigma__1", "Thetahat__1"))

    def by_weight(unit, at):
        return PartialBy(first(unit, at), V(s, q))

    def by_bias(unit, at):
        return PartialBy(first(unit, at), c(s))

    with sp.evaluate(False):
        delta = sp.KroneckerDelta(i, j)
        return Derivation(
            name="first_layer",
            title="The first layer: kernel and covariance agree",
            source=("jacot2018neural", "weng2022ntk"),
            domain={
                N: Size(),
                n0: Size(),
                n1: Size(),
                x: INPUT,
                xprime: INPUT,
                q: Index(n0),
                s: Index(n1),
                i: Index(n1),
                j: Index(n1),
                sigma_w: Interval(0.5, 2.0),
                sigma_b: Interval(0.2, 1.5),
                entry_of: Map(Index(n0), INPUT),
                V: Map(Index(n1), Index(n0), into=Gaussian()),
                c: Map(Index(n1), into=Gaussian()),
            },
            hypotheses=(
                Step(
                    "layer",
                    first(i, x),
                    ":=",
                    sigma_w / sp.sqrt(n0) * sp.Sum(V(i, q) * entry_of(q, x), (q, 1, n0)) + sigma_b * c(i),
                    "the first layer; $a^0_q(x)$ is entry $q$ of the input $x$",
                ),
            ),
            steps=(
                Step(
                    "weight-gradient",
                    by_weight(i, x),
                    "=",
                    sigma_w / sp.sqrt(n0) * sp.KroneckerDelta(i, s) * entry_of(q, x),
                    "unit $i$ feels its own weights alone",
                    by=(rules.differentiate(),),
                    uses=("layer",),
                ),
                Step(
                    "bias-gradient",
                    by_bias(i, x),
                    "=",
                    sigma_b * sp.KroneckerDelta(i, s),
                    "unit $i$ has one bias",
                    by=(rules.differentiate(),),
                    uses=("layer",),
                ),
                Step(
                    "kernel",
                    Theta(i, j, x, xprime),
                    ":=",
                    sp.Sum(by_weight(i, x) * by_weight(j, xprime), (q, 1, n0), (s, 1, n1))
                    + sp.Sum(by_bias(i, x) * by_bias(j, xprime), (s, 1, n1)),
                    "weights and biases; there are no earlier parameters",
                ),
                Step(
                    "covariance",
                    Sigma(x, xprime),
                    ":=",
                    sigma_w**2 / n0 * sp.Sum(entry_of(q, x) * entry_of(q, xprime), (q, 1, n0)) + sigma_b**2,
                    "a number that depends on the two inputs alone",
                ),
                Step(
                    "is-covariance",
                    Expectation(first(i, x) * first(j, xprime), V, c),
                    "=",
                    delta * Sigma(x, xprime),
                    "average over the weights and biases",
                    by=(rules.wick(),),
                    uses=("layer", "covariance"),
                ),
                Step(
                    "base-case",
                    Theta(i, j, x, xprime),
                    "=",
                    delta * Sigma(x, xprime),
                    "put the gradients in, and let the deltas remove the sum over $s$",
                    uses=("kernel", "weight-gradient", "bias-gradient", "covariance"),
                ),
            ),
            equivalents={
                ("kernel", "xprime for x in z__1(i, x)"): SAME_BIAS,
                ("kernel", "x for xprime in z__1(j, xprime)"): SAME_BIAS,
            },
        )
