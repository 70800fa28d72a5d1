"""Composition of layers."""

import jax

from ntkbook.stax.layer import Layer


def serial(*layers: Layer) -> Layer:
    """Network that applies `layers` one after the other.

    Its parameters are the list of the layers' parameters, in order.

    Args:
      layers: at least one `Layer`; a `serial` may stand inside another.
    Returns: a `Layer`.
    Raises: ValueError: no layer. TypeError: an argument that is no layer (often `Relu` for `Relu()`).
      ValueError: parameters whose number is not that of the layers.
    """
    if not layers:
        raise ValueError("serial(): expected at least one layer, for example serial(Dense(1)).")
    for position, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            hint = f" Write {layer.__name__}(...)." if callable(layer) and hasattr(layer, "__name__") else ""
            raise TypeError(f"serial: argument {position} is {layer!r}, expected a Layer.{hint}")

    def init_fn(key, input_shape):
        params = []
        for layer in layers:
            key, layer_key = jax.random.split(key)
            input_shape, layer_params = layer.init_fn(layer_key, input_shape)
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

    return Layer(init_fn, apply_fn)
