"""Integrals of waves, and sums over orthonormal vectors: what the rules give, and what they leave alone."""

import numpy as np
import pytest
import sympy as sp

from ntkbook.proof import (
    Derivation,
    Domain,
    FalseStep,
    IllFormedStep,
    Index,
    Interval,
    Map,
    Orthonormal,
    Size,
    Step,
    Verdict,
    rules,
    verify,
)
from ntkbook.proof.draw import draw_values

N = sp.Symbol("N", integer=True, positive=True)
i, j, k, m = sp.symbols("i j k m", integer=True, positive=True)
s, u = sp.symbols("s u", real=True)
h, v, lam, b = (sp.Function(name, real=True) for name in ("h", "v", "lambda", "b"))
FAMILY = Map(Index(N), Index(N), into=Orthonormal())
DOMAIN = Domain(
    {
        N: Size(),
        **{index: Index(N) for index in (i, j, k, m)},
        s: Interval(),
        u: Interval(),
        h: Map(Interval()),
        v: FAMILY,
        lam: Map(Index(N)),
        b: Map(Index(N)),
    }
)


def integral(body, lower=-sp.pi, upper=sp.pi):
    return sp.Integral(body, (u, lower, upper))


# Waves


@pytest.mark.parametrize(
    "body",
    [
        u**2 * sp.sin(2 * u + 1) * sp.cos(u) ** 2,
        (1 + u) * sp.sin(u) * sp.sin(3 * u),
        u * sp.cos(u) * sp.sin(3 * u) + 1,
        sp.cos(u) ** 2 * sp.sin(u) ** 3,
        (2 - u**3) * sp.cos(u - 1),
    ],
)
def test_fourier_is_what_quadrature_finds(body):
    found = rules.fourier(u)(integral(body, 0, 2), DOMAIN)
    assert not found.has(sp.Integral)
    assert abs(sp.N(found - sp.Integral(body, (u, 0, 2)).evalf(30), 30)) < 1e-14


@pytest.mark.parametrize(
    "body",
    [
        sp.cos(m * u) * sp.cos(k * u),  # the frequency m - k may be 0
        sp.cos(u) / (2 + u),
        sp.cos(u**2),
        h(u) * sp.cos(u),
        sp.Abs(u),
        sp.cos(s * u),
    ],
)
def test_fourier_leaves_alone_what_it_does_not_know(body):
    assert rules.fourier(u)(integral(body), DOMAIN) == integral(body)


def test_fourier_leaves_alone_other_variables_and_infinite_ranges():
    for expr in (sp.Integral(sp.cos(s), (s, 0, 1)), sp.Integral(sp.cos(u), (u, 0, sp.oo))):
        assert rules.fourier(u)(expr, DOMAIN) == expr


def test_full_period_asks_for_the_length_and_the_period():
    moved = integral(h(sp.cos(u)) * sp.cos(k * u), s, s + 2 * sp.pi)
    assert rules.full_period(u)(moved, DOMAIN) == integral(h(sp.cos(u)) * sp.cos(k * u))
    for body, upper in ((h(sp.cos(u)), s + sp.pi), (h(u), s + 2 * sp.pi), (sp.cos(u / 2), s + 2 * sp.pi)):
        expr = integral(body, s, upper)
        assert rules.full_period(u)(expr, DOMAIN) == expr


def test_parity():
    assert rules.parity(u)(integral(h(sp.cos(u)) * sp.sin(k * u)), DOMAIN) == 0
    assert rules.parity(u)(integral(h(sp.cos(u))), DOMAIN) == 2 * integral(h(sp.cos(u)), 0)
    for expr in (integral(h(u)), integral(sp.sin(u), 0), integral(u + 1)):
        assert rules.parity(u)(expr, DOMAIN) == expr


def test_translate_refuses_a_step_that_moves():
    assert rules.translate(u, s)(integral(h(u - s)), DOMAIN) == integral(h(u), -sp.pi - s, sp.pi - s)
    with pytest.raises(IllFormedStep, match="must not depend"):
        rules.translate(u, u)(integral(h(u)), DOMAIN)


def test_angle_sum_splits_off_what_is_constant():
    found = rules.angle_sum(u)(integral(h(u) * sp.cos(u + s)), DOMAIN)
    assert found == sp.cos(s) * integral(h(u) * sp.cos(u)) - sp.sin(s) * integral(h(u) * sp.sin(u))


@pytest.mark.parametrize("factor", [2, -1])
def test_a_false_coefficient_is_refused(factor):
    def derivation(value):
        step = Step("step", integral((sp.pi - u) * sp.cos((2 * m + 1) * u), 0), "=", value, "", by=(rules.fourier(u),))
        return Derivation("d", "d", {N: Size(), m: Index(N)}, (step,))

    right = 2 / (2 * m + 1) ** 2
    assert verify(derivation(right))[0].verdict is Verdict.PROVED
    with pytest.raises(FalseStep):
        verify(derivation(factor * right))


# Orthonormal families


def test_a_drawn_family_is_orthonormal():
    drawn = draw_values(Domain({N: Size(), v: FAMILY}), {N: 4}, 3, np.random.default_rng(0))["v"]
    np.testing.assert_allclose(drawn @ drawn.swapaxes(1, 2), np.broadcast_to(np.eye(4), (3, 4, 4)), atol=1e-14)
    np.testing.assert_allclose(drawn.swapaxes(1, 2) @ drawn, np.broadcast_to(np.eye(4), (3, 4, 4)), atol=1e-14)


def test_orthonormal_in_both_indices():
    rule = rules.orthonormal(v)
    for total in (sp.Sum(v(i, k) * v(j, k), (k, 1, N)), sp.Sum(v(k, i) * v(k, j), (k, 1, N))):
        assert rule(total, DOMAIN) == sp.KroneckerDelta(i, j)
    assert rule(sp.Sum(v(i, k) ** 2, (k, 1, N)), DOMAIN) == 1


@pytest.mark.parametrize(
    "expr",
    [
        sp.Sum(v(i, k) * v(k, j), (k, 1, N)),
        sp.Sum(v(i, k) * v(j, k), (k, 1, N - 1)),
        sp.Sum(v(i, k) * v(j, k) * b(k), (k, 1, N)),
        sp.Sum(v(k, k) * v(k, k), (k, 1, N)),
        v(i, k) * v(j, k),
    ],
)
def test_orthonormal_leaves_alone_what_is_no_inner_product(expr):
    assert rules.orthonormal(v)(expr, DOMAIN) == expr


def test_a_family_must_be_declared():
    with pytest.raises(IllFormedStep, match="Orthonormal"):
        rules.orthonormal(b)(sp.Sum(b(k) * b(k), (k, 1, N)), DOMAIN)
    for arguments in ((Index(N),), (Index(N), Index(N + 1)), (Interval(), Interval())):
        with pytest.raises(ValueError, match="orthonormal"):
            Map(*arguments, into=Orthonormal())


# Sums whose terms cancel one by one


@pytest.mark.parametrize(("shift", "proved"), [(0, True), (1, False)])
def test_sums_over_one_range_are_joined(shift, proved):
    x = sp.Symbol("x", positive=True)
    left = sp.Sum(1 / (1 + x * b(i) ** 2), (i, 1, N)) + sp.Sum(x * b(j) ** 2 / (1 + x * b(j) ** 2), (j, 1, N))
    step = Step("step", left, "=", N + shift, "")
    derivation = Derivation("d", "d", {N: Size(), b: Map(Index(N)), x: Interval(0.5, 2.0)}, (step,))
    if proved:
        assert verify(derivation)[0].verdict is Verdict.PROVED
    else:
        with pytest.raises(FalseStep):
            verify(derivation)
