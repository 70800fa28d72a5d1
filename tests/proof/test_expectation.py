"""Means over Gaussian weights: Wick's rule, and the same by autodiff."""

import pytest
import sympy as sp

from ntkbook.proof import (
    Derivation,
    Expectation,
    FalseStep,
    Gaussian,
    IllFormedStep,
    Index,
    Interval,
    Map,
    Size,
    Step,
    Verdict,
    mutate,
    rules,
    verify,
)
from ntkbook.proof.expectation import degree
from ntkbook.proof.latex import latex

n, k = sp.symbols("n k", integer=True, positive=True)
i, j, m, q = sp.symbols("i j m q", integer=True, positive=True)
s = sp.Symbol("s", real=True)
w, b, x, y = (sp.Function(name, real=True) for name in ("w", "b", "x", "y"))
DOMAIN = {
    n: Size(), k: Size(), i: Index(n), j: Index(n), m: Index(k), q: Index(k), s: Interval(),
    w: Map(Index(k), Index(n), into=Gaussian()), b: Map(Index(k), into=Gaussian()),
    x: Map(Index(n)), y: Map(Index(n)),
}  # fmt: skip


def unit(which, values):
    return sp.Sum(w(which, i) * values(i), (i, 1, n)) / sp.sqrt(n) + s * b(which)


def derivation(*steps):
    return Derivation("weights", "Means over weights", DOMAIN, steps)


def base_case():
    inner = sp.Sum(x(i) * y(i), (i, 1, n)) / n + s**2
    return derivation(
        Step("covariance", Expectation(unit(m, x) * unit(q, y), w, b), "=", sp.KroneckerDelta(m, q) * inner, "Wick",
             by=(rules.wick(),))
    )  # fmt: skip


def test_the_covariance_of_affine_units_is_proved_for_every_width():
    (result,) = verify(base_case())
    assert result.verdict is Verdict.PROVED
    assert result.points > 0


def test_the_fourth_moment_has_three_pairings():
    total = sp.Sum(w(m, i) * x(i), (i, 1, n))
    right = 3 * sp.Sum(x(i) ** 2, (i, 1, n)) ** 2
    (result,) = verify(derivation(Step("fourth", Expectation(total**4, w), "=", right, "Wick", by=(rules.wick(),))))
    assert result.verdict is Verdict.PROVED


def test_two_pairings_are_refuted_with_a_counterexample():
    total = sp.Sum(w(m, i) * x(i), (i, 1, n))
    wrong = 2 * sp.Sum(x(i) ** 2, (i, 1, n)) ** 2
    with pytest.raises(FalseStep, match="fourth.*left side"):
        verify(derivation(Step("fourth", Expectation(total**4, w), "=", wrong, "Wick", by=(rules.wick(),))))


def test_every_mutant_of_the_base_case_is_killed():
    report = mutate(base_case())
    assert report.counts["killed"] > 10
    assert not report.having("survived")
    assert not report.having("ill-formed")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (w(m, i), 0),
        (w(m, i) * b(m), 0),
        (w(m, i) ** 2 * b(m) ** 2 + 1, 2),
        (w(m, i) ** 3 * w(m, j), 3 * sp.KroneckerDelta(i, j)),
    ],
)
def test_small_moments(body, expected):
    step = Step("moment", Expectation(body, w, b) + s, "=", expected + s, "Wick", by=(rules.wick(),))
    (result,) = verify(derivation(step))
    assert result.verdict is Verdict.PROVED


def test_what_is_held_fixed_stays():
    step = Step("given", Expectation(x(i) * w(m, i) ** 2, w), "=", x(i), "Wick", by=(rules.wick(),))
    assert verify(derivation(step))[0].verdict is Verdict.PROVED


def test_only_polynomials_of_the_weights_are_averaged():
    with pytest.raises(IllFormedStep, match="no polynomial"):
        degree(sp.tanh(w(m, i)), ("w",))


def test_it_prints_as_an_expectation():
    assert latex(Expectation(x(i), w), base_case().domain) == r"\mathbb{E}\left[x_{i}\right]"
