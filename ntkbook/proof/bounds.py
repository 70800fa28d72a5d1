"""Signs that hold all over a domain, proved by interval arithmetic.

SymPy knows that x**2 + 1 > 0 for every real x; it does not know that 1 - rho**2 > 0 where rho is declared in
Interval(-0.9, 0.9). Here every declared number is replaced by its interval, cut into pieces, and the expression is
computed with outward rounding. What comes out positive on every piece is positive.
"""

import itertools

import mpmath
import sympy as sp

from .domain import Domain, Interval

PIECES = 24
"""Into how many pieces each interval is cut, at most."""
LARGEST = 600
"""Boxes that are tried, at most."""


def is_positive(expr: sp.Expr, domain: Domain) -> bool:
    """Whether `expr` > 0 on the whole domain; False means only that this is not seen."""
    expr = sp.sympify(expr)
    if expr.is_positive is not None:
        return bool(expr.is_positive)
    if _positive_as_written(expr, domain):
        return True
    above, below = map(sp.expand, sp.fraction(sp.together(expr)))
    return below != 1 and any(
        _positive_as_written(sign * above, domain) and _positive_as_written(sign * below, domain) for sign in (1, -1)
    )


def _positive_as_written(expr, domain):
    """Whether interval arithmetic sees the sign of this form of the expression."""
    symbols = sorted(expr.free_symbols, key=str)
    if not all(isinstance(domain.get(s), Interval) for s in symbols):
        return False
    pieces = max(1, min(PIECES, int(LARGEST ** (1 / max(1, len(symbols))))))
    boxes = itertools.product(*[_pieces(domain[s], pieces) for s in symbols])
    try:
        return all(_value(expr, dict(zip(symbols, box, strict=True))).a > 0 for box in boxes)
    except _NotBounded:
        return False


class _NotBounded(Exception):
    """An operation whose range is not known, or not finite."""


def _pieces(interval, count):
    low, high = mpmath.mpf(interval.low), mpmath.mpf(interval.high)
    ends = [low + (high - low) * k / count for k in range(count)] + [high]
    return [mpmath.iv.mpf([a, b]) for a, b in itertools.pairwise(ends)]


def _value(expr, box):
    """An interval that holds every value of `expr`."""
    if expr in box:
        return box[expr]
    if expr is sp.pi:
        return mpmath.iv.pi
    if expr.is_Rational:
        return mpmath.iv.mpf(int(expr.p)) / int(expr.q)
    values = [_value(a, box) for a in expr.args]
    if isinstance(expr, sp.Add):
        return sum(values[1:], values[0])
    if isinstance(expr, sp.Mul):
        product = mpmath.iv.mpf(1)
        for value in values:
            product = product * value
        return product
    if isinstance(expr, sp.Pow):
        return _power(values[0], expr.exp)
    return _function(expr, values)


def _power(base, exponent):
    if exponent.is_Integer and exponent > 0:
        return base ** int(exponent)
    if not exponent.is_Rational or not base.a > 0:
        raise _NotBounded
    root = mpmath.iv.sqrt(base) ** abs(int(2 * exponent)) if (2 * exponent).is_Integer else None
    if root is None:
        raise _NotBounded
    return root if exponent > 0 else 1 / root


def _function(expr, values):
    known = {sp.exp: mpmath.iv.exp, sp.sin: mpmath.iv.sin, sp.cos: mpmath.iv.cos}
    if expr.func in known:
        return known[expr.func](values[0])
    if expr.func in (sp.acos, sp.asin) and values[0].a > -1 and values[0].b < 1:
        inverse, slack = getattr(mpmath, expr.func.__name__), mpmath.mpf(2) ** -40
        ends = sorted((inverse(mpmath.mpf(values[0].a)), inverse(mpmath.mpf(values[0].b))))
        return mpmath.iv.mpf([ends[0] - slack, ends[1] + slack])
    raise _NotBounded
