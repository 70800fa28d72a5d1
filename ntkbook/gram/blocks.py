"""How the rows of a Gram matrix are cut into tiles, and in which order these are computed."""

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np


class Blocks(NamedTuple):
    """A matrix of n1 rows and n2 columns in tiles of one shape; the last ones reach over the edge.

    Fields:
      n1, n2: rows and columns of the matrix.
      size1, size2: of a tile.
      symmetric: whether tiles below the diagonal are left out.
    """

    n1: int
    n2: int
    size1: int
    size2: int
    symmetric: bool

    @property
    def counts(self) -> tuple[int, int]:
        """Tiles along rows and columns."""
        return -(-self.n1 // self.size1), -(-self.n2 // self.size2)

    @property
    def number(self) -> int:
        """Tiles to compute."""
        count1, count2 = self.counts
        return count1 * (count1 + 1) // 2 if self.symmetric else count1 * count2

    @property
    def kinds(self) -> tuple[bool, ...]:
        """Which programs are needed: True for tiles on the diagonal of a symmetric matrix, False for the others."""
        if not self.symmetric:
            return (False,)
        return (True, False) if self.counts[0] > 1 else (True,)

    def batches(self, devices: int) -> Iterator[tuple[bool, list[tuple[int, int]]]]:
        """(kind, positions (i, j) of at most `devices` tiles of that kind), until all tiles have come."""
        count1, count2 = self.counts
        for diagonal in self.kinds:
            if diagonal:
                tiles = iter([(i, i) for i in range(count1)])
            elif self.symmetric:
                tiles = itertools.combinations(range(count1), 2)
            else:
                tiles = itertools.product(range(count1), range(count2))
            while batch := list(itertools.islice(tiles, devices)):
                yield diagonal, batch

    def extent(self, i: int, j: int) -> tuple[slice, slice]:
        """Rows and columns of the matrix in tile (i, j)."""
        start1, start2 = i * self.size1, j * self.size2
        return slice(start1, min(start1 + self.size1, self.n1)), slice(start2, min(start2 + self.size2, self.n2))


def rows_of_block(x: np.ndarray, block: int, size: int) -> np.ndarray:
    """`size` rows of x from block * size on; past the end the last row, again and again."""
    return x[np.minimum(np.arange(block * size, (block + 1) * size), len(x) - 1)]


def cut(n1: int, n2: int, symmetric: bool, pairs: int, devices: int) -> Blocks:
    """Tiles of at most `pairs` pairs, as square and as even as can be, and as many as keep all devices busy.

    Args:
      n1, n2, symmetric: the matrix.
      pairs: in one tile, at least 1.
      devices: how many compute at a time, each one tile.
    """
    side = max(1, int(pairs**0.5))
    if symmetric:
        # With m blocks, m a multiple of twice the devices, so are the m tiles on and the m(m - 1)/2 off the diagonal
        # of the devices; an odd number of devices needs no factor two.
        multiple = devices if devices % 2 else 2 * devices
        size = _even(n1, min(side, n1), multiple if devices > 1 else 1)
        return Blocks(n1, n1, size, size, True)
    size2 = min(n2, max(side, pairs // min(n1, side)))
    size1 = min(n1, max(1, pairs // size2))
    if n1 >= n2:
        return Blocks(n1, n2, _even(n1, size1, devices), _even(n2, size2, 1), False)
    return Blocks(n1, n2, _even(n1, size1, 1), _even(n2, size2, devices), False)


def _even(rows, size, multiple):
    """Rows per block, at most `size`, when their number is rounded up to a multiple."""
    count = multiple * math.ceil(rows / size / multiple)
    return math.ceil(rows / count)
