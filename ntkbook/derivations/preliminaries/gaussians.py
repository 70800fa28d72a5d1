"""Gaussian variables: linear images, moments, Stein's identity, Hermite polynomials."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Gaussian, Index, Interval, Map, Prime, Size, Step, rules

from .symbols import M, P, i, j, m, p, q

w, z, A, C = (sp.Function(name, real=True) for name in ("w", "z", "A", "C"))
phi = sp.Function("varphi", real=True)
number = sp.Symbol("g", real=True)
wick = (rules.wick(),)


@cache
def gaussian_image() -> Derivation:
    """Linear combinations of independent Gaussians: covariance and fourth moments."""
    with sp.evaluate(False):
        pairs = C(i, j) * C(q, m) + C(i, q) * C(j, m) + C(i, m) * C(j, q)
        return Derivation(
            name="gaussian_image",
            title="Linear combinations of Gaussians",
            source=("isserlis1918formula",),
            domain={
                M: Size(), P: Size(), i: Index(M), j: Index(M), q: Index(M), m: Index(M), p: Index(P),
                A: Map(Index(M), Index(P)), w: Map(Index(P), into=Gaussian()),
            },
            steps=(
                Step("image", z(i), ":=", sp.Sum(A(i, p) * w(p), (p, 1, P)), "$P$ independent standard normal numbers"),
                Step("covariance", C(i, j), ":=", sp.Sum(A(i, p) * A(j, p), (p, 1, P)), "inner products of the rows"),
                Step("source", Expectation(z(i) * w(p), w), "=", A(i, p), "only equal indices stay",
                     by=wick, uses=("image",)),
                Step("second", Expectation(z(i) * z(j), w), "=", C(i, j), "the same, twice",
                     by=wick, uses=("image", "covariance")),
                Step("fourth", Expectation(z(i) * z(j) * z(q) * z(m), w), "=", pairs, "three ways to pair four factors",
                     by=wick, uses=("image", "covariance")),
            ),
        )  # fmt: skip


@cache
def stein() -> Derivation:
    """Integration by parts against the Gaussian density."""
    with sp.evaluate(False):
        bell = sp.exp(-(number**2) / 2)
        line = (number, -sp.oo, sp.oo)
        front = 1 / sp.sqrt(2 * sp.pi)
        before = front * sp.Integral(number * phi(number) * bell, line)
        after = front * sp.Integral(Prime(phi(number)) * bell, line)
        parts = rules.by_parts(-phi(number) * bell, number)
        return Derivation(
            name="stein",
            title="Integration by parts with a Gaussian",
            source=("stein1981estimation",),
            domain={number: Gaussian(), phi: Map(Interval())},
            steps=(
                Step("density", Expectation(number * phi(number), number), "=", before, "the normal density",
                     by=(rules.density(),)),
                Step("parts", before, "=", after, "by parts: $g\\,e^{-g^2/2}$ is minus a derivative", by=(parts,)),
                Step("identity", after, "=", Expectation(Prime(phi(number)), number), "read it as a mean",
                     by=(rules.as_mean(number),)),
            ),
        )  # fmt: skip


@cache
def hermite() -> Derivation:
    """The first Hermite polynomials: no two of them are correlated."""
    a0, a1, a2, a3 = sp.symbols("a_0 a_1 a_2 a_3", real=True)
    with sp.evaluate(False):
        mixed = a0 + a1 * number + a2 * (number**2 - 1) + a3 * (number**3 - 3 * number)
        return Derivation(
            name="hermite",
            title="Moments and Hermite polynomials",
            equivalents={
                ("orthogonal", f"change the sign of {term}"): "no cross term is left, so no sign matters"
                for term in (a0, a1 * number, a2 * (number**2 - 1), a3 * (number**3 - 3 * number))
            },
            domain={number: Gaussian(), **{c: Interval() for c in (a0, a1, a2, a3)}},
            steps=(
                Step("second", Expectation(number**2, number), "=", sp.S.One, "one pair", by=wick),
                Step("fourth", Expectation(number**4, number), "=", sp.Integer(3), "three ways to pair four", by=wick),
                Step("sixth", Expectation(number**6, number), "=", sp.Integer(15), "five partners, then three ways",
                     by=wick),
                Step("orthogonal", Expectation(mixed**2, number), "=", a0**2 + a1**2 + 2 * a2**2 + 6 * a3**2,
                     "all cross terms vanish", by=wick),
            ),
        )  # fmt: skip
