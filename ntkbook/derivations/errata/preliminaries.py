"""Preliminaries: a prediction without the inverse of the kernel matrix."""

from functools import cache

from ntkbook.proof import Slip

from ..preliminaries import kernel_regression


@cache
def preliminaries() -> tuple[Slip, ...]:
    """What kernel regression does with the labels."""
    derivation = kernel_regression()
    labels = derivation.statement("fits").rhs
    return (
        Slip(
            name="labels_for_coefficients",
            text="d",
            derivation=derivation,
            label="coefficients",
            printed=labels,
            about="A new input gets $\\sum_i k(x_i, x)\\,\\alpha_i$. The text puts the labels themselves for the "
            "coefficients: a sum weighted by similarity, which does not pass through the data.",
        ),
    )
