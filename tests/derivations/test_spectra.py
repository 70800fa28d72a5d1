"""Chapter 7, spectra: how each step is settled, and the statements against a reader's own formulas."""

import numpy as np
import pytest
import sympy as sp

from ntkbook import spectra
from ntkbook.derivations import spectra as chapter
from ntkbook.experiments.spectra import kernel_shape
from ntkbook.proof import FalseStep, Verdict, verify
from tests.derivations.soundness import Soundness, verdicts

DERIVATIONS = chapter.DERIVATIONS


class TestSoundness(Soundness):
    derivations = DERIVATIONS


@pytest.mark.parametrize("make", DERIVATIONS)
def test_everything_that_is_compared_is_proved_for_all_sizes(make):
    assert set(verdicts(make()).values()) <= {Verdict.PROVED, Verdict.DEFINED, Verdict.ASSUMED}


def test_what_is_assumed():
    assumed = {(d().name, label) for d in DERIVATIONS for label, v in verdicts(d()).items() if v is Verdict.ASSUMED}
    assert assumed == {
        ("spectral_modes", "matrix"),
        ("spectral_modes", "flow"),
        ("spectral_filters", "matrix"),
        ("fourier_modes", "kernel"),
        ("circle_spectrum", "kappa0"),
        ("circle_spectrum", "kappa1"),
        ("two_clusters", "block"),
    }


# The statements by another road


@pytest.mark.parametrize(("get", "label"), [("ntk", "ntk-even"), ("nngp", "nngp-even")])
def test_even_frequencies_are_those_of_the_library(get, label):
    m = sp.Symbol("m", integer=True, positive=True)
    printed = chapter.circle_spectrum().statement(label).rhs
    numbers = [float(printed.subs(m, value)) for value in range(1, 11)]
    np.testing.assert_allclose(spectra.circle_eigenvalues(kernel_shape(get), 20)[2::2], numbers, rtol=1e-9)


def test_even_frequencies_are_those_of_the_literature():
    m = sp.Symbol("m", integer=True, positive=True)
    k = 2 * m
    assert chapter.circle_spectrum().attempt("ntk-even", 2 * (k**2 + 3) / (sp.pi**2 * (k**2 - 1) ** 2))
    assert not chapter.circle_spectrum().attempt("ntk-even", 2 * (k**2 + 1) / (sp.pi**2 * (k**2 - 1) ** 2))


def test_a_bias_gives_the_odd_frequencies():
    printed = chapter.circle_spectrum().statement("bias-odd").rhs
    m = sp.Symbol("m", integer=True, positive=True)
    found = spectra.circle_eigenvalues(lambda u: 1 - u / np.pi, 11)[3::2]
    np.testing.assert_allclose(found, [float(printed.subs(m, value)) for value in range(1, 6)], rtol=1e-10)


def test_the_waves_are_modes_whatever_the_kernel():
    (result,) = (r for r in verify(chapter.fourier_modes()) if r.step.label == "eigenfunction")
    assert result.verdict is Verdict.PROVED
    wrong = chapter.fourier_modes().replaced("eigenfunction", 2 * result.step.rhs)
    with pytest.raises(FalseStep):
        verify(wrong)


def test_two_clusters_are_what_eigh_finds():
    size, own, near, far = 5, 2.0, 1.7, 0.4
    inside = near + (own - near) * np.eye(size)
    kernel = np.block([[inside, np.full((size, size), far)], [np.full((size, size), far), inside]])
    values = {sp.Symbol(name, real=True): v for name, v in (("s", own), ("w", near), ("b", far))}
    n = sp.Symbol("n", integer=True, positive=True)
    mean, contrast = (
        float(chapter.two_clusters().statement(label).rhs.subs(values).subs(n, size))
        for label in ("mean-mode", "contrast-mode")
    )
    expected = [mean, contrast] + [own - near] * (2 * size - 2)
    np.testing.assert_allclose(spectra.eigenmodes(kernel).eigenvalues * 2 * size, expected, rtol=1e-12)
