"""Composition of layers."""

import jax

from ntkbook.stax.layer import Layer, check_key


def serial(*layers: Layer) -> Layer:
    """Network that applies `layers` one after the other.

    Its parameters are the list of the layers' parameters, in order.

    Args:
      layers: at least one `Layer`; a `serial` may stand inside another.
    Returns: a `Layer`.
    Raises: ValueError: no layer. TypeError: an argument that is no layer (often `Relu` for `Relu()`, or a
      list of layers); init_fn got no random key. ValueError: parameters whose number is not that of the layers.
    """
    if not layers:
        raise ValueError("serial(): expected at least one layer, for example serial(Dense(1)).")
    for position, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            got = f"a {type(layer).__name__}" if isinstance(layer, list | tuple) else repr(layer)
            raise TypeError(f"serial: argument {position} is {got}, expected a Layer.{_hint(layer)}")

    def init_fn(key, input_shape):
        check_key("serial.init_fn", key)
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


def _hint(argument):
    if isinstance(argument, list | tuple):
        return " Pass the layers one by one: serial(*layers), not serial(layers)."
    return f" Write {argument.__name__}(...)." if callable(argument) and hasattr(argument, "__name__") else ""
