"""How much the gradient turns on the way: the number kappa."""

from functools import cache

import sympy as sp

from ntkbook.proof import Component, Derivation, Index, Interval, Map, Partial, Size, Step, Vector, rules

from .symbols import POSITIVE, P, f, g, p, q, s

theta = sp.Function("theta", real=True)(s)
u = sp.Symbol("u", real=True)
alpha, h, slope = (sp.Symbol(name, positive=True) for name in ("alpha", "H", "g"))
gap = sp.Symbol("Delta", real=True)
way, number = sp.Function("s", real=True), sp.Function("kappa", real=True)


@cache
def turning() -> Derivation:
    """Output and gradient along a straight line in parameter space."""

    def felt(index):
        return Partial(f(theta), theta, index)

    with sp.evaluate(False):
        speed = sp.Derivative(Component(theta, q), s)
        curvature = Partial(felt(p), theta, q)
        by_speed = sp.Sum(felt(q) * speed, (q, 1, P)), sp.Sum(curvature * speed, (q, 1, P))
        by_line = tuple(sp.Sum(d * Component(u, q), (q, 1, P)) for d in (felt(q), curvature))
        return Derivation(
            name="turning",
            title="The gradient turns on the way",
            source=("chizat2019lazy",),
            domain={
                P: Size(),
                p: Index(P),
                q: Index(P),
                s: Interval(0.0, 1.0),
                theta.func: Map(Interval(0.0, 1.0), into=Vector(P)),
                u: Vector(P),
                f: Map(Vector(P)),
            },
            hypotheses=(Step("line", speed, "=", Component(u, q), "a straight line in the direction $u$"),),
            steps=(
                Step(
                    "along", sp.Derivative(f(theta), s), "=", by_speed[0], "chain rule", by=(rules.chain_rule(theta),)
                ),
                Step("output", by_speed[0], "=", by_line[0], "the line", uses=("line",)),
                Step(
                    "gradient-along",
                    sp.Derivative(felt(p), s),
                    "=",
                    by_speed[1],
                    "chain rule for an entry of the gradient",
                    by=(rules.chain_rule(theta),),
                ),
                Step("gradient", by_speed[1], "=", by_line[1], "the line", uses=("line",)),
            ),
        )


@cache
def kappa() -> Derivation:
    """Distance times curvature, relative to the gradient."""
    with sp.evaluate(False):
        return Derivation(
            name="kappa",
            title="The relative change of the gradient",
            source=("chizat2019lazy", "weng2022ntk"),
            domain={gap: Interval(), h: POSITIVE, slope: POSITIVE},
            steps=(
                Step(
                    "way", way(gap, slope), ":=", sp.Abs(gap) / slope, "the way that fits the label, if the slope stays"
                ),
                Step(
                    "change",
                    number(gap, h, slope),
                    ":=",
                    1 / slope * h * way(gap, slope),
                    "what the curvature does on this way, relative to the gradient",
                ),
                Step(
                    "closed",
                    number(gap, h, slope),
                    "=",
                    sp.Abs(gap) * h / slope**2,
                    "put the way in",
                    uses=("change", "way"),
                ),
            ),
        )


@cache
def kernel_change() -> Derivation:
    """How much the kernel of one input moves when its gradient g becomes g + e."""
    e = sp.Function("e", real=True)
    with sp.evaluate(False):
        change = sp.Sum((g(p) + e(p)) ** 2, (p, 1, P)) - sp.Sum(g(p) ** 2, (p, 1, P))
        inner = sp.Sum(g(p) * e(p), (p, 1, P))
        product = sp.Sum(g(p) ** 2, (p, 1, P)) * sp.Sum(e(p) ** 2, (p, 1, P)) - inner**2
        squares = sp.Sum((g(p) * e(q) - g(q) * e(p)) ** 2, (p, 1, P), (q, 1, P)) / 2
        return Derivation(
            name="kernel_change",
            title="From the gradient to the kernel",
            domain={P: Size(), p: Index(P), q: Index(P), g: Map(Index(P)), e: Map(Index(P))},
            steps=(
                Step("change", change, "=", 2 * inner + sp.Sum(e(p) ** 2, (p, 1, P)), "multiply out"),
                Step("lagrange", product, "=", squares, "multiply out both sides"),
                Step("cauchy-schwarz", squares, ">=", sp.S.Zero, "a sum of squares"),
            ),
        )


@cache
def output_scale() -> Derivation:
    """A model times alpha: gradient, Hessian and kappa."""
    vector = sp.Symbol("theta", real=True)
    label, start = sp.Symbol("y", real=True), sp.Symbol("f_0", real=True)
    with sp.evaluate(False):
        first = Partial(f(vector), vector, p)
        scaled = number(label - alpha * start, alpha * h, alpha * slope)
        once = (rules.differentiate(),)
        return Derivation(
            name="output_scale",
            title="A model times a number",
            equivalents={
                ("large", "drop the term y"): "the label fades in the limit",
                ("large", "change the sign of y"): "the label fades in the limit",
                ("large", "change the sign of -alpha*f_0"): "a distance has no sign, and the label fades",
            },
            source=("chizat2019lazy",),
            domain={
                P: Size(),
                p: Index(P),
                q: Index(P),
                vector: Vector(P),
                f: Map(Vector(P)),
                alpha: POSITIVE,
                label: Interval(),
                start: Interval(),
            },
            given=(kappa(),),
            steps=(
                Step("gradient", Partial(alpha * f(vector), vector, p), "=", alpha * first, "differentiate", by=once),
                Step(
                    "curvature",
                    Partial(alpha * first, vector, q),
                    "=",
                    alpha * Partial(first, vector, q),
                    "and again",
                    by=once,
                ),
                Step(
                    "scaled",
                    scaled,
                    "=",
                    1 / slope**2 * h * sp.Abs(label / alpha - start),
                    "two factors below, one above, one in the distance",
                    uses=("kappa/change", "kappa/way"),
                ),
                Step(
                    "centred",
                    number(label, alpha * h, alpha * slope),
                    "=",
                    1 / alpha * number(label, h, slope),
                    "without an output at the start",
                    uses=("kappa/change", "kappa/way"),
                ),
                Step(
                    "large",
                    sp.Limit(scaled, alpha, sp.oo),
                    "=",
                    1 / slope**2 * h * sp.Abs(start),
                    "the label fades, the start does not",
                    by=(rules.limit(),),
                    uses=("kappa/change", "kappa/way"),
                ),
            ),
        )
