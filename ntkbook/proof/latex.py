"""One LaTeX printer, with the book's notation.

Index arguments become subscripts, the vector a function depends on is hidden (theta(t) is understood), and
factors keep the order in which the author wrote them.
"""

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.conventions import split_super_sub
from sympy.printing.latex import LatexPrinter, translate
from sympy.printing.precedence import PRECEDENCE

from .domain import Domain, Index, Map, Vector
from .errors import IllFormedStep
from .terms import Component, Stack, substitute

SCRIPT = {
    "L": r"\mathcal{L}",
    "relu": r"\operatorname{relu}",
    "step": r"\operatorname{step}",
    "sgn": r"\operatorname{sgn}",
}
"""Functions in script letters: the loss is typed L, and a plain L on the page counts hidden layers."""

LAYER = {"next": "l+1", "previous": "l-1", "oo": r"\infty"}
"""Words in names: `n_next` prints n_{l+1}, `z__next` prints z^{l+1}, and `g_oo` prints g_\\infty."""


def latex(expr: sp.Basic, domain: Domain, spaces: dict | None = None) -> str:
    """LaTeX of an expression.

    Args:
      expr: what to print, as authored (unevaluated, so that its order is kept).
      domain: tells indices, vectors and functions apart.
      spaces: argument spaces of defined functions, `{head: (space, ...)}`.

    Raises:
      IllFormedStep: the expression contains a dummy symbol, which has no name to print.
    """
    if expr.atoms(sp.Dummy):
        raise IllFormedStep(f"{expr} contains a dummy symbol and cannot be printed; write it with declared symbols.")
    return _Printer(domain, spaces or {}).doprint(expr)


class _Printer(LatexPrinter):
    def __init__(self, domain, spaces):
        super().__init__({"order": "none", "mul_symbol": None, "fold_short_frac": False, "inv_trig_style": "full"})
        self.domain = domain
        self.spaces = spaces
        self.in_derivative = False

    def _print_AppliedUndef(self, expr, exp=None):
        pairs = list(zip(self._argument_spaces(expr), expr.args, strict=True))
        subscript = [(s, self._print(a)) for s, a in pairs if isinstance(s, Index) and not s.shown]
        # A vector that moves is understood, f_i; one that is a name of its own tells which, f_i(u).
        told = not self.in_derivative
        shown = [
            self._print(a) for s, a in pairs if getattr(s, "shown", not isinstance(s, Vector) or (told and a.is_Symbol))
        ]
        name = SCRIPT.get(expr.func.__name__) or self._name(expr.func.__name__)
        if subscript:
            name += "_{%s}" % _paired(subscript)
        if exp and "^" in name:
            return r"\left(%s\right)^{%s}" % (self._print_AppliedUndef(expr), exp)
        if exp:
            name += "^{%s}" % exp
        hidden = self.domain.is_vector(expr)
        return name + (r"(%s)" % ", ".join(shown) if shown and not hidden else "")

    def _name(self, name):
        """A name with its superscript `__` and subscript `_`, as SymPy splits them."""
        stem, above, below = split_super_sub(name)
        marks = "".join(
            "%s{%s}" % (mark, " ".join(LAYER.get(word, translate(word)) for word in words))
            for mark, words in (("^", above), ("_", below))
            if words
        )
        return translate(stem) + marks

    def _print_Symbol(self, expr, style="plain"):
        return self._name(expr.name)

    def _print_Function(self, expr, exp=None):
        if isinstance(expr, AppliedUndef):
            return self._print_AppliedUndef(expr, exp)
        return super()._print_Function(expr, exp)

    def _argument_spaces(self, expr):
        if expr.func in self.spaces:
            return self.spaces[expr.func]
        space = self.domain.get(expr.func)
        return space.arguments if isinstance(space, Map) else (None,) * len(expr.args)

    def _print_Component(self, expr):
        if isinstance(expr.vector, Stack):
            return self._print(substitute(expr.vector.entry, {expr.vector.bound: expr.index}))
        vector, index = expr.vector, self._print(expr.index)
        if isinstance(vector, AppliedUndef):
            inner = [
                self._print(a)
                for s, a in zip(self._argument_spaces(vector), vector.args, strict=True)
                if isinstance(s, Index)
            ]
            return "%s_{%s}" % (self._name(vector.func.__name__), _joined([*inner, index]))
        return "%s_{%s}" % (self._print(vector), index)

    def _print_Partial(self, expr):
        named = self._is_name(expr.expr)
        # The sign of the derivative says which vector varies.
        self.in_derivative, outer = True, self.in_derivative
        below = r"\partial %s" % self._print(Component(expr.vector, expr.index))
        above = self._print(expr.expr) if named else ""
        self.in_derivative = outer
        if named:
            return r"\frac{\partial %s}{%s}" % (above, below)
        return r"\frac{\partial}{%s}\left[%s\right]" % (below, self._print(expr.expr))

    def _print_PartialBy(self, expr):
        below = r"\partial %s" % self._print(expr.member)
        if self._is_name(expr.expr):
            return r"\frac{\partial %s}{%s}" % (self._print(expr.expr), below)
        return r"\frac{\partial}{%s}\left[%s\right]" % (below, self._print(expr.expr))

    def _print_Derivative(self, expr):
        order = len(expr.variables)
        power = "^{%d}" % order if order > 1 else ""
        below = " ".join("d %s" % self._print(v) for v in dict.fromkeys(expr.variables)) + power
        if self._is_name(expr.expr):
            return r"\frac{d%s %s}{%s}" % (power, self._print(expr.expr), below)
        return r"\frac{d%s}{%s}\left[%s\right]" % (power, below, self._print(expr.expr))

    def _is_name(self, expr):
        """Whether an expression prints as a bare name, so that it can stand above a fraction line."""
        if isinstance(expr, Component):
            return not isinstance(expr.vector, Stack) or self._is_name(expr.vector.entry)
        if isinstance(expr, AppliedUndef):
            return all(isinstance(space, (Index, Vector)) for space in self._argument_spaces(expr))
        return expr.is_Symbol

    def _print_Prime(self, expr):
        name = self._name(expr.applied.func.__name__)
        name = rf"\{name}" if expr.applied.func in (sp.tanh, sp.sin, sp.cos, sp.exp) else name
        marks = "'" * expr.order
        return f"{name}{marks}({self._print(expr.applied.args[0])})"

    def _print_Stack(self, expr):
        entry = self._print(substitute(expr.entry, {expr.bound: sp.Symbol("k", integer=True, positive=True)}))
        return r"\bigl(%s\bigr)_{k=1}^{%s}" % (entry, self._print(expr.size))

    def _print_Sum(self, expr):
        """Outermost sum first; neighbouring sums over the same range share one sign, in the author's order."""
        runs = []
        for variable, *ends in expr.limits:
            if runs and runs[-1][1] == ends:
                runs[-1][0].append(variable)
            else:
                runs.append(([variable], ends))
        heads = [
            r"\sum_{%s=%s}^{%s} " % (", ".join(map(self._print, names)), *map(self._print, ends))
            for names, ends in reversed(runs)
        ]
        return "".join(heads) + self._factor(_alone(expr.function))

    def _print_Integral(self, expr):
        return super()._print_Integral(sp.Integral(_alone(expr.function), *expr.limits))

    def _print_MatrixExponential(self, expr):
        return r"e^{%s}" % self._print(expr.arg)

    def _print_TimeDerivative(self, expr):
        below = "d %s" % self._print(expr.time)
        if isinstance(expr.arg, sp.MatrixSymbol):
            return r"\frac{d %s}{%s}" % (self._print(expr.arg), below)
        return r"\frac{d}{%s}\left[%s\right]" % (below, self._print(expr.arg))

    def _print_AtTime(self, expr):
        printed = self._print(expr.arg)
        body = printed if isinstance(expr.arg, sp.MatrixSymbol) else r"\left[%s\right]" % printed
        return r"%s\Big|_{%s=%s}" % (body, self._print(expr.time), self._print(expr.value))

    def _print_MatAdd(self, expr):
        return self._print_Add(expr)

    def _print_MatMul(self, expr):
        numbers = [a for a in expr.args if not a.is_Matrix]
        matrices = [self._factor(a) for a in expr.args if a.is_Matrix]
        # A lone sum is no product to SymPy, which would leave its brackets away.
        alone = len(numbers) == 1 and numbers[0].is_Add
        front = self._print(sp.Mul(*numbers, evaluate=False)) if numbers else ""
        front = f"({front})" if alone else front
        front = {"1": "", "-1": "-"}.get(front, front)
        thin = r" \, " if front not in ("", "-") else ""
        return front + thin + r" \, ".join(matrices)

    def _print_Transpose(self, expr):
        return self._raised(expr.arg, r"\top")

    def _print_Inverse(self, expr):
        return self._raised(expr.arg, "-1")

    def _print_MatPow(self, expr):
        return self._raised(expr.base, self._print(expr.exp))

    def _raised(self, matrix, exponent):
        printed = self._print(matrix)
        bare = isinstance(matrix, (sp.MatrixSymbol, sp.Identity)) and not ("(" in printed or "^" in printed)
        tall = any(mark in printed for mark in (r"\frac", r"\sum", r"\int"))
        body = printed if bare else r"\left(%s\right)" % printed if tall else f"({printed})"
        return "%s^{%s}" % (body, exponent)

    def _print_Identity(self, expr):
        return "I"

    def _print_ZeroMatrix(self, expr):
        return "0"

    def _print_Expectation(self, expr):
        return r"\mathbb{E}\left[%s\right]" % self._print(expr.body)

    def _print_Limit(self, expr):
        body, variable, point, direction = expr.args
        side = "" if point.is_infinite else "^%s" % direction
        return r"\lim_{%s \to %s%s} %s" % (self._print(variable), self._print(point), side, self._factor(body))

    def _print_Recursion(self, expr):
        """The map, as often as it is applied, at the start."""
        letter = sp.Symbol(expr.letter, real=True)
        step = self._print(substitute(expr.step, {expr.bound: letter}))
        return r"\bigl(%s \mapsto %s\bigr)^{%s}(%s)" % (
            self._print(letter),
            step,
            *map(self._print, expr.args[2:][::-1]),
        )

    def _print_digamma(self, expr, exp=None):
        return r"\psi%s\left(%s\right)" % ("^{%s}" % exp if exp else "", self._print(expr.args[0]))

    def _print_polygamma(self, expr, exp=None):
        order, argument = expr.args
        marks = "'" * int(order) if order.is_Integer and order < 3 else "^{(%s)}" % self._print(order)
        return r"%s\left(%s\right)%s" % ("\\psi" + marks, self._print(argument), "^{%s}" % exp if exp else "")

    def _print_Heaviside(self, expr, exp=None):
        step = r"\mathbf{1}_{%s > 0}" % self._print(expr.args[0])
        return r"%s^{%s}" % (step, exp) if exp else step

    def _print_KroneckerDelta(self, expr, exp=None):
        return r"\delta_{%s}" % _joined([self._print(a) for a in expr.args])

    def _print_Add(self, expr, order=None):
        text = ""
        for term in expr.args:
            printed = self._print(term)
            if not text:
                text = printed
            else:
                text += f" - {printed[1:].lstrip()}" if printed.startswith("-") else f" + {printed}"
        return text

    def _print_Mul(self, expr):
        sign, above, below = _fraction(expr)
        names = any(b.is_Add for b in below)
        small = [a for a in above if self._is_small(a) or (names and self._is_name(a))]
        leading = []
        if below:
            while above and above[0] in small:
                leading.append(above.pop(0))
            front = r"\frac{%s}{%s}" % (self._product(leading) or "1", self._product(below))
            if not above:
                return sign + front
            return sign + front + " " + self._product(above, alone=False)
        # Behind a minus a sum needs its brackets, also where it is the only factor.
        return sign + (self._product(above, alone=not sign) or "1")

    @staticmethod
    def _is_small(factor):
        return factor.is_Atom or (factor.is_Pow and factor.base.is_Atom)

    def _product(self, factors, alone=True):
        if len(factors) == 1 and alone:
            return self._print(factors[0])
        last = len(factors) - 1
        text = ""
        for place, factor in enumerate(factors):
            thin = "" if not text else " " if factors[place - 1].is_Integer else r" \, "
            text += thin + self._factor(factor, open_end=place < last)
        return text

    def _factor(self, expr, open_end=False):
        """A factor, in parentheses if it is a sum of terms, or an open sum with factors behind it."""
        printed = self._print(expr)
        wraps = expr.is_Add or printed.startswith("-") or (open_end and isinstance(expr, (sp.Sum, sp.Integral)))
        if not wraps:
            return printed
        tall = any(mark in printed for mark in (r"\frac", r"\sum", r"\int"))
        return r"\left(%s\right)" % printed if tall else f"({printed})"

    def _print_Pow(self, expr):
        if expr.exp.is_Integer and expr.exp > 0 and not expr.base.is_Atom and not isinstance(expr.base, sp.Function):
            base = self._print(expr.base)
            tall = any(mark in base for mark in (r"\frac", r"\sum", r"\int"))
            return (r"\left(%s\right)^{%s}" if tall else "(%s)^{%s}") % (base, self._print(expr.exp))
        if expr.exp.is_negative and expr.exp.is_Rational:
            return self._print_Mul(sp.Mul(expr, evaluate=False))
        return super()._print_Pow(expr)

    def parenthesize(self, item, level, is_neg=False, strict=False):
        return (
            self._factor(item)
            if item.is_Add and level > PRECEDENCE["Add"]
            else super().parenthesize(item, level, is_neg, strict)
        )


def _alone(expr):
    """The expression without factors 1: SymPy puts one before the body of a sum that it was told not to evaluate."""
    factors = [a for a in expr.args if a != 1] if expr.is_Mul else []
    return factors[0] if len(factors) == 1 else expr


def _paired(subscript):
    """Subscripts in one run; with a comma between two index pairs of the same kind, as in Theta_{ia, jb}."""
    half = len(subscript) // 2
    spaces, names = zip(*subscript, strict=True)
    if half > 1 and spaces[:half] == spaces[half:]:
        return _joined(names[:half]) + ", " + _joined(names[half:])
    return _joined(names)


def _joined(subscripts):
    """Subscripts side by side where each is one letter, else with commas."""
    return " ".join(subscripts) if all(len(s.strip("\\")) == 1 for s in subscripts) else ", ".join(subscripts)


def _fraction(expr):
    """Sign, factors above and factors below the fraction line, in the author's order, without factors 1."""
    sign, above, below = "", [], []
    stack = list(expr.args) if expr.is_Mul else [expr]
    while stack:
        factor = stack.pop(0)
        if factor.is_Mul and not factor.has(sp.MatrixExpr):
            stack = [*factor.args, *stack]
        elif factor == -1:
            sign = "" if sign else "-"
        elif factor.is_Rational and not factor.is_Integer:
            above += [sp.Integer(abs(factor.p))] if abs(factor.p) != 1 else []
            below.append(sp.Integer(factor.q))
            sign = ("" if sign else "-") if factor < 0 else sign
        elif factor.is_Integer and factor < 0:
            sign = "" if sign else "-"
            above.append(-factor)
        elif factor.is_Pow and factor.exp.is_negative and factor.exp.is_Rational:
            below.append(factor.base if factor.exp == -1 else sp.Pow(factor.base, -factor.exp))
        elif factor != 1:
            above.append(factor)
    return sign, above, below
