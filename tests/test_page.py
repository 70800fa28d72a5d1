"""What a page starts with."""

import importlib
import os
import subprocess
import sys

import jax
import matplotlib as mpl
import pytest

import ntkbook
from ntkbook import page


@pytest.fixture
def flags(monkeypatch):
    """Begins with these flags of XLA, and returns what they are then."""

    def begun(before):
        monkeypatch.setenv("XLA_FLAGS", before)
        with mpl.rc_context():
            page.begin()
        return os.environ["XLA_FLAGS"]

    return begun


def test_flags_of_the_reader_stay(flags):
    assert flags("") == page.QUICK_COMPILER
    assert flags("--xla_dump_to=here") == f"--xla_dump_to=here {page.QUICK_COMPILER}"
    assert flags(page.QUICK_COMPILER) == page.QUICK_COMPILER
    own = "--xla_backend_optimization_level=3"
    assert flags(own) == f"{own} --xla_cpu_use_fusion_emitters=false"
    assert jax.config.jax_enable_x64


def test_no_part_computes_when_it_is_imported():
    """Arrays made at import would be float32, and the compiler would be chosen before a page begins.

    Nor does the solver of differential equations, which loads where it is first used, perhaps inside a traced function.
    """
    for part in ntkbook.__all__:
        importlib.import_module(f"ntkbook.{part}")
    modules = [*sorted(name for name in sys.modules if name.startswith("ntkbook.")), "diffrax"]
    program = f"""
import importlib
for name in {modules}:
    importlib.import_module(name)
from jax._src import xla_bridge
assert not xla_bridge.backends_are_initialized()
"""
    subprocess.run([sys.executable, "-c", program], check=True)
