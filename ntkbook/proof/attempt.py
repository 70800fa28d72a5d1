"""Judging a reader's own right side of a step."""

import textwrap
from dataclasses import dataclass
from enum import Enum

import sympy as sp
from sympy.core.function import AppliedUndef

from .alpha import alpha_key
from .at_sizes import proved_sizes
from .check import compare
from .derivation import Derivation, Step
from .errors import IllFormedStep, UndecidedStep
from .reading import read
from .rewriting import available, chain, definitions, unfold
from .terms import BINDERS, rebuild
from .verify import check_declared, is_zero


class Judgement(Enum):
    """What the engine says of an attempt."""

    PROVED = "correct, proved"
    AGREES = "agrees at all points, without a proof"
    FALSE = "false"
    REFUSED = "refused"


@dataclass(frozen=True)
class Attempt:
    """The answer to a reader: truthy if the right side is correct as far as the engine can tell."""

    judgement: Judgement
    message: str

    def __bool__(self):
        return self.judgement in (Judgement.PROVED, Judgement.AGREES)

    def __repr__(self):
        return textwrap.fill(f"{self.judgement.value}: {self.message}", 76)


def attempt(derivation: Derivation, label: str, rhs) -> Attempt:
    """Is `rhs` another correct right side of the step `label`?

    Any equivalent form is accepted: sums in another order, other names of indices, factors moved.

    Args:
      derivation: the derivation.
      label: the step's label.
      rhs: text in the notation of `ntkbook.proof.reading`, or a SymPy expression whose symbols are matched to
        the derivation's by name.

    Raises:
      KeyError: there is no such step.
    """
    step = derivation.statement(label)
    if step.relation == ":=":
        return Attempt(Judgement.REFUSED, f"{label!r} is a definition; there is nothing to derive.")
    if step in derivation.hypotheses or step.relation in ("->", "~"):
        return Attempt(Judgement.REFUSED, f"{label!r} is a hypothesis or a limit; no right side can be judged.")
    try:
        written = read(derivation, rhs) if isinstance(rhs, str) else sp.sympify(rhs)
        if not isinstance(written, sp.Expr):
            return Attempt(Judgement.REFUSED, f"{rhs!r} is no expression; write the right side alone.")
        candidate = match_names(derivation, written)
        tried = step.with_rhs(candidate)
        check_declared(derivation, tried)
        if alpha_key(candidate) in _lines_before(derivation, step):
            return Attempt(Judgement.REFUSED, "this is a line before; write what it is equal to.")
        agreement = compare(derivation, tried.lhs, tried.relation, tried.rhs)
        bound = tried.relation == "=" or not compare(derivation, step.rhs, "=", candidate).counterexample
    except (IllFormedStep, UndecidedStep, sp.SympifyError) as error:
        return Attempt(Judgement.REFUSED, str(error))
    if agreement.counterexample:
        return Attempt(Judgement.FALSE, f"{agreement.counterexample}.")
    if not bound:
        return Attempt(Judgement.REFUSED, "this holds at all points, but it is another bound than the book's.")
    proof = _proof(derivation, step, candidate)
    if proof:
        return Attempt(Judgement.PROVED, f"{proof}, and {agreement.points} random points agree.")
    return Attempt(
        Judgement.AGREES,
        f"{agreement.points} random points agree with it, but algebra does not reduce it to the book's form.",
    )


def _lines_before(derivation, step: Step) -> set:
    """The left side, and every earlier line of the chain that the step continues."""
    lines = {alpha_key(rebuild(step.lhs))}
    _, before = chain(derivation, step)
    return lines | _lines_before(derivation, before) if before is not None else lines


def _proof(derivation, step: Step, candidate) -> str:
    """How algebra shows the candidate to be the book's right side; empty if it does not."""
    meanings = list(definitions(derivation).values())
    known, tried = unfold(step.rhs, meanings), unfold(candidate, meanings)
    if is_zero(known - tried, derivation):
        return "algebra reduces it to the book's form"
    sizes = proved_sizes(derivation, known, tried) if step.relation == "=" else ()
    return f"SymPy finds it equal to the book's form at {' and '.join(sizes)}" if sizes else ""


def match_names(derivation: Derivation, expr: sp.Expr) -> sp.Expr:
    """Replace a reader's symbols and functions by the derivation's of the same name.

    Raises:
      IllFormedStep: naming the symbols that the derivation does not have.
    """
    bound = {s.name for total in expr.atoms(*BINDERS) for s in total.variables}
    known = {str(key): key for key in names(derivation).values()}
    stray = {s.name for s in expr.free_symbols if s.name not in known} - bound
    stray |= {str(a.func) for a in expr.atoms(AppliedUndef) if str(a.func) not in known}
    if stray:
        raise IllFormedStep(
            f"{', '.join(sorted(stray))}: this step does not know that name. It knows {', '.join(sorted(known))}."
        )

    def visit(node):
        if node.is_Symbol and node.name in known:
            return known[node.name]
        if not node.args:
            return node
        head = known[str(node.func)] if isinstance(node, AppliedUndef) else node.func
        return head(*map(visit, node.args))

    return rebuild(visit(expr))


def names(derivation: Derivation) -> dict:
    """Every symbol and function of a derivation by its name, defined ones included."""
    heads = [*derivation.domain, *definitions(derivation)]
    heads += [s.lhs.func for s in available(derivation, "").values() if s.relation == ":=" and s.lhs.args]
    return {str(h): h for h in heads}
