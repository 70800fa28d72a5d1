"""Reading a formula that a person typed, in the notation of the page.

    Sum(eta * Theta[i, m] * D(L, f[m]), (m, 1, N))

Indices stand in brackets. What the page hides stays hidden: `f[i]` is f_i at the present parameters, `L` the
loss of all outputs, `theta[p]` an entry of a vector. `D(a, b)` is the derivative of a by b, where b is a time,
an entry of a vector, or one output; `Prime(varphi(z))` is varphi'(z).
"""

import re

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction
from sympy.parsing.sympy_parser import parse_expr

from .derivation import Derivation
from .domain import Index, Map, Vector
from .errors import IllFormedStep
from .rewriting import available, definitions
from .terms import Component, Partial, PartialBy, Prime, Stack, rebuild, substitute


def _sum(term, *limits):
    if not limits or any(len(limit) != 3 for limit in limits):
        raise IllFormedStep("a sum is Sum(term, (index, first, last)).")
    return sp.Sum(term, *limits)


class _Delta:
    """The Kronecker delta, written delta[i, j]."""

    def __getitem__(self, pair):
        return sp.KroneckerDelta(*pair)

    __call__ = sp.KroneckerDelta


KNOWN = {"Sum": _sum, "Prime": Prime, "delta": _Delta(), "exp": sp.exp, "sqrt": sp.sqrt, "log": sp.log}
"""Names that mean the same in every derivation."""

SPELLING = {
    "^": "a power is **",
    "η": "write eta",
    "θ": "write theta",
    "Θ": "write Theta",
    "κ": "write kappa",
    "λ": "write lambda",
    "φ": "write varphi",
}
"""What people type, and what to type instead."""

_LAMBDA = re.compile(r"\blambda\b")


def read(derivation: Derivation, text: str) -> sp.Expr:
    """The expression that `text` says, in the symbols of the derivation.

    Raises:
      IllFormedStep: the text is no formula, or uses a name in a way that the derivation does not know.
    """
    words = _Vocabulary(derivation).words()
    known = f"The names here are {', '.join(sorted(words))}; indices stand in brackets."
    advice = [advice for typed, advice in SPELLING.items() if typed in text]
    if text.count("(") != text.count(")") or text.count("[") != text.count("]"):
        advice.append("a bracket is not closed")
    stray = sorted(set(re.findall(r"(\w+)\s*\[", text)) - set(words))
    if advice or stray:
        raise IllFormedStep(f"cannot read {text!r}: {'; '.join(advice) or ', '.join(stray)}. {known}")
    try:
        # Python keeps the word lambda for itself, so the parser sees it under another name.
        return sp.sympify(parse_expr(_LAMBDA.sub("lambda_", text), local_dict=words | {"lambda_": words.get("lambda")}))
    except IllFormedStep:
        raise
    except Exception as error:
        raise IllFormedStep(f"cannot read {text!r} ({error}). {known}") from error


class _Vocabulary:
    """What each name means in one derivation, gathered from where it occurs."""

    def __init__(self, derivation: Derivation):
        self.domain = derivation.domain
        statements = [*available(derivation, "").values()]
        sides = [rebuild(side) for s in statements for side in (s.lhs, s.rhs)]
        self.defined = definitions(derivation)
        self.applied = {a.func: a for side in reversed(sides) for a in side.atoms(AppliedUndef)}
        self.stacks = {s for side in sides for s in side.atoms(Stack)}

    def words(self) -> dict:
        """The dictionary for the parser."""
        words = {**KNOWN, "D": self.derivative}
        for key in (*self.domain, *self.defined):
            words[str(key)] = self.word(key)
        return words

    def word(self, key):
        """A symbol for itself; a function as something that takes indices in brackets."""
        if not isinstance(key, UndefinedFunction):
            return _Entries(key) if isinstance(self.domain.get(key), Vector) else key
        example = self.applied.get(key)
        if example is None:
            return key
        is_index = [self._is_index(a) for a in example.args]
        if self.domain.is_vector(example):
            return _Entries(example, [a for a, index in zip(example.args, is_index, strict=True) if index])
        if any(is_index):
            return _Family(example, [a for a, index in zip(example.args, is_index, strict=True) if index])
        hidden = isinstance(example.args[0], Stack) or self.domain.is_vector(example.args[0])
        return example if hidden else key

    def _is_index(self, argument):
        return isinstance(self.domain.get(argument), Index) or (argument.is_Symbol and argument.is_integer)

    def derivative(self, of, by):
        """The derivative of `of` by a symbol, an entry of a vector, or one output of a stack."""
        if isinstance(by, Component):
            return Partial(of, by.vector, by.index)
        if isinstance(by, sp.Symbol):
            return sp.Derivative(of, by)
        for stack in sorted(self.stacks, key=sp.default_sort_key):
            for index in sorted(by.free_symbols, key=str):
                if stack.at(index) == by:
                    return Partial(of, stack, index)
                shifted = self._same_family(stack, by, index)
                if shifted is not None:
                    return Partial(of, shifted, index)
        if isinstance(by, AppliedUndef) and self._is_number_of_family(by):
            return PartialBy(of, by)
        raise IllFormedStep(f"D(..., {by}): derivatives are taken by a time, an entry theta[p], or an output f[j].")

    def _is_number_of_family(self, by):
        space = self.domain.get(by.func)
        return isinstance(space, Map) and bool(by.args) and all(isinstance(a, Index) for a in space.arguments)

    def _same_family(self, stack, by, index):
        """The stack with its own free indices renamed, if one of its entries is then `by`."""
        outer = [s for s in stack.free_symbols if isinstance(self.domain.get(s), Index)]
        others = [s for s in by.free_symbols if s != index and (s.is_integer or s.is_integer is None)]
        for old in outer:
            for new in others:
                moved = substitute(stack, {old: new})
                if moved.at(index) == by:
                    return moved
        return None


class _Family:
    """A function of indices, written f[i]; its hidden arguments are those of its first appearance."""

    def __init__(self, example, indices):
        self.example, self.indices = example, indices

    def __getitem__(self, chosen):
        chosen = chosen if isinstance(chosen, tuple) else (chosen,)
        if len(chosen) != len(self.indices):
            raise IllFormedStep(
                f"{self.example.func} takes {len(self.indices)} indices in brackets, got {len(chosen)}."
            )
        return substitute(self.example, dict(zip(self.indices, map(sp.sympify, chosen), strict=True)))

    def __call__(self, *chosen):
        name, written = self.example.func, ", ".join(map(str, chosen))
        raise IllFormedStep(f"write {name}[{written}], with brackets; what else {name} depends on is understood.")


class _Entries:
    """A vector, written theta[p], or a list of vectors, written x[i, p]."""

    def __init__(self, token, indices=()):
        self.token, self.indices = token, list(indices)

    def __getitem__(self, chosen):
        *outer, last = chosen if isinstance(chosen, tuple) else (chosen,)
        if len(outer) != len(self.indices):
            raise IllFormedStep(
                f"{self.token} takes {len(self.indices) + 1} indices in brackets, got {len(outer) + 1}."
            )
        return Component(substitute(self.token, dict(zip(self.indices, outer, strict=True))), sp.sympify(last))
