import jax
import jax.numpy as jnp
import pytest

from ntkbook import empirical, stax
from tests.empirical.networks import distance, fitted_order, inputs, network


@pytest.mark.parametrize(
    ("activation", "dtype", "exact", "differences"),
    [
        (stax.Tanh, "float64", 1e-13, 1e-9),
        (stax.Relu, "float64", 1e-13, 1e-9),
        (stax.Erf, "float64", 1e-13, 1e-9),
        (stax.Erf, "float32", 1e-5, 1e-3),
    ],
)
def test_four_witnesses_agree(activation, dtype, exact, differences):
    apply_fn, params = network(2, activation=activation, dtype=dtype)
    x1, x2 = inputs(4, dtype=dtype), inputs(4, seed=28, dtype=dtype)
    kernel = empirical.ntk(apply_fn, params, x1, x2, method="jacobian", trace_axes=())
    assert kernel.dtype == dtype
    for method in ("structured", "products"):
        assert distance(kernel, empirical.ntk(apply_fn, params, x1, x2, method=method, trace_axes=())) < exact
    assert distance(kernel, empirical.finite_difference_ntk(apply_fn, params, x1, x2, trace_axes=())) < differences


def test_finite_differences_see_a_wrong_derivative_that_fools_autodiff():
    # Meta-test: an activation with a declared derivative 10% too large. Both exact routes believe it.
    @jax.custom_jvp
    def false_tanh(z):
        return jnp.tanh(z)

    false_tanh.defjvp(lambda primals, tangents: (jnp.tanh(*primals), 1.1 * (1 - jnp.tanh(*primals) ** 2) * tangents[0]))
    true_fn, params = network()

    def false_fn(params, x):
        hidden = false_tanh(1.5 / 3**0.5 * x @ params[0][0] + 0.2 * params[0][1][None, :])
        return 1.2 / 7**0.5 * hidden @ params[2][0]

    x = inputs(4)
    assert jnp.allclose(false_fn(params, x), true_fn(params, x), rtol=0, atol=1e-14)
    kernel = empirical.ntk(false_fn, params, x, method="jacobian")
    assert distance(kernel, empirical.ntk(false_fn, params, x, method="products")) < 1e-13
    assert distance(kernel, empirical.finite_difference_ntk(false_fn, params, x)) > 1e-2
    assert distance(empirical.ntk(true_fn, params, x), empirical.finite_difference_ntk(false_fn, params, x)) < 1e-9


def test_finite_differences_have_order_two():
    apply_fn, params = network()
    x = inputs(3)
    exact = empirical.ntk(apply_fn, params, x)
    steps = [0.04, 0.02, 0.01]
    errors = [distance(exact, empirical.finite_difference_ntk(apply_fn, params, x, step=h)) for h in steps]
    assert abs(fitted_order(steps, errors) - 2) < 0.05
