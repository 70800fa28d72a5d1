import jax
import jax.numpy as jnp

from ntkbook import losses


def test_gradients_are_the_documented_ones():
    outputs = jax.random.normal(jax.random.key(0), (5, 2))
    targets = jax.random.normal(jax.random.key(1), (5, 2))
    assert jnp.allclose(jax.grad(losses.mse)(outputs, targets), (outputs - targets) / 5, rtol=0, atol=1e-15)
    slope = jax.grad(losses.half_sum_of_squares)(outputs, targets)
    assert jnp.allclose(slope, outputs - targets, rtol=0, atol=1e-15)


def test_logistic_is_stable_and_has_the_sigmoid_gradient():
    margins = jnp.array([-800.0, -1.0, 0.0, 2.0, 800.0])
    labels = jnp.ones(5)
    assert bool(jnp.isfinite(losses.logistic(margins, labels)))
    expected = -1 / (1 + jnp.exp(margins)) / 5
    assert jnp.allclose(jax.grad(losses.logistic)(margins, labels), expected, rtol=0, atol=1e-16)
