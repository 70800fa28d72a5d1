import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import empirical, stax
from tests.empirical.networks import inputs, network


def dense_norms(apply_fn, params, x, output=0):
    """Norms of the Hessians themselves."""
    flat_apply_fn, theta = empirical.flatten(apply_fn, params)
    hessians = jax.vmap(lambda row: jax.hessian(lambda p: flat_apply_fn(p, row[None])[0, output])(theta))(x)
    return np.linalg.norm(np.asarray(hessians), 2, axis=(1, 2))


@pytest.mark.parametrize("output", [0, 1])
def test_the_norm_is_that_of_the_dense_hessian(output):
    apply_fn, params = network(k=2)
    x = inputs(3)
    found = empirical.hessian_norm(apply_fn, params, x, output=output)
    np.testing.assert_allclose(found, dense_norms(apply_fn, params, x, output), rtol=1e-9)


def unit_blocks(params, x, phi_slope, phi_bend):
    """Norms of the Hessians of the units of a network with one hidden layer and no biases, in closed form."""
    (W, _), _, (a, _) = params
    z = (x @ W / W.shape[0] ** 0.5)[0]
    length = jnp.linalg.norm(x) / W.shape[0] ** 0.5
    b, c = phi_slope(z) * length, jnp.abs(a[:, 0] * phi_bend(z)) * length**2
    return (c + jnp.sqrt(c**2 + 4 * b**2)) / 2 / W.shape[1] ** 0.5


def one_hidden(activation, width):
    net = stax.serial(stax.Dense(width), activation(), stax.Dense(1))
    return net.apply_fn, net.init_fn(jax.random.key(width), (-1, 3))[1]


def test_with_one_hidden_layer_it_is_the_largest_block():
    apply_fn, params = one_hidden(stax.Tanh, 500)
    x = inputs(1)
    blocks = unit_blocks(params, x, lambda z: 1 - jnp.tanh(z) ** 2, lambda z: -2 * jnp.tanh(z) * (1 - jnp.tanh(z) ** 2))
    found = empirical.hessian_norm(apply_fn, params, x)[0]
    assert (1 - 1e-3) * blocks.max() < found < (1 + 1e-12) * blocks.max()


def test_relu_is_flat_but_for_the_products_of_weights():
    apply_fn, params = one_hidden(stax.Relu, 50)
    x = inputs(2)
    predicted = jnp.linalg.norm(x, axis=1) / 3**0.5 / 50**0.5
    np.testing.assert_allclose(empirical.hessian_norm(apply_fn, params, x), predicted, rtol=1e-12)


def test_more_products_never_lower_it():
    apply_fn, params = one_hidden(stax.Tanh, 20)
    x = inputs(1)
    found = [float(empirical.hessian_norm(apply_fn, params, x, iterations=k)[0]) for k in (1, 8)]
    assert found[0] < found[1] <= dense_norms(apply_fn, params, x)[0] * (1 + 1e-12)


def test_a_model_that_is_linear_in_its_parameters_has_no_hessian():
    found = empirical.hessian_norm(lambda params, x: x @ params, jnp.ones(3), inputs(2))
    np.testing.assert_allclose(found, 0, atol=1e-15)


def test_arguments_are_checked():
    apply_fn, params = network()
    x = inputs(2)
    with pytest.raises(ValueError, match="at least 1"):
        empirical.hessian_norm(apply_fn, params, x, iterations=0)
    with pytest.raises(TypeError, match="whole number"):
        empirical.hessian_norm(apply_fn, params, x, iterations=1.5)
    with pytest.raises(ValueError, match="outputs 0 to 0"):
        empirical.hessian_norm(apply_fn, params, x, output=1)
