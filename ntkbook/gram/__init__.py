"""Gram matrices that take minutes to hours, or do not fit a device: in tiles, over devices and processes.

A `kernel_fn` of `ntkbook.stax` has its result on one device, and is silent until it has it. `gram` calls any such
function tile by tile and puts the tiles together on the host.
"""

from ntkbook.gram.matrix import gram

__all__ = ["gram"]
