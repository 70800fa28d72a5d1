"""Formulas as a reader types them."""

import pytest

from ntkbook.derivations import generalization, spectra
from ntkbook.derivations import gradient_flow as chapter
from ntkbook.proof import IllFormedStep, Judgement
from ntkbook.proof.alpha import alpha_key
from ntkbook.proof.reading import read
from ntkbook.proof.terms import rebuild


def same(derivation, label, text):
    return alpha_key(read(derivation, text)) == alpha_key(rebuild(derivation.statement(label).rhs))


@pytest.mark.parametrize(
    ("derivation", "label", "text"),
    [
        (chapter.tangent_kernel, "kernel", "Sum(D(f[i], theta[p]) * D(f[j], theta[p]), (p, 1, P))"),
        (chapter.tangent_kernel, "chain-rule", "Sum(D(f[i], theta[p]) * D(theta[p], t), (p, 1, P))"),
        (chapter.kernel_gradient_flow, "law", "-eta * Sum(Theta[i, j] * D(L, f[j]), (j, 1, N))"),
        (chapter.squared_loss, "output-gradient", "(f[j] - y[j]) / N"),
        (chapter.vector_outputs, "law", "-eta/N * Sum(Theta[i, a, j, b] * D(ell[j], f[j, b]), (b, 1, k), (j, 1, N))"),
        (chapter.test_input, "row", "Sum(D(h, theta[p]) * D(f[j], theta[p]), (p, 1, P))"),
        (chapter.single_neuron, "gradient", "Prime(varphi(z[i])) * x[i, p]"),
        (spectra.spectral_modes, "decoupled", "-(eta * lambda[k] / N) * g[k]"),
        (generalization.learning_curve, "learnability", "lambda[k] / (lambda[k] + kappa)"),
    ],
)
def test_the_notation_of_the_page_is_read_as_the_page_means_it(derivation, label, text):
    assert same(derivation(), label, text)


def test_reading_is_not_blind_to_an_index():
    assert not same(chapter.kernel_gradient_flow(), "law", "-eta * Sum(Theta[i, j] * D(L, f[i]), (j, 1, N))")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("eta * h[i]", "h"),
        ("Sum(Theta[i], (i, 1, N))", "2 indices"),
        ("theta[p, p]", "1 indices"),
        ("Sum(f[i], (i, 1, N)", "a bracket is not closed"),
        ("Sum(f[i])", "index, first, last"),
        ("Theta(i, j)", r"write Theta\[i, j\]"),
        ("f[i]^2", r"a power is \*\*"),
        ("η * f[i]", "write eta"),
        ("λ[1] * f[i]", "write lambda"),
        ("lambda[k] * f[i]", "lambda"),
        ("lambda * f[i]", "lambda"),
        ("D(L, y[i] + 1)", "derivatives are taken by"),
    ],
)
def test_what_cannot_be_read_is_named(text, said):
    with pytest.raises(IllFormedStep, match=said):
        read(chapter.squared_loss(), text)


def test_an_attempt_in_words_of_the_page_is_judged():
    law = chapter.kernel_gradient_flow()
    assert law.attempt("law", "-Sum(eta * D(L, f[m]) * Theta[i, m], (m, 1, N))").judgement is Judgement.PROVED
    assert law.attempt("law", "-Sum(D(f[i], theta[q]) * eta * D(L, theta[q]), (q, 1, P))").judgement is Judgement.PROVED
    assert law.attempt("law", "eta * Sum(Theta[i, j] * D(L, f[j]), (j, 1, N))").judgement is Judgement.FALSE
    assert law.attempt("law", "eta * Sum(psi[j], (j, 1, N))").judgement is Judgement.REFUSED
