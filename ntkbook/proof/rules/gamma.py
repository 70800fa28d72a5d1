"""Euler's integral: means of powers and logarithms over a gamma or chi-square density."""

import sympy as sp

from .registry import Rule, everywhere, register


def euler_integral() -> Rule:
    r"""$\int_0^\infty x^{a-1} e^{-cx} (\log x)^k dx$ is the k-th derivative of $\Gamma(a)\, c^{-a}$ by a; a, c > 0.

    SymPy alone gives hypergeometric functions that cancel. Sums are taken term by term; what else depends on x stays.
    """
    return Rule("euler_integral")


@register
def _apply_euler_integral(expr, domain):
    def carry_out(node):
        if not isinstance(node, sp.Integral) or len(node.limits) != 1 or len(node.limits[0]) != 3:
            return None
        variable, lower, upper = node.limits[0]
        if lower != 0 or upper is not sp.S.Infinity or not variable.is_positive:
            return None
        terms = [_term(term, variable) for term in sp.Add.make_args(sp.expand_mul(node.function))]
        return None if None in terms else sp.Add(*terms)

    return everywhere(expr, carry_out)


def _term(term, variable):
    """The integral of one product, or None if it holds anything but a power, an exponential and logarithms."""
    outside, power, rate, logs = [], sp.S.Zero, sp.S.Zero, 0
    for factor in sp.Mul.make_args(term):
        base, exponent = factor.as_base_exp()
        if not factor.has(variable):
            outside.append(factor)
        elif base == variable and not exponent.has(variable):
            power += exponent
        elif isinstance(factor, sp.exp) and not (factor.exp / variable).has(variable):
            rate -= factor.exp / variable
        elif base == sp.log(variable) and exponent.is_Integer and exponent > 0:
            logs += int(exponent)
        else:
            return None
    if not ((power + 1).is_positive and rate.is_positive):
        return None
    shape = sp.Dummy("a", positive=True)
    moment = sp.diff(sp.gamma(shape) * rate**-shape, shape, logs)
    return sp.Mul(*outside) * moment.subs(shape, power + 1)
