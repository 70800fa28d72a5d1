import re

import pytest
import sympy as sp

from ntkbook.derivations import by_chapter
from ntkbook.proof import Derivation, DerivationError, Index, Interval, Map, Size, Step, Verdict, ledger, verify
from ntkbook.proof.ledger import MEANINGS

N = sp.Symbol("N", integer=True, positive=True)
i = sp.Symbol("i", integer=True, positive=True)
x = sp.Symbol("x", real=True)
f = sp.Function("f", real=True)
DOMAIN = {N: Size(), i: Index(N), x: Interval(), f: Map(Index(N))}


def derive(*steps):
    return Derivation("trial", "Trial", DOMAIN, steps)


def test_every_verdict_has_a_meaning():
    assert set(MEANINGS) == set(Verdict)


def test_the_totals_add_up():
    book = by_chapter()
    results = [r for derivations in book.values() for d in derivations for r in verify(d)]
    display = ledger(book)
    assert f"{len(results)} numbered equations" in display.markdown
    counted = sum(int(n) for n in re.findall(r"(\d+) [a-z]", display.text.partition(":")[2]))
    assert counted == len(results)


def test_every_equation_is_listed_once():
    book = by_chapter()
    links = re.findall(r"\| {eq}`(eq-[^`]+)`", ledger(book).markdown)
    assert links == [d.equation_label(s.label) for ds in book.values() for d in ds for s in d.statements]


def test_what_is_only_cited_says_so():
    cited = Step("goal", f(i), "=", x, "", cite="somebody2020")
    limit = Step("limit", f(i), "->", x, "", limit="width", experiment="kernel_rate")
    table = ledger({"page": (derive(cited, limit),)}).markdown
    assert "somebody2020" in table
    assert "kernel_rate" in table
    assert Verdict.PROVED.value + " |" not in table


def test_a_derivation_that_does_not_hold_has_no_ledger():
    with pytest.raises(DerivationError):
        ledger({"page": (derive(Step("goal", x, "=", x**2, "")),)})
