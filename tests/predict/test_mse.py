import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from ntkbook import predict
from ntkbook.dynamics import kernel_gradient_flow
from tests.predict.cases import K_TEST, K, distance, fx_test_0, fx_train_0, y_train

START = (fx_train_0, fx_test_0, K_TEST.ntk)


def test_code_written_for_neural_tangents_runs():
    predict_fn = predict.gradient_descent_mse(K.ntk, y_train)
    fx_train, fx_test = predict_fn(1.5, *START)
    kernel, y = np.asarray(K.ntk), np.asarray(y_train)
    left = expm(-1.5 * kernel / 10)
    assert distance(y + left @ (fx_train_0 - y), fx_train) < 1e-12
    expected = fx_test_0 + K_TEST.ntk @ np.linalg.solve(kernel, (np.eye(5) - left) @ (y - fx_train_0))
    assert distance(expected, fx_test) < 1e-12


def test_the_books_clock_is_k_times_slower():
    path = kernel_gradient_flow(K.ntk, fx_train_0, y_train, jnp.array([0.7, 3.0]))
    found = predict.gradient_descent_mse(K.ntk, y_train)(2 * path.times, fx_train_0)
    assert distance(path.outputs, found) < 1e-9


def test_the_ends_of_time():
    predict_fn = predict.gradient_descent_mse(K.ntk, y_train)
    fx_train, fx_test = predict_fn(0.0, *START)
    assert (fx_train == fx_train_0).all()
    assert (fx_test == fx_test_0).all()
    by_cholesky, by_modes = predict_fn(None, *START), predict_fn(jnp.inf, *START)
    assert (by_cholesky[0] == y_train).all()
    # The condition number is 50.
    assert distance(by_cholesky[0], by_modes[0]) < 1e-13
    assert distance(by_cholesky[1], by_modes[1]) < 1e-12


@given(
    t_shape=st.lists(st.integers(1, 3), max_size=2).map(tuple),
    sizes=st.tuples(st.integers(1, 3), st.integers(1, 2)),
    full=st.booleans(),
    dtype=st.sampled_from(["float32", "float64"]),
)
@settings(max_examples=4)
def test_shapes_and_dtypes(t_shape, sizes, full, dtype):
    n, k = sizes
    y = jnp.ones((n, k), dtype)
    kernel = jnp.eye(n * k, dtype=dtype).reshape(n, k, n, k).swapaxes(1, 2) if full else jnp.eye(n, dtype=dtype)
    cross = jnp.concatenate([kernel, kernel])
    predict_fn = predict.gradient_descent_mse(kernel, y, trace_axes=() if full else (-1,))
    fx_train, fx_test = predict_fn(jnp.full(t_shape, 2.0), 0.0, 0.0, cross)
    assert (fx_train.shape, fx_test.shape) == ((*t_shape, n, k), (*t_shape, 2 * n, k))
    assert fx_train.dtype == fx_test.dtype == dtype
    expected = -np.expm1(-2 / (n * k))
    assert np.abs(np.asarray(fx_test) - expected).max() < 8 * np.finfo(dtype).eps


def test_what_is_none_is_left_out():
    predict_fn = predict.gradient_descent_mse(K.ntk, y_train)
    both = predict_fn(1.0, 0.0, 0.0, K_TEST.ntk)
    assert (predict_fn(1.0, None, 0.0, K_TEST.ntk) == both[1]).all()
    assert (predict_fn(1.0) == both[0]).all()


def test_outputs_with_more_axes():
    y = jnp.asarray(np.random.default_rng(0).standard_normal((5, 2, 3)))
    kernel = jnp.einsum("ij,ab->ijab", K.ntk, jnp.array([[1.0, 0.2], [0.2, 0.5]]))
    fx_train, fx_test = predict.gradient_descent_mse(kernel, y)(2.0, 0.0, 0.0, kernel[:2])
    assert fx_train.shape == (5, 2, 3)
    left = expm(-2.0 / 30 * np.asarray(kernel).swapaxes(1, 2).reshape(10, 10))
    expected = (np.eye(10) - left) @ np.asarray(y).reshape(10, 3)
    assert distance(expected.reshape(5, 2, 3), fx_train) < 1e-12
    assert distance(fx_train[:2], fx_test) < 1e-12


def test_float32_keeps_five_digits():
    exact = predict.gradient_descent_mse(K.ntk, y_train)(3.0, *START)
    single = [jnp.asarray(array, "float32") for array in (K.ntk, y_train, *START)]
    found = predict.gradient_descent_mse(*single[:2])(3.0, *single[2:])
    assert max(distance(a, b) for a, b in zip(exact, found, strict=True)) < 1e-5


@pytest.mark.parametrize("t", [1e3, 1e15, 1e300, None])
def test_two_equal_points_share_their_labels_and_nothing_blows_up(t):
    twice = np.array([0, 1, 2, 3, 4, 4])
    kernel, cross = K.ntk[twice][:, twice], K_TEST.ntk[:, twice]
    y = y_train[twice].at[5].add(0.2)
    fx_train, fx_test = predict.gradient_descent_mse(kernel, y)(t, 0.0, 0.0, cross)
    once = y_train.at[4].add(0.1)
    # After 1e3 the slowest mode is gone to e^-3 or less; its share is seen in the comparison at the same time.
    late = t is None or t > 1e3
    assert (np.abs(fx_train[4] - fx_train[5]) < 1e-12).all()
    assert np.isfinite(fx_test).all()
    if late:
        assert distance(once[twice], fx_train) < 1e-10
        assert distance(K_TEST.ntk @ jnp.linalg.solve(K.ntk, once), fx_test) < 1e-10


def test_transformations():
    def total(t, kernel, y):
        fx_train, fx_test = predict.gradient_descent_mse(kernel, y)(t, *START)
        return jnp.sum(fx_train**2) + jnp.sum(fx_test)

    step = 1e-6
    direction = jnp.outer(y_train[:, 0], y_train[:, 0])
    for t in (2.0, 50.0):
        by_t, by_kernel, by_y = jax.jit(jax.grad(total, (0, 1, 2)))(t, K.ntk, y_train)
        for found, moved in (
            (by_t, lambda s, t=t: total(t + s, K.ntk, y_train)),
            (jnp.sum(by_kernel * direction), lambda s, t=t: total(t, K.ntk + s * direction, y_train)),
            (jnp.sum(by_y), lambda s, t=t: total(t, K.ntk, y_train + s)),
        ):
            expected = (moved(step) - moved(-step)) / (2 * step)
            assert abs(found - expected) < 1e-7 * (1 + abs(expected))
    predict_fn = predict.gradient_descent_mse(K.ntk, y_train)
    times = jnp.array([0.5, 2.0])
    mapped = jax.jit(jax.vmap(lambda t: predict_fn(t, *START)))(times)
    assert distance(predict_fn(times, *START)[1], mapped[1]) < 1e-14
    # What was factorized inside of jit serves outside.
    assert distance(mapped[0][1], predict_fn(2.0, *START)[0]) < 1e-14


def test_the_largest_step():
    limit = float(predict.max_learning_rate(K.ntk, y_train.size))
    kernel, residual = np.asarray(K.ntk), np.asarray(y_train)
    sizes = [
        np.abs(np.linalg.matrix_power(np.eye(5) - rate * limit / 10 * kernel, 2000) @ residual).max()
        for rate in (0.99, 1.01)
    ]
    assert sizes[0] < 1 < 1e3 < sizes[1]
    with pytest.warns(UserWarning, match="past .* the largest step"):
        predict.gradient_descent_mse(K.ntk, y_train, learning_rate=1.01 * limit)(1.0)
    predict.gradient_descent_mse(K.ntk, y_train, learning_rate=0.99 * limit)(1.0)
