"""Printing steps for the page: a numbered, labelled display, its verdict, and a plain text twin."""

from dataclasses import dataclass

from .derivation import Derivation, Step, Verdict
from .domain import Domain, Vector
from .latex import latex
from .lines import equation
from .rewriting import available, chain, definitions
from .terms import Stack
from .verify import Result, verify

RELATION_TEX = {"=": "=", ":=": ":=", "<=": r"\le", ">=": r"\ge", "->": r"\to", "~": r"\sim"}
MARKS = {
    Verdict.PROVED: "✓ proved",
    Verdict.PROVED_AT_SIZES: "✓ proved at sizes",
    Verdict.NUMERIC: "≈ numeric",
    Verdict.DEFINED: "≔ defined",
    Verdict.ASSUMED: "◦ assumed",
    Verdict.LIMIT: "→ limit",
    Verdict.CITED: "§ cited",
}


@dataclass(frozen=True)
class Display:
    """Steps of a derivation as a notebook shows them: Markdown with numbered equations, and plain text."""

    markdown: str
    text: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/markdown": self.markdown, "text/plain": self.text}

    def __repr__(self):
        return self.text


def show(derivation: Derivation, *labels: str) -> Display:
    """The displays of the steps with these labels, in the derivation's order; of all steps without labels.

    A step whose left side is the right side of an earlier one continues a chain: it is shown with the chain's first
    left side, which is hidden where the step stands directly below the one that it continues.

    Raises:
      DerivationError: the derivation does not hold; nothing is shown.
      KeyError: there is no such step.
    """
    for label in labels:
        derivation.statement(label)
    results = [r for r in verify(derivation) if not labels or r.step.label in labels]
    markdown, above = [], None
    for result in results:
        markdown.append(_markdown(derivation, result, above))
        above = result.step
    return Display("\n\n".join(markdown), "\n".join(_text(derivation, r) for r in results))


def _markdown(derivation, result, above):
    step = result.step
    kind = result.verdict.value.replace(" ", "-").removeprefix("proved-")
    return "\n\n".join(
        [
            f"$$\n{_statement_tex(derivation, step, above)}\n$$ ({derivation.equation_label(step.label)})",
            '<div class="ntk-step">',
            f'<span class="ntk-verdict ntk-{kind}">{MARKS[result.verdict]}</span> {caption(derivation, result)}',
            "</div>",
        ]
    )


def _statement_tex(derivation, step, above):
    """The equation. Directly below the line that it continues, the chain's left side is hidden: relations line up."""
    spaces = defined_spaces(derivation)
    head, before = chain(derivation, step)
    left, right = (latex(side, derivation.domain, spaces) for side in (head.lhs, step.rhs))
    return equation(left, RELATION_TEX[step.relation], right, hidden=before is not None and before is above)


def caption(derivation: Derivation, result: Result) -> str:
    """The line below an equation: the author's reason, the equations it uses, and what the verdict rests on."""
    step = result.step
    parts = [step.reason]
    used = [f"{{eq}}`{address(derivation, step, label)}`" for label in step.uses]
    if used:
        parts.append("uses " + ", ".join(used))
    if result.sizes:
        parts.append("by SymPy at " + " and ".join(f"${s}$" for s in result.sizes))
    if result.note:
        parts.append(result.note)
    if step.cite:
        parts.append(f"{{cite:t}}`{step.cite}`")
    return "; ".join(parts)


def address(derivation: Derivation, step: Step, used: str) -> str:
    """The equation label of a used statement, of this derivation or of a given one."""
    known = available(derivation, step.label)
    if "/" not in used:
        return derivation.equation_label(used)
    name, label = used.split("/")
    assert used in known, used
    return f"eq-{name}-{label}".replace("_", "-")


def defined_spaces(derivation: Derivation) -> dict:
    """Argument spaces of the functions that steps define, for the printer."""
    return {
        head: tuple(_space_of(derivation.domain, argument) for argument in step.lhs.args)
        for head, step in definitions(derivation).items()
    }


def _space_of(domain: Domain, argument):
    if isinstance(argument, Stack):
        return Vector(argument.size)
    if argument in domain:
        return domain[argument]
    return domain[argument.func].into if argument.args and argument.func in domain else None


def _text(derivation, result):
    where = f", {result.points} points" if result.points else ""
    return f"{derivation.name}.{result.step.label}: {result.verdict.value}{where}"
