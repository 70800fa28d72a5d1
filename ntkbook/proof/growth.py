"""Which integrands fall off like a Gaussian, so that their integrals may be exchanged, turned and cut."""

import sympy as sp
from sympy.core.function import AppliedUndef

from .bounds import is_positive
from .domain import Domain
from .terms import Prime

TAME = (sp.Max, sp.Min, sp.Abs, sp.Heaviside, sp.sign, sp.erf, sp.erfc, sp.sin, sp.cos, sp.tanh)
"""Functions that grow no faster than their arguments, or not at all."""


def falls_off(expr: sp.Expr, variables: tuple[sp.Symbol, ...], domain: Domain) -> bool:
    """Whether `expr` is a function of at most polynomial growth times exp(-q), q a positive definite form.

    Such an integrand is absolutely integrable over all of space, with every change of variables that keeps it so.
    An arbitrary function of the domain counts as one that grows, with its derivatives, at most like a power.
    """
    exponent, rest = sp.S.Zero, []
    for factor in sp.Mul.make_args(expr):
        if isinstance(factor, sp.exp):
            exponent += factor.exp
        else:
            rest.append(factor)
    return all(grows_slowly(f, variables) for f in rest) and _negative_definite(exponent, variables, domain)


def grows_slowly(expr: sp.Basic, variables: tuple[sp.Symbol, ...]) -> bool:
    """Whether `expr` grows at most like a power of the variables, symbols or heads, as far as its structure shows."""
    if not expr.has(*variables) or expr in variables or expr.func in variables:
        return True
    if isinstance(expr, sp.Pow):
        return bool(expr.exp.is_Integer and expr.exp > 0) and grows_slowly(expr.base, variables)
    if isinstance(expr, (sp.Add, sp.Mul, AppliedUndef, Prime, sp.Tuple, *TAME)):
        return all(grows_slowly(a, variables) for a in expr.args)
    if isinstance(expr, sp.Sum):
        return grows_slowly(expr.function, variables)
    if isinstance(expr, sp.exp):
        return _falls(expr.exp, variables)
    return False


def _falls(exponent, variables):
    """Whether the exponential of `exponent` stays bounded: it is minus a sum of squares, plus a constant."""

    def not_negative(factor):
        return factor.is_nonnegative or (isinstance(factor, sp.Pow) and factor.exp.is_even)

    varying = [t for t in sp.Add.make_args(exponent) if t.has(*variables)]
    return all(all(not_negative(f) for f in sp.Mul.make_args(-t)) for t in varying)


def _negative_definite(exponent, variables, domain):
    """Whether the quadratic part of a polynomial exponent is negative definite, by its leading minors."""
    try:
        polynomial = sp.Poly(sp.expand(exponent), *variables)
    except sp.PolynomialError:
        return False
    if polynomial.total_degree() != 2:
        return False
    form = -sp.hessian(exponent, variables)
    minors = [form[:k, :k].det() for k in range(1, len(variables) + 1)]
    return all(is_positive(sp.factor(minor), domain) or is_positive(minor, domain) for minor in minors)
