import math
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import conventions, stax
from ntkbook.dynamics import gradient_descent
from ntkbook.losses import half_sum_of_squares, mse

W_STD, B_STD = 1.5, 0.4
WIDTHS = (3, 6, 5, 1)


@cache
def ntk_network():
    layers = []
    for width in WIDTHS[1:]:
        layers += [stax.Dense(width, W_std=W_STD, b_std=B_STD), stax.Tanh()]
    net = stax.serial(*layers[:-1])
    _, params = net.init_fn(jax.random.key(0), (-1, WIDTHS[0]))
    return net.apply_fn, params


@cache
def samples():
    return jax.random.normal(jax.random.key(1), (4, 3)), jax.random.normal(jax.random.key(2), (4, 1))


def standard_apply_fn(params, x):
    """A network in the standard parametrization, written without ntkbook: z = x W + b."""
    for W, b in params[:-1]:
        x = jnp.tanh(x @ W + b[None, :])
    W, b = params[-1]
    return x @ W + b[None, :]


def standard_params(params):
    return [conventions.standard_from_ntk(layer, W_std=W_STD, b_std=B_STD) for layer in params if layer]


@cache
def trained_with_ntk_parameters():
    apply_fn, params = ntk_network()
    return gradient_descent(apply_fn, params, *samples(), 20, learning_rate=0.3)


def train_standard(rates):
    x, y = samples()
    gradient = jax.jit(jax.grad(lambda p: mse(standard_apply_fn(p, x), y)))
    params, outputs = standard_params(ntk_network()[1]), []
    for _ in range(20):
        slopes = gradient(params)
        params = [
            (W - rate.weight * dW, b - rate.bias * db)
            for (W, b), (dW, db), rate in zip(params, slopes, rates, strict=True)
        ]
        outputs.append(np.asarray(standard_apply_fn(params, x)))
    return np.stack(outputs)


def test_both_parametrizations_are_the_same_function():
    apply_fn, params = ntk_network()
    x, _ = samples()
    assert np.abs(standard_apply_fn(standard_params(params), x) - apply_fn(params, x)).max() < 1e-14
    back = [conventions.ntk_from_standard(layer, W_std=W_STD, b_std=B_STD) for layer in standard_params(params)]
    for (W, b), (W_back, b_back) in zip((layer for layer in params if layer), back, strict=True):
        assert np.abs(W - W_back).max() < 1e-14
        assert np.abs(b - b_back).max() < 1e-14


def test_the_layers_rates_make_both_parametrizations_train_alike():
    rates = [conventions.standard_learning_rates(0.3, fan_in=n, W_std=W_STD, b_std=B_STD) for n in WIDTHS[:-1]]
    expected = np.asarray(trained_with_ntk_parameters().outputs[1:])
    assert np.abs(train_standard(rates) - expected).max() < 1e-12
    # Meta-test: the rates of the first layer, used for all, give another training.
    assert np.abs(train_standard(rates[:1] * 3) - expected).max() > 1e-2
    for n, rate in zip(WIDTHS[:-1], rates, strict=True):
        assert np.allclose(conventions.ntk_learning_rates(rate, fan_in=n, W_std=W_STD, b_std=B_STD), 0.3)


def test_a_layer_without_bias_has_no_bias_to_convert():
    layer = stax.Dense(2, W_std=W_STD)
    _, params = layer.init_fn(jax.random.key(3), (-1, 3))
    W, b = conventions.standard_from_ntk(params, W_std=W_STD)
    x, _ = samples()
    assert b is None
    assert np.abs(x @ W - layer.apply_fn(params, x)).max() < 1e-14
    assert conventions.standard_learning_rates(0.3, fan_in=3, W_std=W_STD).bias == 0.0


def test_the_two_square_losses_train_alike_after_conversion():
    apply_fn, params = ntk_network()
    x, y = samples()
    by_sum = gradient_descent(apply_fn, params, x, y, 20, learning_rate=0.3 / 4, loss=half_sum_of_squares)
    by_mean = trained_with_ntk_parameters()
    assert conventions.mse_learning_rate(0.3 / 4, n_samples=4) == pytest.approx(0.3)
    assert np.abs(by_sum.outputs - by_mean.outputs).max() < 1e-13
    # At one rate in both, times differ: `Path.times` is the time of the flow with rate 1.
    converted = [conventions.mse_time(float(t), n_samples=4) for t in by_sum.times]
    assert np.allclose(converted, by_mean.times)


def test_jacots_beta_is_b_std():
    beta = 0.1
    stds = conventions.stds_from_beta(beta)
    net = stax.serial(stax.Dense(6, *stds), stax.Tanh(), stax.Dense(1, *stds))
    x, _ = samples()
    _, params = net.init_fn(jax.random.key(4), x.shape)
    (W0, b0), _, (W1, b1) = jax.tree.map(np.asarray, params)
    # Jacot et al. 2018, section 3, with weights of shape (n_l, n_{l+1}) and inputs as columns.
    for column, output in zip(np.asarray(x), net.apply_fn(params, x), strict=True):
        hidden = np.tanh(W0.T @ column / math.sqrt(3) + beta * b0)
        assert abs(W1.T @ hidden / math.sqrt(6) + beta * b1 - output)[0] < 1e-14
    assert conventions.beta_from_stds(*stds) == beta


def test_aroras_network_is_ours_with_the_converted_stds():
    n_inputs, widths = 3, (6, 5)
    x, _ = samples()
    c = conventions.c_sigma(jax.nn.relu)
    stds = conventions.W_stds_from_c_sigma(c, n_inputs=n_inputs, depth=2)
    net = stax.serial(stax.Dense(6, stds[0]), stax.Relu(), stax.Dense(5, stds[1]), stax.Relu(), stax.Dense(1, stds[2]))
    _, params = net.init_fn(jax.random.key(5), x.shape)
    weights = [np.asarray(layer[0]) for layer in params if layer]
    # Arora et al. 2019, section 3: f^h = W^h g^{h-1}, g^h = sqrt(c/d_h) phi(f^h), g^0 = x.
    g = np.asarray(x)
    for W, width in zip(weights[:-1], widths, strict=True):
        g = math.sqrt(c / width) * np.maximum(g @ W, 0.0)
    assert np.abs(g @ weights[-1] - net.apply_fn(params, x)).max() < 1e-13


@pytest.mark.parametrize(
    ("phi", "expected"),
    [
        (jax.nn.relu, 2.0),
        (jax.scipy.special.erf, 1 / (2 / math.pi * math.asin(2 / 3))),
        (jnp.sin, 2 / (1 - math.exp(-2))),
        (lambda z: z, 1.0),
        (jnp.sign, 1.0),
    ],
)
def test_c_sigma_against_closed_forms(phi, expected):
    assert conventions.c_sigma(phi) == pytest.approx(expected, rel=1e-12)


def test_c_sigma_of_activations_with_a_kink_or_a_jump_away_from_zero():
    tail = 0.5 * math.erfc(0.5 / math.sqrt(2))
    density = math.exp(-0.125) / math.sqrt(2 * math.pi)
    # E[max(z - a, 0)^2] = (1 + a^2) P(z > a) - a p(a), with a = 1/2.
    kink = conventions.c_sigma(lambda z: jnp.maximum(z - 0.5, 0.0))
    assert kink == pytest.approx(1 / (1.25 * tail - 0.5 * density), rel=1e-4)
    jump = conventions.c_sigma(lambda z: jnp.where(z > 0.5, 1.0, 0.0))
    assert jump == pytest.approx(1 / tail, rel=1e-2)


def test_c_sigma_keeps_the_variance_of_a_wide_layer():
    # One entry per unit: the second moment of sqrt(c) phi(z) over 40000 units is 1 within its error.
    stds = conventions.W_stds_from_c_sigma(conventions.c_sigma(jnp.tanh), n_inputs=3, depth=1)
    layer = stax.serial(stax.Dense(40_000, W_std=stds[0]), stax.Tanh())
    x = jnp.array([[0.6, 0.0, 0.8]])
    _, params = layer.init_fn(jax.random.key(6), x.shape)
    squares = stds[1] ** 2 * np.asarray(layer.apply_fn(params, x))[0] ** 2
    assert abs(squares.mean() - 1) / (squares.std() / math.sqrt(squares.size)) < 4


def test_a_variance_goes_into_a_layer_as_its_square_root():
    x = jnp.array([[1.0, -1.0, 2.0]])
    layer = stax.Dense(40_000, W_std=conventions.std_from_variance(2.0))
    _, params = layer.init_fn(jax.random.key(7), x.shape)
    z = np.asarray(layer.apply_fn(params, x))[0]
    assert abs(z.var() / (2.0 / 3 * 6.0) - 1) / math.sqrt(2 / z.size) < 4
    assert conventions.variance_from_std(conventions.std_from_variance(2.0)) == pytest.approx(2.0)


def test_layers_and_parameters_are_counted_as_weng_counts_them():
    apply_fn, params = ntk_network()
    layers = len(WIDTHS) - 1
    assert sum(leaf.size for leaf in jax.tree.leaves(params)) == conventions.parameter_count(WIDTHS)
    assert conventions.depth_from_layers(layers) == sum(layer == () for layer in params)
    assert conventions.layers_from_depth(2) == layers
    no_bias = stax.serial(stax.Dense(4), stax.Tanh(), stax.Dense(2)).init_fn(jax.random.key(8), (-1, 3))[1]
    assert sum(leaf.size for leaf in jax.tree.leaves(no_bias)) == conventions.parameter_count((3, 4, 2), bias=False)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conventions.standard_learning_rates(0.1, fan_in=0, W_std=1.0), "fan_in"),
        (lambda: conventions.standard_learning_rates(0.1, fan_in=3, W_std=0.0), "W_std must be positive"),
        (lambda: conventions.standard_from_ntk((jnp.ones((2, 1)), jnp.ones(1)), W_std=1.0), "have a bias"),
        (lambda: conventions.mse_time(1.0, n_samples=0.5), "n_samples"),
        (lambda: conventions.stds_from_beta(-0.1), "beta"),
        (lambda: conventions.beta_from_stds(1.5, 0.1), "W_std = 1"),
        (lambda: conventions.c_sigma(lambda z: 0.0 * z), "not zero everywhere"),
        (lambda: conventions.std_from_variance(-1.0), "variance"),
        (lambda: conventions.variance_from_std(float("nan")), "standard deviation"),
        (lambda: conventions.layers_from_depth(-1), "hidden layers"),
        (lambda: conventions.parameter_count((3,)), "inputs and outputs"),
    ],
)
def test_mistakes_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
