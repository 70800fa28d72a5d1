"""Means over independent draws of one law: each factor finds its partners, and a group of k has the k-th cumulant.

A family of draws is declared with `into=Draw()`. The mean of a product is a sum over all ways to put its factors
into groups. In a group all factors have to be the same draw, which Kronecker deltas say, and the group contributes
the cumulant of its size. The law has mean 0, so that nobody stays alone; for a Gaussian only pairs would count.
"""

from collections.abc import Iterator

import sympy as sp
from sympy.core.function import AppliedUndef

from .domain import Domain, Draw, Map
from .errors import IllFormedStep
from .expectation import Expectation, degree, is_member
from .normal_form import Term, opened

LARGEST_GROUP = 6
"""Cumulants are written out up to this order."""


def over_draws(expectation: Expectation, domain: Domain) -> bool:
    """Whether the families of an expectation are draws of a law that is not named.

    Raises:
      IllFormedStep: some of them are, and some are not.
    """
    spaces = [next((s for key, s in domain.items() if str(key) == name), None) for name in expectation.families]
    kinds = {isinstance(space, Map) and isinstance(space.into, Draw) for space in spaces}
    if len(kinds) > 1:
        raise IllFormedStep(f"{expectation} averages over draws and over something else; take one mean at a time.")
    return kinds.pop()


def independent_average(expectation: Expectation, domain: Domain) -> sp.Expr:
    """The mean of a polynomial of draws, in terms of the moments E[x_1^2], E[x_1^3], ... of single draws.

    Raises:
      IllFormedStep: the body is no polynomial of the draws, or has more than 6 factors of one law in a term.
    """
    constants = {e: sp.Dummy("mean", real=True) for e in expectation.body.atoms(Expectation)}
    if any(set(e.families) != set(expectation.families) for e in constants):
        raise IllFormedStep(f"{expectation} holds a mean over other families; take them one at a time.")
    body = expectation.body.xreplace(constants)
    degree(body, expectation.families)
    total = []
    for term in opened(body, domain):
        factors = [f for factor in term.factors for f in _repeated(factor)]
        members = [f for f in factors if is_member(f, expectation.families)]
        rest = [f for f in factors if not is_member(f, expectation.families)]
        if degree(sp.Mul(*rest), expectation.families):
            raise IllFormedStep(f"{expectation}: a power in it is too high to be multiplied out.")
        for groups in _groupings(members):
            shared = [f for group in groups for f in (_cumulant(group), *_deltas(group))]
            total.append(_summed(Term((*rest, *shared), term.binders)))
    return sp.Add(*total).xreplace({name: e for e, name in constants.items()})


def _repeated(factor):
    """A power of a draw as so many factors."""
    if isinstance(factor, sp.Pow) and factor.exp.is_Integer and factor.exp > 0:
        return [factor.base] * int(factor.exp)
    return [factor]


def _groupings(members: list) -> Iterator[list]:
    """All ways to put the members into groups of at least two of one family."""
    if not members:
        yield []
        return
    first, *others = members
    for chosen in range(1, 2 ** len(others)):
        partners = [m for place, m in enumerate(others) if chosen >> place & 1]
        if all(m.func == first.func for m in partners):
            rest = [m for place, m in enumerate(others) if not chosen >> place & 1]
            for groups in _groupings(rest):
                yield [[first, *partners], *groups]


def _deltas(group: list[AppliedUndef]):
    """One draw: neighbours have equal indices."""
    pairs = zip(group, group[1:], strict=False)
    return [sp.KroneckerDelta(a, b) for left, right in pairs for a, b in zip(left.args, right.args, strict=True)]


def _cumulant(group):
    """The cumulant of a law of mean 0, in its moments."""
    one = group[0].func(*[sp.S.One] * len(group[0].args))

    def moment(order):
        return Expectation(one**order, one.func)

    if len(group) > LARGEST_GROUP:
        raise IllFormedStep(f"a product of {len(group)} draws of one law; at most {LARGEST_GROUP} are averaged.")
    return {
        2: lambda: moment(2),
        3: lambda: moment(3),
        4: lambda: moment(4) - 3 * moment(2) ** 2,
        5: lambda: moment(5) - 10 * moment(2) * moment(3),
        6: lambda: moment(6) - 15 * moment(2) * moment(4) - 10 * moment(3) ** 2 + 30 * moment(2) ** 3,
    }[len(group)]()


def _summed(term):
    product = sp.Mul(*term.factors)
    return sp.Sum(product, *term.binders) if term.binders else product
