import jax
import jax.numpy as jnp
import pytest
from jax.flatten_util import ravel_pytree

from ntkbook import empirical, stax
from tests.empirical.networks import distance, draw, fitted_order, inputs, network


def test_linearization_is_tangent_and_affine():
    apply_fn, params = network(2)
    x = inputs(4)
    f_lin = empirical.linearize(apply_fn, params)
    assert jnp.array_equal(f_lin(params, x), apply_fn(params, x))
    direction = jax.tree.map(lambda leaf: draw(leaf.shape, 5), params)
    far = jax.tree.map(lambda leaf, change: leaf + 3.0 * change, params, direction)
    kernel = empirical.ntk(apply_fn, params, x, trace_axes=())
    assert distance(kernel, empirical.ntk(f_lin, far, x, trace_axes=())) < 1e-13
    # The gap closes with the square of the distance.
    sizes = [0.04, 0.02, 0.01]
    gaps = []
    for size in sizes:
        near = jax.tree.map(lambda leaf, change, size=size: leaf + size * change, params, direction)
        gaps.append(distance(apply_fn(near, x), f_lin(near, x)))
    assert abs(fitted_order(sizes, gaps) - 2) < 0.1


def test_flatten_is_the_same_function():
    apply_fn, params = network(2)
    x = inputs(4)
    flat_apply_fn, theta = empirical.flatten(apply_fn, params)
    assert theta.shape == ravel_pytree(params)[0].shape
    assert jnp.array_equal(flat_apply_fn(theta, x), apply_fn(params, x))


def test_a_layer_is_refused_by_the_converters():
    for convert in (empirical.flatten, empirical.linearize):
        with pytest.raises(TypeError, match=r"Pass net\.apply_fn"):
            convert(stax.Dense(2), network()[1])


def test_degree_one_is_the_linearization_and_degree_zero_the_network():
    apply_fn, params = network(2)
    x = inputs(4)
    far = jax.tree.map(lambda leaf: leaf + 1.5, params)
    constant, line = (empirical.taylor_expand(apply_fn, params, degree)(far, x) for degree in (0, 1))
    assert jnp.array_equal(constant, apply_fn(params, x))
    assert distance(line, empirical.linearize(apply_fn, params)(far, x)) < 1e-15


def test_a_polynomial_is_its_own_expansion():
    def cubic(params, x):
        return (x @ params) ** 3

    params, far, x = draw((3,), 1), draw((3,), 2), inputs(4)
    assert distance(cubic(far, x), empirical.taylor_expand(cubic, params, 3)(far, x)) < 1e-13
    assert distance(cubic(far, x), empirical.taylor_expand(cubic, params, 4)(far, x)) < 1e-13
    assert distance(cubic(far, x), empirical.taylor_expand(cubic, params, 2)(far, x)) > 1e-2


@pytest.mark.parametrize("degree", [0, 2, 3])
def test_the_rest_has_the_next_order(degree):
    apply_fn, params = network(2)
    x = inputs(3)
    f_taylor = jax.jit(empirical.taylor_expand(apply_fn, params, degree))
    sizes, gaps = [0.008, 0.004, 0.002], []
    for size in sizes:
        near = jax.tree.map(lambda leaf, size=size: leaf + size * draw(leaf.shape, 5), params)
        gaps.append(distance(apply_fn(near, x), f_taylor(near, x)))
    assert abs(fitted_order(sizes, gaps) - degree - 1) < 0.25


def test_bad_degrees_are_refused():
    apply_fn, params = network()
    with pytest.raises(ValueError, match="at least 0, got -1"):
        empirical.taylor_expand(apply_fn, params, -1)
    with pytest.raises(TypeError, match="whole number, got 1.5"):
        empirical.taylor_expand(apply_fn, params, 1.5)
