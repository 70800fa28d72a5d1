import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import stax


def inputs(n):
    return jnp.asarray(np.random.default_rng(0).standard_normal((n, 3)))


def test_serial_composes_and_nests():
    x = inputs(5)
    first, second = stax.Dense(4, W_std=1.5, b_std=0.1), stax.Dense(2, W_std=0.7)
    flat = stax.serial(first, stax.Tanh(), second)
    shape, params = flat.init_fn(jax.random.key(1), x.shape)
    assert shape == (5, 2)
    expected = second.apply_fn(params[2], jnp.tanh(first.apply_fn(params[0], x)))
    assert jnp.array_equal(flat.apply_fn(params, x), expected)
    nested = stax.serial(stax.serial(first, stax.Tanh()), second)
    assert jnp.array_equal(nested.apply_fn([params[:2], params[2]], x), expected)


def test_layers_draw_different_numbers():
    _, params = stax.serial(stax.Dense(3), stax.Dense(3)).init_fn(jax.random.key(0), (-1, 3))
    assert not jnp.allclose(params[0][0], params[1][0])


def test_rows_do_not_interact():
    x = inputs(4)
    net = stax.serial(stax.Dense(4, b_std=0.2), stax.Relu(), stax.Dense(1))
    _, params = net.init_fn(jax.random.key(1), x.shape)
    alone = jnp.concatenate([net.apply_fn(params, row[None]) for row in x])
    assert jnp.allclose(net.apply_fn(params, x), alone, rtol=0, atol=1e-14)


def test_transformations_work():
    x = inputs(4)
    net = stax.serial(stax.Dense(8), stax.Erf(), stax.Dense(1))
    keys = jax.random.split(jax.random.key(1), 6)
    ensemble = jax.jit(jax.vmap(lambda key: net.init_fn(key, x.shape)[1]))(keys)
    outputs = jax.jit(jax.vmap(net.apply_fn, (0, None)))(ensemble, x)
    assert outputs.shape == (6, 4, 1)
    first = jax.tree.map(lambda leaf: leaf[0], ensemble)
    gradient = jax.jit(jax.grad(lambda params: net.apply_fn(params, x).sum()))(first)
    assert jax.tree.all(jax.tree.map(lambda leaf: jnp.isfinite(leaf).all(), gradient))


def test_mistakes_are_refused():
    with pytest.raises(ValueError, match="at least one layer"):
        stax.serial()
    with pytest.raises(TypeError, match=r"Write Relu\(...\)"):
        stax.serial(stax.Dense(3), stax.Relu)
    with pytest.raises(TypeError, match=r"serial\(\*layers\)"):
        stax.serial([stax.Dense(3), stax.Relu()])
    net = stax.serial(stax.Dense(3), stax.Relu())
    _, params = net.init_fn(jax.random.key(0), (-1, 2))
    with pytest.raises(ValueError, match="1 layers, expected 2"):
        net.apply_fn(params[:1], jnp.ones((1, 2)))
