"""The sweep: keys, batches, memory, the progress bar, and errors that name width and seed."""

import io
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook.experiments import Sweep, sweep
from ntkbook.experiments.memory import bytes_of

WIDTHS = (2, 5)


def uniform(key):
    """Two numbers between 0 and 1, the key's own bits: they compile in no time, unlike jax.random."""
    return jax.random.key_data(key).astype(jnp.float64) / 2**32


def scalar(key, width):
    return jnp.sqrt(uniform(key)[0]) / width


def matrix(key, width):
    W = jnp.sin(uniform(key)[1] * jnp.arange(1.0, 3 * width + 1)).reshape(3, width)
    return W @ W.T / width


def test_draws_are_those_of_the_named_keys():
    key = jax.random.key(5)
    measured = sweep(matrix, WIDTHS, 7, key=key)
    assert measured.widths == WIDTHS
    assert measured.samples.shape == (2, 7, 3, 3)
    assert measured.samples.dtype == np.float64
    alone = matrix(jax.random.fold_in(jax.random.fold_in(key, 5), 3), 5)
    np.testing.assert_allclose(measured.samples[1, 3], alone, rtol=1e-14)


@pytest.mark.parametrize("batch_size", [1, 3, 100])
def test_batches_do_not_change_the_draws(batch_size):
    whole = sweep(matrix, WIDTHS, 7)
    np.testing.assert_allclose(sweep(matrix, WIDTHS, 7, batch_size=batch_size).samples, whole.samples, rtol=1e-14)


def test_more_seeds_and_widths_continue_the_list():
    few, many = sweep(scalar, (5,), 4), sweep(scalar, (2, 5, 8), 9)
    np.testing.assert_allclose(many.samples[1, :4], few.samples[0], rtol=1e-14)


def test_draws_are_independent():
    samples = sweep(scalar, (4, 5), 2000).samples
    assert np.unique(samples).size == samples.size
    # Without a correlation the coefficient has a standard error of 1 / sqrt(2000).
    assert abs(np.corrcoef(samples)[0, 1]) < 4 / 2000**0.5
    assert abs(np.corrcoef(samples[0, :-1], samples[0, 1:])[0, 1]) < 4 / 2000**0.5


def test_a_batch_fits_into_the_memory(monkeypatch):
    module = sys.modules["ntkbook.experiments.sweep"]
    sizes = []
    batch = module._batch

    class Recorded:
        trace = batch.trace

        def lower(self, statistic, width, keys):
            sizes.append(len(keys))
            return batch.lower(statistic, width, keys)

    monkeypatch.setattr(module, "_batch", Recorded())
    # A matrix of 3 x 1000 numbers takes 24 kB, and the program makes at least one of them and at most six.
    monkeypatch.setattr(module, "MEMORY", 8 * 6 * 24_000)
    small = sweep(matrix, (1000,), 50)
    assert len(sizes) == 1
    assert 8 <= sizes[0] <= 48
    monkeypatch.setattr(module, "MEMORY", 2**28)
    np.testing.assert_allclose(small.samples, sweep(matrix, (1000,), 50).samples, rtol=1e-12)
    assert sizes[-1] == 50


def test_bytes_are_counted_inside_of_functions():
    jaxpr = jax.make_jaxpr(jax.jit(lambda x: jnp.sin(x)[None, :] * jnp.cos(x)[:, None]))(jnp.ones(100))
    assert 100 * 100 * 8 <= bytes_of(jaxpr.jaxpr) <= 4 * 100 * 100 * 8


def test_a_statistic_is_compiled_once():
    traces = []

    def counted(key, width):
        traces.append(width)
        return scalar(key, width)

    sweep(counted, WIDTHS, 6)
    sweep(counted, WIDTHS, 6, key=jax.random.key(1))
    assert traces == list(WIDTHS)


def test_the_bar_is_for_a_person_only(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    for stream, seen in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        sweep(scalar, WIDTHS, 3)
        assert ("6/6" in stream.getvalue()) == seen


def test_old_keys_serve_too():
    assert isinstance(sweep(scalar, WIDTHS, 2, key=jax.random.PRNGKey(3)), Sweep)


def infinite_at_seed_2(key, width):
    bad = jax.random.fold_in(jax.random.fold_in(jax.random.key(0), 5), 2)
    return jnp.where((jax.random.key_data(key) == jax.random.key_data(bad)).all(), jnp.inf, 1.0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sweep(scalar, WIDTHS, 1), ValueError, "no standard error"),
        (lambda: sweep(scalar, WIDTHS, 2.5), TypeError, "whole number"),
        (lambda: sweep(scalar, (), 4), ValueError, "increase"),
        (lambda: sweep(scalar, (0, 2), 4), ValueError, "positive"),
        (lambda: sweep(scalar, (4, 4), 4), ValueError, "increase"),
        (lambda: sweep(scalar, (4.0, 8.0), 4), TypeError, "integers"),
        (lambda: sweep(scalar, 4, 4), TypeError, "in a list"),
        (lambda: sweep(3.0, WIDTHS, 4), TypeError, "expected a function"),
        (lambda: sweep(scalar, WIDTHS, 4, key=0), TypeError, "random key"),
        (lambda: sweep(scalar, WIDTHS, 4, key=jax.random.key(0, impl="rbg")), ValueError, "depend on the batch"),
        (lambda: sweep(scalar, WIDTHS, 4, batch_size=0), ValueError, "batch_size"),
        (lambda: sweep(infinite_at_seed_2, WIDTHS, 4), ValueError, r"inf at width 5, seed 2, index \(\)"),
        (lambda: sweep(lambda key, width: jnp.zeros(width), WIDTHS, 4), ValueError, "one shape"),
        (lambda: sweep(lambda key, width: width, WIDTHS, 4), TypeError, "floating-point"),
        (lambda: sweep(lambda key, width: {"a": 1.0}, WIDTHS, 4), TypeError, "returns one array"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
