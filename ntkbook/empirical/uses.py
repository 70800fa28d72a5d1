"""How one parameter enters one linear operation: the records that a walk through a network keeps.

Wherever a parameter W acts linearly, z = L(W) + rest, its gradient is a sum of outer products over the
positions t at which it acts (one for a dense layer, every pixel for a convolution):

  ∂f_a/∂W = Σ_t features_t ⊗ ∂f_a/∂z_t

So the kernel needs two thin arrays and never the gradient itself.
"""

import math
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax


class Raw(NamedTuple):
    """A parameter on its way to its use, `scale` times a view of the leaf.

    Fields:
      value: what it is.
      leaf: which leaf of the parameters.
      carry: the axes of `value`, longer than 1, on which the entries of the leaf lie, each once; along all other
        axes the value repeats.
      scale: scalar factor, already in `value`.
    """

    value: Array
    leaf: int
    carry: frozenset[int]
    scale: Array | float

    @property
    def is_whole(self) -> bool:
        """Whether no entry of the leaf is repeated."""
        return math.prod(self.value.shape[axis] for axis in self.carry) == self.value.size


class Use(NamedTuple):
    """One leaf in one linear operation with result z.

    Fields:
      leaf: which leaf of the parameters.
      features: shape (T, D); positions t are the axes of z outside `channel`, in order.
      channel: the axes of z on which the outer product's second factor lies.
    """

    leaf: int
    features: Array
    channel: frozenset[int]


class Pending(NamedTuple):
    """A value that is affine in the parameters named in `uses`, so far."""

    value: Array
    uses: tuple[Use, ...]


def as_uses(operand: Raw | Pending | Array, sign: float = 1.0) -> tuple[Use, ...]:
    """The uses that an operand of a sum brings: a bias stands at every position with the feature 1."""
    if isinstance(operand, Pending):
        return tuple(_scaled(use, sign) for use in operand.uses) if sign != 1.0 else operand.uses
    if not isinstance(operand, Raw):
        return ()
    width = math.prod(operand.value.shape[axis] for axis in operand.carry)
    ones = jnp.ones((operand.value.size // max(width, 1), 1), operand.value.dtype)
    return (Use(operand.leaf, ones * jnp.asarray(sign * operand.scale, ones.dtype), operand.carry),)


def scaled(operand: Raw | Pending, factor: Array, value: Array) -> Raw | Pending:
    """The operand times a scalar; `value` is that product."""
    factor = jnp.asarray(factor, value.dtype).reshape(())
    if isinstance(operand, Raw):
        return operand._replace(value=value, scale=operand.scale * factor)
    return Pending(value, tuple(_scaled(use, factor) for use in operand.uses))


def _scaled(use, factor):
    return use._replace(features=use.features * jnp.asarray(factor, use.features.dtype))


def dot_use(weight: Raw, activation: Array, value: Array, contracted: tuple[int, ...], *, weight_first: bool) -> Use:
    """The use of a matrix that is contracted with `activation` over the axes `contracted` of the latter."""
    free = [axis for axis in range(activation.ndim) if axis not in contracted]
    size = math.prod(activation.shape[axis] for axis in contracted)
    features = activation.transpose(*free, *contracted).reshape(-1, size)  # (T, D)
    outputs = range(value.ndim - len(free)) if weight_first else range(len(free), value.ndim)
    return _scaled(Use(weight.leaf, features, _long(value, outputs)), weight.scale)


def conv_use(weight: Raw, image: Array, value: Array, params: dict) -> Use:
    """The use of a convolution's filter; `params` are those of `conv_general_dilated`."""
    lhs_spec, rhs_spec, out_spec = params["dimension_numbers"]
    window = [weight.value.shape[axis] for axis in rhs_spec[2:]]
    image = image.transpose(lhs_spec)  # (batch, channels, space...)
    sides = [(0, 0, 0), (0, 0, 0)]
    for (low, high), dilation in zip(params["padding"], params["lhs_dilation"], strict=True):
        sides.append((low, high, dilation - 1))
    image = lax.pad(image, jnp.zeros((), image.dtype), sides)
    space = [value.shape[axis] for axis in out_spec[2:]]
    patches = [_shifted(image, offset, space, params) for offset in np.ndindex(*window)]
    stacked = jnp.stack(patches, axis=1)  # (batch, offsets, channels, space...)
    size = math.prod(stacked.shape[1:3])
    features = stacked.reshape(stacked.shape[0], size, *space)
    # Positions in the order in which the output holds them.
    source = {out_spec[0]: 0, **{axis: 2 + i for i, axis in enumerate(out_spec[2:])}}
    features = features.transpose(*(source[axis] for axis in sorted(source)), 1).reshape(-1, size)  # (T, D)
    return _scaled(Use(weight.leaf, features, _long(value, [out_spec[1]])), weight.scale)


def _shifted(image, offset, space, params):
    """What a convolution sees at all its positions through one place of its window."""
    start = [place * dilation for place, dilation in zip(offset, params["rhs_dilation"], strict=True)]
    strides = params["window_strides"]
    stop = [first + (count - 1) * step + 1 for first, count, step in zip(start, space, strides, strict=True)]
    return lax.slice(image, (0, 0, *start), (*image.shape[:2], *stop), (1, 1, *strides))


def _long(value, axes):
    return frozenset(axis for axis in axes if value.shape[axis] > 1)
