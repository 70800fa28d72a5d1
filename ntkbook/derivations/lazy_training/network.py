"""Networks with one hidden layer: gradient and Hessian, unit by unit."""

from functools import cache

import sympy as sp

from ntkbook.proof import Component, Derivation, Index, Interval, Map, Prime, Size, Step, Vector, rules

from .symbols import f, i, k, m, n, n0, phi, s, x

a, z = sp.Function("a", real=True)(s), sp.Function("z", real=True)(s)
v, r = sp.Function("v", real=True), sp.Function("r", real=True)
LINE = Interval(0.0, 1.0)


def readout(index):
    """Weight of a unit in the output."""
    return Component(a, index)


def pre(index):
    """Pre-activation of a unit."""
    return Component(z, index)


def value(index, order=0):
    """The activation of a unit, or a derivative of it."""
    return Prime(phi(pre(index)), order) if order else phi(pre(index))


@cache
def two_layer() -> Derivation:
    """First and second derivative of a network with one hidden layer along a line in parameter space."""
    speed_a, speed_z = sp.Derivative(readout(i), s), sp.Derivative(pre(i), s)
    root, output = 1 / sp.sqrt(n), f(a, z)
    with sp.evaluate(False):
        product = root * sp.Sum(speed_a * value(i) + readout(i) * value(i, 1) * speed_z, (i, 1, n))
        slope = root * sp.Sum(v(i) * value(i) + readout(i) * value(i, 1) * r(i), (i, 1, n))
        terms = v(i) * value(i, 1) * speed_z + speed_a * value(i, 1) * r(i) + readout(i) * value(i, 2) * speed_z * r(i)
        bend = root * sp.Sum(2 * v(i) * value(i, 1) * r(i) + readout(i) * value(i, 2) * r(i) ** 2, (i, 1, n))
        return Derivation(
            name="two_layer",
            title="One hidden layer along a line",
            source=("chizat2019lazy",),
            domain={
                n: Size(),
                i: Index(n),
                s: LINE,
                a.func: Map(LINE, into=Vector(n)),
                z.func: Map(LINE, into=Vector(n)),
                phi: Map(Interval()),
                v: Map(Index(n)),
                r: Map(Index(n)),
            },
            hypotheses=(
                Step("network", output, ":=", root * sp.Sum(readout(i) * value(i), (i, 1, n)), "one hidden layer"),
                Step("readout", speed_a, "=", v(i), "on the line, readout weights move at the speeds $v_i$"),
                Step("inputs", speed_z, "=", r(i), "and pre-activations at the speeds $r_i$"),
            ),
            steps=(
                Step(
                    "product-rule",
                    sp.Derivative(output, s),
                    "=",
                    product,
                    "product rule",
                    by=(rules.differentiate(),),
                    uses=("network",),
                ),
                Step("slope", product, "=", slope, "put the speeds in", uses=("readout", "inputs")),
                Step(
                    "again",
                    sp.Derivative(slope, s),
                    "=",
                    root * sp.Sum(terms, (i, 1, n)),
                    "product rule",
                    by=(rules.differentiate(),),
                ),
                Step(
                    "bend", root * sp.Sum(terms, (i, 1, n)), "=", bend, "put the speeds in", uses=("readout", "inputs")
                ),
            ),
        )


@cache
def two_layer_sizes() -> Derivation:
    """The squared gradient is the kernel, of order one; so is the sum of the squared entries of the Hessian."""
    weight, pre_activation = sp.Function("a", real=True), sp.Function("z", real=True)
    act, first, second = phi(pre_activation(i)), Prime(phi(pre_activation(i))), Prime(phi(pre_activation(i)), 2)
    norm = sp.Sum(x(k) ** 2, (k, 1, n0))
    root = 1 / sp.sqrt(n)
    with sp.evaluate(False):
        gradient = sp.Sum((root * act) ** 2, (i, 1, n)) + sp.Sum(
            (root * weight(i) * first * x(k)) ** 2, (k, 1, n0), (i, 1, n)
        )
        kernel = 1 / n * sp.Sum(act**2 + weight(i) ** 2 * first**2 * norm, (i, 1, n))
        mixed = 2 * sp.Sum((root * first * x(k)) ** 2, (k, 1, n0), (i, 1, n))
        pure = sp.Sum((root * weight(i) * second * x(k) * x(m)) ** 2, (k, 1, n0), (m, 1, n0), (i, 1, n))
        return Derivation(
            name="two_layer_sizes",
            title="Sizes of gradient and Hessian",
            domain={
                n: Size(),
                n0: Size(),
                i: Index(n),
                k: Index(n0),
                m: Index(n0),
                phi: Map(Interval()),
                weight: Map(Index(n)),
                pre_activation: Map(Index(n)),
                x: Map(Index(n0)),
            },
            steps=(
                Step("gradient", gradient, "=", kernel, "collect the factors"),
                Step(
                    "frobenius",
                    mixed + pure,
                    "=",
                    1 / n * sp.Sum(2 * first**2 * norm + weight(i) ** 2 * second**2 * norm**2, (i, 1, n)),
                    "collect the factors",
                ),
            ),
        )


@cache
def unit_block() -> Derivation:
    """The Hessian of one unit, seen along the readout weight and along the input: its largest stretch."""
    b, c, v, r = (sp.Symbol(name, real=True) for name in "bcvr")
    mu = sp.Function("mu", real=True)
    with sp.evaluate(False):
        largest = mu(b, c)
        square = (largest * v - b * r) ** 2
        gap = largest * (largest * (v**2 + r**2) - 2 * b * v * r - sp.Abs(c) * r**2)
        return Derivation(
            name="unit_block",
            title="The Hessian of one unit",
            domain={b: Interval(), c: Interval(), v: Interval(), r: Interval()},
            steps=(
                Step("stretch", largest, ":=", (sp.Abs(c) + sp.sqrt(c**2 + 4 * b**2)) / 2, "one of two roots"),
                Step("larger", largest, ">=", sp.S.Zero, "the one that is not negative", uses=("stretch",)),
                Step(
                    "root",
                    largest**2,
                    "=",
                    sp.Abs(c) * largest + b**2,
                    "the equation that it solves",
                    uses=("stretch",),
                ),
                Step("gap", gap, "=", square, "put the equation in", uses=("stretch",)),
                Step("bound", square, ">=", sp.S.Zero, "a square"),
                Step(
                    "attained",
                    2 * b * b * largest + sp.Abs(c) * largest**2,
                    "=",
                    largest * (b**2 + largest**2),
                    "at $v = b$, $r = \\mu$ both sides of the bound agree",
                    uses=("stretch",),
                ),
            ),
        )


@cache
def tanh_block() -> Derivation:
    """Tanh with readout weights 1 or -1: the block that is stretched most, and what the norm tends to."""
    T, best, slope = sp.Symbol("T", nonnegative=True), sp.Symbol("T_*", positive=True), sp.Symbol("d", positive=True)
    mu, norm = sp.Function("mu", real=True), sp.Function("H", real=True)
    with sp.evaluate(False):
        closed = (1 - T**2) * (T + sp.sqrt(1 + T**2))
        grown = (T + sp.sqrt(1 + T**2)) * (1 - T**2 - 2 * T * sp.sqrt(1 + T**2)) / sp.sqrt(1 + T**2)
        place = sp.sqrt(2 / sp.sqrt(3) - 1)
        return Derivation(
            name="tanh_block",
            title="The most stretched tanh unit",
            domain={T: Interval(0.0, 0.95), slope: Interval(0.1, 1.0), n: Size(), norm: Map(Interval())},
            given=(unit_block(),),
            steps=(
                Step(
                    "stretch",
                    mu(slope, 2 * T * slope),
                    "=",
                    slope * (T + sp.sqrt(1 + T**2)),
                    "a root of a square",
                    uses=("unit_block/stretch",),
                ),
                Step(
                    "slope", sp.Derivative(closed, T), "=", grown, "differentiate, collect", by=(rules.differentiate(),)
                ),
                Step("best", best, ":=", place, "a candidate for the largest"),
                Step(
                    "stationary",
                    1 - best**2,
                    "=",
                    2 * best * sp.sqrt(1 + best**2),
                    "the slope vanishes there",
                    uses=("best",),
                ),
                Step(
                    "limit",
                    sp.sqrt(n) * norm(n),
                    "->",
                    (1 - best**2) * (best + sp.sqrt(1 + best**2)),
                    "among many units, some come close to the best",
                    limit="width",
                    experiment="lazy_training.curvature",
                ),
            ),
        )
