"""Chapter 2: covariances, tails and dependence of random networks, against their limits and exact laws.

Unless a function says otherwise, networks are ReLU with He initialization (sigma_w^2 = 2) and without bias, and the
two inputs are unit vectors in the plane with correlation 1/2, so that Sigma^1(x, x) = 1 = Sigma^l(x, x).
"""

import math
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float

from ntkbook import dynamics, predict, stax
from ntkbook.experiments.estimate import Estimate
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep

HE = 2**0.5
INPUTS = np.array([[1.0, 0.0], [0.5, 0.75**0.5]])
"""Two unit vectors at 60 degrees."""


@cache
def network(depth: int, width: int, activation=stax.Relu, W_std: float = HE, b_std: float | None = None):
    """A network with one output; `depth` counts hidden layers."""
    hidden = [layer for _ in range(depth) for layer in (stax.Dense(width, W_std, b_std), activation())]
    return stax.serial(*hidden, stax.Dense(1, W_std, b_std))


def limit_covariance(depth: int, x: Float[np.ndarray, "N d"] = INPUTS) -> Float[np.ndarray, "N N"]:
    """The covariance of the outputs of an infinitely wide network with this many hidden layers."""
    return np.asarray(network(depth, 1).kernel_fn(jnp.asarray(x), None, "nngp"))


def given_layer_covariances(key: Array, width: int, depths: tuple[int, ...]) -> Float[Array, "depths 2 2"]:
    """The covariance of an output at the two inputs, given a network's layers up to each depth: means over units."""
    layer = stax.serial(stax.Dense(width, HE), stax.Relu())

    def after(values, key):
        values = layer.apply_fn(layer.init_fn(key, values.shape)[1], values)
        return values, HE**2 / width * values @ values.T

    keys = jax.random.split(key, depths[-1])
    values, first = after(jnp.asarray(INPUTS), keys[0])
    # All further layers have one shape, so that one program serves them.
    _, others = jax.lax.scan(after, values, keys[1:])
    return jnp.concatenate([first[None], others])[np.array(depths) - 1]


def law_of_large_numbers(widths: tuple[int, ...], seeds: int, depths: tuple[int, ...] = (1,)) -> Sweep:
    """Draws of `given_layer_covariances`, (widths, seeds, depths, 2, 2); they deviate from the limit like n^(-1/2).

    With one hidden layer the rms deviation at (x, x) is sqrt(5/n), at every n.
    """
    return sweep(_given(tuple(depths)), widths, seeds)


@cache
def _given(depths):
    return partial(given_layer_covariances, depths=depths)


def limit_covariances(depths: tuple[int, ...]) -> Float[np.ndarray, "depths 2 2"]:
    """`limit_covariance` for each depth."""
    return np.stack([limit_covariance(depth) for depth in depths])


def output_moments(widths: tuple[int, ...], seeds: int) -> Sweep:
    """Two outputs, at one input, of networks with one hidden layer: shape (widths, seeds, 2)."""
    return sweep(_two_outputs, widths, seeds)


def _two_outputs(key, width):
    net = stax.serial(stax.Dense(width, HE), stax.Relu(), stax.Dense(2, HE))
    x = jnp.asarray(INPUTS[:1])
    return net.apply_fn(net.init_fn(key, x.shape)[1], x)[0]


def excess_kurtosis(outputs: Sweep) -> Estimate:
    """E f^4 / (E f^2)^2 - 3 of the first output; predicted 15/n at every n."""
    return Sweep(outputs.widths, outputs.samples[..., 0]).excess_kurtosis()


def dependence(outputs: Sweep) -> tuple[Estimate, Estimate]:
    """Correlation of the two outputs, and of their squares; predicted 0, and 5/(2n + 15).

    The squares have the covariance 5/n and the variance 3 (1 + 5/n) - 1.
    """
    values = {}
    for power in (1, 2):
        raised = outputs.samples**power
        values[power] = Sweep(outputs.widths, raised).summary(
            lambda s: (s[..., 0], s[..., 1], s[..., 0] ** 2, s[..., 1] ** 2, s[..., 0] * s[..., 1]),
            lambda a, b, aa, bb, ab: (ab - a * b) / np.sqrt((aa - a**2) * (bb - b**2)),
        )
    return values[1], values[2]


def mean_square(key: Array, widths: tuple[int, ...]) -> Float[Array, ""]:
    """The mean square of an output at one input, given hidden layers of these widths.

    Given the layer below, the units of a layer are independent Gaussian numbers: these are drawn in place of the
    weights, which changes no law and needs n numbers for a layer instead of n^2.
    """
    square = jnp.ones(())
    for layer, width in enumerate(widths):
        units = jnp.sqrt(square) * jax.random.normal(jax.random.fold_in(key, layer), (width,))
        square = HE**2 / width * jnp.sum(jax.nn.relu(units) ** 2)
    return square


def predicted_square(widths: tuple[int, ...]) -> float:
    """E (mean square)^2 over the squared mean: the product of 1 + 5/n over the layers, at all widths."""
    return math.prod(1 + 5 / width for width in widths)


def kurtosis_of_layers(widths: tuple[int, ...], seeds: int) -> Estimate:
    """Excess kurtosis of an output behind hidden layers of these widths: 3 (E mean square^2 - 1), a number."""
    measured = sweep(_squares(tuple(widths)), (1,), seeds)
    found = Sweep(measured.widths, 3 * (measured.samples**2 - 1)).mean()
    return found[0]


def predicted_kurtosis(widths: tuple[int, ...]) -> float:
    """See `kurtosis_of_layers`."""
    return 3 * (predicted_square(widths) - 1)


@cache
def _squares(widths):
    return lambda key, _: mean_square(key, widths)


def hermite_coefficients(phi, count: int) -> Float[np.ndarray, " count"]:
    """E phi(u) h_k(u) for k < count, by Gauss-Legendre panels on each side of 0, where phi may have a kink."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    reach, panels = 2 * math.sqrt(count) + 12, 4 * count + 40
    edges = np.linspace(0, reach, panels + 1)
    half = (edges[1:] - edges[:-1])[:, None] / 2
    z = (edges[:-1, None] + half * (nodes + 1)).ravel()
    mass = (half * weights).ravel() / math.sqrt(2 * math.pi)
    z, mass = np.concatenate([-z[::-1], z]), np.concatenate([mass[::-1], mass])
    # Half of the Gaussian goes with the polynomials, which keeps them in range.
    root = np.exp(-(z**2) / 4)
    values = np.asarray(phi(jnp.asarray(z))) * root * mass
    before, here = np.zeros_like(z), root
    found = []
    for k in range(count):
        found.append(values @ here)
        before, here = here, (z * here - math.sqrt(k) * before) / math.sqrt(k + 1)
    return np.array(found)


def hermite_error(
    phi, layer, degrees: tuple[int, ...], rho: Float[np.ndarray, " M"]
) -> tuple[Float[np.ndarray, "degrees M"], Float[np.ndarray, "degrees M"]]:
    """Error of the series of a dual up to each degree K, and the bound |rho|^(K + 1) (E phi^2 - sum of a_k^2).

    Args:
      phi: the activation, on arrays.
      layer: its layer of `stax`, which has the dual.
      degrees: K, increasing.
      rho: correlations.
    """
    coefficients = hermite_coefficients(phi, degrees[-1] + 1)
    powers = rho[:, None] ** np.arange(degrees[-1] + 1)
    terms = np.cumsum(coefficients**2 * powers, axis=1)[:, list(degrees)].T
    exact = dual(layer, rho)
    rest = dual(layer, np.ones(1))[0] - np.cumsum(coefficients**2)[list(degrees)]
    bound = np.abs(rho) ** (np.array(degrees)[:, None] + 1) * np.maximum(rest, 0)[:, None]
    return np.abs(terms - exact), bound


def dual(layer, rho: Float[np.ndarray, " M"]) -> Float[np.ndarray, " M"]:
    """E phi(u) phi(v) for standard normal u and v with these correlations, by `stax`."""
    x2 = np.stack([rho, np.sqrt(np.maximum(1 - rho**2, 0))], axis=1)
    net = stax.serial(stax.Dense(1, HE), layer, stax.Dense(1))
    return np.asarray(net.kernel_fn(np.array([[1.0, 0.0]]), x2, "nngp"))[0]


def on_circle(angles: Float[np.ndarray, " M"]) -> Float[np.ndarray, "M 2"]:
    """Unit vectors at these angles."""
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def process_draws(depth: int, x: Float[np.ndarray, "M d"], draws: int) -> Float[np.ndarray, "draws M"]:
    """Functions drawn from the Gaussian process that is the limit of networks of this depth, at the inputs x."""
    eigenvalues, vectors = np.linalg.eigh(limit_covariance(depth, x))
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0))
    return np.asarray(jax.random.normal(jax.random.key(depth), (draws, len(x)))) @ root.T


def network_draws(depth: int, width: int, x: Float[np.ndarray, "M d"], draws: int) -> Float[np.ndarray, "draws M"]:
    """Outputs of networks with random weights, one network a row, at the inputs x."""
    net, keys = network(depth, width), jax.random.split(jax.random.key(depth), draws)
    return np.stack([np.asarray(net.apply_fn(net.init_fn(k, x.shape)[1], jnp.asarray(x))[:, 0]) for k in keys])


TRAIN, TEST = on_circle(np.array([-2.2, -0.6, 0.4, 2.0])), on_circle(np.array([-1.4, 1.2, 3.0]))
LABELS = np.array([0.8, -0.5, 0.6, -0.9])
"""Four labelled inputs on the circle, and three that are asked for."""


def last_layer_training(key: Array, width: int, steps: int = 4000) -> tuple[Array, Array]:
    """Outputs at `TEST` of one network whose last layer alone is trained, by gradient descent and in closed form.

    The closed form is f_0 + k K^-1 (y - f_0) with the covariance K of the given layer, at this width.
    """
    a, weights = _last_layer(key, width)
    train, test = a[: len(TRAIN)], a[len(TRAIN) :]
    y = jnp.asarray(LABELS)
    rate = 1.9 / jnp.linalg.eigvalsh(train @ train.T)[-1]
    path = dynamics.gradient_descent(
        lambda params, features: features @ params, weights[:, None], train, y[:, None], steps,
        learning_rate=rate * len(TRAIN), record_every=steps,
    )  # fmt: skip
    return test @ path.params[-1][:, 0], _trained(train, test, weights, y)


def _last_layer(key, width):
    """Features of the last layer, each with its factor, at `TRAIN` and `TEST`; and its weights at the start."""
    below, last = jax.random.split(key)
    x = jnp.asarray(np.concatenate([TRAIN, TEST]))
    net = stax.serial(stax.Dense(width, HE), stax.Relu())
    a = net.apply_fn(net.init_fn(below, x.shape)[1], x)
    return HE / width**0.5 * a, jax.random.normal(last, (width,))


def _trained(train, test, weights, y):
    missing = y - train @ weights
    return test @ weights + test @ train.T @ jnp.linalg.solve(train @ train.T, missing)


def last_layer_ensemble(width: int, seeds: int) -> Sweep:
    """Outputs at `TEST` of networks whose last layers were trained to the end, shape (1, seeds, 3)."""
    return sweep(_trained_network, (width,), seeds)


def _trained_network(key, width):
    a, weights = _last_layer(key, width)
    return _trained(a[: len(TRAIN)], a[len(TRAIN) :], weights, jnp.asarray(LABELS))


def covariance_of(nets: Sweep) -> Estimate:
    """The covariance over seeds of all pairs of entries, (widths, entries, entries)."""
    return nets.summary(
        lambda s: (
            s[..., :, None] * s[..., None, :],
            s[..., :, None] + 0 * s[..., None, :],
            s[..., None, :] + 0 * s[..., :, None],
        ),
        lambda both, left, right: both - left * right,
    )


def posterior(get: str = "nngp") -> tuple[Float[np.ndarray, " 3"], Float[np.ndarray, "3 3"]]:
    """Mean and covariance at `TEST` of infinitely wide trained networks, one hidden layer.

    Under "nngp" the last layer alone is trained: the posterior of the Gaussian process. Under "ntk" all layers are.
    """
    predict_fn = predict.gradient_descent_mse_ensemble(network(1, 1).kernel_fn, TRAIN, LABELS[:, None])
    found = predict_fn(None, jnp.asarray(TEST), get, True)
    return np.asarray(found.mean)[:, 0], np.asarray(found.covariance)
