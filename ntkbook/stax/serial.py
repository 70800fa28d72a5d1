"""Composition of layers."""

import dataclasses
from functools import partial

import jax
import jax.numpy as jnp

from ntkbook.stax.kernel_fn import KernelFn, positions_of
from ntkbook.stax.layer import Layer, check_key, check_layers, one_per_arguments


def serial(*layers: Layer) -> Layer:
    """Network that applies `layers` one after the other.

    Its parameters are the list of the layers' parameters, in order.

    Args:
      layers: at least one `Layer`; a `serial` may stand inside another. Layers that repeat, as in
        `serial(*[Dense(512), Relu()] * 10, Dense(1))`, are compiled once.
    Returns: a `Layer`: `init_fn, apply_fn, kernel_fn = serial(...)`.
    Raises: ValueError: no layer. TypeError: an argument that is no layer (often `Relu` for `Relu()`, or a
      list of layers); init_fn got no random key. ValueError: parameters whose number is not that of the layers.
    """
    check_layers("serial", layers)
    return _serial(*layers)


@one_per_arguments
def _serial(*layers):
    def init_fn(key, input_shape):
        check_key("serial.init_fn", key)
        params, keys = [], _layer_keys(key, len(layers))
        for place, layer in enumerate(layers):
            input_shape, layer_params = layer.init_fn(keys[place], input_shape)
            params.append(layer_params)
        return input_shape, params

    def apply_fn(params, x):
        if len(params) != len(layers):
            raise ValueError(
                f"serial.apply_fn: got parameters for {len(params)} layers, expected {len(layers)}: "
                "one entry per layer, () for an activation, in the order that init_fn returns."
            )
        for layer, layer_params in zip(layers, params, strict=True):
            x = layer.apply_fn(layer_params, x)
        return x

    runs = _runs(layers)

    def advance(kernel):
        for block, repeats in runs:
            kernel = _repeat(block, repeats, kernel)
        return kernel

    return Layer(init_fn, apply_fn, KernelFn("serial", advance, positions_of(layers)))


@partial(jax.jit, static_argnums=1)
def _layer_keys(key, count):
    """A key for each layer. In a loop: XLA takes a tenth of a second to compile one random hash."""
    return jax.lax.scan(lambda key, _: tuple(jax.random.split(key)), key, length=count)[1]


def _runs(layers):
    """Layers as [(block, repeats), ...]: at each place the block that covers most when it is repeated."""
    runs, start = [], 0
    while start < len(layers):
        best, repeats = 1, 1
        for size in range(1, (len(layers) - start) // 2 + 1):
            block, count = layers[start : start + size], 1
            while layers[start + count * size : start + (count + 1) * size] == block:
                count += 1
            if count > 1 and count * size > best * repeats:
                best, repeats = size, count
        runs.append((layers[start : start + best], repeats))
        start += best * repeats
    return runs


def _repeat(block, repeats, kernel):
    """The kernel behind `repeats` copies of a block: a loop, once a copy leaves the form of the state alone."""

    @jax.jit  # traced once, for its form and for the loop
    def advance(state):
        for layer in block:
            state = layer.kernel_fn(state)
        return state

    while repeats > 2 and dataclasses.is_dataclass(kernel):
        # The sources differ from layer to layer; in the loop they are left out, and behind it they are the last's.
        anonymous = kernel.replace(sources=frozenset())
        after = jax.eval_shape(advance, anonymous)
        if not dataclasses.is_dataclass(after):
            break
        sources, after = after.sources, after.replace(sources=frozenset())
        if _form(after) == _form(anonymous):
            looped, _ = jax.lax.scan(
                lambda state, _: (advance(state).replace(sources=frozenset()), None), anonymous, None, length=repeats
            )
            return looped.replace(sources=sources)
        kernel, repeats = advance(kernel), repeats - 1
    for _ in range(repeats):
        kernel = advance(kernel)
    return kernel


def _form(state):
    return jax.tree.structure(state), [(jnp.shape(leaf), jnp.result_type(leaf)) for leaf in jax.tree.leaves(state)]
