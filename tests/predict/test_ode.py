import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import losses, predict
from ntkbook.dynamics import kernel_gradient_flow
from tests.predict.cases import K_TEST, K, distance, fx_test_0, fx_train_0, y_train


def half_mean(f, y):
    return 0.5 * jnp.mean((f - y) ** 2)


def logistic(f, y):
    return losses.logistic(f, y)


START = (fx_train_0, fx_test_0, K_TEST.ntk)


def test_the_squared_error_reaches_the_closed_form():
    times = jnp.array([0.0, 0.5, 20.0])
    found = predict.gradient_descent(half_mean, K.ntk, y_train, 0.5)(times, *START)
    expected = predict.gradient_descent_mse(K.ntk, y_train, 0.5)(times, *START)
    assert distance(expected[0], found[0]) < 1e-9
    assert distance(expected[1], found[1]) < 1e-9


def test_another_loss_is_that_of_dynamics():
    labels = jnp.sign(y_train)
    found = predict.gradient_descent(logistic, K.ntk, labels)(3.0, fx_train_0)
    path = kernel_gradient_flow(K.ntk, fx_train_0, labels, jnp.array([3.0]), loss=logistic)
    assert distance(path.outputs[0], found) < 1e-9


def test_at_infinity_the_flow_rests_or_says_that_it_does_not():
    kernel, cross = jnp.eye(5) + 0.3, jnp.ones((3, 5))
    found = predict.gradient_descent(half_mean, kernel, y_train)(None, 0.0, 0.0, cross)
    expected = predict.gradient_descent_mse(kernel, y_train)(None, 0.0, 0.0, cross)
    assert distance(expected[1], found[1]) < 1e-7
    with pytest.raises(RuntimeError, match="did not come to rest"):
        predict.gradient_descent(logistic, kernel, jnp.sign(y_train), max_steps=50)(None)


def test_momentum_follows_its_steps():
    # Heavy-ball steps of a small rate stand near the flow; the distance falls with sqrt(rate).
    momentum, total, errors = 0.5, 4.0, []
    for rate in (4e-4, 1e-4):
        steps = round(total / rate)
        eigenvalues, modes = np.linalg.eigh(np.asarray(K.ntk) / 10)
        # A step in one mode, of (residual, velocity): v' = m v - rate λ r, and r' = r + v'.
        step = np.array([[[1 - rate * e, momentum], [-rate * e, momentum]] for e in eigenvalues])
        residual = modes.T @ np.asarray(fx_train_0 - y_train)
        state = np.linalg.matrix_power(step, steps) @ np.stack([residual, np.zeros_like(residual)], 1)
        f = y_train + modes @ state[:, 0]
        flow = predict.gradient_descent(half_mean, K.ntk, y_train, rate, momentum)(float(steps), fx_train_0)
        errors.append(distance(f, flow))
    assert errors[1] < 0.6 * errors[0] < 0.1


def test_a_state_resumes():
    fn = predict.gradient_descent(half_mean, K.ntk, y_train, 1.0, 0.9)
    begin = predict.ODEState(fx_train_0, fx_test_0)
    middle = fn(2.0, begin, None, K_TEST.ntk)
    end, direct = fn(3.0, middle, None, K_TEST.ntk), fn(5.0, begin, None, K_TEST.ntk)
    assert distance(direct.fx_test, end.fx_test) < 1e-8
    assert distance(direct.qx_train, end.qx_train) < 1e-8


def test_mistakes_are_refused():
    fn = predict.gradient_descent
    with pytest.raises(ValueError, match="one number"):
        fn(lambda f, y: (f - y) ** 2, K.ntk, y_train)
    with pytest.raises(ValueError, match="increase strictly"):
        fn(half_mean, K.ntk, y_train)(jnp.array([2.0, 1.0]))
    with pytest.raises(ValueError, match="None for where the flow comes to rest"):
        fn(half_mean, K.ntk, y_train)(jnp.inf)
    with pytest.raises(ValueError, match="momentum must be"):
        fn(half_mean, K.ntk, y_train, 1.0, 1.0)
    with pytest.raises(ValueError, match="holds velocities"):
        fn(half_mean, K.ntk, y_train)(1.0, predict.ODEState(fx_train_0, qx_train=fx_train_0))
    with pytest.raises(ValueError, match="fx_test_0=None beside it"):
        fn(half_mean, K.ntk, y_train)(1.0, predict.ODEState(fx_train_0), 0.0, K_TEST.ntk)
    with pytest.raises(RuntimeError, match="did not reach the last time"):
        fn(half_mean, K.ntk, y_train, max_steps=2)(100.0)
