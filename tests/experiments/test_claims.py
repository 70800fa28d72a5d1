"""Exact statements about one hidden ReLU layer, measured; and what is false is refused."""

from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import empirical, stax
from ntkbook.experiments import Sweep, fit_rate, sweep

X = jnp.asarray([[0.6, -1.0, 1.3]])
WIDTHS = np.array([4, 16, 64])
# K' = 2 E relu(u)^2 = q and T' = K' + q, with q = 2 |x|^2 / 3.
THETA = 4 * float((X**2).sum()) / 3


def kernel_and_output(key, width):
    net = stax.serial(stax.Dense(width, 2**0.5), stax.Relu(), stax.Dense(1, 2**0.5))
    params = net.init_fn(key, X.shape)[1]
    return jnp.stack([empirical.ntk(net.apply_fn, params, X)[0, 0], net.apply_fn(params, X)[0, 0]])


@cache
def measured():
    return sweep(kernel_and_output, WIDTHS, 4000)


def test_the_mean_kernel_is_the_limit_at_every_width():
    limit = stax.serial(stax.Dense(1, 2**0.5), stax.Relu(), stax.Dense(1, 2**0.5)).kernel_fn(X, get="ntk")
    assert float(limit[0, 0]) == pytest.approx(THETA, rel=1e-13)
    mean = measured().mean()[:, 0]
    assert mean.agrees(THETA)
    assert not mean[-1:].agrees(1.03 * THETA)


def test_the_relative_variance_of_the_kernel_is_3_over_n():
    # The jackknife of one entry: the output, of mean 0, has no relative variance.
    kernel = Sweep(measured().widths, measured().samples[..., 0])
    assert kernel.relative_variance().agrees(3 / WIDTHS)
    assert not kernel.relative_variance().agrees(2 / WIDTHS)
    assert measured().variance()[:, 0].agrees(THETA**2 * 3 / WIDTHS)


def test_the_kurtosis_of_an_output_is_15_over_n():
    kurtosis = measured().excess_kurtosis()[:, 1]
    assert kurtosis.agrees(15 / WIDTHS)
    assert not kurtosis.agrees(0.0)


def test_the_kernel_deviates_like_one_over_the_root_of_n():
    rate = fit_rate(WIDTHS, measured().rms([THETA, 0.0])[:, 0])
    low, high = rate.interval()
    assert rate.agrees(-1 / 2)
    assert high - low < 0.05
    assert not rate.agrees(-1)
    assert not rate.agrees(-0.55)
    assert rate.coefficient == pytest.approx(3**0.5 * THETA, rel=0.1)


def test_the_variance_falls_like_one_over_n():
    rate = fit_rate(WIDTHS, measured().variance()[:, 0])
    assert rate.agrees(-1)
    assert not rate.agrees(-1 / 2)
