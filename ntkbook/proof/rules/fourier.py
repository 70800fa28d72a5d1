"""Integrals of waves: moved along, folded at the origin, and carried out.

SymPy integrates cos(u) cos(k u) by cases on the symbol k. Here a frequency has to be known to differ from 0, so that
there is one case; and an arbitrary function of cos(u) may stand in the integrand where only its symmetry matters.
"""

import sympy as sp

from ..domain import Domain
from ..errors import IllFormedStep
from ..terms import rebuild, substitute
from .registry import Rule, everywhere, register

WAVES = (sp.cos, sp.sin)
LARGEST_POWER = 6


def translate(variable: sp.Symbol, by: sp.Expr) -> Rule:
    r"""$\int_a^b g(u)\,du = \int_{a-s}^{b-s} g(u + s)\,du$, for the integrals over this variable."""
    return Rule("translate", (variable, sp.sympify(by)))


def full_period(variable: sp.Symbol) -> Rule:
    r"""Over an interval of length 2π, a function of period 2π has the integral that it has over [-π, π]."""
    return Rule("full_period", (variable,))


def angle_sum(variable: sp.Symbol) -> Rule:
    """cos(A + B) and sin(A + B) in products, A with the variable and B without; then one integral for each term."""
    return Rule("angle_sum", (variable,))


def parity(variable: sp.Symbol) -> Rule:
    """Over [-a, a]: the integral of an odd function is 0, that of an even one twice the half over [0, a]."""
    return Rule("parity", (variable,))


def fourier(variable: sp.Symbol) -> Rule:
    """Carry out a finite integral of polynomials times products of sines and cosines of linear arguments.

    Products become sums, then one integrates by parts. Left alone if a frequency may be 0, or something else occurs.
    """
    return Rule("fourier", (variable,))


def _over(variable, change):
    """`change(body, lower, upper)` at every single integral over the variable."""

    def visit(node):
        if not isinstance(node, sp.Integral) or len(node.limits) != 1 or len(node.limits[0]) != 3:
            return None
        symbol, lower, upper = node.limits[0]
        if symbol != variable or lower.is_infinite or upper.is_infinite:
            return None
        return change(node.function, lower, upper)

    return visit


def _tidy(expr):
    """Arguments of waves multiplied out, so that whole turns in them are seen."""
    return everywhere(rebuild(expr), lambda node: node.func(sp.expand(node.args[0])) if node.func in WAVES else None)


@register
def _apply_translate(expr, domain: Domain, variable, by):
    if variable in by.free_symbols:
        raise IllFormedStep(f"translate({variable}, {by}): the step must not depend on {variable}.")

    def change(body, lower, upper):
        moved = _tidy(substitute(body, {variable: variable + by}))
        return sp.Integral(moved, (variable, sp.expand(lower - by), sp.expand(upper - by)))

    return everywhere(expr, _over(variable, change))


@register
def _apply_full_period(expr, domain: Domain, variable):
    def change(body, lower, upper):
        turned = _tidy(substitute(body, {variable: variable + 2 * sp.pi}))
        if sp.expand(upper - lower - 2 * sp.pi) != 0 or sp.expand(turned - _tidy(body)) != 0 or lower == -sp.pi:
            return None
        return sp.Integral(body, (variable, -sp.pi, sp.pi))

    return everywhere(expr, _over(variable, change))


@register
def _apply_angle_sum(expr, domain: Domain, variable):
    def expand_wave(node):
        if node.func not in WAVES:
            return None
        fixed, moving = sp.expand(node.args[0]).as_independent(variable, as_Add=True)
        if fixed == 0 or moving == 0:
            return None
        if isinstance(node, sp.cos):
            return sp.cos(moving) * sp.cos(fixed) - sp.sin(moving) * sp.sin(fixed)
        return sp.sin(moving) * sp.cos(fixed) + sp.cos(moving) * sp.sin(fixed)

    def change(body, lower, upper):
        return _one_for_each_term(everywhere(rebuild(body), expand_wave), variable, lower, upper)

    return everywhere(expr, _over(variable, change))


def _one_for_each_term(body, variable, lower, upper):
    """Linearity: one integral for each term, constants in front."""
    parts = [term.as_independent(variable, as_Add=False) for term in sp.Add.make_args(sp.expand(body))]
    return sp.Add(*[constant * sp.Integral(moving, (variable, lower, upper)) for constant, moving in parts])


@register
def _apply_parity(expr, domain: Domain, variable):
    def change(body, lower, upper):
        if sp.expand(lower + upper) != 0:
            return None
        here, mirrored = _tidy(body), _tidy(substitute(body, {variable: -variable}))
        if sp.expand(here + mirrored) == 0:
            return sp.S.Zero
        return 2 * sp.Integral(body, (variable, 0, upper)) if sp.expand(here - mirrored) == 0 else None

    return everywhere(expr, _over(variable, change))


@register
def _apply_fourier(expr, domain: Domain, variable):
    def change(body, lower, upper):
        total = []
        for term in sp.Add.make_args(sp.expand(rebuild(body))):
            waves = _as_waves(term, variable)
            primitives = [_primitive(wave, variable) for wave in waves] if waves is not None else [None]
            if None in primitives:
                return None
            total += primitives
        grown = sp.Add(*total)
        return _tidy(substitute(grown, {variable: upper}) - substitute(grown, {variable: lower}))

    return everywhere(expr, _over(variable, change))


def _as_waves(term, variable):
    """A product as a list of (polynomial, kind, frequency, phase); None if it is not of that form."""
    polynomial, waves = sp.S.One, [(sp.S.One, "cos", sp.S.Zero, sp.S.Zero)]
    for factor in sp.Mul.make_args(term):
        base, power = factor.as_base_exp()
        if base.func in WAVES and base.has(variable):
            linear = sp.Poly(base.args[0], variable) if base.args[0].is_polynomial(variable) else None
            if linear is None or linear.degree() != 1 or not power.is_Integer or not 1 <= power <= LARGEST_POWER:
                return None
            frequency, phase = linear.coeff_monomial(variable), linear.coeff_monomial(1)
            for _ in range(int(power)):
                waves = [w for wave in waves for w in _times(wave, base.func.__name__, frequency, phase)]
        elif factor.is_polynomial(variable):
            polynomial *= factor
        else:
            return None
    return [(weight * polynomial, kind, a, b) for weight, kind, a, b in waves]


def _times(wave, kind, frequency, phase):
    """A wave times cos(frequency u + phase), or sin, as two waves."""
    weight, own, a, b = wave
    below, above = (a - frequency, b - phase), (a + frequency, b + phase)
    half = weight / 2
    if own == kind:  # cos cos = (cos(-) + cos(+))/2, sin sin = (cos(-) - cos(+))/2
        return [(half, "cos", *below), (half if kind == "cos" else -half, "cos", *above)]
    # sin A cos B = (sin(A+B) + sin(A-B))/2, cos A sin B = (sin(A+B) - sin(A-B))/2
    return [(half, "sin", *above), (half if own == "sin" else -half, "sin", *below)]


def _primitive(wave, variable):
    """A primitive of polynomial * cos(a u + b), or sin, by repeated integration by parts."""
    polynomial, kind, a, b = wave
    a = sp.expand(a)
    if a == 0:
        value = sp.cos(b) if kind == "cos" else sp.sin(b)
        return sp.integrate(sp.expand(polynomial), variable) * value
    if a.is_zero is not False:
        return None
    argument, total, power = a * variable + b, sp.S.Zero, 1
    # cos integrates to sin/a, -cos/a^2, -sin/a^3, cos/a^4, ...; the derivatives of the polynomial alternate in sign.
    cycle = [sp.sin(argument), -sp.cos(argument), -sp.sin(argument), sp.cos(argument)]
    start = 0 if kind == "cos" else 1
    while polynomial != 0:
        total += (-1) ** (power - 1) * polynomial * cycle[(start + power - 1) % 4] / a**power
        polynomial, power = sp.diff(polynomial, variable), power + 1
    return total
