"""Derivatives, sums, integrals and limits carried out."""

import sympy as sp
from sympy.core.function import AppliedUndef

from ..domain import Index, Interval, Map
from ..errors import IllFormedStep
from ..terms import Component, Partial, PartialBy, Prime, Stack, applied_heads, bound_symbol, depth, rebuild, substitute
from .registry import Rule, everywhere, register


def chain_rule(through) -> Rule:
    r"""d/dt g(v(t)) = sum_k (d g / d v_k) (d v_k / dt), for the vector `through` = v, and for a `Partial` alike.

    Refused if the expression depends on the variable also in another way than through v.
    """
    return Rule("chain_rule", (through,))


def differentiate() -> Rule:
    """Carry out derivatives: linearity, products, powers, elementary functions, entries of a vector."""
    return Rule("differentiate")


def evaluate() -> Rule:
    """Carry out sums, integrals and limits with SymPy's `doit`."""
    return Rule("evaluate")


@register
def _apply_chain_rule(expr, domain, through):
    through = rebuild(through)
    if not (isinstance(through, Stack) or domain.is_vector(through)):
        raise IllFormedStep(f"chain_rule({through}): the rule goes through a vector, which this is not.")

    def expand(node):
        inner, inward = _as_derivative(node)
        if inner is None or not inner.has(through):
            return None
        if isinstance(inner, Component) or (isinstance(node, Partial) and node.vector == through):
            return None
        try:
            without = substitute(inner, {through: sp.Dummy("hole")})
        except IllFormedStep:
            return None
        if _depends(without, node, domain):
            return None
        index = bound_symbol(depth(node) + 1)
        size = through.size if isinstance(through, Stack) else domain.vector_size(through)
        entry = through.at(index) if isinstance(through, Stack) else Component(through, index)
        return sp.Sum(Partial(inner, through, index) * inward(entry), (index, 1, size))

    return everywhere(expr, expand)


def _as_derivative(node):
    """The differentiated expression, and the same derivative of something else; or Nones."""
    if isinstance(node, sp.Derivative) and len(node.variables) == 1:
        return node.expr, lambda e: sp.Derivative(e, *node.variables)
    if isinstance(node, Partial):
        return node.expr, lambda e: Partial(e, node.vector, node.index)
    if isinstance(node, PartialBy):
        return node.expr, lambda e: PartialBy(e, node.member)
    return None, None


def _depends(expr, derivative, domain):
    if isinstance(derivative, Partial):
        return expr.has(derivative.vector)
    if isinstance(derivative, PartialBy):
        # What a defined name depends on is seen only where it is unfolded.
        return any(head == derivative.member.func or head not in domain for head in applied_heads(expr))
    return bool(expr.free_symbols & set(derivative.variables))


@register
def _apply_differentiate(expr, domain):
    def carry_out(node):
        inner, inward = _as_derivative(node)
        return None if inner is None else _derivative(inner, node, inward, domain)

    return everywhere(expr, carry_out)


def _derivative(expr, node, inward, domain):
    """One pass of the rules of calculus over `expr`; None where nothing is known (an undefined function)."""

    def further(e):
        carried = _derivative(e, node, inward, domain)
        return inward(e) if carried is None else carried

    if not _depends(expr, node, domain):
        return sp.S.Zero
    if isinstance(node, sp.Derivative) and expr == node.variables[0]:
        return sp.S.One
    if isinstance(node, Partial) and isinstance(expr, Component) and expr.vector == node.vector:
        return sp.KroneckerDelta(expr.index, node.index)
    if isinstance(node, PartialBy) and isinstance(expr, AppliedUndef) and expr.func == node.member.func:
        return _same_member(expr, node.member, domain)
    if isinstance(expr, (sp.Sum, sp.Add, sp.Mul)):
        return _linear_or_product(expr, node, further)
    if isinstance(expr, sp.Pow) and not _depends(expr.exp, node, domain):
        return expr.exp * expr.base ** (expr.exp - 1) * further(expr.base)
    outer = _outer_derivative(expr, node, domain)
    return None if outer is None else outer * further(_argument(expr))


def _same_member(one, other, domain):
    """1 if two members of a family are the same, else 0."""
    space = domain.get(one.func)
    if not isinstance(space, Map) or not all(isinstance(a, Index) for a in space.arguments):
        raise IllFormedStep(f"a derivative by {other}: {one.func} must be declared as a family of numbers.")
    return sp.Mul(*[sp.KroneckerDelta(a, b) for a, b in zip(one.args, other.args, strict=True)])


def _linear_or_product(expr, node, further):
    """Term by term in a sum, factor by factor in a product."""
    if isinstance(expr, sp.Sum):
        expr = _apart(expr, node)
        return sp.Sum(further(expr.function), *expr.limits)
    if isinstance(expr, sp.Add):
        return sp.Add(*[further(a) for a in expr.args])
    parts = list(expr.args)
    return sp.Add(*[sp.Mul(*parts[:k], further(a), *parts[k + 1 :]) for k, a in enumerate(parts)])


def _argument(expr):
    return expr.applied.args[0] if isinstance(expr, Prime) else expr.args[0]


def _outer_derivative(expr, node, domain):
    """phi'(z) of a function phi(z) of one number; None for anything else."""
    if isinstance(expr, Prime):
        return Prime(expr.applied, expr.order + 1)
    if isinstance(expr, AppliedUndef):
        space = domain.get(expr.func)
        of_one_number = isinstance(space, Map) and tuple(map(type, space.arguments)) == (Interval,)
        return Prime(expr) if of_one_number and expr.args[0] not in getattr(node, "variables", ()) else None
    return expr.fdiff(1) if isinstance(expr, sp.Function) and len(expr.args) == 1 else None


def _apart(total, node):
    """The sum with its indices renamed where the derivative's own index has the same name."""
    level = depth(node) + 1
    names = {v: bound_symbol(level, n) for n, (v, *_) in enumerate(total.limits) if v in node.free_symbols}
    limits = [(names.get(v, v), *[substitute(e, names) for e in ends]) for v, *ends in total.limits]
    return sp.Sum(substitute(total.function, names), *limits) if names else total


@register
def _apply_evaluate(expr, domain):
    finite = (sp.Sum, sp.Product, sp.Integral, sp.Limit)
    return everywhere(expr, lambda node: node.doit(deep=False) if isinstance(node, finite) else None)
