"""The structured route against the Jacobian, on networks that it knows, knows in part, and does not know."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntkbook import stax
from ntkbook.empirical import ntk, routes
from ntkbook.empirical.features import Traced
from tests.empirical.networks import distance, draw, draw_params, inputs, network

IMAGES = ("NHWC", "HWIO", "NHWC")


def conv(x, W, strides=(1, 1), padding="SAME", layout=IMAGES, **options):
    return jax.lax.conv_general_dilated(x, W, strides, padding, dimension_numbers=layout, **options)


def convolutional(params, x):
    (W1, b1), (W2, b2), (W3, b3) = params
    a = jnp.tanh(0.3 * conv(x, W1, (2, 1), [(1, 2), (0, 1)], rhs_dilation=(1, 2)) + 0.1 * b1)
    a = jnp.tanh(conv(a, W2, padding="VALID") / 3.0 + b2[None, None, None, :])
    return a.reshape(a.shape[0], -1) @ W3 + b3[None, :]


def sequence(params, x):
    """One dimension, channels before space, and a transposed convolution."""
    (W1, W2, w), layout = params, ("NCH", "OIH", "NCH")
    a = jnp.sin(conv(x, W1, (1,), layout=layout))
    return jnp.tanh(conv(a, W2, (1,), ((2, 2),), lhs_dilation=(2,), layout=layout)).mean(2) @ w


def weight_used_twice(params, x):
    W, V, b = params
    h = jnp.tanh(x @ W + b[None, :])
    return jnp.tanh(h + h @ W) @ V


def row_by_row(params, x):
    """Columns on paper: the weights stand on the left."""
    W, V, b = params
    return jax.vmap(lambda row: -(V @ jnp.tanh(W @ row - b)) / 3.0)(x)


def tokens(params, x):
    """Attention over positions: products between activations, layer norm, a learned temperature."""
    query, key, value, gain, temperature = params
    heads = [jnp.einsum("ntd,dhe->nthe", x, W) for W in (query, key, value)]
    weights = jax.nn.softmax(temperature * jnp.einsum("nthe,nshe->nhts", *heads[:2]))
    mixed = jnp.einsum("nhts,nshe->nthe", weights, heads[2])
    return (mixed * gain[None, None]).sum((1, 2))


def forked(params, x):
    """One pre-activation with two readers, and a bias for every one of its readers."""
    W, b, V, unused = params
    z = x @ W + b[None, :]
    return (jnp.tanh(z) * z + 2.0 * z) @ (0.5 * V.T)


@jax.custom_jvp
def clipped_gradient(W, x):
    return x @ W


clipped_gradient.defjvp(lambda primals, tangents: (primals[1] @ primals[0], 0.5 * primals[1] @ tangents[0]))


def declared(params, x):
    """A product with a derivative of its own, a recomputed layer, a loop, a sum of two weights, a bare parameter."""
    W, U, V, A, B, shift = params
    h = jax.checkpoint(lambda U, h: jnp.tanh(h @ U))(U, clipped_gradient(W, x))
    h, _ = jax.lax.scan(lambda h, _: (jnp.tanh(h @ V), None), h, length=2)
    return h @ (A + B) + shift


def shapes(*sizes):
    return [draw(size, seed) for seed, size in enumerate(sizes)]


BY_HAND = {
    "convolutional": (
        convolutional,
        [shapes((3, 2, 2, 4), (4,)), shapes((2, 2, 4, 3), (3,)), shapes((45, 2), (2,))],
        (6, 7, 2),
        (),
    ),
    "sequence": (sequence, shapes((4, 2, 3), (3, 4, 3), (3, 2)), (2, 5), ()),
    "weight used twice": (weight_used_twice, shapes((4, 4), (4, 2), (4,)), (4,), (0,)),
    "row by row": (row_by_row, shapes((5, 3), (2, 5), (5,)), (3,), ()),
    "tokens": (tokens, shapes((3, 2, 4), (3, 2, 4), (3, 2, 4), (2, 4), ()), (5, 3), (3, 4)),
    "forked": (forked, shapes((3, 6), (6,), (2, 6), (4,)), (3,), ()),
    "declared": (declared, shapes((3, 4), (4, 4), (4, 4), (4, 2), (4, 2), ()), (3,), (0, 2, 3, 4)),
}


@pytest.fixture(autouse=True)
def _as_a_reader_would_write():
    with jax.numpy_rank_promotion("allow"):
        yield


def traced(apply_fn, params, row_shape):
    return Traced(apply_fn, params, jax.ShapeDtypeStruct(row_shape, "float64"))


@pytest.mark.parametrize("name", BY_HAND)
def test_networks_by_hand(name):
    apply_fn, params, row_shape, loose = BY_HAND[name]
    assert traced(apply_fn, params, row_shape).loose == loose
    x1, x2 = draw((3, *row_shape), 7), draw((2, *row_shape), 8)
    exact = ntk(apply_fn, params, x1, x2, method="jacobian", trace_axes=())
    assert distance(exact, ntk(apply_fn, params, x1, x2, method="structured", trace_axes=())) < 1e-13
    mean = np.einsum("ijaa->ij", exact) / exact.shape[2]
    assert distance(mean, ntk(apply_fn, params, x1, x2)) < 1e-13


@pytest.mark.parametrize("name", ["weight used twice", "declared"])
def test_large_parameters_of_unknown_use_take_products(name, monkeypatch):
    monkeypatch.setattr(routes, "MEMORY", 0)
    apply_fn, params, row_shape, loose = BY_HAND[name]
    x = draw((3, *row_shape), 7)
    chosen = routes.choose_routes(apply_fn, params, x, 3, "structured", traced=True)
    assert [route.halves for route in chosen] == [True, False]
    # A new function object, so that nothing compiled before is used.
    structured = ntk(partial(apply_fn), params, x, method="structured")
    assert distance(ntk(apply_fn, params, x, method="jacobian"), structured) < 1e-13


@settings(max_examples=4)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 5), st.integers(1, 4), st.booleans())
def test_any_shape(n1, n2, k, width, d, has_bias):
    apply_fn, params = network(k, d, width, last_bias=0.3 if has_bias else None)
    x1, x2 = inputs(n1, d), inputs(n2, d, seed=28)
    exact = ntk(apply_fn, params, x1, x2, method="jacobian", trace_axes=())
    assert distance(exact, ntk(apply_fn, params, x1, x2, method="structured", trace_axes=())) < 1e-13


def test_every_parameter_of_our_own_layers_has_a_tap():
    for activation in (stax.Relu, stax.Tanh, stax.Erf):
        for bias in (None, 0.0, 0.3):
            apply_fn, params = network(3, activation=activation, last_bias=bias)
            assert traced(apply_fn, params, (3,)).loose == ()


def test_auto_never_holds_the_jacobian():
    net = stax.serial(stax.Dense(96, b_std=0.1), stax.Relu(), stax.Dense(96, b_std=0.1), stax.Relu(), stax.Dense(3))
    params, x = draw_params(net, 64), inputs(8, 64)
    jacobian_bytes = 8 * 8 * 3 * sum(leaf.size for leaf in jax.tree.leaves(params))

    def scratch_bytes(method):
        run = jax.jit(lambda params, x: ntk(net.apply_fn, params, x, method=method))
        return run.lower(params, x).compile().memory_analysis().temp_size_in_bytes

    assert scratch_bytes("auto") < jacobian_bytes / 10
    # Meta-test: the measure sees a Jacobian where there is one.
    assert scratch_bytes("jacobian") >= jacobian_bytes


def test_gradient_through_the_kernel_is_that_of_the_jacobian_route():
    apply_fn, params = network(2)
    x1, x2 = inputs(3), inputs(2, seed=28)

    def total(method):
        return jax.grad(lambda params, x1: jnp.sum(ntk(apply_fn, params, x1, x2, method=method) ** 2), (0, 1))

    for one, other in zip(*(jax.tree.leaves(total(m)(params, x1)) for m in ("structured", "jacobian")), strict=True):
        assert distance(one, other) < 1e-12


def test_a_network_without_layers_takes_the_jacobian_and_then_products(monkeypatch):
    def bare(params, x):
        return jnp.sin(params[None, :] * x)

    params, x = draw((3,), 1), inputs(4)
    exact = ntk(bare, params, x, method="jacobian")
    for memory, halves in ((2**28, True), (0, False)):
        monkeypatch.setattr(routes, "MEMORY", memory)
        (route,) = routes.choose_routes(bare, params, x, 4, "auto", traced=True)
        assert route.halves == halves
        assert distance(exact, ntk(partial(bare), params, x)) < 1e-13


def test_a_network_without_parameters_has_no_kernel():
    assert not ntk(lambda params, x: jnp.sin(x), [], inputs(4), trace_axes=()).any()
    assert ntk(lambda params, x: jnp.sin(x), [], inputs(4), inputs(2)).shape == (4, 2)
