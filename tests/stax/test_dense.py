import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntkbook import stax


@settings(max_examples=4)
@given(n=st.integers(1, 5), d=st.integers(1, 6), width=st.integers(1, 7))
def test_dense_is_its_formula_for_every_shape(n, d, width):
    layer = stax.Dense(width, W_std=1.7, b_std=0.3)
    assert jax.eval_shape(lambda key: layer.init_fn(key, (n, d))[1][0], jax.random.key(0)).shape == (d, width)
    assert jax.eval_shape(lambda key: layer.init_fn(key, (n, d))[1][1], jax.random.key(0)).shape == (width,)
    # Numbers by NumPy, which compiles nothing.
    rng = np.random.default_rng(0)
    x, W, b = rng.standard_normal((n, d)), rng.standard_normal((d, width)), rng.standard_normal(width)
    expected = np.stack([1.7 / d**0.5 * (W.T @ row) + 0.3 * b for row in x])
    np.testing.assert_allclose(layer.apply_fn((W, b), x), expected, rtol=0, atol=1e-13)


def test_no_bias_has_no_bias_parameter():
    shape, (W, b) = stax.Dense(3).init_fn(jax.random.key(0), (-1, 2))
    assert shape == (-1, 3)
    assert b is None
    assert W.shape == (2, 3)


def test_parameters_are_standard_normal():
    _, (W, b) = stax.Dense(40_000, b_std=0.5).init_fn(jax.random.key(7), (-1, 1))
    for sample in (W.ravel(), b):
        m = sample.size
        assert abs(float(sample.mean())) * m**0.5 < 4
        # The variance of a standard normal sample has standard error sqrt(2/m).
        assert abs(float(sample.var()) - 1) / (2 / m) ** 0.5 < 4


def test_variance_of_the_output_carries_W_std_and_b_std():
    x = jnp.array([[1.0, -2.0, 0.5]])
    layer = stax.Dense(40_000, W_std=1.3, b_std=0.4)
    _, params = layer.init_fn(jax.random.key(2), x.shape)
    z = layer.apply_fn(params, x)[0]
    predicted = 1.3**2 / 3 * float(x[0] @ x[0]) + 0.4**2
    assert abs(float(z.var()) / predicted - 1) / (2 / z.size) ** 0.5 < 4


@pytest.mark.parametrize(("x64", "dtype"), [(True, "float64"), (False, "float32")])
def test_dtype_follows_the_flag(x64, dtype):
    with jax.enable_x64(x64):
        layer = stax.serial(stax.Dense(3, b_std=0.1), stax.Erf(), stax.Dense(1))
        _, params = layer.init_fn(jax.random.key(0), (-1, 2))
        assert layer.apply_fn(params, jnp.ones((4, 2))).dtype == dtype


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"out_dim": 0}, "at least one unit"),
        ({"out_dim": 3, "W_std": -1.0}, "W_std"),
        ({"out_dim": 3, "W_std": float("nan")}, "W_std"),
        ({"out_dim": 3, "b_std": float("inf")}, "b_std=None"),
        ({"out_dim": 3, "W_std": "a"}, "W_std='a'"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        stax.Dense(**arguments)


def test_bad_inputs_are_refused():
    layer = stax.Dense(3)
    _, params = layer.init_fn(jax.random.key(0), (-1, 2))
    with pytest.raises(ValueError, match=r"x\[None, :\]"):
        layer.apply_fn(params, jnp.ones(2))
    with pytest.raises(ValueError, match="2 features"):
        layer.apply_fn(params, jnp.ones((4, 5)))
    with pytest.raises(ValueError, match="batch, features"):
        layer.init_fn(jax.random.key(0), (2,))
    with pytest.raises(ValueError, match="at least one feature"):
        layer.init_fn(jax.random.key(0), (4, 0))
    with pytest.raises(TypeError, match=r"x\.shape or \(-1, features\), got a int"):
        layer.init_fn(jax.random.key(0), 2)


@pytest.mark.parametrize("width", ["a", 2.5, None])
def test_a_width_is_a_whole_number(width):
    with pytest.raises(TypeError, match=rf"out_dim={width!r}.*an integer"):
        stax.Dense(width)
    assert stax.Dense(np.int32(3)).init_fn(jax.random.key(0), (-1, 2))[0] == (-1, 3)


@pytest.mark.parametrize("make", [lambda: stax.Dense(3), lambda: stax.serial(stax.Dense(3))])
def test_a_seed_is_no_key(make):
    for wrong in (0, None, jnp.zeros(2), jax.random.split(jax.random.key(0), 3)):
        with pytest.raises(TypeError, match=r"init_fn: .*Pass jax\.random\.key\(0\)"):
            make().init_fn(wrong, (-1, 2))
    # The keys of the old style are keys, too.
    assert make().init_fn(jax.random.PRNGKey(0), (-1, 2))[0] == (-1, 3)
