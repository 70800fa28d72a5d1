import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ntkbook import empirical, stax
from tests.empirical.networks import distance, draw_params, inputs, network


@pytest.mark.parametrize(("n1", "n2", "k"), [(1, 4, 3), (3, 1, 1)])
def test_jacobian_and_products_agree_whatever_the_shape(n1, n2, k):
    apply_fn, params = network(k)
    x1, x2 = inputs(n1), inputs(n2, seed=28)
    by_jacobian = empirical.ntk(apply_fn, params, x1, x2, method="jacobian", trace_axes=())
    by_products = empirical.ntk(apply_fn, params, x1, x2, method="products", trace_axes=())
    assert by_jacobian.shape == (n1, n2, k, k)
    assert distance(by_jacobian, by_products) < 1e-13
    traced = empirical.ntk(apply_fn, params, x1, x2)
    assert distance(np.einsum("ijaa->ij", by_jacobian) / k, traced) < 1e-13


def test_single_neuron_in_closed_form():
    # f = tanh(w.x): the 1/sqrt(fan-in) is undone by W_std.
    net = stax.serial(stax.Dense(1, W_std=3**0.5), stax.Tanh())
    params = draw_params(net, 3)
    w, x = params[0][0][:, 0], inputs(5)
    slope = 1 - jnp.tanh(x @ w) ** 2
    assert distance(empirical.ntk(net.apply_fn, params, x), slope[:, None] * slope[None, :] * (x @ x.T)) < 1e-14


def test_scalar_outputs_need_no_output_axis():
    apply_fn, params = network()
    x = inputs(4)
    kernel = empirical.ntk(apply_fn, params, x)
    for trace_axes, method in (((), "jacobian"), ((-1,), "products"), ((), "structured")):
        scalar = empirical.ntk(lambda p, x: apply_fn(p, x)[:, 0], params, x, method=method, trace_axes=trace_axes)
        assert scalar.shape == (4, 4)
        assert distance(kernel, scalar) < 1e-13


def test_kernel_is_symmetric_and_positive_semidefinite():
    apply_fn, params = network(2)
    x = inputs(6)
    blocks = empirical.ntk(apply_fn, params, x, trace_axes=())
    gram = np.asarray(blocks).transpose(0, 2, 1, 3).reshape(12, 12)
    assert distance(gram, gram.T) < 1e-14
    assert np.linalg.eigvalsh(gram)[0] > -1e-13 * np.trace(gram)


def test_jit_vmap_and_grad_go_through():
    apply_fn, params = network()
    x = inputs(3)
    ensemble = jax.tree.map(lambda leaf: jnp.stack([leaf, 2.0 * leaf]), params)
    for method in ("structured", "jacobian", "products"):
        kernels = jax.jit(jax.vmap(lambda p, method=method: empirical.ntk(apply_fn, p, x, method=method)))(ensemble)
        assert distance(kernels[0], empirical.ntk(apply_fn, params, x)) < 1e-13
    slope = jax.grad(lambda x1: empirical.ntk(apply_fn, params, x1, x)[0, 1])(x)
    assert bool(jnp.isfinite(slope).all())
