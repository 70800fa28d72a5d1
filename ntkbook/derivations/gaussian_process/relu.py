"""The duals of the step and of the rectified linear unit, by polar coordinates: the arc-cosine kernels."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Step, rules

from .symbols import PAIR, kappa0, kappa1, mean, q1, q2, r, relu, rho, step, t, u, v, w, z

AHEAD, ACROSS = sp.cos(t), sp.cos(t - sp.acos(rho))
TURN = (rules.density(), rules.polar(r, t), rules.homogeneity(), rules.phase(t), rules.integrate(r))
HALF_LINE = (rules.density(), rules.split(u), rules.integrate(u))


def _moment(power):
    return sp.Integral((r if power == 1 else r**power) * sp.exp(-(r**2) / 2), (r, 0, sp.oo))


def _circle(body):
    return sp.Integral(body, (t, -sp.pi, sp.pi))


def _overlap(body):
    """Where both directions are positive: within a quarter turn of 0 and of arccos(rho)."""
    return sp.Integral(body, (t, sp.acos(rho) - sp.pi / 2, sp.pi / 2))


def _meanings():
    return (
        Step("pair", v, ":=", rho * u + sp.sqrt(1 - rho**2) * w, "of variance 1, with correlation $\\rho$ to $u$"),
        Step("relu", relu(z), ":=", sp.Max(z, 0), "the rectified linear unit"),
        Step("step", step(z), ":=", sp.Heaviside(z), "its derivative, the unit step"),
        Step("mean-step", mean(step(u)), "=", sp.Rational(1, 2), "half the mass", by=HALF_LINE, uses=("step",)),
        Step(
            "mean-relu",
            mean(relu(u)),
            "=",
            1 / sp.sqrt(2 * sp.pi),
            "only $u > 0$ counts: an elementary integral",
            by=HALF_LINE,
            uses=("relu",),
        ),
        Step("kappa0", kappa0(rho), ":=", (sp.pi - sp.acos(rho)) / sp.pi, "arc-cosine kernel of order 0"),
        Step(
            "kappa1",
            kappa1(rho),
            ":=",
            (sp.sqrt(1 - rho**2) + rho * (sp.pi - sp.acos(rho))) / sp.pi,
            "arc-cosine kernel of order 1",
        ),
    )


def _steps():
    both = sp.Heaviside(AHEAD) * sp.Heaviside(ACROSS)
    turned, cut = 1 / (2 * sp.pi) * _circle(both), 1 / (2 * sp.pi) * _overlap(1)
    return (
        Step("steps-radius", _moment(1), "=", sp.S.One, "the radius of the step", by=(rules.integrate(r),)),
        Step(
            "steps-polar",
            mean(step(u) * step(v)),
            "=",
            turned,
            "polar coordinates; a step does not feel the radius",
            by=TURN,
            uses=("pair", "step"),
        ),
        Step("steps-overlap", turned, "=", cut, "both cosines are positive between these", by=(rules.window(),)),
        Step(
            "steps-dual", cut, "=", kappa0(rho) / 2, "the angle of overlap", by=(rules.integrate(t),), uses=("kappa0",)
        ),
    )


def _units():
    turned = 1 / sp.pi * _circle(sp.Max(AHEAD, 0) * sp.Max(ACROSS, 0))
    cut = 1 / sp.pi * _overlap(AHEAD * ACROSS)
    return (
        Step("units-radius", _moment(3), "=", sp.S(2), "two more powers of the radius", by=(rules.integrate(r),)),
        Step(
            "units-polar",
            mean(relu(u) * relu(v)),
            "=",
            turned,
            "polar coordinates; each unit gives one power of $r$",
            by=TURN,
            uses=("pair", "relu"),
        ),
        Step("units-overlap", turned, "=", cut, "both cosines are positive between these", by=(rules.window(),)),
        Step(
            "units-dual",
            cut,
            "=",
            kappa1(rho) / 2,
            "an elementary integral",
            by=(rules.integrate(t),),
            uses=("kappa1",),
        ),
    )


def _scaled():
    root1, root2 = sp.sqrt(q1), sp.sqrt(q2)
    scaled_units, scaled_steps = relu(root1 * u) * relu(root2 * v), step(root1 * u) * step(root2 * v)
    apart = root1 * root2 * mean(relu(u) * relu(v))
    return (
        Step(
            "derivative",
            sp.Derivative(kappa1(rho), rho),
            "=",
            kappa0(rho),
            "differentiate",
            by=(rules.differentiate(),),
            uses=("kappa1", "kappa0"),
        ),
        Step(
            "units-scale",
            mean(scaled_units),
            "=",
            apart,
            "a positive factor passes through",
            by=(rules.homogeneity(), rules.linearity()),
            uses=("pair", "relu"),
        ),
        Step("units-scaled", apart, "=", root1 * root2 / 2 * kappa1(rho), "put in the dual", uses=("units-dual",)),
        Step(
            "steps-scale",
            mean(scaled_steps),
            "=",
            mean(step(u) * step(v)),
            "a step does not feel a positive factor",
            by=(rules.homogeneity(),),
            uses=("pair", "step"),
        ),
        Step("steps-scaled", mean(step(u) * step(v)), "=", kappa0(rho) / 2, "put in the dual", uses=("steps-dual",)),
    )


REFLECTED = "the other half plane: t for -t, or w for -w, changes no mean"


@cache
def relu_dual() -> Derivation:
    """The mean products of two steps and of two rectified units, in closed form."""
    with sp.evaluate(False):
        return Derivation(
            name="relu_dual",
            title="The dual of the rectified linear unit",
            source=("cho2009kernel",),
            domain=PAIR,
            steps=(*_meanings(), *_steps(), *_units(), *_scaled()),
            equivalents={
                ("pair", "change the sign of w*sqrt(1 - rho**2)"): REFLECTED,
                ("steps-polar", "change the sign of t"): REFLECTED,
                ("units-polar", "change the sign of t"): REFLECTED,
                ("steps-overlap", "change the sign of t"): REFLECTED,
                ("units-overlap", "change the sign of t"): REFLECTED,
                **{
                    ("steps-scale", change.format(name)): "a step does not feel a positive factor"
                    for change in ("drop the factor sqrt({})", "raise the exponent of {}")
                    for name in (q1, q2)
                },
            },
        )
