"""What a page of the book runs under."""

import os

import jax

from ntkbook import plotting

QUICK_COMPILER = "--xla_cpu_use_fusion_emitters=false --xla_backend_optimization_level=1"
"""XLA's older code generator for the CPU, and little optimization: a page compiles some hundred programs, and runs each
of them once."""


def begin() -> None:
    """float64, the house style of the figures, and a compiler that is rather quick than thorough.

    The compiler heeds it if nothing was computed before; what `XLA_FLAGS` says already stays. On a GPU it is as always.
    """
    jax.config.update("jax_enable_x64", True)
    plotting.use_house_style()
    given = os.environ.get("XLA_FLAGS", "")
    new = [flag for flag in QUICK_COMPILER.split() if flag.split("=")[0] not in given]
    os.environ["XLA_FLAGS"] = " ".join([given, *new]).strip()
