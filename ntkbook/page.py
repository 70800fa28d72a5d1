"""What a page of the book runs under."""

import os

import jax

from . import plotting

QUICK_COMPILER = "--xla_cpu_use_fusion_emitters=false"
"""XLA's older code generator for the CPU: a page compiles some hundred small programs, and runs each of them once."""


def begin() -> None:
    """float64, the house style of the figures, and a compiler that is rather quick than thorough.

    The compiler heeds it if nothing was computed before; what `XLA_FLAGS` says already stays. On a GPU it is as always.
    """
    jax.config.update("jax_enable_x64", True)
    plotting.use_house_style()
    flags = os.environ.get("XLA_FLAGS", "")
    if "xla_cpu_use_fusion_emitters" not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {QUICK_COMPILER}".strip()
