"""Chapter 2: how each step is settled, and that no small change of any of its sides passes."""

import numpy as np
import sympy as sp

from ntkbook import stax
from ntkbook.derivations import gaussian_process as chapter
from ntkbook.proof import Verdict
from tests.derivations.soundness import Soundness, verdicts


class TestSoundness(Soundness):
    derivations = chapter.DERIVATIONS


def test_the_dual_of_the_rectified_unit_is_proved():
    found = verdicts(chapter.relu_dual())
    assert set(found.values()) == {Verdict.PROVED, Verdict.DEFINED}


def test_the_arc_cosine_kernels_are_those_of_stax():
    """kappa1 and kappa0 as printed, against the layer's own arithmetic, over the whole range of correlations."""
    rho = np.linspace(-1, 1, 41)
    x1 = np.array([[1.0, 0.0]])
    x2 = np.stack([rho, np.sqrt(1 - rho**2)], axis=1)
    net = stax.serial(stax.Dense(4, W_std=2**0.5), stax.Relu(), stax.Dense(1, W_std=2**0.5))
    kernels = net.kernel_fn(x1, x2, ("nngp", "ntk"))
    kappa0, kappa1 = (_values("relu_dual", label, rho) for label in ("kappa0", "kappa1"))
    np.testing.assert_allclose(kernels.nngp[0], kappa1, atol=1e-12)
    np.testing.assert_allclose(kernels.ntk[0], kappa1 + kappa0 * rho, atol=1e-12)


def _values(name, label, points):
    """The right side of a definition of one number, at these points."""
    step = getattr(chapter, name)().statement(label)
    (parameter,) = step.lhs.args
    return sp.lambdify(parameter, step.rhs, "numpy")(points)
