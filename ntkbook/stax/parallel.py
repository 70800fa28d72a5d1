"""Layers side by side."""

import jax

from ntkbook.stax.kernel_fn import KernelFn, positions_of
from ntkbook.stax.layer import Layer, check_key, check_layers, one_per_arguments


def parallel(*layers: Layer) -> Layer:
    """Applies each of `layers` to its own entry of a list, as it comes from a `FanOut`.

    Its parameters are the list of the layers' parameters, in order.

    Raises: ValueError: a list of another length than the number of layers. TypeError: an argument that is no layer.
    """
    check_layers("parallel", layers)
    return _parallel(*layers)


@one_per_arguments
def _parallel(*layers):
    def pairs(function, xs):
        if not isinstance(xs, list | tuple) or len(xs) != len(layers):
            raise ValueError(
                f"parallel.{function}: expected a list of {len(layers)} branches. Put FanOut({len(layers)}) before it."
            )
        return list(zip(layers, xs, strict=True))

    def init_fn(key, input_shapes):
        check_key("parallel.init_fn", key)
        keys = jax.random.split(key, len(layers))
        made = [
            layer.init_fn(layer_key, shape)
            for layer_key, (layer, shape) in zip(keys, pairs("init_fn", input_shapes), strict=True)
        ]
        return [shape for shape, _ in made], [params for _, params in made]

    def apply_fn(params, xs):
        branches = pairs("apply_fn", xs)
        return [layer.apply_fn(layer_params, x) for layer_params, (layer, x) in zip(params, branches, strict=True)]

    def advance(kernels):
        return [layer.kernel_fn(kernel) for layer, kernel in pairs("kernel_fn", kernels)]

    return Layer(init_fn, apply_fn, KernelFn("parallel", advance, positions_of(layers)))
