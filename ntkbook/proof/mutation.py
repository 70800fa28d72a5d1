"""Mutation testing of derivations: every small change of a right side must be refused."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.function import AppliedUndef

from .check import compare, imposed
from .derivation import Derivation, Step
from .domain import Index, Map
from .errors import IllFormedStep, UndecidedStep
from .rewriting import definitions, unfold
from .terms import Component, Partial, PartialBy, Prime, Stack, rebuild
from .verify import is_zero

SWAPS = {
    sp.exp: sp.cos,
    sp.tanh: sp.sin,
    sp.sin: sp.cos,
    sp.cos: sp.sin,
    sp.erf: sp.tanh,
    sp.log: sp.tanh,
    sp.asin: sp.atan,
    sp.acos: sp.asin,
    sp.Heaviside: sp.Abs,
    sp.Max: sp.Min,
    sp.Abs: sp.tanh,
}


@dataclass(frozen=True)
class Mutant:
    """One changed right side and what became of it.

    `outcome` is killed (the numbers refute it), equivalent (a correct statement; `why` says how that is
    known), ill-formed (it says nothing; not counted) or survived (a gap in the check).
    """

    label: str
    change: str
    rhs: sp.Expr
    outcome: str
    why: str = ""


@dataclass(frozen=True)
class MutationReport:
    """All mutants of a derivation."""

    name: str
    mutants: tuple[Mutant, ...]

    @property
    def counts(self) -> Counter:
        """How many mutants had each outcome."""
        return Counter(m.outcome for m in self.mutants)

    def having(self, outcome: str) -> tuple[Mutant, ...]:
        """The mutants with this outcome."""
        return tuple(m for m in self.mutants if m.outcome == outcome)

    def __repr__(self):
        said = ", ".join(f"{number} {outcome}" for outcome, number in sorted(self.counts.items()))
        return f"{self.name}: {said or 'no mutants'}"


def mutate(derivation: Derivation) -> MutationReport:
    """Change every right side in every way and see whether the derivation is refused.

    A step is refuted by its own numbers, a definition or hypothesis by those of a later step. An error of the
    engine or a value that is not finite never counts as a kill. Steps graded LIMIT or CITED are left out.
    """
    outcomes = []
    for step in derivation.statements:
        if step.relation in ("->", "~") or step.cite:
            continue
        for change, relation, rhs in mutations(derivation, step):
            outcome, why = _judge(derivation, step, change, relation, rhs)
            outcomes.append(Mutant(step.label, change, rhs, outcome, why))
    return MutationReport(derivation.name, tuple(outcomes))


def _judge(derivation, step, change, relation, rhs):
    try:
        if _refuted(derivation, step, relation, rhs):
            return "killed", ""
    except IllFormedStep as error:
        return "ill-formed", str(error)
    except UndecidedStep as error:
        return "survived", str(error)
    meanings = list(definitions(derivation).values())
    if relation == step.relation and is_zero(unfold(rhs, meanings) - unfold(step.rhs, meanings), derivation):
        return "equivalent", "algebra: the same normal form"
    declared = derivation.equivalents.get((step.label, change))
    return ("equivalent", declared) if declared else ("survived", "no number contradicts it")


def _refuted(derivation, step, relation, rhs):
    """Whether the numbers contradict the changed derivation somewhere."""
    if step in derivation.steps and step.relation != ":=":
        return compare(derivation, step.lhs, relation, rhs).counterexample is not None
    changed = derivation.replaced(step.label, rhs)
    later = changed.steps[derivation.steps.index(step) + 1 :] if step in derivation.steps else changed.steps
    checked = (s for s in later if s.relation in ("=", "<=", ">=") and not s.cite)
    if step.relation == ":=" and imposed(derivation) == imposed(changed):
        before, after = (list(definitions(d).values()) for d in (derivation, changed))
        checked = (s for s in checked if any(unfold(e, before) != unfold(e, after) for e in (s.lhs, s.rhs)))
    return any(compare(changed, s.lhs, s.relation, s.rhs).counterexample for s in checked)


def mutations(derivation: Derivation, step: Step) -> Iterator[tuple[str, str, sp.Expr]]:
    """Different small changes of a step: what was done, the relation, the right side."""
    rhs = rebuild(step.rhs)
    seen = {rhs}
    if step.relation in ("<=", ">="):
        yield "reverse the inequality", ">=" if step.relation == "<=" else "<=", rhs
    times = sp.MatMul if rhs.is_Matrix else sp.Mul
    whole = [("negate", times(-1, rhs)), ("double", times(2, rhs))] if isinstance(rhs, sp.Expr) else []
    indices = {i for i in derivation.domain.of_kind(Index) if i in rhs.free_symbols | step.lhs.free_symbols}
    for change, mutant in [*whole, *_everywhere(rhs, derivation.domain, indices)]:
        if mutant not in seen:
            seen.add(mutant)
            yield change, step.relation, mutant


def _everywhere(node, domain, indices):
    """Changes of the node itself and of everything in it; the shape of a matrix is a declaration and stays."""
    yield from _here(node, domain, indices)
    if isinstance(node, sp.MatrixSymbol):
        return
    inner = indices
    if isinstance(node, sp.Sum):
        inner = indices | {v for v, *_ in node.limits}
        yield from _shorter_sums(node)
    for place, arg in enumerate(node.args):
        if isinstance(arg, sp.Tuple) or (isinstance(node, (Partial, PartialBy, Stack)) and place > 0):
            continue
        if isinstance(node, sp.Derivative) and place > 0:
            continue
        for change, mutant in _everywhere(arg, domain, inner):
            yield change, node.func(*node.args[:place], mutant, *node.args[place + 1 :])


def _shorter_sums(node):
    for place, (variable, lower, upper) in enumerate(node.limits):
        limits = [tuple(lim) for lim in node.limits]
        limits[place] = (variable, lower, upper - 1)
        yield f"sum over {variable} to {upper - 1}", sp.Sum(node.function, *limits)


def _here(node, domain, indices):
    args = node.args
    if isinstance(node, sp.MatrixExpr):
        yield from _in_matrices(node)
        return
    if isinstance(node, sp.Add):
        for place, term in enumerate(args):
            rest = args[:place] + args[place + 1 :]
            yield f"drop the term {term}", sp.Add(*rest)
            yield f"change the sign of {term}", sp.Add(*rest, -term)
    if isinstance(node, sp.Mul):
        for place, factor in enumerate(args):
            yield f"drop the factor {factor}", sp.Mul(*args[:place], *args[place + 1 :])
    if isinstance(node, sp.Pow) and node.exp != -1:
        yield f"raise the exponent of {node.base}", node.base ** (node.exp + 1)
    if isinstance(node, Prime):
        yield f"{node.applied.func} for its derivative", node.applied
    yield from _other_functions(node, domain)
    yield from _other_indices(node, domain, indices)


def _in_matrices(node):
    """Changes of a matrix that keep its shape."""
    args = node.args
    if isinstance(node, sp.MatAdd):
        for place, term in enumerate(args):
            rest = args[:place] + args[place + 1 :]
            yield f"drop the term {term}", rest[0] if len(rest) == 1 else sp.MatAdd(*rest)
            yield f"change the sign of {term}", sp.MatAdd(*rest, sp.MatMul(sp.S.NegativeOne, term))
    if isinstance(node, sp.MatMul):
        for place, factor in enumerate(args):
            rest = args[:place] + args[place + 1 :]
            square = factor.is_Matrix and factor.rows == factor.cols and any(a.is_Matrix for a in rest)
            if square or not factor.is_Matrix:
                yield f"drop the factor {factor}", rest[0] if len(rest) == 1 else sp.MatMul(*rest)
    if isinstance(node, sp.Inverse):
        yield f"uninvert {node.arg}", node.arg
    elif isinstance(node, sp.MatPow):
        yield f"raise the exponent of {node.base}", sp.MatPow(node.base, node.exp + 1)
    if isinstance(node, sp.Transpose) and node.rows == node.cols:
        yield f"untranspose {node.arg}", node.arg


def _other_functions(node, domain):
    if node.func in SWAPS:
        arguments = node.args[:1] if node.func is sp.Heaviside else node.args  # its second is the value at 0
        yield f"{SWAPS[node.func].__name__} for {node.func.__name__}", SWAPS[node.func](*arguments)
    if not isinstance(node, AppliedUndef) or node.func not in domain:
        return
    for other in domain.of_kind(Map):
        if other != node.func and domain[other] == domain[node.func]:
            yield f"{other} for {node.func}", other(*node.args)


def _other_indices(node, domain, indices):
    """Another index in reach in place of each index that stands as an argument."""
    if not isinstance(node, (AppliedUndef, Component, Partial, sp.KroneckerDelta)):
        return
    for place, old in enumerate(node.args):
        if old in indices and not (isinstance(node, Component) and place == 0):
            for new in sorted(indices - {old}, key=str):
                if domain.get(new) == domain.get(old):
                    yield (f"{new} for {old} in {node}", node.func(*node.args[:place], new, *node.args[place + 1 :]))
