"""Integrals turned, cut and carried out.

Every rule looks at the integrand first, and leaves alone what it cannot vouch for.
"""

import sympy as sp

from ..bounds import is_positive
from ..domain import Domain
from ..errors import IllFormedStep
from ..expectation import as_integral
from ..growth import falls_off
from ..quadrature import waves
from ..terms import Expectation, outermost, substitute
from .registry import Rule, everywhere, register

STEEP = (sp.Max, sp.Heaviside, sp.sign, sp.Abs)


def density() -> Rule:
    """Write a mean over single standard normal numbers as an integral with their density."""
    return Rule("density")


def polar(radius: sp.Symbol, angle: sp.Symbol) -> Rule:
    r"""$\iint f\,dx\,dy = \int_{-\pi}^{\pi} \int_0^\infty f(r\cos t, r\sin t)\, r\,dr\,dt$, over the whole plane.

    The outer variable is r cos t, the inner r sin t. The integrand has to fall off like a Gaussian.
    """
    return Rule("polar", (radius, angle))


def homogeneity() -> Rule:
    """Take positive factors out of Max(., 0) and Abs, and cancel them in Heaviside and sign."""
    return Rule("homogeneity")


def phase(angle: sp.Symbol) -> Rule:
    """Write a cos t + b sin t as R cos(t - p) inside Max, Heaviside, sign and Abs; b must be seen to be positive."""
    return Rule("phase", (angle,))


def window() -> Rule:
    """Keep of an angle's range where a factor Max(cos(t - p), 0) or Heaviside(cos(t - p)) is positive."""
    return Rule("window")


def split(*variables: sp.Symbol) -> Rule:
    """Cut integrals over the real line where Max, Heaviside, sign and Abs of the variable turn, and resolve these."""
    return Rule("split", variables)


def integrate(*variables: sp.Symbol) -> Rule:
    """Carry out the integrals over these variables, one by one, with SymPy; what does not vary goes in front."""
    return Rule("integrate", variables)


@register
def _apply_density(expr, domain):
    return everywhere(expr, lambda node: as_integral(node, domain) if isinstance(node, Expectation) else None)


@register
def _apply_polar(expr, domain, radius, angle):
    if not radius.is_positive or angle.is_real is not True:
        raise IllFormedStep(f"polar({radius}, {angle}): the radius is a positive symbol, the angle a real one.")

    def turn(node):
        if not isinstance(node, sp.Integral) or len(node.limits) != 2 or not all(map(_whole_line, node.limits)):
            return None
        y, x = (limit[0] for limit in node.limits)
        if not falls_off(node.function, (x, y), domain):
            return None
        turned = _with_exponents_simplified(
            substitute(node.function, {x: radius * sp.cos(angle), y: radius * sp.sin(angle)})
        )
        return sp.Integral(turned * radius, (radius, 0, sp.oo), (angle, -sp.pi, sp.pi))

    return everywhere(expr, turn)


def _whole_line(limit):
    return len(limit) == 3 and limit[1] is sp.S.NegativeInfinity and limit[2] is sp.S.Infinity


def _with_exponents_simplified(expr):
    """The square of the radius in place of the squares of its parts."""
    return everywhere(expr, lambda node: sp.exp(sp.simplify(node.exp)) if isinstance(node, sp.exp) else None)


@register
def _apply_homogeneity(expr, domain):
    def take_out(node):
        argument = _turning(node)
        if argument is None:
            return None
        factors = sp.Mul.make_args(sp.factor_terms(argument))
        outside = [f for f in factors if is_positive(f, domain)]
        if not outside:
            return None
        inside = sp.Mul(*[f for f in factors if f not in outside])
        scale = sp.Mul(*outside) if isinstance(node, (sp.Max, sp.Abs)) else sp.S.One
        return scale * _with_argument(node, inside)

    return everywhere(expr, take_out)


def _turning(node):
    """The argument z of Max(z, 0), Abs(z), Heaviside(z) or sign(z), else None."""
    if isinstance(node, sp.Max) and len(node.args) == 2 and sp.S.Zero in node.args:
        return next(a for a in node.args if a != 0)
    return node.args[0] if isinstance(node, (sp.Heaviside, sp.sign, sp.Abs)) else None


def _with_argument(node, argument):
    return sp.Max(argument, 0) if isinstance(node, sp.Max) else node.func(argument, *node.args[1:])


@register
def _apply_phase(expr, domain, angle):
    def shift(node):
        argument = _turning(node)
        if argument is None or not argument.has(angle):
            return None
        wave = waves(argument, angle)
        if wave is None or not is_positive(wave[1], domain):
            return None
        a, b = wave
        size = sp.sqrt(sp.simplify(a**2 + b**2))
        factor = sp.simplify(sp.expand(sp.expand_trig(argument)) / (a * sp.cos(angle) + b * sp.sin(angle)))
        return _with_argument(node, factor * size * sp.cos(angle - sp.acos(sp.simplify(a / size))))

    return everywhere(expr, shift)


@register
def _apply_window(expr, domain):
    return everywhere(expr, lambda node: _windowed(node, domain) if isinstance(node, sp.Integral) else None)


def _windowed(node, domain):
    """One integral over an angle, with the positive parts of cosines resolved; None if there are none."""
    if len(node.limits) != 1 or len(node.limits[0]) != 3:
        return None
    ((angle, lower, upper),) = node.limits
    kept = []
    for factor in sp.Mul.make_args(node.function):
        found = _positive_cosine(factor, angle)
        place = _narrowed(lower, upper, found[0], domain) if found else None
        if place is None:
            kept.append(factor)
        else:
            (lower, upper), factor = place, found[1]
            kept.append(factor)
    resolved = sp.Integral(sp.Mul(*kept), (angle, lower, upper))
    return None if resolved == node else resolved


def _positive_cosine(factor, angle):
    """(p, value where positive) of a factor Max(cos(t - p), 0) or Heaviside(cos(t - p)) to some power."""
    base, power = factor.as_base_exp()
    argument = _turning(base) if isinstance(base, (sp.Max, sp.Heaviside)) else None
    if not isinstance(argument, sp.cos) or not (power.is_Integer and power > 0):
        return None
    shift = angle - argument.args[0]
    if shift.has(angle):
        shift = angle + argument.args[0]
    if shift.has(angle):
        return None
    return shift, (argument**power if isinstance(base, sp.Max) else sp.S.One)


def _narrowed(lower, upper, shift, domain):
    """The part of (lower, upper) within a quarter turn of `shift`; None unless it is the only one."""
    first, last = shift - sp.pi / 2, shift + sp.pi / 2
    apart = (first + 2 * sp.pi - upper, lower - last + 2 * sp.pi)
    if not all(_not_negative(gap, domain) for gap in apart):
        return None
    start, end = _larger(lower, first, domain), _larger(-upper, -last, domain)
    return None if start is None or end is None or not is_positive(-end - start, domain) else (start, -end)


def _larger(a, b, domain):
    if _not_negative(a - b, domain):
        return a
    return b if _not_negative(b - a, domain) else None


def _not_negative(gap, domain):
    gap = sp.simplify(gap)
    return gap == 0 or is_positive(gap, domain)


@register
def _apply_split(expr, domain, *variables):
    def cut(node):
        if not isinstance(node, sp.Integral):
            return None
        (variable, *ends), body = outermost(node)
        if variable not in variables or ends != [sp.S.NegativeInfinity, sp.S.Infinity]:
            return None
        if not any(_turns_at_zero(part, variable, domain) for part in body.atoms(*STEEP)):
            return None
        if len(node.limits) > 1 or not falls_off(body, (variable,), domain):
            return None
        return sp.Add(*[_side(body, variable, side, domain) for side in (-1, 1)])

    return everywhere(expr, cut)


def _turns_at_zero(node, variable, domain):
    """1 or -1 if the argument is a positive or negative multiple of the variable, else 0."""
    argument = _turning(node)
    slope = argument / variable if argument is not None else sp.nan
    if argument is None or slope.has(variable):
        return 0
    return 1 if is_positive(slope, domain) else -1 if is_positive(-slope, domain) else 0


def _side(body, variable, side, domain):
    """The integral over one half line, written over the positive one."""

    def resolve(node):
        direction = _turns_at_zero(node, variable, domain) if isinstance(node, STEEP) else 0
        if not direction:
            return None
        argument, positive = _turning(node), direction == side
        if isinstance(node, sp.Max):
            return argument if positive else sp.S.Zero
        if isinstance(node, sp.Heaviside):
            return sp.S.One if positive else sp.S.Zero
        return (argument if isinstance(node, sp.Abs) else sp.S.One) * (1 if positive else -1)

    resolved = everywhere(body, resolve)
    if resolved == 0:
        return sp.S.Zero
    limits = (variable, 0, sp.oo) if side > 0 else (variable, -sp.oo, 0)
    return sp.Integral(resolved, limits)


@register
def _apply_integrate(expr, domain, *variables):
    def carry_out(node):
        if not isinstance(node, sp.Integral):
            return None
        limits = list(node.limits)
        if limits[0][0] not in variables:
            return None
        done = _integral(node.function, tuple(limits[0]), domain)
        if done is None:
            return None
        return carry_out(sp.Integral(done, *limits[1:])) or sp.Integral(done, *limits[1:]) if limits[1:] else done

    return everywhere(expr, carry_out)


def _integral(body, limit, domain):
    """A single integral in closed form, or None."""
    variable = limit[0]
    outside, inside = body.as_independent(variable, as_Add=False)
    gaussian = _gaussian(inside, limit, domain)
    if gaussian is not None:
        return outside * gaussian
    names = _parameters(inside, limit, domain)
    short = inside.xreplace(names)
    found = sp.integrate(short, tuple(e.xreplace(names) if isinstance(e, sp.Basic) else e for e in limit))
    if found.has(sp.Integral, sp.Piecewise, sp.zoo, sp.nan, sp.I):
        return None
    back = {dummy: value for value, dummy in names.items()}
    return outside * found.xreplace(back)


def _gaussian(inside, limit, domain):
    """The integral of exp(-a x^2 + b x + c) over the line, a > 0; None for anything else."""
    variable = limit[0]
    exponents = [f.exp for f in sp.Mul.make_args(inside) if isinstance(f, sp.exp)]
    if not _whole_line(limit) or len(exponents) < len(sp.Mul.make_args(inside)):
        return None
    exponent = sp.expand(sp.Add(*exponents))
    a, b = -exponent.coeff(variable, 2), exponent.coeff(variable, 1)
    rest = sp.expand(exponent + a * variable**2 - b * variable)
    a = _with_positive_denominator(a, domain)
    if rest.has(variable) or a.has(variable) or b.has(variable) or not is_positive(a, domain):
        return None
    above, below = sp.fraction(a)
    return sp.sqrt(sp.pi) * sp.sqrt(below) / sp.sqrt(above) * sp.exp(sp.factor(rest + b**2 / (4 * a)))


def _with_positive_denominator(value, domain):
    """A fraction in lowest terms, both of its parts positive if that is seen, so that its root is real."""
    above, below = map(sp.expand, sp.fraction(sp.together(sp.expand(value))))
    common = sp.cancel(above / below)
    above, below = map(sp.expand, sp.fraction(common))
    sign = 1 if is_positive(below, domain) else -1
    return sign * above / (sign * below) if below != 1 else above


def _parameters(inside, limit, domain: Domain) -> dict:
    """Short names for what does not depend on the variable, with the signs that the domain shows."""
    variable, parts = limit[0], set()
    for expr in (inside, *limit[1:]):
        for node in sp.preorder_traversal(expr):
            varies = node.has(variable) or node.is_number or not isinstance(node, sp.Expr)
            root = isinstance(node, sp.Pow) and not node.exp.is_Integer
            if not varies and (node.is_Symbol or root or isinstance(node, (sp.acos, sp.asin))):
                parts.add(node)
    whole = {p for p in parts if not any(p != other and other.has(p) for other in parts)}
    return {p: sp.Dummy("p", positive=True) if is_positive(p, domain) else sp.Dummy("p", real=True) for p in whole}
