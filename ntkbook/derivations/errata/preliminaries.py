"""Preliminaries: a prediction without the inverse of the kernel matrix."""

from functools import cache

import sympy as sp

from ntkbook.proof import Slip

from ..preliminaries import kernel_regression


@cache
def preliminaries() -> tuple[Slip, ...]:
    """What kernel regression does with the labels."""
    derivation = kernel_regression()
    fits = derivation.statement("fits")
    gram, labels = fits.lhs.args[0], fits.rhs
    return (
        Slip(
            name="labels_for_coefficients",
            text="d",
            derivation=derivation,
            label="fits",
            printed=sp.MatMul(gram, labels, evaluate=False),
            about="A kernel method predicts $\\sum_i k(x_i, x)\\,\\alpha_i$. The text puts the labels themselves for "
            "the coefficients $\\alpha$: a sum weighted by similarity, which at the training inputs does not give the "
            "labels back.",
        ),
    )
