"""How much the kernel of a ReLU network varies from draw to draw: rates in the width, and depth over width."""

import numpy as np
from jaxtyping import Float

from ntkbook.experiments.deterministic_kernel.networks import limit_kernels
from ntkbook.experiments.estimate import Estimate
from ntkbook.experiments.rate import Rate, fit_rate
from ntkbook.experiments.samples import Sweep


def distance_to_limit(draws: Sweep) -> tuple[Estimate, list[Rate]]:
    r"""Relative distance of the kernel matrix of two inputs from its limit, and its rate in the width, for each depth.

    $$\sqrt{\mathbb{E} \lVert\hat\Theta - \Theta\rVert^2} \,/\, \lVert\Theta\rVert \sim n^{-1/2}$$

    Args:
      draws: as from `kernel_draws`.
    Returns: the distance, of shape (widths, depths), and a power of the width for each depth.
    """
    limit = limit_kernels(draws.samples.shape[-1])
    weights = np.array([1.0, 2.0, 1.0])[:, None]
    size = (weights * limit**2).sum(0)

    def squares(samples):
        return ((weights * (samples - limit) ** 2).sum(-2) / size,)

    distance = draws.summary(squares, lambda mean: np.sqrt(np.maximum(mean, 0)))
    depths = range(distance.value.shape[1])
    return distance, [fit_rate(draws.widths, distance[:, d]) for d in depths]


def relative_variance(draws: Sweep) -> Estimate:
    """Variance over squared mean of the kernel at (x, x), for each width and depth.

    The mean is known: the limit, at every width. By symmetry of the two inputs, both diagonal entries count.
    """
    limit = limit_kernels(draws.samples.shape[-1])[0]

    def squares(samples):
        first, second = samples[..., 0, :] / limit - 1, samples[..., 2, :] / limit - 1
        return ((first**2 + second**2) / 2,)

    return draws.summary(squares, lambda mean: mean)


def small_samples(values: Float[np.ndarray, " draws"], size: int) -> Float[np.ndarray, " samples"]:
    """Variance over squared mean in samples of this size, as one would estimate it from few networks."""
    samples = values[: len(values) // size * size].reshape(-1, size)
    return samples.var(1, ddof=1) / samples.mean(1) ** 2


def double_sum(depth: int, width: float) -> float:
    r"""Relative variance of the kernel at (x, x) to leading order, as a double sum over layers.

    $$(L + 1)^{-2} \sum_{i,j=0}^{L} (1 + 5/n)^{L - |i-j|} (1 + 1/n)^{|i-j|} - 1$$
    """
    layers = np.arange(depth + 1)
    apart = np.abs(layers[:, None] - layers)
    return float(((1 + 5 / width) ** (depth - apart) * (1 + 1 / width) ** apart).mean() - 1)


def first_order(depth: int, width: float) -> float:
    """The first order in 1/n of `double_sum`: (L/n) (11 L + 7) / (3 (L + 1))."""
    return depth / width * (11 * depth + 7) / (3 * (depth + 1))


def deep_limit(ratio: float) -> float:
    """`double_sum` at depth = ratio * width, both to infinity."""
    return float(np.exp(5 * ratio) * (np.expm1(-4 * ratio) + 4 * ratio) / (8 * ratio**2) - 1)


def double_sum_in_depth(ratio: float, depths: tuple[int, ...] = (32, 64, 128, 256)) -> Rate:
    """How fast `double_sum` at a fixed ratio of depth to width comes to `deep_limit`: like 1/depth."""
    gaps = [abs(double_sum(depth, depth / ratio) - deep_limit(ratio)) for depth in depths]
    return fit_rate(depths, np.array(gaps))
