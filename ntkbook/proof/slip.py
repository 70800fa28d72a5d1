"""Slips of a text: formulas as they are printed, refuted by numbers beside the step that holds."""

from dataclasses import dataclass

import sympy as sp

from .check import Counterexample, compare
from .derivation import Derivation
from .domain import Domain
from .errors import IllFormedStep
from .latex import latex
from .lines import equation
from .render import RELATION_TEX, Display, defined_spaces
from .rewriting import chain
from .verify import check_declared, verify


@dataclass(frozen=True)
class Slip:
    """A formula that a text prints and that does not hold.

    Attributes:
      name: snake case, unique.
      text: the letter of the text, or a bibliography key.
      derivation, label: the step whose left side the text has, too; where it continues a chain, that of the chain.
      printed: the right side that the text prints, in the symbols of the derivation.
      about: what went wrong, in a sentence or two.
    """

    name: str
    text: str
    derivation: Derivation
    label: str
    printed: sp.Basic
    about: str


def refuted(slip: Slip) -> Counterexample:
    """The point at which the printed formula fails, while the derivation holds.

    Raises:
      DerivationError: the derivation does not hold, or the printed side uses what is not declared.
      IllFormedStep: no number contradicts what is printed, so it is no slip.
    """
    verify(slip.derivation)
    step = slip.derivation.statement(slip.label)
    check_declared(slip.derivation, step.with_rhs(slip.printed))
    left = chain(slip.derivation, step)[0].lhs
    found = compare(slip.derivation, left, step.relation, slip.printed).counterexample
    if found is None:
        raise IllFormedStep(f"{slip.name}: no number contradicts what text {slip.text} prints; it is no slip.")
    return found


def show_slips(*slips: Slip) -> Display:
    """What is printed, the point that refutes it, and the number of the equation that holds."""
    shown = [(slip, refuted(slip)) for slip in slips]
    text = "\n".join(f"{slip.name}: refuted {_said(point)}" for slip, point in shown)
    return Display("\n\n".join(_markdown(slip, point) for slip, point in shown), text)


def _markdown(slip, point):
    derivation, step = slip.derivation, slip.derivation.statement(slip.label)
    sides = (chain(derivation, step)[0].lhs, slip.printed)
    left, right = (latex(side, derivation.domain, defined_spaces(derivation)) for side in sides)
    return "\n\n".join(
        [
            '<div class="ntk-slip">',
            f"Text {slip.text} prints",
            rf"$\displaystyle {equation(left, RELATION_TEX[step.relation], right)}$",
            f'<span class="ntk-verdict ntk-refuted">✗ refuted</span> {_said(point, _in_formulas)}.',
            f"{slip.about} What holds is {{eq}}`{derivation.equation_label(slip.label)}`.",
            "</div>",
        ]
    )


def _said(point: Counterexample, written=str) -> str:
    where = f"at {written(point.place)}: " if point.place else ""
    return f"{where}left side {point.left:.4g}, right side {point.right:.4g}"


def _in_formulas(place: str) -> str:
    """A point as it is read, `n_next = 5, k = 1`, with the names of the page."""
    parts = [part.partition(" = ") for part in place.split(", ")]
    return ", ".join(f"${latex(sp.Symbol(name), Domain({}))} = {value}$" for name, _, value in parts)
