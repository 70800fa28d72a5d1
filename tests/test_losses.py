import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import losses


def test_gradients_are_the_documented_ones():
    outputs, targets = jnp.asarray(np.random.default_rng(0).standard_normal((2, 5, 2)))
    assert jnp.allclose(jax.grad(losses.mse)(outputs, targets), (outputs - targets) / 5, rtol=0, atol=1e-15)
    slope = jax.grad(losses.half_sum_of_squares)(outputs, targets)
    assert jnp.allclose(slope, outputs - targets, rtol=0, atol=1e-15)


def test_logistic_is_stable_and_has_the_sigmoid_gradient():
    margins = jnp.array([-800.0, -1.0, 0.0, 2.0, 800.0])
    labels = jnp.ones(5)
    assert bool(jnp.isfinite(losses.logistic(margins, labels)))
    expected = -1 / (1 + jnp.exp(margins)) / 5
    assert jnp.allclose(jax.grad(losses.logistic)(margins, labels), expected, rtol=0, atol=1e-16)


def test_logistic_refuses_labels_that_are_not_signs():
    outputs = jnp.zeros((3, 1))
    with pytest.raises(ValueError, match=r"got 0\.0 at index \(1, 0\)\. Map labels 0/1 by 2\*y - 1"):
        losses.logistic(outputs, jnp.array([[1.0], [0.0], [1.0]]))
    with pytest.raises(ValueError, match="nan"):
        losses.logistic(outputs, jnp.array([[1.0], [jnp.nan], [1.0]]))
    # Under jit labels are not known.
    assert float(jax.jit(losses.logistic)(outputs, jnp.zeros((3, 1)))) == pytest.approx(np.log(2))
