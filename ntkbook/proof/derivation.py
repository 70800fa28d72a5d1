"""A derivation as plain data: hypotheses, steps, and where each symbol lives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import sympy as sp

from .domain import Domain
from .errors import IllFormedStep
from .rules import Rule

RELATIONS = ("=", ":=", "<=", ">=", "->", "~")


class Verdict(Enum):
    """How a statement was settled. Computed by `verify`, never written by an author."""

    PROVED = "proved"
    PROVED_AT_SIZES = "proved at sizes"
    NUMERIC = "numeric"
    DEFINED = "defined"
    ASSUMED = "assumed"
    LIMIT = "limit"
    CITED = "cited"


@dataclass(frozen=True)
class Step:
    """One displayed equation.

    Attributes:
      label: unique within the derivation, in kebab case; the equation's address on the page ends with it.
      lhs, relation, rhs: the statement. Relations: `=`, `:=` (a definition), `<=`, `>=`, `->` and `~` (limits).
      reason: what the reader sees below the equation: why this step holds, in a few words.
      by: rules of the registry that lead from the left side to the right side.
      uses: labels of earlier steps. They are executed: definitions are unfolded on both sides, other steps
        rewrite the left side. A step of a derivation in `given` is named `derivation/step`.
      undecided: why algebra cannot settle the step, if it cannot; it is then graded numeric.
      limit: for `->` and `~`, the variable that goes to its limit, e.g. `width`.
      cite: the bibliography key of a theorem taken from a paper.
      experiment: `chapter.function` of `ntkbook.experiments`, which measures a limit.
    """

    label: str
    lhs: sp.Basic
    relation: str
    rhs: sp.Basic
    reason: str
    by: tuple[Rule, ...] = ()
    uses: tuple[str, ...] = ()
    undecided: str = ""
    limit: str = ""
    cite: str = ""
    experiment: str = ""

    def __post_init__(self):
        for name, allowed in (("by", Rule), ("uses", str)):
            entries = getattr(self, name)
            if not isinstance(entries, tuple) or not all(type(e) is allowed for e in entries):
                raise IllFormedStep(
                    f"step {self.label!r}: {name} must be a tuple of {allowed.__name__}, got {entries!r}."
                )
        if self.relation not in RELATIONS:
            raise IllFormedStep(f"step {self.label!r}: relation {self.relation!r} is not one of {' '.join(RELATIONS)}.")
        for name in ("lhs", "rhs"):
            object.__setattr__(self, name, sp.sympify(getattr(self, name)))

    def with_rhs(self, rhs: sp.Basic) -> "Step":
        """The same step with another right side."""
        return Step(**{**self.__dict__, "rhs": rhs})


@dataclass(frozen=True)
class Derivation:
    """A chain of steps from hypotheses to a result.

    Attributes:
      name: snake case, unique in the book; the equation of step s has the address `eq-name-s`.
      title: a noun phrase for the ledger.
      domain: where every symbol lives.
      hypotheses: statements assumed, e.g. that theta(t) follows its gradient flow. The numbers obey them.
      steps: the statements, in order.
      source: bibliography keys of where the derivation is told, for the reader.
      given: derivations whose statements this one may use.
      equivalents: mutants known to be correct statements, `{(step label, mutant): reason}`.
    """

    name: str
    title: str
    domain: Domain | Mapping
    steps: tuple[Step, ...]
    hypotheses: tuple[Step, ...] = ()
    source: tuple[str, ...] = ()
    given: tuple["Derivation", ...] = ()
    equivalents: Mapping = field(default_factory=dict)

    def __post_init__(self):
        domain = self.domain if isinstance(self.domain, Domain) else Domain(self.domain)
        names = [self.name, *(other.name for other in self.given)]
        if len(names) > len(set(names)):
            raise IllFormedStep(f"{self.name}: two derivations among {', '.join(names)} have one name; rename one.")
        for other in self.given:
            domain = domain.merged(other.domain)
        object.__setattr__(self, "domain", domain)
        labels = [s.label for s in self.statements]
        for label in labels:
            if labels.count(label) > 1:
                raise IllFormedStep(f"{self.name}: the label {label!r} occurs twice; labels are addresses.")

    @property
    def statements(self) -> tuple[Step, ...]:
        """Hypotheses and steps, in reading order."""
        return self.hypotheses + self.steps

    def statement(self, label: str) -> Step:
        """The hypothesis or step with this label."""
        for step in self.statements:
            if step.label == label:
                return step
        raise KeyError(
            f"{self.name} has no step {label!r}; its steps are {', '.join(s.label for s in self.statements)}."
        )

    def equation_label(self, label: str) -> str:
        """The address of a step on its page, for the role `eq`."""
        return f"eq-{self.name}-{self.statement(label).label}".replace("_", "-")

    def replaced(self, label: str, rhs: sp.Basic) -> "Derivation":
        """The derivation with another right side in one statement."""
        self.statement(label)

        def swap(steps):
            return tuple(s.with_rhs(rhs) if s.label == label else s for s in steps)

        return Derivation(**{**self.__dict__, "hypotheses": swap(self.hypotheses), "steps": swap(self.steps)})

    def attempt(self, label: str, rhs):
        """Judge another right side of a step; see `ntkbook.proof.attempt.attempt`."""
        from .attempt import attempt

        return attempt(self, label, rhs)

    def show(self, *labels: str):
        """The numbered displays of these steps (of all, without labels); see `ntkbook.proof.render.show`."""
        from .render import show

        return show(self, *labels)
