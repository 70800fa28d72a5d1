r"""Converters between the conventions of the literature and those of this book.

The book: z = (σ_w/√n) W a + σ_b b with W, b ~ N(0, 1) (the NTK parametrization); L = 1/(2N) Σ |f − y|²;
`W_std` and `b_std` are standard deviations; `depth` counts hidden layers. Each function names the other side.

Fan-in n is the number of inputs of a layer, the first axis of its W.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

__all__ = [
    "LayerRates",
    "LayerStds",
    "W_stds_from_c_sigma",
    "beta_from_stds",
    "c_sigma",
    "depth_from_layers",
    "layers_from_depth",
    "mse_learning_rate",
    "mse_time",
    "ntk_from_standard",
    "ntk_learning_rates",
    "parameter_count",
    "standard_from_ntk",
    "standard_learning_rates",
    "std_from_variance",
    "stds_from_beta",
    "variance_from_std",
]

DenseParams = tuple[Float[Array, "n width"], Float[Array, " width"] | None]


class LayerStds(NamedTuple):
    """The `W_std` and `b_std` of a layer."""

    W_std: float
    b_std: float


class LayerRates(NamedTuple):
    """Learning rates of a layer's weights and of its bias."""

    weight: float
    bias: float


def standard_from_ntk(params: DenseParams, *, W_std: float, b_std: float | None = None) -> DenseParams:
    r"""Parameters of the same function in the standard parametrization.

    NTK: z = (σ_w/√n) x W + σ_b b, entries N(0, 1). Standard: z = x W + b, W ~ N(0, σ_w²/n), b ~ N(0, σ_b²).

    Args:
      params: (W, b) of a `stax.Dense`, b may be None.
      W_std, b_std: those that the layer was made with.
    Returns: (W σ_w/√n, σ_b b).
    """
    W, b = params
    scale = _positive("W_std", W_std) / math.sqrt(W.shape[0])
    return scale * W, None if b is None else _bias_std(b_std) * b


def ntk_from_standard(params: DenseParams, *, W_std: float, b_std: float | None = None) -> DenseParams:
    """Inverse of `standard_from_ntk`: weights of order 1 from weights of order 1/sqrt(fan-in)."""
    W, b = params
    scale = math.sqrt(W.shape[0]) / _positive("W_std", W_std)
    return scale * W, None if b is None else b / _bias_std(b_std)


def standard_learning_rates(
    learning_rate: float, *, fan_in: int, W_std: float, b_std: float | None = None
) -> LayerRates:
    r"""Rates that make training in the standard parametrization equal to training in the NTK one.

    With W_standard = c W_ntk, c = σ_w/√n, the chain rule gives dW_standard/dt = −η c² ∂L/∂W_standard, and
    for a step of gradient descent likewise: the weights need η σ_w²/n, the bias η σ_b². One rate for all
    layers of the standard parametrization is another dynamics, whose kernel grows with the width.

    Args:
      learning_rate: η of all parameters in the NTK parametrization.
      fan_in: n of the layer; each layer has its own.
    Returns: `LayerRates`; the bias rate is 0.0 for b_std None.
    """
    fan_in = _count("fan_in", fan_in)
    weight = learning_rate * _positive("W_std", W_std) ** 2 / fan_in
    return LayerRates(weight, bias=learning_rate * (b_std or 0.0) ** 2)


def ntk_learning_rates(rates: LayerRates, *, fan_in: int, W_std: float, b_std: float) -> LayerRates:
    """Inverse of `standard_learning_rates`: from the standard parametrization's rates."""
    fan_in = _count("fan_in", fan_in)
    weight = rates.weight * fan_in / _positive("W_std", W_std) ** 2
    return LayerRates(weight, bias=rates.bias / _bias_std(b_std) ** 2)


def mse_learning_rate(sum_learning_rate: float, *, n_samples: int) -> float:
    r"""The rate at which L = 1/(2N) Σ |f − y|² trains as ½ Σ |f − y|² does at the given one.

    N times as large, since ∇(½ Σ) = N ∇(1/(2N) Σ). It holds for gradient flow and for each step of gradient
    descent. The other side: Arora et al. 2019, and wherever df/dt = −Θ (f − y) stands without 1/N.
    """
    return sum_learning_rate * _count("n_samples", n_samples)


def mse_time(sum_time: float, *, n_samples: int) -> float:
    """The time at which gradient flow on 1/(2N) Σ stands where that on ½ Σ stands at `sum_time`.

    N times as late, if both have one learning rate.
    """
    return sum_time * _count("n_samples", n_samples)


def stds_from_beta(beta: float) -> LayerStds:
    """Jacot's (and Weng's) β: z = (1/√n) W a + β b is `W_std` = 1 and `b_std` = β."""
    if not (math.isfinite(beta) and beta >= 0):
        raise ValueError(f"stds_from_beta: beta is a finite number, at least 0, got {beta}.")
    return LayerStds(1.0, beta)


def beta_from_stds(W_std: float, b_std: float) -> float:
    """Inverse of `stds_from_beta`. Jacot's convention has W_std = 1: another raises ValueError."""
    if W_std != 1.0:
        raise ValueError(
            f"beta_from_stds: Jacot's convention has W_std = 1, got {W_std}. Another W_std can only be "
            "hidden in the activation (phi -> W_std phi) and, in the first layer, in the inputs."
        )
    return b_std


def c_sigma(phi: Callable) -> float:
    r"""Arora's constant c_σ = 1/E[φ(z)²], z ~ N(0, 1): 2 for ReLU.

    Args:
      phi: the activation, applied to an array.
    Accuracy: 1e-12 relative in float64, 1e-5 in float32, for smooth activations and for those whose
      only kink or jump is at 0, such as ReLU and sign; else 1e-4 with a kink and 1e-2 with a jump.
    """
    # The trapezoid rule, on points that lie symmetric about 0 and leave it out.
    z = jnp.linspace(-12.0, 12.0, 1536)
    weights = jnp.exp(-0.5 * z**2)
    second_moment = float(jnp.sum(weights * phi(z) ** 2) / jnp.sum(weights))
    if not (math.isfinite(second_moment) and second_moment > 0):
        raise ValueError(
            f"c_sigma: E[phi(z)^2] = {second_moment}; the activation must be finite and not zero everywhere."
        )
    return 1 / second_moment


def W_stds_from_c_sigma(c: float, *, n_inputs: int, depth: int) -> tuple[float, ...]:
    r"""`W_std` of each layer for the network of Arora et al. 2019.

    There g^0 = x, f^h = W^h g^{h−1}, g^h = √(c_σ/d_h) φ(f^h), and the output is f^{L+1}: the first layer is
    not divided by √n_0, and the later ones have σ_w² = c_σ. No bias.

    Args:
      c: c_σ, as from `c_sigma`.
      n_inputs: n_0, the number of features of an input.
      depth: number of hidden layers, L in that paper.
    Returns: depth + 1 numbers: √n_0, then √c_σ.
    """
    return (math.sqrt(_count("n_inputs", n_inputs)),) + (math.sqrt(_positive("c", c)),) * _count("depth", depth)


def std_from_variance(variance: float) -> float:
    """σ from σ². Papers give σ_w² (He: 2), code takes `W_std` (He: 2**0.5)."""
    if not (math.isfinite(variance) and variance >= 0):
        raise ValueError(f"std_from_variance: a variance is a finite number, at least 0, got {variance}.")
    return math.sqrt(variance)


def variance_from_std(std: float) -> float:
    """σ² from σ; inverse of `std_from_variance`."""
    if not (math.isfinite(std) and std >= 0):
        raise ValueError(f"variance_from_std: a standard deviation is a finite number, at least 0, got {std}.")
    return std**2


def depth_from_layers(layers: int) -> int:
    r"""`depth` (hidden layers) of a network with L layers in the sense of Jacot 2018 and Weng 2022: L − 1.

    They number layers from 0 (inputs) to L (outputs) and count the L affine maps; w^{(l)}, l = 0..L−1, is our
    W^{l+1}. Arora et al. count hidden layers as we do.
    """
    return _count("layers", layers) - 1


def layers_from_depth(depth: int) -> int:
    """Inverse of `depth_from_layers`: depth + 1 affine maps."""
    if depth < 0:
        raise ValueError(f"layers_from_depth: depth counts hidden layers, at least 0, got {depth}.")
    return depth + 1


def parameter_count(widths: tuple[int, ...], *, bias: bool = True) -> int:
    r"""P = Σ_{l=0}^{L−1} (n_l + 1) n_{l+1} for layer sizes (n_0, ..., n_L).

    Inputs and outputs are included (Weng, Jacot). Without bias the 1 is dropped.
    """
    if len(widths) < 2:
        raise ValueError(f"parameter_count: widths holds at least inputs and outputs, (n_0, n_1), got {widths}.")
    fan_ins = [_count("a width", width) for width in widths]
    return sum((n + bias) * n_next for n, n_next in zip(fan_ins[:-1], fan_ins[1:], strict=True))


def _positive(name, number):
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"{name} must be positive and finite to convert between conventions, got {number}.")
    return number


def _bias_std(b_std):
    if b_std is None:
        raise ValueError("these parameters have a bias: pass the b_std that the layer was made with.")
    return _positive("b_std", b_std)


def _count(name, number):
    if number != int(number) or number < 1:
        raise ValueError(f"{name} is a whole number, at least 1, got {number}.")
    return int(number)
