from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from ntkbook import empirical, stax


def draw(shape, seed, dtype="float64"):
    """Standard normal numbers by NumPy, which compiles nothing."""
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape), dtype)


def draw_params(net, d, dtype="float64"):
    shapes = jax.eval_shape(lambda key: net.init_fn(key, (-1, d))[1], jax.random.key(0))
    leaves, structure = jax.tree.flatten(shapes)
    return jax.tree.unflatten(structure, [draw(leaf.shape, i, dtype) for i, leaf in enumerate(leaves)])


@cache
def network(k=1, d=3, width=7, activation=stax.Tanh, dtype="float64"):
    net = stax.serial(stax.Dense(width, W_std=1.5, b_std=0.2), activation(), stax.Dense(k, W_std=1.2))
    return jax.jit(net.apply_fn), draw_params(net, d, dtype)


def inputs(n, d=3, seed=25, dtype="float64"):
    # With seeds 25 and 28 no ReLU of `network` is within 0.05 of its kink, out of reach of the differences.
    return draw((n, d), seed, dtype)


def distance(a, b):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    return float(np.abs(a - b).max() / np.abs(a).max())


def fitted_order(steps, errors):
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]


@pytest.mark.parametrize(("n1", "n2", "k"), [(1, 4, 3), (3, 1, 1)])
def test_the_two_routes_agree_whatever_the_shape(n1, n2, k):
    apply_fn, params = network(k)
    x1, x2 = inputs(n1), inputs(n2, seed=28)
    by_jacobian = empirical.ntk(apply_fn, params, x1, x2, method="jacobian", trace_axes=())
    by_products = empirical.ntk(apply_fn, params, x1, x2, method="products", trace_axes=())
    assert by_jacobian.shape == (n1, n2, k, k)
    assert distance(by_jacobian, by_products) < 1e-13
    traced = empirical.ntk(apply_fn, params, x1, x2)
    assert distance(np.einsum("ijaa->ij", by_jacobian) / k, traced) < 1e-13


@pytest.mark.parametrize(("dtype", "exact", "differences"), [("float64", 1e-13, 1e-9), ("float32", 1e-5, 1e-3)])
@pytest.mark.parametrize("activation", [stax.Tanh, stax.Erf, stax.Relu])
def test_three_witnesses_agree(activation, dtype, exact, differences):
    apply_fn, params = network(2, activation=activation, dtype=dtype)
    x1, x2 = inputs(4, dtype=dtype), inputs(4, seed=28, dtype=dtype)
    kernel = empirical.ntk(apply_fn, params, x1, x2, method="jacobian", trace_axes=())
    assert kernel.dtype == dtype
    assert distance(kernel, empirical.ntk(apply_fn, params, x1, x2, method="products", trace_axes=())) < exact
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
    for trace_axes, method in (((), "jacobian"), ((-1,), "products")):
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


def test_auto_turns_to_products_when_the_jacobian_is_large(monkeypatch):
    apply_fn, params = network()
    x = inputs(4)
    kernel = empirical.ntk(apply_fn, params, x)
    monkeypatch.setattr(empirical, "_JACOBIAN_BYTES", 0)
    monkeypatch.setattr(empirical, "_jacobian_ntk", None)
    assert distance(kernel, empirical.ntk(apply_fn, params, x)) < 1e-13


def test_kernel_row_is_a_row_of_the_kernel_and_predicts_a_push():
    apply_fn, params = network(2)
    x = inputs(5)
    blocks = empirical.ntk(apply_fn, params, x, trace_axes=())
    row = empirical.ntk_row(apply_fn, params, x[3], x, output=1)
    assert distance(blocks[:, 3, :, 1], row) < 1e-13
    steps = [0.01, 0.005, 0.0025]
    errors = []
    for step in steps:
        pushed = empirical.push(apply_fn, params, x[3], step=step, output=1)
        errors.append(distance(row, (apply_fn(pushed, x) - apply_fn(params, x)) / step))
    assert abs(fitted_order(steps, errors) - 1) < 0.1


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


def test_jit_vmap_and_grad_go_through():
    apply_fn, params = network()
    x = inputs(3)
    ensemble = jax.tree.map(lambda leaf: jnp.stack([leaf, 2.0 * leaf]), params)
    for method in ("jacobian", "products"):
        kernels = jax.jit(jax.vmap(lambda p, method=method: empirical.ntk(apply_fn, p, x, method=method)))(ensemble)
        assert distance(kernels[0], empirical.ntk(apply_fn, params, x)) < 1e-13
    slope = jax.grad(lambda x1: empirical.ntk(apply_fn, params, x1, x)[0, 1])(x)
    assert bool(jnp.isfinite(slope).all())


def test_mistakes_are_refused():
    apply_fn, params = network(2)
    x = inputs(3)
    with pytest.raises(ValueError, match="method"):
        empirical.ntk(apply_fn, params, x, method="magic")
    with pytest.raises(ValueError, match="trace_axes"):
        empirical.ntk(apply_fn, params, x, trace_axes=(0,))
    with pytest.raises(ValueError, match="rows of one shape"):
        empirical.ntk(apply_fn, params, x, inputs(3, d=2))
    with pytest.raises(ValueError, match=r"\(n,\) or \(n, k\)"):
        empirical.ntk(lambda p, x: apply_fn(p, x).sum(), params, x)
    with pytest.raises(ValueError, match="step must be positive"):
        empirical.finite_difference_ntk(apply_fn, params, x, step=0.0)
    with pytest.raises(ValueError, match="one input"):
        empirical.ntk_row(apply_fn, params, x, x)
    with pytest.raises(ValueError, match="output=2"):
        empirical.ntk_row(apply_fn, params, x[0], x, output=2)
    with pytest.raises(ValueError, match=r"x1 holds one input per row.*3\.0"):
        empirical.ntk(apply_fn, params, 3.0)
    with pytest.raises(TypeError, match="x1 cannot be made an array"):
        empirical.ntk(apply_fn, params, [[1.0], [2.0, 3.0]])


# Each of these names its network `apply_fn`, and its inputs by the label that the error must carry.
CALLS = {
    "x1": lambda apply_fn, params, x: empirical.ntk(apply_fn, params, x),
    "x2": lambda apply_fn, params, x: empirical.ntk(apply_fn, params, inputs(2), x),
    "x1 ": lambda apply_fn, params, x: empirical.finite_difference_ntk(apply_fn, params, x),
    "x": lambda apply_fn, params, x: empirical.ntk_row(apply_fn, params, inputs(1)[0], x),
    "x_pushed": lambda apply_fn, params, x: empirical.push(apply_fn, params, x[1], step=0.1),
}


@pytest.mark.parametrize("label", CALLS)
def test_nan_and_infinity_are_named_and_a_layer_is_refused(label):
    call = CALLS[label]
    apply_fn, params = network(2)
    x = inputs(3)
    for bad in (jnp.nan, jnp.inf):
        with pytest.raises(ValueError, match=rf": {label.strip()} holds {bad} at index"):
            call(apply_fn, params, x.at[1, 2].set(bad))
        theta, unravel = ravel_pytree(params)
        with pytest.raises(ValueError, match=rf"params\[2\]\[0\] holds {bad} at index \(6, 1\)"):
            call(apply_fn, unravel(theta.at[-1].set(bad)), x)
    with pytest.raises(TypeError, match="got a Layer. Pass net.apply_fn"):
        call(stax.Dense(2), params, x)


def test_a_layer_is_refused_by_the_converters():
    for convert in (empirical.flatten, empirical.linearize):
        with pytest.raises(TypeError, match=r"Pass net\.apply_fn"):
            convert(stax.Dense(2), network()[1])


def test_lists_and_arrays_give_the_same():
    apply_fn, params = network(2)
    x = inputs(3)
    rows = x.tolist()
    assert jnp.array_equal(empirical.ntk(apply_fn, params, x), empirical.ntk(apply_fn, params, rows))
    row = empirical.ntk_row(apply_fn, params, x[1], x)
    assert jnp.array_equal(row, empirical.ntk_row(apply_fn, params, rows[1], rows))
    pushed = (empirical.push(apply_fn, params, one, step=0.1) for one in (x[1], rows[1]))
    assert jax.tree.all(jax.tree.map(jnp.array_equal, *pushed))


def test_numbers_are_not_looked_at_under_a_transformation():
    apply_fn, params = network()
    x = inputs(3).at[1].set(jnp.nan)
    kernel = jax.jit(lambda p, x: empirical.ntk(apply_fn, p, x))(params, x)
    assert [bool(known) for known in jnp.isfinite(jnp.diag(kernel))] == [True, False, True]
