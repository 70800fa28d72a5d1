"""Means over standard normal numbers: by parts, under the mean, in one direction, by symmetry.

Bodies may hold arbitrary functions of the domain; these count as smooth, and as growing with their derivatives at
most like a power. Jumps are refused where a derivative would meet them.
"""

import sympy as sp
from sympy.core.function import AppliedUndef

from ..bounds import is_positive
from ..domain import Domain, Interval, Map
from ..errors import IllFormedStep
from ..expectation import Expectation, averaged_symbols
from ..terms import Prime, substitute
from .expectations import refuse_fast_growth
from .registry import Rule, everywhere, register


def stein(variable: sp.Symbol) -> Rule:
    """E[u g(u)] = E[g'(u)] for a standard normal number u: integration by parts, once for each term with a factor u."""
    return Rule("stein", (variable,))


def leibniz() -> Rule:
    """The derivative of a mean is the mean of the derivative, by a number that is not averaged."""
    return Rule("leibniz")


def one_direction(variable: sp.Symbol) -> Rule:
    """A mean that sees its numbers only through a u + b w is one over sqrt(a^2 + b^2) u alone."""
    return Rule("one_direction", (variable,))


def odd() -> Rule:
    """The mean of what changes sign with one of its numbers is 0."""
    return Rule("odd")


def factorize() -> Rule:
    """The mean of a product of functions of different numbers is the product of their means."""
    return Rule("factorize")


def same_slope(variable: sp.Symbol, closed: sp.Expr, start: sp.Expr, *by: Rule) -> Rule:
    """A mean equals `closed` if its derivative by the variable does, and its value at `start`.

    `by` names the rules that carry out both; nothing may be left of the means.
    """
    return Rule("same_slope", (variable, closed, sp.sympify(start), *by))


def slope(expr: sp.Expr, variable: sp.Symbol, domain: Domain) -> sp.Expr:
    """The derivative of a function that is smooth, or has kinks and no jumps.

    Raises:
      IllFormedStep: it jumps, or is nothing that the table of derivatives knows.
    """
    if not expr.has(variable):
        return sp.S.Zero
    if expr == variable:
        return sp.S.One
    if isinstance(expr, sp.Add):
        return sp.Add(*[slope(a, variable, domain) for a in expr.args])
    if isinstance(expr, sp.Mul):
        parts = list(expr.args)
        return sp.Add(*[sp.Mul(*parts[:k], slope(a, variable, domain), *parts[k + 1 :]) for k, a in enumerate(parts)])
    if isinstance(expr, sp.Pow) and not expr.exp.has(variable):
        return expr.exp * expr.base ** (expr.exp - 1) * slope(expr.base, variable, domain)
    outer = _outer(expr, domain)
    if outer is None:
        raise IllFormedStep(f"{expr} jumps, or has no derivative by {variable} that is known here.")
    inner = expr.applied.args[0] if isinstance(expr, Prime) else next(a for a in expr.args if a.has(variable))
    return outer * slope(inner, variable, domain)


def _outer(expr, domain):
    if isinstance(expr, sp.Max) and len(expr.args) == 2 and sp.S.Zero in expr.args:
        return sp.Heaviside(next(a for a in expr.args if a != 0))
    if isinstance(expr, sp.Abs):
        return sp.sign(expr.args[0])
    if isinstance(expr, Prime):
        return Prime(expr.applied, expr.order + 1)
    if isinstance(expr, AppliedUndef):
        space = domain.get(expr.func)
        smooth = isinstance(space, Map) and tuple(map(type, space.arguments)) == (Interval,)
        return Prime(expr) if smooth else None
    if isinstance(expr, (sp.exp, sp.erf, sp.sin, sp.cos, sp.tanh)):
        return expr.fdiff(1)
    return None


@register
def _apply_stein(expr, domain, variable):
    def by_parts(node):
        if not isinstance(node, Expectation) or variable not in averaged_symbols(node, domain):
            return None
        kept, gained = [], []
        for term in sp.Add.make_args(sp.expand_mul(node.body, deep=False)):
            rest = term / variable
            if not any(f.as_base_exp()[0] == variable for f in sp.Mul.make_args(term)):
                kept.append(term)
                continue
            refuse_fast_growth(rest, node.families)
            gained.append(slope(rest, variable, domain))
        if not gained:
            return None
        body = sp.Add(*gained)
        refuse_fast_growth(body, node.families)
        return Expectation(sp.Add(*kept, body), *node.args[1:])

    return everywhere(expr, by_parts)


@register
def _apply_leibniz(expr, domain):
    def under(node):
        if not isinstance(node, sp.Derivative) or len(node.variables) != 1 or not isinstance(node.expr, Expectation):
            return None
        (variable,), mean = node.variables, node.expr
        if variable.name in mean.families:
            return sp.S.Zero
        refuse_fast_growth(mean.body, mean.families)
        inside = slope(mean.body, variable, domain)
        refuse_fast_growth(inside, mean.families)
        return Expectation(inside, *mean.args[1:])

    return everywhere(expr, under)


@register
def _apply_one_direction(expr, domain, variable):
    def turn(node):
        if not isinstance(node, Expectation):
            return None
        symbols = averaged_symbols(node, domain)
        for form in sorted(_linear_forms(node.body, symbols), key=sp.count_ops, reverse=True):
            hole = sp.Dummy("hole", real=True)
            body = node.body.xreplace({form: hole})
            if not body.has(*symbols):
                parts = [sp.expand(form).coeff(s) for s in symbols]
                size = sp.sqrt(sp.simplify(sp.Add(*[p**2 for p in parts])))
                turned = Expectation(body.xreplace({hole: size * variable}), variable)
                averaged_symbols(turned, domain)
                return turned if turned != node else None
        return None

    return everywhere(expr, turn)


def _linear_forms(body, symbols):
    """Subexpressions a u + b w without a constant."""
    found = set()
    for node in sp.preorder_traversal(body):
        if not isinstance(node, (sp.Add, sp.Mul)) or not node.has(*symbols):
            continue
        rest = sp.expand(node)
        for symbol in symbols:
            coefficient = rest.coeff(symbol)
            if not coefficient.has(*symbols):
                rest = sp.expand(rest - coefficient * symbol)
        if rest == 0:
            found.add(node)
    return found


@register
def _apply_odd(expr, domain):
    def cancel(node):
        if not isinstance(node, Expectation):
            return None
        for symbol in averaged_symbols(node, domain):
            refuse_fast_growth(node.body, node.families)
            if node.body.has(symbol) and sp.expand(node.body + node.body.xreplace({symbol: -symbol})) == 0:
                return sp.S.Zero
        return None

    return everywhere(expr, cancel)


@register
def _apply_factorize(expr, domain):
    def part(node):
        if not isinstance(node, Expectation):
            return None
        symbols = averaged_symbols(node, domain)
        refuse_fast_growth(node.body, node.families)
        groups = []
        for factor in sp.Mul.make_args(node.body):
            inside = {s for s in symbols if factor.has(s)}
            joined = [g for g in groups if g[0] & inside]
            groups = [g for g in groups if not g[0] & inside]
            groups.append((inside.union(*(g[0] for g in joined)), [factor, *(f for g in joined for f in g[1])]))
        if len(groups) < 2:
            return None
        names = {s: sorted((t for t in s), key=str) for s in map(frozenset, (g[0] for g in groups))}
        return sp.Mul(
            *[
                Expectation(sp.Mul(*factors), *names[frozenset(inside)]) if inside else sp.Mul(*factors)
                for inside, factors in groups
            ]
        )

    return everywhere(expr, part)


@register
def _apply_same_slope(expr, domain, variable, closed, start, *by):
    space = domain.get(variable)
    if not isinstance(space, Interval) or not (start.is_number and space.low <= start <= space.high):
        raise IllFormedStep(f"same_slope({variable}): {start} must lie in the interval of {variable}.")
    for inverse in closed.atoms(sp.asin, sp.acos):
        if not is_positive(1 - inverse.args[0] ** 2, domain):
            raise IllFormedStep(f"same_slope({variable}): {inverse} need not be smooth all over the domain.")

    def carried_out(node):
        for rule in by:
            node = rule(node, domain)
        if node.has(Expectation, sp.Derivative, sp.Integral):
            raise IllFormedStep(f"same_slope({variable}): the rules leave {node}.")
        return node

    def known(node):
        if not isinstance(node, Expectation) or not node.body.has(variable):
            return None
        rate = carried_out(sp.Derivative(node, variable)) - sp.diff(closed, variable)
        first = carried_out(substitute(node, {variable: start})) - closed.subs(variable, start)
        return closed if sp.simplify(rate) == 0 and sp.simplify(first) == 0 else None

    return everywhere(expr, known)
