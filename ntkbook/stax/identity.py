"""The layer that does nothing."""

from ntkbook.stax.kernel_fn import KernelFn
from ntkbook.stax.layer import Layer, check_input_shape, one_per_arguments


@one_per_arguments
def Identity() -> Layer:
    """Layer that returns its inputs: the short branch of a residual block. It has no parameters: `()`."""

    def init_fn(key, input_shape):
        check_input_shape("Identity.init_fn", input_shape)
        return tuple(input_shape), ()

    return Layer(init_fn, lambda params, x: x, KernelFn("Identity", lambda kernel: kernel))
