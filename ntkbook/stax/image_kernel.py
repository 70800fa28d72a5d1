r"""The state of the limit while inputs have positions: images (height, width) or sequences (length).

A convolution adds covariances of positions, and the distance d = (q1 + q2)/2 - k of `ntkbook.stax.kernel` is linear
in them; the gap is not. So d alone is carried, and the gap follows from it: equal and nearly equal patches keep all
digits, and exactly parallel ones too.

Layouts of a pair of inputs, for images of height h and width w:
- `all_positions=False`: each position with itself, (h, w). What a `Flatten` will ask for.
- `all_positions=True`: each with each, (h, h, w, w). What a pooling will ask for.
"""

import dataclasses

import jax
import jax.numpy as jnp

from ntkbook.stax.kernel import Pair, pair_from_distance


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class ImageKernel:
    """State between two layers, for n1 and n2 inputs with positions (h, w) or (h,).

    Fields:
      distance: d for each pair, shape (n1, n2, h, w) or (n1, n2, h, h, w, w); plain d, whatever the sign of k.
      ntk: tangent kernel, of the same shape.
      cov1, cov2: variances, shapes (n1, h, w) and (n2, h, w).
      self1, self2: d between positions of one input, shapes (n1, h, h, w, w) and (n2, h, h, w, w), which give the
        variance behind a pooling; None without `all_positions`, or where nothing behind a pooling needs it.
      truncation, width, gaussian, sources: as in `Kernel`; width is the number of channels.
      all_positions: the layout.
    """

    distance: jax.Array
    ntk: jax.Array
    cov1: jax.Array
    cov2: jax.Array
    self1: jax.Array | None
    self2: jax.Array | None
    truncation: jax.Array
    width: jax.Array
    all_positions: bool = dataclasses.field(metadata={"static": True})
    gaussian: bool = dataclasses.field(default=False, metadata={"static": True})
    sources: frozenset = dataclasses.field(default=frozenset(), metadata={"static": True})

    def replace(self, **changes) -> "ImageKernel":
        """A copy with other fields."""
        return dataclasses.replace(self, **changes)

    @property
    def rough(self) -> bool:
        """Variances of positions are always known."""
        return False

    @property
    def nngp(self) -> jax.Array:
        """Covariance of the units, shape as `ntk`."""
        q1, q2 = self.variances()
        return (q1 + q2) / 2 - self.distance

    def variances(self) -> tuple[jax.Array, jax.Array]:
        """cov1 and cov2, shaped to broadcast against `distance`."""
        return spread(self.cov1, 0, self.all_positions)[:, None], spread(self.cov2, 1, self.all_positions)[None, :]

    def pairs(self) -> tuple[Pair, Pair | None, Pair | None]:
        """Pairs of the two inputs, and of each input with itself."""
        cross = pair_from_distance(self.distance, *self.variances())
        if self.self1 is None:
            return cross, None, None
        own = [
            pair_from_distance(d, spread(q, 0, True), spread(q, 1, True))
            for d, q in ((self.self1, self.cov1), (self.self2, self.cov2))
        ]
        return cross, *own

    def activated(self, dual, variance, **changes) -> "ImageKernel":
        """The kernel of phi(units), from the second moments that `dual` makes of a pair."""
        cross, *own = [None if pair is None else dual(pair) for pair in self.pairs()]
        self1, self2 = [None if new is None else new.d for new in own]
        return self.replace(
            distance=cross.d,
            ntk=cross.k_dot * self.ntk,
            cov1=variance(self.cov1),
            cov2=variance(self.cov2),
            self1=self1,
            self2=self2,
            **changes,
        )

    def affine(self, w: float, b: float) -> "ImageKernel":
        """Second moments of sqrt(w) times the units plus sqrt(b) times one common Gaussian; the NTK is left."""
        own = [None if d is None else w * d for d in (self.self1, self.self2)]
        return self.replace(
            distance=w * self.distance, cov1=w * self.cov1 + b, cov2=w * self.cov2 + b, self1=own[0], self2=own[1]
        )

    def map_positions(self, move, move_variance) -> "ImageKernel":
        """The kernel of a linear map of positions, up to the ntk of its own parameters.

        Args:
          move: (array, cov of its first input, cov of its second) -> array, over the last axes; the covariances are
            shaped to broadcast against the array, or None where what lies outside the input counts as 0.
          move_variance: variances (n, h, w) -> variances behind the map.
        """
        q1, q2 = self.variances()
        own = [None, None]
        if self.self1 is not None:
            own = [
                move(d, spread(q, 0, True), spread(q, 1, True))
                for d, q in ((self.self1, self.cov1), (self.self2, self.cov2))
            ]
        return self.replace(
            distance=move(self.distance, q1, q2),
            ntk=move(self.ntk, None, None),
            cov1=move_variance(self.cov1),
            cov2=move_variance(self.cov2),
            self1=own[0],
            self2=own[1],
        )


def spread(cov: jax.Array, side: int, all_positions: bool) -> jax.Array:
    """Variances (n, h, w), as (n, h, 1, w, 1) for the first of two positions and (n, 1, h, 1, w) for the second."""
    if not all_positions:
        return cov
    axes = range(2, 2 * cov.ndim - 1, 2) if side == 0 else range(1, 2 * cov.ndim - 2, 2)
    return jnp.expand_dims(cov, tuple(axes))


def mean_over_positions(array: jax.Array, keep: int) -> jax.Array:
    """Mean over all axes but the first `keep`."""
    return array.mean(tuple(range(keep, array.ndim)))


def diagonal_positions(array: jax.Array, first: int = 1) -> jax.Array:
    """Each position with itself: (..., h, h, w, w) to (..., h, w), where the first h is axis `first`."""
    # The last pair of axes first: the others keep their numbers.
    for axis in range(array.ndim - 2, first - 1, -2):
        array = jnp.moveaxis(jnp.diagonal(array, axis1=axis, axis2=axis + 1), -1, axis)
    return array
