"""A normal form for matrices of symbolic sizes.

A matrix expression becomes a sum of `coefficient * word`; a word is a product of letters: declared matrices, their
transposes and inverses, exponentials, and powers with a symbolic exponent. Neighbours cancel where algebra says so
(an inverse, an orthogonal matrix and its transpose), exponentials of one matrix are multiplied by adding their
exponents, and they move to the left past the matrix that they are made of. Expressions with equal normal forms are
equal for all sizes.

An inverse that an author writes is taken to exist. The domain is where that is promised: numbers are drawn there.
"""

from collections.abc import Mapping

import sympy as sp

from .domain import Domain, Matrix
from .errors import IllFormedStep
from .terms import AtTime, MatrixExponential, TimeDerivative, substitute

LARGEST_POWER = 6
SYMMETRIC = ("symmetric", "psd", "positive_definite", "diagonal")

Words = dict
"""`{word: coefficient}`; a word is a tuple of letters, the empty word the identity."""


def matrix_vanishes(difference: sp.MatrixExpr, domain: Domain) -> bool:
    """Whether algebra reduces a matrix expression to zero for all sizes."""
    return all(sp.simplify(number) == 0 for number in matrix_form(difference, domain).values())


def matrix_form(expr: sp.MatrixExpr, domain: Domain) -> Words:
    """The normal form of a matrix expression.

    Raises:
      IllFormedStep: it contains something that is no matrix algebra.
    """
    return _Reader(domain).words(expr)


def written(words: Words, shape: tuple) -> sp.MatrixExpr:
    """A normal form as an expression again."""
    terms = [_product(number, word, shape) for word, number in words.items() if number != 0]
    if not terms:
        return sp.ZeroMatrix(*shape)
    return terms[0] if len(terms) == 1 else sp.MatAdd(*terms)


def _product(number, word, shape):
    body = word or (sp.Identity(shape[0]),)
    factors = body if number == 1 else (number, *body)
    return factors[0] if len(factors) == 1 else sp.MatMul(*factors)


def kind_of(letter: sp.MatrixExpr, domain: Domain) -> str:
    """The declared kind of a letter; "" if it is no declared matrix."""
    space = domain.get(letter)
    return space.kind if isinstance(space, Matrix) else ""


def generators(words: Mapping) -> set | None:
    """The matrices of which every word is a product of powers; None if a word has other letters."""
    found = set()
    for letter in (letter for word in words for letter in word):
        base = letter.arg if isinstance(letter, sp.Inverse) else letter
        if not isinstance(base, sp.MatrixSymbol):
            return None
        found.add(base)
    return found


def commute(left: Words, right: Words) -> bool:
    """Whether two matrices commute because both are polynomials in one, or multiples of each other."""
    together = generators({**left, **right})
    if together is not None and len(together) <= 1:
        return True
    return len(left) == 1 and left.keys() == right.keys()


class _Reader:
    def __init__(self, domain: Domain):
        self.domain = domain

    def words(self, expr) -> Words:
        """The normal form of `expr`."""
        readings = {
            sp.MatAdd: lambda: _sum([self.words(a) for a in expr.args]),
            sp.MatMul: lambda: self._multiplied(expr.args),
            sp.Identity: lambda: {(): sp.S.One},
            sp.ZeroMatrix: dict,
            sp.Transpose: lambda: self._transposed(self.words(expr.arg)),
            sp.Inverse: lambda: self._inverted(expr.arg),
            sp.MatPow: lambda: self._power(expr),
            MatrixExponential: lambda: self._exponential(self.words(expr.arg), expr.shape),
            AtTime: lambda: self._at_time(expr),
        }
        if type(expr) in readings:
            return readings[type(expr)]()
        if isinstance(expr, (sp.MatrixSymbol, TimeDerivative)):
            return {(expr,): sp.S.One}
        raise IllFormedStep(f"{type(expr).__name__} in {expr} has no place in a matrix normal form.")

    def _at_time(self, expr):
        """The value put in; a name that is not of the domain may hide the time, and a derivative would lose it."""
        hidden = [m for m in expr.arg.atoms(sp.MatrixSymbol) if m not in self.domain]
        if hidden or expr.arg.has(TimeDerivative):
            return {(expr,): sp.S.One}
        return self.words(substitute(expr.arg, {expr.time: expr.value}))

    def _multiplied(self, factors):
        total = {(): sp.S.One}
        for factor in _joined(factors):
            if not getattr(factor, "is_Matrix", False):
                total = {word: number * factor for word, number in total.items()}
                continue
            right = self.words(factor)
            total = _sum([self._reduced(u + v, a * b) for u, a in total.items() for v, b in right.items()])
        return total

    def _transposed(self, words):
        return _sum([self._reduced(tuple(map(self._flip, reversed(w))), a) for w, a in words.items()])

    def _flip(self, letter):
        """The transpose of a letter."""
        if kind_of(letter, self.domain) in SYMMETRIC:
            return letter
        if isinstance(letter, sp.Transpose):
            return letter.arg
        if isinstance(letter, sp.Inverse):
            return sp.Inverse(self._flip(letter.arg))
        if isinstance(letter, (MatrixExponential, sp.MatPow)):
            turned = written(self._transposed(self.words(letter.args[0])), letter.shape)
            return letter.func(turned, *letter.args[1:])
        return sp.Transpose(letter)

    def _inverted(self, matrix):
        """Factor by factor if it is one product of square matrices, otherwise a letter of its own."""
        words = self.words(matrix)
        if len(words) == 1:
            ((word, number),) = words.items()
            if all(letter.rows == letter.cols for letter in word):
                return self._reduced(tuple(map(self._inverse_letter, reversed(word))), 1 / number)
        return {(sp.Inverse(written(words, matrix.shape)),): sp.S.One}

    def _inverse_letter(self, letter):
        if isinstance(letter, sp.Inverse):
            return letter.arg
        if isinstance(letter, MatrixExponential):
            return MatrixExponential(written(_scaled(self.words(letter.arg), -1), letter.shape))
        orthogonal = kind_of(letter.arg if isinstance(letter, sp.Transpose) else letter, self.domain) == "orthogonal"
        return self._flip(letter) if orthogonal else sp.Inverse(letter)

    def _power(self, expr):
        base, exponent = expr.args
        if not exponent.is_Integer:
            return {(sp.MatPow(written(self.words(base), base.shape), exponent),): sp.S.One}
        if exponent < 0:
            return self._inverted(sp.MatPow(base, -exponent) if exponent != -1 else base)
        if exponent > LARGEST_POWER:
            return {(expr,): sp.S.One}
        return self._multiplied([base] * int(exponent))

    def _exponential(self, words, shape):
        if not words:
            return {(): sp.S.One}
        if set(words) == {()}:
            return {(): sp.exp(words[()])}
        frame = self._frame(words)
        if frame is None:
            return {(MatrixExponential(written(words, shape)),): sp.S.One}
        first, last = frame
        inner = self._exponential({w[1:-1]: a for w, a in words.items()}, shape)
        return _sum([self._reduced((first, *w, last), a) for w, a in inner.items()])

    def _frame(self, words):
        """A matrix and its inverse that stand around every word: exp(U X U') = U exp(X) U'."""
        ends = {(w[0], w[-1]) for w in words if len(w) >= 2}
        if len(ends) != 1 or any(len(w) < 2 for w in words):
            return None
        first, last = ends.pop()
        return (first, last) if self._cancel(first, last) else None

    def _cancel(self, left, right):
        """Whether two neighbours are inverse to each other."""
        if right == sp.Inverse(left) or left == sp.Inverse(right):
            return True
        symbol = left.arg if isinstance(left, sp.Transpose) else left
        return kind_of(symbol, self.domain) == "orthogonal" and self._flip(left) == right

    def _reduced(self, word, number) -> Words:
        """A word after all cancellations, exponentials joined and moved to the left."""
        place = 0
        while place + 1 < len(word):
            left, right = word[place : place + 2]
            pair, factor = self._pair(left, right)
            if pair is None:
                place += 1
                continue
            word, number = (*word[:place], *pair, *word[place + 2 :]), number * factor
            place = max(place - 1, 0)
        return {word: _tidy(number)}

    def _pair(self, left, right):
        """The letters that two neighbours become, and a number; None if they stay."""
        if self._cancel(left, right):
            return (), sp.S.One
        if not isinstance(right, MatrixExponential):
            return None, sp.S.One
        exponent, other = self.words(right.arg), self._inside(left)
        if not commute(exponent, other):
            return None, sp.S.One
        if not isinstance(left, MatrixExponential):
            return (right, left), sp.S.One
        ((letters, number),) = self._exponential(_sum([other, exponent]), left.shape).items()
        return letters, number

    def _inside(self, letter):
        """The matrix of which a letter is a function."""
        symbolic = isinstance(letter, MatrixExponential) or (
            isinstance(letter, sp.MatPow) and not isinstance(letter, sp.Inverse)
        )
        return self.words(letter.args[0]) if symbolic else {(letter,): sp.S.One}


def _joined(factors):
    """Neighbouring powers of one base as one power: B B^s is B^(s+1)."""
    joined = []
    for factor in factors:
        nested = isinstance(factor, sp.MatMul)
        for one in _joined(factor.args) if nested else [factor]:
            base, exponent = _base(one)
            if joined and getattr(one, "is_Matrix", False):
                before, power = _base(joined[-1])
                if before == base and not (power.is_Integer and exponent.is_Integer):
                    joined[-1] = sp.MatPow(base, power + exponent)
                    continue
            joined.append(one)
    return joined


def _base(factor):
    return factor.args if isinstance(factor, sp.MatPow) else (factor, sp.S.One)


def _sum(parts) -> Words:
    total = {}
    for words in parts:
        for word, number in words.items():
            total[word] = total.get(word, sp.S.Zero) + number
    tidy = {word: _tidy(number) for word, number in total.items()}
    return {word: number for word, number in tidy.items() if number != 0}


def _scaled(words, number) -> Words:
    return {word: _tidy(number * a) for word, a in words.items()}


def _tidy(number):
    """One form for each rational expression, so that exponents that are equal look equal."""
    number = sp.sympify(number)
    return number if number.is_Number else sp.cancel(sp.expand(number))
