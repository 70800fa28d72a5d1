"""Averages over the last weights, with everything below held fixed."""

from functools import cache

import sympy as sp

from ntkbook.proof import Derivation, Expectation, Gaussian, Index, Interval, Map, Size, Step, rules

from .recursion import entry, next_layer
from .symbols import (
    DELTA,
    Kernel,
    Kernel_next,
    W,
    act,
    bend,
    function,
    i,
    j,
    k,
    m,
    n,
    n_next,
    sigma_b,
    sigma_w,
    theta,
    x,
    xprime,
)


@cache
def mean_over_last_weights() -> Derivation:
    """The mean of the kernel over the last weights: one sum is left of two, and nothing between two outputs."""
    with sp.evaluate(False):
        same = sp.Sum(bend(i, x) * bend(i, xprime) * Kernel(i, i, x, xprime, theta), (i, 1, n))
        products = sp.Sum(act(i, x) * act(i, xprime), (i, 1, n))
        return Derivation(
            name="mean_over_last_weights",
            title="The kernel, averaged over the last weights",
            source=("jacot2018neural",),
            domain={},
            given=(next_layer(),),
            steps=(
                Step(
                    "mean",
                    Expectation(entry(Kernel_next), W),
                    "=",
                    DELTA * (sigma_w**2 / n * products + sigma_b**2 + sigma_w**2 / n * same),
                    "the mean of $W_{mi} W_{kj}$ is $\\delta_{mk}\\,\\delta_{ij}$",
                    by=(rules.wick(),),
                    uses=("next_layer/recursion",),
                ),
            ),
        )


@cache
def spread_over_last_weights() -> Derivation:
    """Mean and variance of the red part over the last weights, for any numbers below them."""
    A, red = function("A"), function("R")
    with sp.evaluate(False):
        return Derivation(
            name="spread_over_last_weights",
            title="The red part: mean and variance over the last weights",
            domain={
                n: Size(),
                n_next: Size(),
                i: Index(n),
                j: Index(n),
                m: Index(n_next),
                k: Index(n_next),
                sigma_w: Interval(0.5, 2.0),
                A: Map(Index(n), Index(n)),
                W: Map(Index(n_next), Index(n), into=Gaussian()),
            },
            steps=(
                Step(
                    "red",
                    red(m, k),
                    ":=",
                    sigma_w**2 / n * sp.Sum(W(m, i) * W(k, j) * A(i, j), (j, 1, n), (i, 1, n)),
                    "the red part; $A_{ij}$ is all that does not depend on the last weights",
                ),
                Step(
                    "mean",
                    Expectation(red(m, k), W),
                    "=",
                    DELTA * (sigma_w**2 / n) * sp.Sum(A(i, i), (i, 1, n)),
                    "average over the weights",
                    by=(rules.wick(),),
                    uses=("red",),
                ),
                Step(
                    "variance",
                    Expectation(red(m, k) ** 2, W) - Expectation(red(m, k), W) ** 2,
                    "=",
                    sigma_w**4 / n**2 * sp.Sum(A(i, j) ** 2 + DELTA * A(i, j) * A(j, i), (j, 1, n), (i, 1, n)),
                    "four weights pair up in three ways",
                    by=(rules.wick(),),
                    uses=("red",),
                ),
            ),
        )
