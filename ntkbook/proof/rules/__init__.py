"""The closed registry of rules that may lead from a left side to a right side.

A step names its rules (`by=(rules.chain_rule(theta(t)),)`). A rule is made only here and has its own tests;
a free function cannot stand in for one, or `by=lambda e: rhs` would prove anything. Each rule is applied
everywhere in the expression that it fits, and must change something.
"""

from .antiderivatives import antiderivative, as_mean, by_parts
from .calculus import chain_rule, differentiate, evaluate
from .depth import induction, limit
from .draws import independence
from .expectations import linearity, wick
from .fourier import angle_sum, fourier, full_period, parity, translate
from .gamma import euler_integral
from .gaussians import factorize, leibniz, odd, one_direction, same_slope, stein
from .integrals import density, homogeneity, integrate, phase, polar, split, window
from .matrices import matrix_derivative
from .orthonormal import orthonormal
from .registry import REGISTRY, THEOREMS, Rule
from .units import independent_units

__all__ = [
    "REGISTRY",
    "THEOREMS",
    "Rule",
    "angle_sum",
    "antiderivative",
    "as_mean",
    "by_parts",
    "chain_rule",
    "density",
    "differentiate",
    "euler_integral",
    "evaluate",
    "fourier",
    "full_period",
    "factorize",
    "homogeneity",
    "independence",
    "independent_units",
    "induction",
    "integrate",
    "leibniz",
    "limit",
    "linearity",
    "matrix_derivative",
    "orthonormal",
    "parity",
    "odd",
    "one_direction",
    "phase",
    "polar",
    "same_slope",
    "split",
    "translate",
    "stein",
    "wick",
    "window",
]
