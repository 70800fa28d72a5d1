import math

import jax
import jax.numpy as jnp
import pytest

from ntkbook import stax


@pytest.mark.parametrize(
    ("layer", "phi"), [(stax.Tanh, math.tanh), (stax.Erf, math.erf), (stax.Relu, lambda z: max(z, 0.0))]
)
def test_activation_is_the_mathematical_function(layer, phi):
    z = jnp.linspace(-4.0, 4.0, 33).reshape(11, 3)
    shape, params = layer().init_fn(jax.random.key(0), z.shape)
    assert shape == z.shape
    assert params == ()
    expected = jnp.array([[phi(float(entry)) for entry in row] for row in z])
    assert jnp.allclose(layer().apply_fn(params, z), expected, rtol=0, atol=1e-15)


def test_relu_has_derivative_zero_at_the_kink():
    slope = jax.grad(lambda z: stax.Relu().apply_fn((), z[None, None])[0, 0])
    assert [float(slope(jnp.array(z))) for z in (-1.0, 0.0, 1.0)] == [0.0, 0.0, 1.0]


def test_wrong_rank_is_refused():
    with pytest.raises(ValueError, match="Tanh"):
        stax.Tanh().apply_fn((), jnp.ones(3))
