"""Why the distance to the linearized net shrinks at three rates: random signs, kinks, and a kink of one's own."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Gaussian, Index, Interval, Map, Size, Step, rules

from .symbols import eps, n

a, pushed, own, z, s = sp.symbols("a A c z s", real=True)
weight, shift = sp.symbols("alpha h", positive=True)
k = sp.Symbol("k", integer=True, positive=True)
n_0 = sp.Symbol("n_0", integer=True, positive=True)
sigma_w = sp.Symbol("sigma_w", positive=True)
B, drift = sp.symbols("B Delta", real=True)
plus_part, flips = (sp.Function(name, real=True) for name in ("P", "F"))


@cache
def random_signs() -> Derivation:
    """Contributions of n units with random signs add up like the root of n."""
    sign, b = sp.Function("xi", real=True), sp.Function("b", real=True)
    with sp.evaluate(False):
        error = 1 / n * sp.Sum(sign(k) * b(k), (k, 1, n))
        return Derivation(
            name="random_signs",
            title="Random signs",
            domain={n: Size(), k: Index(n), sign: Map(Index(n), into=Gaussian()), b: Map(Index(n))},
            steps=(
                Step(
                    "square",
                    Expectation(error**2, sign),
                    "=",
                    1 / n**2 * sp.Sum(b(k) ** 2, (k, 1, n)),
                    "only equal units meet: $n$ squares instead of $n^2$ products",
                    by=(rules.wick(),),
                ),
            ),
        )


def _part(of):
    return (of + sp.Abs(of)) / 2


@cache
def kink() -> Derivation:
    """How many units pass a kink, counted with the sign of the passage."""
    x = sp.Symbol("x", real=True)
    off, on = sp.symbols("h_off h_on", real=True)
    with sp.evaluate(False):
        sides = sp.Abs(pushed) - sp.Abs(pushed + own)
        density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
        return Derivation(
            name="kink",
            title="Units that pass a kink",
            domain={
                x: Interval(),
                shift: Interval(0.1, 0.9),
                on: Interval(-1.0, 1.0),
                off: Interval(-1.0, 1.0),
                weight: Interval(0.1, 2.0),
                pushed: Interval(-1.0, 1.0),
                own: Interval(-1.0, 1.0),
                sigma_w: Interval(0.5, 2.0),
                n: Size(),
                n_0: Size(),
                B: Interval(-1.0, 1.0),
                drift: Interval(-1.0, 1.0),
            },
            steps=(
                Step(
                    "turned-on",
                    sp.Integral(sp.Heaviside(s + shift), (s, -1, 0)),
                    "=",
                    shift,
                    "a push by $h$ turns on what lies less than $h$ below the kink",
                    undecided="SymPy integrates a step function to a Meijer function and leaves it so",
                ),
                Step("part", plus_part(x), ":=", _part(x), "$x$ if it is positive, else $0$"),
                Step(
                    "net",
                    flips(on, off),
                    ":=",
                    plus_part(on) - plus_part(-off),
                    "turned on below the kink, less what is turned off above it",
                ),
                Step(
                    "same-push",
                    flips(pushed, pushed),
                    "=",
                    pushed,
                    "the same push on both sides: as many as the push is long, whatever its sign",
                    uses=("net", "part"),
                ),
                Step("reach", eps, ":=", sigma_w**2 / sp.sqrt(n * n_0), "how far a readout of 1 moves a unit"),
                Step(
                    "both-signs",
                    (
                        flips(eps * weight * pushed, eps * weight * (pushed + own))
                        + flips(-eps * weight * pushed, -eps * weight * (pushed + own))
                    )
                    / 2,
                    "=",
                    eps * weight / 2 * (sp.Abs(pushed) - sp.Abs(pushed + own)),
                    "average over the two signs of the readout",
                    uses=("net", "part"),
                ),
                Step(
                    "third-moment",
                    sp.Integral(z**3 * density, (z, 0, sp.oo)),
                    "=",
                    sp.sqrt(2 / sp.pi),
                    "half the mean of $|a|^3$: a flip counts $a^2$, the average of both signs is $|a|/2$",
                    by=(rules.evaluate(),),
                ),
                Step(
                    "assembled",
                    sigma_w**4 / n_0 * (1 / sp.sqrt(2 * sp.pi)) * (eps * sp.sqrt(2 / sp.pi) * sides),
                    "=",
                    sigma_w**6 / (sp.pi * n_0 * sp.sqrt(n_0)) * sides / sp.sqrt(n),
                    "weight of a flip, density of units at the kink, mean of the flips",
                    uses=("reach",),
                ),
                Step(
                    "jump",
                    sp.sqrt(n) * drift,
                    "->",
                    sigma_w**6 / (sp.pi * n_0 * sp.sqrt(n_0)) * (sides + (sp.Abs(B) - sp.Abs(B + own))) / 2,
                    "the mean change of the kernel at a training point, over both sides of the input",
                    limit="width",
                    experiment="linearization.kernel_jump",
                ),
            ),
        )
