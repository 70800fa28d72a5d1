"""Chapter 4: the random kernel of finite ReLU networks, against the limit and against its own theory of errors.

All networks here have He initialization without bias, equal widths and one readout behind each hidden layer, so that
one draw shows the kernels of every depth.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ntkbook import empirical, stax
from ntkbook.experiments.estimate import Estimate
from ntkbook.experiments.rate import Rate, fit_rate
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep

HE = 2**0.5
INPUTS = np.eye(2) * 2**0.5 / HE
"""Two orthogonal inputs with Sigma^1(x, x) = 1."""


def dense(width: int, b_std: float | None = None):
    """A dense layer with He's standard deviation of the weights."""
    return stax.Dense(width, W_std=HE, b_std=b_std)


def relu_network(width: int, depth: int, b_std: float | None = None):
    """A ReLU network with one output; `depth` counts hidden layers."""
    hidden = [layer for _ in range(depth) for layer in (dense(width, b_std), stax.Relu())]
    return stax.serial(*hidden, dense(1, b_std))


def network_with_heads(width: int, depth: int):
    """A ReLU network with a readout behind each hidden layer: output d is that of a network of depth d + 1."""
    hidden = (dense(width), stax.Relu())
    if depth == 1:
        return stax.serial(*hidden, dense(1))
    branches = stax.parallel(dense(1), network_with_heads(width, depth - 1))
    return stax.serial(*hidden, stax.FanOut(2), branches, stax.FanInConcat(-1))


@partial(jax.jit, static_argnums=(1, 2))
def kernels_by_depth(key: Array, width: int, depth: int) -> Float[Array, "3 depth"]:
    """Empirical kernels at (x, x), (x, x') and (x', x') for the two orthogonal inputs, at the depths 1 to `depth`."""
    net = network_with_heads(width, depth)
    x = jnp.asarray(INPUTS)
    _, params = net.init_fn(key, x.shape)
    blocks = jnp.diagonal(empirical.ntk(net.apply_fn, params, x, trace_axes=()), axis1=2, axis2=3)
    return jnp.stack([blocks[0, 0], blocks[0, 1], blocks[1, 1]])


def kernel_draws(widths: tuple[int, ...], seeds: int, depth: int) -> Sweep:
    """Draws of `kernels_by_depth`, samples of shape (widths, seeds, 3, depth)."""
    return sweep(partial(_draw, depth=depth), widths, seeds)


def _draw(key, width, depth):
    return kernels_by_depth(key, width, depth)


def limit_kernels(depth: int) -> Float[np.ndarray, "3 depth"]:
    """The limits of `kernels_by_depth`, from the kernels of `ntkbook.stax`."""
    kernels = [np.asarray(relu_network(1, d).kernel_fn(INPUTS, None, "ntk")) for d in range(1, depth + 1)]
    return np.stack([[k[0, 0] for k in kernels], [k[0, 1] for k in kernels], [k[1, 1] for k in kernels]])


def distance_to_limit(draws: Sweep) -> tuple[Estimate, list[Rate]]:
    r"""Relative distance of the kernel matrix of two inputs from its limit, and its rate in the width, for each depth.

    $$\sqrt{\mathbb{E} \lVert\hat\Theta - \Theta\rVert^2} \,/\, \lVert\Theta\rVert \sim n^{-1/2}$$
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
    """Variance over squared mean of the kernel at (x, x), for each width and depth."""
    return Sweep(draws.widths, draws.samples[:, :, 0]).relative_variance()


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


def angles_and_shares(angle: float, layers: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Angle alpha_l and share tau_l = Theta^l(x, x') / q of a deep ReLU network, for l = 1, ..., layers.

    The recursion runs on the angle. Where it is small, 1 - rho comes from its series, since a difference would lose
    its digits.
    """
    angles, kernels = np.empty(layers), np.empty(layers)
    kernel = np.cos(angle)
    for layer in range(layers):
        angles[layer], kernels[layer] = angle, kernel
        gap = 1 - (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi
        if angle < 0.01:
            gap = angle**2 / 2 - angle**3 / (3 * np.pi) - angle**4 / 24 + angle**5 / (30 * np.pi)
        kernel = (1 - gap) + (1 - angle / np.pi) * kernel
        angle = 2 * np.arcsin(np.sqrt(gap / 2))
    return angles, kernels / np.arange(1, layers + 1)


def angle_in_depth(angle: float, layers: int) -> float:
    """alpha_l l / (3 pi) at the last layer: tends to 1."""
    return float(angles_and_shares(angle, layers)[0][-1] * layers / (3 * np.pi))


def quarter_in_depth(angle: float, layers: int) -> tuple[float, float]:
    """The share tau_l at the last layer, and the slope of l (tau_l - 1/4) against log l over its last tenfold."""
    shares = angles_and_shares(angle, layers)[1]
    ends = np.array([layers // 10, layers])
    late = ends * (shares[ends - 1] - 0.25)
    return float(shares[-1]), float((late[1] - late[0]) / np.log(ends[1] / ends[0]))


def smallest_eigenvalue(x: Float[np.ndarray, "N d"], depth: int, b_std: float | None = None) -> float:
    """Smallest eigenvalue of the limit kernel matrix over its largest."""
    net = relu_network(1, depth, b_std)
    eigenvalues = np.linalg.eigvalsh(np.asarray(net.kernel_fn(jnp.asarray(x), None, "ntk")))
    return float(eigenvalues[0] / eigenvalues[-1])
