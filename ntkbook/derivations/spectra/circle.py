"""Kernels on the circle: Fourier modes, and the two-layer ReLU kernels frequency by frequency."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Index, Interval, Map, Size, Step, rules

from .symbols import M, k, m, theta, u

q = sp.Symbol("q", positive=True)

h = sp.Function("h", real=True)
nngp, ntk, bias, kappa0, kappa1 = (
    sp.Function(name, real=True) for name in ("Sigma", "Theta", "B", "kappa_0", "kappa_1")
)
ANGLE = {u: Interval(0.1, 3.0)}


@cache
def fourier_modes() -> Derivation:
    """Waves are the eigenfunctions of every kernel on the circle that sees angles between inputs only."""
    kernel, eigenvalue = sp.Function("K", real=True), sp.Function("lambda", real=True)

    def against(wave):
        return 1 / (2 * sp.pi) * sp.Integral(kernel(theta, u) * wave(k * u), (u, -sp.pi, sp.pi))

    def chain():
        return (rules.translate(u, theta), rules.full_period(u), rules.angle_sum(u), rules.parity(u))

    with sp.evaluate(False):
        value = 1 / sp.pi * sp.Integral(h(sp.cos(u)) * sp.cos(k * u), (u, 0, sp.pi))
        return Derivation(
            name="fourier_modes",
            title="Waves are the modes of the circle",
            source=("basri2019convergence",),
            domain={M: Size(), k: Index(M), theta: Interval(-3.0, 3.0), u: Interval(-3.0, 3.0), h: Map(Interval())},
            hypotheses=(
                Step(
                    "kernel",
                    kernel(theta, u),
                    ":=",
                    h(sp.cos(theta - u)),
                    "the kernel sees only the angle between two inputs",
                ),
            ),
            steps=(
                Step("eigenvalue", eigenvalue(k), ":=", value, "the Fourier coefficient of the kernel"),
                Step(
                    "eigenfunction",
                    against(sp.cos),
                    "=",
                    eigenvalue(k) * sp.cos(k * theta),
                    "count angles from $\\theta$ on; cosine of a sum; the odd part integrates to 0",
                    by=chain(),
                    uses=("kernel", "eigenvalue"),
                ),
                Step(
                    "sine",
                    against(sp.sin),
                    "=",
                    eigenvalue(k) * sp.sin(k * theta),
                    "the same for a sine: two modes for each frequency",
                    by=chain(),
                    uses=("kernel", "eigenvalue"),
                ),
                Step(
                    "constant",
                    1 / (2 * sp.pi) * sp.Integral(kernel(theta, u), (u, -sp.pi, sp.pi)),
                    "=",
                    1 / sp.pi * sp.Integral(h(sp.cos(u)), (u, 0, sp.pi)),
                    "and for a constant, the mode of frequency 0",
                    by=(rules.translate(u, theta), rules.full_period(u), rules.parity(u)),
                    uses=("kernel",),
                ),
            ),
        )


def _shapes():
    """The functions of the angle from which the two-layer kernels are made."""
    return (
        Step(
            "kappa0",
            kappa0(u),
            ":=",
            (sp.pi - u) / sp.pi,
            "twice the chance that a hidden unit is active at both inputs",
        ),
        Step(
            "kappa1",
            kappa1(u),
            ":=",
            (sp.sin(u) + (sp.pi - u) * sp.cos(u)) / sp.pi,
            "the mean product of what a unit gives at both inputs, normalized",
        ),
    )


def _kernels():
    return (
        Step("nngp", nngp(u), ":=", kappa1(u), "output layer alone: the NNGP kernel"),
        Step("ntk", ntk(u), ":=", kappa1(u) + sp.cos(u) * kappa0(u), "both layers: the NTK"),
    )


def _coefficient(kernel, frequency):
    body = kernel(u) * sp.cos(frequency * u) if frequency != 0 else kernel(u)
    return 1 / sp.pi * sp.Integral(body, (u, 0, sp.pi))


def _carried(label, kernel, frequency, value, reason, *uses):
    return Step(
        label, _coefficient(kernel, frequency), "=", value, reason, by=(rules.fourier(u),), uses=(*uses, "kappa1")
    )


@cache
def circle_spectrum() -> Derivation:
    """The eigenvalues of the NNGP kernel and of the NTK of two ReLU layers on the unit circle."""
    with sp.evaluate(False):
        even, odd = 2 * m, 2 * m + 1
        pole = sp.pi**2 * (even**2 - 1) ** 2
        both = ("ntk", "kappa0")
        return Derivation(
            name="circle_spectrum",
            title="Two ReLU layers on the circle",
            source=("basri2019convergence", "bietti2019inductive"),
            domain={M: Size(), m: Index(M), q: Interval(2.0, 9.0), **ANGLE},
            hypotheses=_shapes(),
            steps=(
                *_kernels(),
                _carried("nngp-even", nngp, even, 4 / pole, "even frequencies: integrate by parts", "nngp"),
                _carried("ntk-even", ntk, even, 2 * (even**2 + 3) / pole, "even frequencies", *both),
                _carried("ntk-constant", ntk, 0, 6 / sp.pi**2, "the mean: the formula for even $k$ holds at 0", *both),
                _carried("ntk-first", ntk, 1, sp.Rational(1, 2), "frequency 1, apart", *both),
                _carried("nngp-first", nngp, 1, sp.Rational(1, 4), "half of it for the NNGP kernel", "nngp"),
                Step(
                    "nngp-decay",
                    4 / (sp.pi**2 * (q**2 - 1) ** 2),
                    "=",
                    4 / (sp.pi**2 * q**4) * (1 / (1 - 1 / q**2) ** 2),
                    "take out the power; the rest tends to 1 as $q = 2m$ grows",
                ),
                Step(
                    "ntk-decay",
                    2 * (q**2 + 3) / (sp.pi**2 * (q**2 - 1) ** 2),
                    "=",
                    2 / (sp.pi**2 * q**2) * ((1 + 3 / q**2) / (1 - 1 / q**2) ** 2),
                    "here too",
                ),
                Step(
                    "odd-part",
                    (ntk(u) - ntk(sp.pi - u)) / 2,
                    "=",
                    sp.cos(u),
                    "the part of the NTK that changes sign between $x$ and $-x$",
                    uses=(*both, "kappa1"),
                ),
                Step(
                    "bias-odd",
                    _coefficient(kappa0, odd),
                    "=",
                    2 / (sp.pi**2 * odd**2),
                    "what a trained hidden bias adds there",
                    by=(rules.fourier(u),),
                    uses=("kappa0",),
                ),
            ),
        )
