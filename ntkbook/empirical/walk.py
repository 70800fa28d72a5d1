"""A walk through a traced network that finds where each parameter acts linearly, and sets a tap there.

The tap is a zero that is added to the result of the linear operation. The gradient with respect to the taps,
which are as wide as the layers, then stands for the gradient with respect to the parameters.

The walk knows matrix products, convolutions without groups, and sums; and that scalar factors, transposes,
broadcasts and reshapes of a parameter change nothing that matters. All else it evaluates as it stands. A
parameter that meets anything else, or acts at two places, is reported as foreign.
"""

from collections import Counter
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.extend.core import Jaxpr, Literal

from ntkbook.empirical.uses import Pending, Raw, Use, as_uses, conv_use, dot_use, scaled


class Tap(NamedTuple):
    """The value at which a tap stands, and what acts there."""

    value: jax.Array
    uses: tuple[Use, ...]


class Walk:
    """One evaluation of a jaxpr whose first arguments are the leaves of the parameters.

    Args:
      taps: what to add at each tap, in the order of the walk; None for nothing.
    After `run`: `taps_met` lists the taps, and `foreign` the leaves that were met in an unknown operation.
    """

    def __init__(self, taps: list | None = None):
        self.taps = taps
        self.taps_met: list[Tap] = []
        self.foreign: set[int] = set()

    def run(self, jaxpr: Jaxpr, consts: list, arguments: list) -> list:
        """The outputs of `jaxpr`, each a value, a `Raw` or a `Pending`."""
        consumers = Counter(var for eqn in jaxpr.eqns for var in eqn.invars if not isinstance(var, Literal))
        consumers.update(var for var in jaxpr.outvars if not isinstance(var, Literal))
        env = {}

        def read(var):
            return var.val if isinstance(var, Literal) else env[var]

        def write(var, operand):
            # With two consumers the sum ends here: each of them needs the same tapped value.
            forked = isinstance(operand, Pending) and consumers[var] > 1
            env[var] = self.settle(operand) if forked else operand

        for var, operand in zip([*jaxpr.constvars, *jaxpr.invars], [*consts, *arguments], strict=True):
            write(var, operand)
        for eqn in jaxpr.eqns:
            for var, operand in zip(eqn.outvars, self._step(eqn, [read(var) for var in eqn.invars]), strict=True):
                write(var, operand)
        return [read(var) for var in jaxpr.outvars]

    def settle(self, operand):
        """The plain value of an operand, with a tap where a sum of uses ends."""
        if isinstance(operand, Raw):
            self.foreign.add(operand.leaf)
            return operand.value
        if isinstance(operand, Pending):
            self.taps_met.append(Tap(*operand))
            return operand.value if self.taps is None else operand.value + self.taps[len(self.taps_met) - 1]
        return operand

    def _step(self, eqn, operands):
        if any(isinstance(operand, Raw | Pending) for operand in operands):
            name = eqn.primitive.name
            if name in _INLINED:
                inner = eqn.params["jaxpr"]
                return self.run(getattr(inner, "jaxpr", inner), getattr(inner, "consts", []), operands)
            rule = _RULES.get(name)
            result = rule(self, eqn, *operands) if rule else None
            if result is not None:
                return [result]
        return _evaluate(eqn, [self.settle(operand) for operand in operands])


def _evaluate(eqn, values):
    """One equation as JAX would evaluate it, custom derivatives included."""
    result = eqn.primitive.bind(*values, **eqn.primitive.get_bind_params(eqn.params))
    return result if eqn.primitive.multiple_results else [result]


def _plain(operand):
    return operand.value if isinstance(operand, Raw | Pending) else operand


def _value(eqn, *operands):
    return _evaluate(eqn, [_plain(operand) for operand in operands])[0]


def _multiply(walk, eqn, left, right):
    if isinstance(left, Raw | Pending) and isinstance(right, Raw | Pending):
        return None
    affine, factor = (left, right) if isinstance(left, Raw | Pending) else (right, left)
    if jnp.size(factor) != 1 or affine.value.shape != eqn.outvars[0].aval.shape:
        return None
    return scaled(affine, factor, _value(eqn, left, right))


def _divide(walk, eqn, left, right):
    if isinstance(right, Raw | Pending) or jnp.size(right) != 1 or left.value.shape != eqn.outvars[0].aval.shape:
        return None
    return scaled(left, 1 / jnp.asarray(right, left.value.dtype), _value(eqn, left, right))


def _negate(walk, eqn, operand):
    return scaled(operand, -1.0, _value(eqn, operand))


def _add(walk, eqn, left, right):
    return _sum(eqn, left, right, 1.0)


def _subtract(walk, eqn, left, right):
    return _sum(eqn, left, right, -1.0)


def _sum(eqn, left, right, sign):
    # Two parameters that meet before any input make a parameter, not a layer.
    if isinstance(left, Raw) and isinstance(right, Raw):
        return None
    shape = eqn.outvars[0].aval.shape
    left, right = _spread(left, shape), _spread(right, shape)
    if any(isinstance(operand, Pending) and operand.value.shape != shape for operand in (left, right)):
        return None
    return Pending(_value(eqn, left, right), as_uses(left) + as_uses(right, sign))


def _spread(operand, shape):
    """A parameter at its full size, where a sum would repeat it."""
    if not isinstance(operand, Raw) or operand.value.shape == shape:
        return operand
    added = len(shape) - operand.value.ndim
    carry = frozenset(axis + added for axis in operand.carry)
    return operand._replace(value=jnp.broadcast_to(operand.value, shape), carry=carry)


def _broadcast(walk, eqn, operand, *_):
    if not isinstance(operand, Raw):
        return None
    places = eqn.params["broadcast_dimensions"]
    return operand._replace(value=_value(eqn, operand), carry=frozenset(places[axis] for axis in operand.carry))


def _transpose(walk, eqn, operand):
    if not isinstance(operand, Raw):
        return None
    carry = frozenset(i for i, axis in enumerate(eqn.params["permutation"]) if axis in operand.carry)
    return operand._replace(value=_value(eqn, operand), carry=carry)


def _reshape(walk, eqn, operand, *_):
    if not isinstance(operand, Raw) or eqn.params.get("dimensions") is not None:
        return None
    before, after = operand.value.shape, eqn.outvars[0].aval.shape
    old, new = ([axis for axis, size in enumerate(shape) if size > 1] for shape in (before, after))
    if operand.is_whole:
        carry = frozenset(new)
    elif [before[axis] for axis in old] == [after[axis] for axis in new]:
        carry = frozenset(to for axis, to in zip(old, new, strict=True) if axis in operand.carry)
    else:
        return None
    return operand._replace(value=_value(eqn, operand), carry=carry)


def _convert(walk, eqn, operand):
    same = operand.value.dtype == eqn.outvars[0].aval.dtype
    return operand if same else None


def _dot(walk, eqn, left, right):
    (left_axes, right_axes), batch_axes = eqn.params["dimension_numbers"]
    weight_first = isinstance(left, Raw)
    weight, other, axes = (left, right, right_axes) if weight_first else (right, left, left_axes)
    if not isinstance(weight, Raw) or isinstance(other, Raw) or any(batch_axes) or not weight.is_whole:
        return None
    activation = jnp.asarray(walk.settle(other))
    value = _value(eqn, *((weight, activation) if weight_first else (activation, weight)))
    if not value.dtype == activation.dtype == weight.value.dtype:
        walk.foreign.add(weight.leaf)
        return value
    return Pending(value, (dot_use(weight, activation, value, axes, weight_first=weight_first),))


def _convolve(walk, eqn, image, weight):
    plain = eqn.params["feature_group_count"] == eqn.params["batch_group_count"] == 1
    if not plain or isinstance(image, Raw) or not isinstance(weight, Raw) or not weight.is_whole:
        return None
    image = jnp.asarray(walk.settle(image))
    value = _value(eqn, image, weight)
    if value.dtype != image.dtype:
        walk.foreign.add(weight.leaf)
        return value
    return Pending(value, (conv_use(weight, image, value, eqn.params),))


_INLINED = ("jit", "remat2")
_RULES = {
    "add": _add,
    "add_any": _add,
    "sub": _subtract,
    "mul": _multiply,
    "div": _divide,
    "neg": _negate,
    "broadcast_in_dim": _broadcast,
    "transpose": _transpose,
    "reshape": _reshape,
    "squeeze": _reshape,
    "convert_element_type": _convert,
    "dot_general": _dot,
    "conv_general_dilated": _convolve,
}
