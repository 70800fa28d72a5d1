"""The ledger: every numbered equation of the book, and what its truth rests on."""

from collections import Counter
from collections.abc import Mapping

from .derivation import Derivation, Verdict
from .render import MARKS, Display
from .verify import Result, verify

MEANINGS = {
    Verdict.PROVED: "algebra reduces the difference of both sides to zero for symbolic sizes, and the numbers agree",
    Verdict.PROVED_AT_SIZES: "algebra decides at the listed sizes, and the numbers agree",
    Verdict.NUMERIC: "algebra cannot decide; the numbers agree",
    Verdict.DEFINED: "a name for something",
    Verdict.ASSUMED: "a hypothesis; the numbers are drawn to obey it",
    Verdict.LIMIT: "an experiment measures the rate",
    Verdict.CITED: "a theorem taken from a paper",
}


def ledger(chapters: Mapping[str, tuple[Derivation, ...]]) -> Display:
    """Totals, then one table per derivation.

    Args:
      chapters: the derivations of each page, `{page name: derivations}`.

    Raises:
      DerivationError: a derivation does not hold.
    """
    settled = {page: [(d, verify(d)) for d in derivations] for page, derivations in chapters.items()}
    everything = [r for pages in settled.values() for _, results in pages for r in results]
    parts = [_totals(everything)]
    for page, derivations in settled.items():
        parts.append(f"**{{doc}}`{page}`**")
        parts += [_table(derivation, results) for derivation, results in derivations]
    counts = Counter(r.verdict for r in everything)
    text = ", ".join(f"{counts[v]} {v.value}" for v in Verdict if counts[v])
    return Display("\n\n".join(parts), f"{len(everything)} equations: {text}")


def _totals(results: list[Result]) -> str:
    counts = Counter(r.verdict for r in results)
    rows = [f"| {MARKS[v]} | {counts[v]} | {MEANINGS[v]} |" for v in Verdict if counts[v]]
    points = sum(r.points for r in results)
    return "\n".join(
        [
            f"{len(results)} numbered equations, compared at {points} random points in all.",
            "",
            "| verdict | equations | meaning |",
            "| --- | ---: | --- |",
            *rows,
        ]
    )


def _table(derivation: Derivation, results: tuple[Result, ...]) -> str:
    rows = []
    for result in results:
        link = f"{{eq}}`{derivation.equation_label(result.step.label)}`"
        rows.append(
            f"| {link} | {result.step.label} | {result.verdict.value} | {result.points or ''} | {_evidence(result)} |"
        )
    return "\n".join(
        [
            f"*{derivation.title}*{_told(derivation)}",
            "",
            "| equation | step | verdict | points | evidence |",
            "| --- | --- | --- | ---: | --- |",
            *rows,
        ]
    )


def _told(derivation: Derivation) -> str:
    """Where a derivation is told, for the reader."""
    works = " and ".join(f"{{cite:t}}`{key}`" for key in derivation.source)
    return f", after {works}" if works else ""


def _evidence(result: Result) -> str:
    if result.verdict is Verdict.PROVED:
        return ""
    if result.sizes:
        return "SymPy at " + " and ".join(f"${s}$" for s in result.sizes)
    if result.verdict is Verdict.LIMIT:
        return f"in the {result.step.limit}: {result.step.experiment or result.step.cite}"
    return result.note or (f"{{cite:t}}`{result.step.cite}`" if result.step.cite else result.step.reason)
