"""Verdicts: every statement of a derivation settled by algebra and by numbers."""

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp
from sympy.core.function import AppliedUndef

from .alpha import alpha_key
from .at_sizes import proved_sizes
from .check import compare
from .derivation import Derivation, Step, Verdict
from .domain import FACTS
from .errors import DerivationError, FalseStep, IllFormedStep, UndecidedStep
from .rewriting import apply_uses, available, definitions, head_of
from .signs import is_nonnegative
from .terms import BINDERS, Stack, applied_heads, rebuild
from .zero import vanishes


@dataclass(frozen=True)
class Result:
    """How one statement was settled.

    Attributes:
      step: the statement.
      verdict: computed.
      points: number of random points at which both sides were compared, 0 where nothing can be.
      sizes: the sizes at which algebra decided, for PROVED_AT_SIZES.
      note: what a reader should know besides the author's reason.
    """

    step: Step
    verdict: Verdict
    points: int = 0
    sizes: tuple[str, ...] = ()
    note: str = ""


def verify(derivation: Derivation) -> tuple[Result, ...]:
    """Settle every hypothesis and step, in order.

    Raises:
      FalseStep: the numbers contradict a step; the message has a counterexample.
      UndecidedStep: algebra cannot settle a step and the author gave no reason.
      IllFormedStep: a step is vacuous, out of order, or uses what is not declared.
    """
    return _verified(_Key(derivation))


class _Key:
    """Identity of a derivation for the cache: derivations hold mappings and cannot be hashed by value."""

    def __init__(self, derivation):
        self.derivation = derivation

    def __hash__(self):
        return hash(self.derivation.name)

    def __eq__(self, other):
        return self.derivation is other.derivation or self.derivation == other.derivation


@lru_cache(maxsize=256)
def _verified(key):
    derivation = key.derivation
    for inner in derivation.given:
        verify(inner)
    hypotheses = tuple(_in_context(derivation, s, _settle_hypothesis) for s in derivation.hypotheses)
    return hypotheses + tuple(_in_context(derivation, s, settle) for s in derivation.steps)


def _in_context(derivation, step, settle_one):
    try:
        return settle_one(derivation, step)
    except DerivationError as error:
        raise type(error)(f"{derivation.name}, step {step.label!r}: {error}") from error


def _settle_hypothesis(derivation, step):
    check_declared(derivation, step)
    if step.by or step.uses:
        raise IllFormedStep("a hypothesis is assumed; it has no rules and uses nothing.")
    if step.relation in ("<=", ">="):
        raise IllFormedStep("numbers cannot be drawn to obey an inequality; choose the interval in the domain.")
    if step.relation == ":=":
        _check_definition(derivation, step)
    return Result(step, Verdict.ASSUMED)


def settle(derivation: Derivation, step: Step) -> Result:
    """Settle one step, given what comes before it.

    Raises: as `verify`.
    """
    check_declared(derivation, step)
    if (step.relation in (":=", "->", "~") or step.cite) and (step.by or step.uses or step.undecided):
        raise IllFormedStep("nothing is derived here, so `by`, `uses` and `undecided` would be decoration; drop them.")
    if step.relation == ":=":
        return _settle_definition(derivation, step)
    if step.relation in ("->", "~"):
        return _settle_limit(step)
    if step.cite:
        return Result(step, Verdict.CITED)
    if alpha_key(rebuild(step.lhs)) == alpha_key(rebuild(step.rhs)):
        raise IllFormedStep("both sides are the same up to names and order, so the step says nothing.")
    if step.relation in ("<=", ">=") and any(getattr(s, "is_Matrix", False) for s in (step.lhs, step.rhs)):
        raise IllFormedStep("an inequality compares numbers; say x'Ax >= 0 for a matrix.")
    return _settle_relation(derivation, step)


def _settle_relation(derivation, step):
    agreement = compare(derivation, step.lhs, step.relation, step.rhs)
    if agreement.counterexample:
        raise FalseStep(
            f"is false: {agreement.counterexample}. Mend the side that is wrong; the page prints what stands here."
        )
    verdict, sizes = _algebra(derivation, step)
    if verdict and step.undecided:
        raise IllFormedStep("algebra settles this step; remove the reason in `undecided`.")
    if not verdict and not step.undecided:
        raise UndecidedStep(
            f"algebra cannot settle it, though {agreement.points} random points agree. Split it into smaller "
            "steps, name rules in `by`, or say in `undecided` why it must stay numeric."
        )
    return Result(step, verdict or Verdict.NUMERIC, agreement.points, sizes, step.undecided)


def _algebra(derivation, step) -> tuple[Verdict | None, tuple[str, ...]]:
    """What algebra says of a step: a verdict and the sizes, or None if it cannot decide."""
    lhs, rhs = apply_uses(derivation, step)
    reached = _apply_rules(derivation, step, lhs)
    by_symbols = all(rule.any_size for rule in step.by)
    if step.relation in ("<=", ">="):
        difference = rhs - reached if step.relation == "<=" else reached - rhs
        if not is_nonnegative(difference):
            return None, ()
        return (Verdict.PROVED, ()) if by_symbols else _at_sizes(derivation, lhs, reached)
    vanishes = is_zero(reached - rhs, derivation)
    if by_symbols and vanishes:
        return Verdict.PROVED, ()
    return _at_sizes(derivation, lhs, rhs) if by_symbols or vanishes else (None, ())


def _at_sizes(derivation, lhs, rhs):
    """The verdict of algebra at concrete sizes; without a size in the statement, it holds as it stands."""
    sizes = proved_sizes(derivation, lhs, rhs)
    if sizes == ("",):
        return Verdict.PROVED, ()
    return (Verdict.PROVED_AT_SIZES if sizes else None), sizes


def _apply_rules(derivation, step, expr):
    """Apply the step's rules in order; each must change something and keep the value."""
    for rule in step.by:
        changed = rebuild(rule(expr, derivation.domain))
        if changed == expr:
            raise IllFormedStep(f"the rule {rule} changes nothing here; drop it.")
        agreement = compare(derivation, expr, "=", changed)
        if agreement.counterexample:
            raise IllFormedStep(
                f"the rule {rule} changed the value: {agreement.counterexample}. This is a defect of the rule."
            )
        expr = changed
    return expr


def is_zero(difference: sp.Expr, derivation: Derivation) -> bool:
    """Whether algebra reduces a difference to zero for symbolic sizes."""
    return vanishes(difference, derivation.domain)


def _settle_definition(derivation, step):
    if head_of(step.lhs) in derivation.domain:
        raise IllFormedStep(f"{head_of(step.lhs)} is declared in the domain; a definition needs a new name.")
    _check_definition(derivation, step)
    return Result(step, Verdict.DEFINED)


def _check_definition(derivation, step):
    """Refuse what cannot be unfolded. A hypothesis may say what an arbitrary function of the domain is."""
    known = available(derivation, step.label)
    if head_of(step.lhs) in {head_of(s.lhs) for s in known.values() if s.relation == ":="}:
        raise IllFormedStep(f"{head_of(step.lhs)} is already defined; a definition needs a new name.")
    is_matrix = isinstance(step.lhs, sp.MatrixSymbol)
    if len(set(step.lhs.args)) != len(step.lhs.args) and not is_matrix:
        raise IllFormedStep(f"{step.lhs} must name each argument once.")
    values = [a for a in step.lhs.args if not (a.is_Symbol or isinstance(a, Stack) or derivation.domain.is_vector(a))]
    if not is_matrix and (values or not isinstance(step.lhs, (sp.Symbol, AppliedUndef))):
        raise IllFormedStep(f"{step.lhs} cannot be defined; write a name, or a function of symbols and whole vectors.")
    if step.lhs.is_Symbol and step.lhs in derivation.domain:
        raise IllFormedStep(f"{step.lhs} is a symbol of the domain; say what it equals with the relation =.")
    promised = [fact for fact in FACTS if getattr(step.lhs, f"is_{fact}") and not getattr(step.rhs, f"is_{fact}", None)]
    if promised:
        raise IllFormedStep(f"algebra takes {step.lhs} to be {', '.join(promised)}; the right side need not be.")
    names = [s.lhs for s in known.values() if s.relation == ":="]
    named = {name for name in names if name.is_Symbol or isinstance(name, sp.MatrixSymbol)}
    stray = rebuild(step.rhs).free_symbols - step.lhs.free_symbols - set(derivation.domain.constants()) - named
    if stray:
        raise IllFormedStep(f"the right side depends on {_names(stray)}, which {step.lhs} does not show.")
    if head_of(step.lhs) in {head_of(n) for n in sp.preorder_traversal(step.rhs)}:
        raise IllFormedStep(f"{head_of(step.lhs)} is defined by itself.")
    compare(derivation, step.lhs, "=", step.rhs)


def _settle_limit(step):
    if not step.limit or not (step.experiment or step.cite):
        raise IllFormedStep("a limit names the variable in `limit` and its evidence in `experiment` or `cite`.")
    return Result(step, Verdict.LIMIT)


def check_declared(derivation: Derivation, step: Step) -> None:
    """Refuse symbols and functions that the domain does not declare.

    Raises:
      IllFormedStep: naming them.
    """
    heads = set(definitions(derivation))
    missing = {x for side in (step.lhs, step.rhs) for x in derivation.domain.undeclared(side, heads)} - heads
    if missing:
        raise IllFormedStep(f"{_names(missing)} must be declared in the domain, or defined by an earlier step.")
    sides = (rebuild(step.lhs), rebuild(step.rhs), step.lhs, step.rhs)
    _refuse_homonyms({*derivation.domain, *heads}.union(*(_named(side) for side in sides)))
    for binder in (b for side in sides for b in side.atoms(*BINDERS)):
        _check_bound(binder)
    for limit in (b for side in sides for b in side.atoms(sp.Limit)):
        _check_approach(limit)


def _named(side):
    return (side.atoms(sp.Symbol) - side.atoms(sp.Dummy)) | applied_heads(side)


def _refuse_homonyms(named):
    """Two different symbols of one name would be read as one."""
    seen = {}
    for thing in named:
        if seen.setdefault(str(thing), thing) != thing:
            raise IllFormedStep(f"two different things are called {thing}; they differ in their assumptions or kind.")


def _check_bound(binder):
    """The assumptions of a bound variable must hold all over its range, for algebra relies on them."""
    for variable, *ends in binder.limits:
        lower, upper = ends if len(ends) == 2 else (sp.S.NegativeInfinity, sp.S.Infinity)
        integral = isinstance(binder, sp.Integral)
        kept = {
            "positive": (lower if integral else lower - 1).is_nonnegative,
            "nonnegative": lower.is_nonnegative,
            "negative": (upper if integral else upper + 1).is_nonpositive,
            "nonpositive": upper.is_nonpositive,
            "integer": not integral,
        }
        false = [fact for fact in FACTS if getattr(variable, f"is_{fact}") and not kept.get(fact)]
        if false:
            raise IllFormedStep(
                f"algebra takes {variable} to be {', '.join(false)}, but it runs from {lower} to {upper}."
            )


def _check_approach(limit):
    """The assumptions of a limit's variable must hold on its way, for algebra relies on them."""
    _, variable, point, direction = limit.args
    above = str(direction) == "+"
    kept = {
        "positive": point is sp.S.Infinity or (above and bool(point.is_nonnegative)),
        "negative": point is sp.S.NegativeInfinity or (not above and bool(point.is_nonpositive)),
        "integer": point in (sp.S.Infinity, sp.S.NegativeInfinity),
    }
    kept |= {"nonnegative": kept["positive"], "nonpositive": kept["negative"]}
    false = [fact for fact in FACTS if getattr(variable, f"is_{fact}") and not kept.get(fact)]
    if false:
        raise IllFormedStep(
            f"algebra takes {variable} to be {', '.join(false)}, which it is not on its way to {point}."
        )


def _names(symbols):
    return ", ".join(sorted(map(str, symbols)))
