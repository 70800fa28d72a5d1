"""What the structured route keeps of each row: thin factors of the gradient, in place of the gradient.

For a tap at z with positions t and channels c, at one row and output a,

  features (T, D)   what the parameters at this tap are multiplied with
  slopes (T, W)     ∂f_a/∂z

and the gradient with respect to these parameters is Σ_t features_t ⊗ slopes_t, of D W numbers.
"""

import math
from collections import Counter
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

from ntkbook.empirical.uses import Raw
from ntkbook.empirical.walk import Walk


class Factors(NamedTuple):
    """The gradient of all outputs with respect to the parameters at one tap, as a sum of outer products.

    Fields: with a leading axis of n once there are n rows.
    """

    features: Float[Array, "n T D"]
    slopes: Float[Array, "n k T W"]


class RowFeatures(NamedTuple):
    """All that the kernel needs of a batch of rows.

    Fields:
      factors: one for each tap and each layout of channels at it.
      direct: gradients with respect to the parameters without a tap, one (n, k, size) for each leaf.
    """

    factors: tuple[Factors, ...]
    direct: tuple[Float[Array, "n k size"], ...]


class Traced:
    """A network traced at one row, and what the walk found in it.

    Attributes:
      tapped: the leaves whose gradient is kept as factors.
      loose: the other leaves that matter, in order.
      outputs: k.
      tap_shapes: shape and dtype of each tap.
    """

    def __init__(self, apply_fn, params, row: jax.ShapeDtypeStruct):
        leaves, structure = jax.tree.flatten(params)

        def of_row(leaves, row):
            return apply_fn(jax.tree.unflatten(structure, leaves), row[None]).reshape(-1)

        self._closed = jax.make_jaxpr(of_row)(leaves, row)
        self.outputs = self._closed.out_avals[0].size
        everything = range(len(leaves))
        uses, foreign, _ = self._survey(leaves, row, everything)
        counts = Counter(uses)
        self.tapped = frozenset(leaf for leaf in counts if counts[leaf] == 1 and leaf not in foreign)
        self.loose = tuple(leaf for leaf in everything if leaf in foreign or counts[leaf] > 1)
        _, _, self.tap_shapes = self._survey(leaves, row, self.tapped)

    def _survey(self, leaves, row, tapped):
        walk = Walk()
        jax.eval_shape(lambda leaves, row: self._walked(walk, leaves, row, tapped), leaves, row)
        uses = [use.leaf for tap in walk.taps_met for use in tap.uses]
        shapes = [jax.ShapeDtypeStruct(tap.value.shape, tap.value.dtype) for tap in walk.taps_met]
        return uses, walk.foreign, shapes

    def _walked(self, walk, leaves, row, tapped):
        operands = [_raw(leaf, i) if i in tapped else leaf for i, leaf in enumerate(leaves)]
        (output,) = walk.run(self._closed.jaxpr, self._closed.consts, [*operands, row])
        return walk.settle(output)

    def of_rows(self, leaves: list[Array], loose: tuple[int, ...], x: Array) -> RowFeatures:
        """The features of a batch; gradients with respect to the leaves `loose` are formed."""
        return jax.vmap(lambda row: self._of_row(leaves, loose, row))(x)

    def _of_row(self, leaves, loose, row):
        def tapped_net(taps, direct):
            walk = Walk(taps)
            current = list(leaves)
            for place, leaf in zip(loose, direct, strict=True):
                current[place] = leaf
            return self._walked(walk, current, row, self.tapped), [_grouped(tap) for tap in walk.taps_met]

        zeros = [jnp.zeros(tap.shape, tap.dtype) for tap in self.tap_shapes]
        outputs, pullback, groups = jax.vjp(tapped_net, zeros, [leaves[i] for i in loose], has_aux=True)
        slopes, direct = jax.vmap(pullback)(jnp.eye(outputs.size, dtype=outputs.dtype))
        factors = [
            Factors(features, _channels_last(slope, channel))
            for slope, group in zip(slopes, groups, strict=True)
            for channel, features in group.items()
        ]
        return RowFeatures(tuple(factors), tuple(leaf.reshape(leaf.shape[0], -1) for leaf in direct))


def _raw(leaf, place):
    return Raw(leaf, place, frozenset(axis for axis, size in enumerate(leaf.shape) if size > 1), 1.0)


def _grouped(tap):
    """The features at a tap, side by side for all uses with the same channels."""
    groups = {}
    for use in tap.uses:
        groups.setdefault(tuple(sorted(use.channel)), []).append(use.features)
    return {channel: jnp.concatenate(parts, axis=-1) for channel, parts in groups.items()}


def _channels_last(slope, channel):
    """(k, *shape of the tap) as (k, T, W)."""
    rest = [axis for axis in range(slope.ndim - 1) if axis not in channel]
    width = math.prod(slope.shape[1 + axis] for axis in channel)
    return slope.transpose(0, *(1 + axis for axis in (*rest, *channel))).reshape(slope.shape[0], -1, width)
