"""Kernels on the circle: Fourier modes, and the two-layer ReLU kernels frequency by frequency."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Index, Interval, Map, Size, Step, rules

from .symbols import M, k, m, theta, u

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

    def chain(wave):
        return (rules.translate(u, theta), rules.full_period(u), rules.angle_sum(u), rules.parity(u))

    with sp.evaluate(False):
        value = 1 / sp.pi * sp.Integral(h(sp.cos(u)) * sp.cos(k * u), (u, 0, sp.pi))
        turned = sp.Integral(h(sp.cos(u)) * sp.cos(k * theta + k * u), (u, -sp.pi, sp.pi))
        factor = 1 / (2 * sp.pi)
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
                Step(
                    "turned",
                    against(sp.cos),
                    "=",
                    factor * turned,
                    "count angles from $\\theta$ on; a full turn is a full turn, wherever it begins",
                    by=(rules.translate(u, theta), rules.full_period(u)),
                    uses=("kernel",),
                ),
                Step("eigenvalue", eigenvalue(k), ":=", value, "the Fourier coefficient of the kernel"),
                Step(
                    "eigenfunction",
                    factor * turned,
                    "=",
                    eigenvalue(k) * sp.cos(k * theta),
                    "cosine of a sum; its odd part integrates to 0, its even part is twice the half",
                    by=(rules.angle_sum(u), rules.parity(u)),
                    uses=("eigenvalue",),
                ),
                Step(
                    "sine",
                    against(sp.sin),
                    "=",
                    eigenvalue(k) * sp.sin(k * theta),
                    "the same for a sine: two modes for each frequency",
                    by=chain(sp.sin),
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
            equivalents={
                (label, "change the sign of k*theta"): "the kernel is even, so the wave may be mirrored"
                for label in ("turned", "eigenfunction")
            },
        )


def _shapes():
    """The functions of the angle from which the two-layer kernels are made."""
    return (
        Step("kappa0", kappa0(u), ":=", (sp.pi - u) / sp.pi, "how often two units are active together, times two"),
        Step(
            "kappa1",
            kappa1(u),
            ":=",
            (sp.sin(u) + (sp.pi - u) * sp.cos(u)) / sp.pi,
            "the mean product of two units, normalized",
        ),
    )


def _kernels():
    return (
        Step("nngp", nngp(u), ":=", kappa1(u), "output layer alone: the NNGP kernel"),
        Step("ntk", ntk(u), ":=", kappa1(u) + sp.cos(u) * kappa0(u), "both layers: the NTK"),
    )


def _coefficient(kernel, frequency):
    return 1 / sp.pi * sp.Integral(kernel(u) * sp.cos(frequency * u), (u, 0, sp.pi))


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
            equivalents={("odd-vanishes", "change the sign of Theta(u)"): "what vanishes has no sign"},
            source=("basri2019convergence", "bietti2019inductive"),
            domain={M: Size(), m: Index(M), **ANGLE},
            hypotheses=_shapes(),
            steps=(
                *_kernels(),
                _carried("nngp-even", nngp, even, 4 / pole, "even frequencies: integrate by parts", "nngp"),
                _carried("ntk-even", ntk, even, 2 * (even**2 + 3) / pole, "even frequencies", *both),
                _carried("ntk-constant", ntk, 0, 6 / sp.pi**2, "the mean: the formula for even $k$ holds at 0", *both),
                _carried("ntk-first", ntk, 1, sp.Rational(1, 2), "frequency 1, apart", *both),
                _carried("nngp-first", nngp, 1, sp.Rational(1, 4), "half of it for the NNGP kernel", "nngp"),
                Step(
                    "bias-odd",
                    _coefficient(kappa0, odd),
                    "=",
                    2 / (sp.pi**2 * odd**2),
                    "odd frequencies of $\\kappa_0$, which a trained hidden bias adds",
                    by=(rules.fourier(u),),
                    uses=("kappa0",),
                ),
                Step(
                    "odd-vanishes",
                    1 / sp.pi * sp.Integral((kappa0(u) + ntk(u)) * sp.cos(odd * u), (u, 0, sp.pi)),
                    "=",
                    2 / (sp.pi**2 * odd**2),
                    "odd frequencies from 3 on: the NTK without bias adds nothing",
                    by=(rules.fourier(u),),
                    uses=(*both, "kappa1"),
                ),
            ),
        )
