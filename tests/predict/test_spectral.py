import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntkbook.predict import spectral
from tests.predict.cases import distance

EXACT = {
    "decay": lambda x, t: mpmath.exp(-x * t),
    "moved": lambda x, t: 1 - mpmath.exp(-x * t),
    "gain": lambda x, t: (1 - mpmath.exp(-x * t)) / x if x else t,
}


def matrix(eigenvalues, seed=0):
    n = len(eigenvalues)
    modes = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))[0]
    gram = modes @ np.diag(eigenvalues) @ modes.T
    return jnp.asarray(0.5 * (gram + gram.T))


@pytest.mark.parametrize("tau", [0.0, 1e-9, 0.3, 7.0])
@pytest.mark.parametrize("kind", EXACT)
def test_the_functions_are_those_of_the_matrix_at_40_digits(kind, tau):
    gram = matrix([0.1, 0.5, 0.5, 2.0, 3.0])
    found = getattr(spectral, kind)(spectral.spectrum(gram)[0], tau, jnp.eye(5))
    with mpmath.workdps(40):
        values, modes = mpmath.eigsy(mpmath.matrix(np.asarray(gram).tolist()))
        exact = modes * mpmath.diag([EXACT[kind](value, mpmath.mpf(tau)) for value in values]) * modes.T
        expected = np.array(exact.tolist(), dtype=float)
    scale = max(np.abs(expected).max(), 1e-300)
    assert np.abs(np.asarray(found) - expected).max() / scale < 1e-12 if expected.any() else not np.any(found)


@given(
    a=st.one_of(st.just(0.0), st.floats(1e-9, 30.0)),
    gap=st.one_of(st.just(0.0), st.floats(1e-9, 30.0)),
    tau=st.floats(1e-6, 10.0),
    kind=st.sampled_from(sorted(EXACT)),
)
def test_divided_differences_keep_all_digits(a, gap, tau, kind):
    pair = jnp.array([a, a + gap])
    found = float(spectral._differences(kind, pair, jnp.asarray(tau))[0, 1])
    with mpmath.workdps(400):
        low, high, t = mpmath.mpf(float(pair[0])), mpmath.mpf(float(pair[1])), mpmath.mpf(tau)
        if low == high:
            high += mpmath.mpf(10) ** -30
        f = EXACT[kind]
        expected = float((f(low, t) - f(high, t)) / (low - high))
    # A rounding of the arguments moves exp(-a tau) by a tau eps.
    assert abs(found - expected) <= 1e-14 * (10 + float(pair[1]) * tau) * abs(expected)


@pytest.mark.parametrize("tau", [0.2, 5.0, 1e3])
@pytest.mark.parametrize("kind", EXACT)
def test_derivatives_in_the_matrix_stand_where_eigenvalues_agree(kind, tau):
    gram = matrix([0.4, 0.4, 0.4, 1.5, 2.0])
    direction = matrix([-0.3, 0.1, 0.5, -1.0, 0.7], seed=1)

    def of(s):
        return getattr(spectral, kind)(spectral.spectrum(gram + s * direction)[0], tau, jnp.eye(5))

    found = jax.jvp(of, (0.0,), (1.0,))[1]
    step = 1e-3
    four = [of(k * step) for k in (-2, -1, 1, 2)]
    expected = (four[0] - 8 * four[1] + 8 * four[2] - four[3]) / (12 * step)
    # The difference has an error of order step^4 tau^5 at moderate tau, and eps / step.
    scale = max(float(jnp.abs(found).max()), 1.0)
    assert np.isfinite(found).all()
    assert np.abs(np.asarray(found - expected)).max() / scale < 1e-8


def test_null_modes_never_move_and_reach_nobody_at_infinity():
    factor = jnp.asarray(np.random.default_rng(3).standard_normal((6, 2)))
    of, _ = spectral.spectrum(factor @ factor.T)
    assert (np.asarray(of.eigenvalues[:4]) == 0).all()
    null = of.modes[:, :4]
    for tau in (1.0, 1e10, 1e300, np.inf):
        assert np.abs(np.asarray(spectral.moved(of, tau, null))).max() < 1e-14
        assert distance(null, spectral.decay(of, tau, null)) < 1e-14
    at_infinity = spectral.gain(of, np.inf, jnp.eye(6))
    assert distance(np.linalg.pinv(np.asarray(of.matrix)), at_infinity) < 1e-12
    # Meta-test: a mode that is small, but not rounding, does move.
    assert float(spectral.moved(spectral.spectrum(jnp.diag(jnp.array([1e-9, 1.0])))[0], 1e9, jnp.eye(2))[0, 0]) > 0.6
