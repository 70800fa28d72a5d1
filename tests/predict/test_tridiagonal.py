import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from ntkbook import predict
from ntkbook.predict import gram, spectral
from ntkbook.predict.tridiagonal import gain_by_series, gain_series, tridiagonal
from tests.predict.cases import Kernels, distance


def random_gram(n, rank, seed=0):
    factor = np.random.default_rng(seed).standard_normal((n, rank))
    return jnp.asarray(factor @ factor.T / rank)


def gain(matrix, tau, columns):
    of = tridiagonal(matrix)
    return gain_by_series(of, of.upper_bound(), gain_series(tau, of.upper_bound()), columns)


@pytest.mark.parametrize("tau", [0.0, 1e-9, 0.3, 7.0, 400.0])
def test_the_gain_is_that_of_the_matrix_at_40_digits(tau):
    matrix = random_gram(6, 9)
    found = gain(matrix, tau, jnp.eye(6))
    with mpmath.workdps(40):
        values, modes = mpmath.eigsy(mpmath.matrix(np.asarray(matrix).tolist()))
        gains = [(1 - mpmath.exp(-value * tau)) / value for value in values]
        expected = np.array((modes * mpmath.diag(gains) * modes.T).tolist(), dtype=float)
    assert np.abs(np.asarray(found) - expected).max() <= 1e-14 * tau


@pytest.mark.parametrize(
    "matrix",
    [random_gram(70, 90), random_gram(64, 5), 3 * jnp.eye(33), jnp.diag(jnp.arange(1.0, 40.0)), jnp.ones((40, 40))],
    ids=["two blocks and a half", "singular", "multiple of one", "diagonal", "rank one"],
)
def test_it_agrees_with_the_eigendecomposition(matrix):
    columns = jnp.asarray(np.random.default_rng(1).standard_normal((matrix.shape[0], 3)))
    of, spectrum = tridiagonal(matrix), spectral.spectrum(matrix)[0]
    largest = float(spectrum.eigenvalues[-1])
    assert largest <= of.upper_bound() * (1 + 1e-14) <= 3.1 * largest
    for tau in (0.01, 1.0, 30.0):
        expected = spectral.gain(spectrum, tau, columns)
        # A rounding of the matrix moves the gain of its null modes by tau^2 eps times the largest eigenvalue.
        allowed = 1e-15 * tau * (30 + tau * largest) * float(jnp.abs(columns).max())
        assert float(jnp.abs(gain(matrix, tau, columns) - expected).max()) < allowed


def test_single_precision_keeps_its_digits():
    matrix, columns = random_gram(70, 90), jnp.eye(70)[:, :4]
    found = gain(matrix.astype("float32"), 2.0, columns.astype("float32"))
    assert found.dtype == jnp.float32
    assert distance(gain(matrix, 2.0, columns), found) < 1e-5


def test_pivots_count_eigenvalues():
    matrix = random_gram(50, 80)
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    of = tridiagonal(matrix)
    assert of.reaches_below(smallest * (1 + 1e-9))
    assert not of.reaches_below(smallest * (1 - 1e-9))
    assert not of.reaches_below(0.0)


def test_a_series_that_would_be_too_long_is_left_to_the_eigendecomposition():
    assert gain_series(1e3, 1.0).size < 250
    assert gain_series(1e9, 1.0) is None


@pytest.fixture(scope="module")
def large():
    """An ensemble just large enough for the short way, and its test points."""
    points = np.random.default_rng(4).standard_normal((gram._SMALL + 3, 5))
    x, x_test = jnp.asarray(points[:-3]), jnp.asarray(points[-3:])

    def kernel_fn(x1, x2, get):
        product = x1 @ (x1 if x2 is None else x2).T / 5
        both = {"nngp": 0.3 + product + 0.2 * product**3, "ntk": 0.5 + 2 * product + 0.8 * product**3}
        return both[get] if isinstance(get, str) else Kernels(**both)

    return kernel_fn, x, jnp.sin(x[:, :2]), x_test


def test_the_first_answer_is_that_of_the_later_ones(large, monkeypatch):
    kernel_fn, x, y, x_test = large
    decompositions = []
    original = gram.spectrum
    monkeypatch.setattr(gram, "spectrum", lambda matrix: decompositions.append(1) or original(matrix))
    for get, t in (("ntk", 40.0), ("nngp", 40.0), ("ntk", 0.0)):
        decompositions.clear()
        predict_fn = predict.gradient_descent_mse_ensemble(kernel_fn, x, y, 0.5, 1e-3)
        answers = [predict_fn(t, x_test, get, compute_cov=True) for _ in range(3)]
        # The second and the third share one.
        assert len(decompositions) == 1
        for a, b in zip(jax.tree.leaves(answers[1]), jax.tree.leaves(answers[0]), strict=True):
            assert float(jnp.abs(a - b).max()) <= 1e-12 * float(jnp.abs(a).max())
        assert (answers[0].covariance == answers[0].covariance.T).all()


def test_what_a_transformation_has_not_told_takes_the_eigendecomposition(large):
    kernel_fn, x, y, x_test = large
    predict_fn = predict.gradient_descent_mse_ensemble(kernel_fn, x, y, 0.5, 1e-3)
    expected = predict_fn(20.0, x_test, "ntk")
    for found in (
        jax.jit(lambda t: predict_fn(t, x_test, "ntk"))(20.0),
        predict.gradient_descent_mse_ensemble(kernel_fn, x, y, 0.5, 1e-3)(jnp.array([1.0, 20.0]), x_test, "ntk")[1],
    ):
        assert distance(expected, found) < 1e-12


def test_what_is_not_positive_is_refused_before_any_answer(large):
    kernel_fn, x, y, _ = large
    kernel = kernel_fn(x, None, "ntk") - 5 * jnp.eye(x.shape[0])
    predict_fn = predict.gradient_descent_mse(kernel, y)
    with pytest.raises(ValueError, match="negative eigenvalue"):
        predict_fn(1.0, None, 0.0, kernel)


def test_a_rate_is_judged_without_eigenvalues_where_a_bound_is_enough(large, monkeypatch):
    kernel_fn, x, y, _ = large
    kernel = kernel_fn(x, None, "ntk")
    limit = float(predict.max_learning_rate(kernel, y.size))
    with pytest.warns(UserWarning, match="past .* the largest step"):
        predict.gradient_descent_mse(kernel, y, 1.01 * limit)(1.0, None, 0.0, kernel[:2])
    predict.gradient_descent_mse(kernel, y, 0.99 * limit)(1.0, None, 0.0, kernel[:2])
    monkeypatch.setattr(gram, "spectrum", lambda matrix: pytest.fail("not needed"))
    predict.gradient_descent_mse(kernel, y, 0.2 * limit)(1.0, None, 0.0, kernel[:2])
