from functools import partial

import jax
import numpy as np
import pytest

from ntkbook.empirical import ntk, tiles
from tests.empirical.networks import distance, inputs, network

CASES = [
    ("structured", (), True, 2),
    ("structured", (-1,), True, 3),
    ("structured", (), False, 2),
    ("jacobian", (-1,), False, 1),
    ("jacobian", (), True, 4),
    ("products", (), True, 2),
    ("products", (-1,), False, 3),
]


@pytest.mark.parametrize(("method", "trace_axes", "symmetric", "batch_size"), CASES)
def test_tiles_give_the_whole(method, trace_axes, symmetric, batch_size):
    apply_fn, params = network(2)
    x1, x2 = inputs(5), None if symmetric else inputs(3, seed=28)
    whole = ntk(apply_fn, params, x1, x2, method="jacobian", trace_axes=trace_axes)
    tiled = ntk(apply_fn, params, x1, x2, method=method, trace_axes=trace_axes, batch_size=batch_size)
    assert distance(whole, tiled) < 1e-13


def test_a_tile_as_large_as_the_whole_changes_nothing():
    apply_fn, params = network(2)
    x = inputs(4)
    assert np.array_equal(ntk(apply_fn, params, x), ntk(apply_fn, params, x, batch_size=np.int64(9)))


@pytest.mark.parametrize("trace_axes", [(), (-1,)])
def test_halves_of_a_symmetric_kernel(trace_axes, monkeypatch):
    apply_fn, params = network(2)
    x = inputs(7)
    whole = ntk(apply_fn, params, x, trace_axes=trace_axes)
    monkeypatch.setattr(tiles, "_HALVED_ROWS", 1)
    halved = ntk(partial(apply_fn), params, x, trace_axes=trace_axes)
    assert distance(whole, halved) < 1e-14
    # What is mirrored is equal to the last bit.
    mirror = halved.swapaxes(0, 1)
    mirror = mirror if trace_axes else mirror.swapaxes(2, 3)
    assert np.array_equal(halved[:3, 3:], mirror[:3, 3:])


def test_a_large_symmetric_kernel_is_halved_and_a_small_one_is_not(monkeypatch):
    apply_fn, params = network(2)
    halved = []
    by_halves = tiles._by_halves
    monkeypatch.setattr(tiles, "_by_halves", lambda *arguments: halved.append(arguments) or by_halves(*arguments))
    jax.eval_shape(lambda: ntk(partial(apply_fn), params, inputs(255), trace_axes=()))
    assert not halved
    jax.eval_shape(lambda: ntk(partial(apply_fn), params, inputs(256), trace_axes=()))
    assert halved


def test_memory_sets_the_tile(monkeypatch):
    apply_fn, params = network(2)
    x = inputs(9)
    whole = ntk(apply_fn, params, x)
    sizes = []
    monkeypatch.setattr(tiles, "MEMORY", 2000)
    looped = tiles._looped
    monkeypatch.setattr(tiles, "_looped", lambda *arguments: sizes.append(arguments[-1]) or looped(*arguments))
    assert distance(whole, ntk(partial(apply_fn), params, x)) < 1e-13
    assert len(sizes) == 1
    assert 1 <= sizes[0] < 9


def test_a_tiled_kernel_needs_less_memory():
    apply_fn, params = network(2, 20, 50)
    x = inputs(64, 20)

    def scratch_bytes(batch_size):
        run = jax.jit(lambda x: ntk(apply_fn, params, x, method="jacobian", batch_size=batch_size))
        return run.lower(x).compile().memory_analysis().temp_size_in_bytes

    assert scratch_bytes(8) < scratch_bytes(None) / 3
