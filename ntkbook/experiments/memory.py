"""How much memory a traced program may take."""

import math

from jax.extend import core


def bytes_of(jaxpr) -> int:
    """Bytes of all arrays that a program makes, loops counted once: an upper bound, since memory is used again."""
    total = 0
    for equation in jaxpr.eqns:
        inner = [bytes_of(each) for each in core.jaxprs_in_params(equation.params)]
        total += max(inner, default=0) + sum(_size(variable.aval) for variable in equation.outvars)
    return total


def _size(aval):
    itemsize = getattr(getattr(aval, "dtype", None), "itemsize", 0)
    return math.prod(getattr(aval, "shape", ())) * itemsize
