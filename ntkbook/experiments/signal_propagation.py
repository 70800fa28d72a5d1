r"""Chapter 3: signals, correlations and gradients in networks of finite width, against the maps of the limit.

Networks are drawn layer by layer with `stax.Dense`. What is measured at layer l is a mean square over its units: of
the pre-activations z^l, of a small change of them, and (as a sum over units) of the derivatives of the output by them.

Convention: z^{l+1} = (W_std / sqrt(n)) W phi(z^l) + b_std b, all layers of equal width n; `stds` is the pair (W_std,
b_std). The input has three entries; z^1 is exactly Gaussian with a mean square q that is chosen.
Source: Poole et al. 2016; Schoenholz et al. 2017; Hanin and Nica 2020.
"""

from collections.abc import Callable, Sequence
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy import special

from ntkbook import stax
from ntkbook.experiments import mean_field
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep

HE = (2**0.5, None)
"""He initialization: sigma_w^2 = 2, no bias."""


def inputs(q: float, rhos: Sequence[float], stds: tuple[float, float | None]) -> Float[np.ndarray, "k 3"]:
    r"""A first input and one for each of `rhos`: their z^1 have mean square q, and that correlation with the first.

    All lie in the plane of the first two entries, so that the third is a direction across to them.

    Raises: ValueError: no input can do this, since the bias alone makes q larger or the correlation closer to 1.
    """
    W_std, b_std = stds[0], stds[1] or 0.0
    length = (q - b_std**2) / W_std**2
    along = (q * np.asarray([1.0, *rhos]) - b_std**2) / W_std**2
    if not (length > 0 and (np.abs(along) <= length * (1 + 1e-12)).all()):
        raise ValueError(
            f"inputs: with b_std^2 = {b_std**2:.4g} a first layer has no mean square {q} with the correlations "
            f"{list(rhos)}. Take q above b_std^2, and correlations of at least 2 b_std^2 / q - 1."
        )
    across = np.sqrt(np.maximum(length**2 - along**2, 0))
    return np.sqrt(3 / length) * np.stack([along, across, np.zeros(len(along))], axis=1)


def layer_averages(phi: Callable, q: float, widths: tuple[int, ...], seeds: int) -> Sweep:
    r"""Means over the units of a layer: $\varphi(z)^2$, $\varphi'(z)^2$, and $\varphi'(z)^2$ times a squared change.

    The change comes from a step across to the input, and has mean square 1.

    Returns: samples (widths, seeds, 3), to be compared with `predicted_averages`.
    """
    return sweep(_averages(phi, q), widths, seeds)


@cache
def _averages(phi, q):
    x = jnp.asarray(inputs(q, (), (1.0, None)))
    step = jnp.asarray([[0.0, 0.0, 3**0.5]])

    def statistic(key, width):
        layer = stax.Dense(width)
        params = layer.init_fn(key, x.shape)[1]
        z, change = jax.jvp(lambda at: layer.apply_fn(params, at), (x,), (step,))
        value, slope = jax.jvp(phi, (z,), (jnp.ones_like(z),))
        return jnp.stack([jnp.mean(value**2), jnp.mean(slope**2), jnp.mean((slope * change) ** 2)])

    return statistic


def predicted_averages(phi: Callable, q: float) -> Float[np.ndarray, "3"]:
    """The means of `layer_averages`, at every width: Gaussian means, for a smooth activation."""
    square, slope = (float(part) for part in mean_field.moments(phi, q))
    return np.array([square, slope, slope])


def covariances(
    phi: Callable, points: tuple[tuple, ...], rhos: tuple[float, ...], widths: tuple[int, ...], seeds: int
) -> Sweep:
    """Covariance after one more layer with a first input, over q, for one input for each of `rhos`.

    Args:
      points: triples (W_std, b_std, q), where q is the mean square of z^1.
    Returns: samples (widths, seeds, points, rhos). Where q is a fixed point, their mean is the correlation map, at
      every width.
    """
    return sweep(_covariances(phi, points, rhos), widths, seeds)


@cache
def _covariances(phi, points, rhos):
    x, stds, q = _at_points(points, rhos)

    def statistic(key, width):
        layer = stax.Dense(width, b_std=1.0)
        W1, b1, W2, b2 = _blocks(key, width, 3, 1, width, 1)
        first, second = (W1, b1[0]), (W2, b2[0])

        def at_point(x, stds, q):
            z = layer.apply_fn(_scaled(first, stds), x)
            z = layer.apply_fn(_scaled(second, stds), phi(z))
            return z[1:] @ z[0] / (width * q)

        return jax.vmap(at_point)(x, stds, q)

    return statistic


def _at_points(points, rhos):
    """Inputs for each point, its two standard deviations, and its q: arrays with one row for each point."""
    x = np.stack([inputs(q, rhos, (W_std, b_std)) for W_std, b_std, q in points])
    return jnp.asarray(x), jnp.asarray([p[:2] for p in points], float), jnp.asarray([p[2] for p in points], float)


def _blocks(key, width, *rows):
    """Standard normal numbers, so many rows of `width` for each block.

    All blocks are one draw, since each call of the generator takes XLA more than a second to compile.
    """
    ends = np.cumsum(rows)
    return jnp.split(jax.random.normal(key, (int(ends[-1]), width)), ends[:-1])


def _scaled(params, stds):
    """Weights and biases of a layer with other standard deviations, so that one draw serves many points."""
    W, b = params
    return stds[0] * W, stds[1] * b


QUANTITIES = ("mean square", "correlation", "change", "gradient")
"""What `signals` measures at each layer."""


def signals(
    phi: Callable, points: tuple[tuple, ...], depth: int, widths: tuple[int, ...], seeds: int, *, rho: float = 0.6
) -> Sweep:
    """A signal, its correlation with a second one, a small change of it, and a gradient, through deep networks.

    Args:
      points: triples (W_std, b_std, q); all use the same draws of weights. q is the mean square of z^1.
      rho: correlation of the first pre-activations of the two inputs.
    Returns: samples (widths, seeds, points, depth, 4) in the order of `QUANTITIES`: at layer l the mean square of z^l;
      its covariance with that of the second input, over q; the mean square of a change that is 1 at layer 1 on
      average, for a step across to the input; the sum of squares of the derivatives of the output by z^l, where the
      output is a sum of z^depth with random weights such that it is 1 at the top on average.
    """
    return sweep(_signals(phi, points, depth, rho), widths, seeds)


@cache
def _signals(phi, points, depth, rho):
    x, stds, q = _at_points(points, (rho,))

    def statistic(key, width):
        layer = stax.Dense(width, b_std=1.0)
        W1, b1, W, b, top = _blocks(key, width, 3, 1, (depth - 1) * width, depth - 1, 1)
        start, weights = (W1, b1[0]), (W.reshape(depth - 1, width, width), b)
        top = top[0] / width**0.5

        def at_point(x, stds, q):
            step = jnp.asarray([[0.0, 0.0, 3**0.5], [0.0, 0.0, 0.0]]) / stds[0]

            def next_layer(carry, now):
                z, change = carry
                params, shift = now
                advance = jax.tree_util.Partial(_advance, phi, layer.apply_fn, _scaled(params, stds))
                z, change = jax.jvp(advance, (z,), (change,))
                # The derivative by a shift of the first input's pre-activations is that by themselves.
                z = jnp.stack([z[0] + shift, z[1]])
                return (z, change), (z, change[0])

            def output(shifts):
                z, change = jax.jvp(lambda at: layer.apply_fn(_scaled(start, stds), at), (x,), (step,))
                z = jnp.stack([z[0] + shifts[0], z[1]])
                (last, _), (zs, changes) = jax.lax.scan(next_layer, (z, change), (weights, shifts[1:]))
                return top @ last[0], (jnp.concatenate([z[None], zs]), jnp.concatenate([change[:1], changes]))

            gradients, (zs, changes) = jax.grad(output, has_aux=True)(jnp.zeros((depth, width)))
            return jnp.stack([
                jnp.mean(zs[:, 0] ** 2, axis=1),
                jnp.mean(zs[:, 0] * zs[:, 1], axis=1) / q,
                jnp.mean(changes**2, axis=1),
                jnp.sum(gradients**2, axis=1),
            ], axis=1)  # fmt: skip

        return jax.lax.map(lambda point: at_point(*point), (x, stds, q))

    return statistic


def _advance(phi, apply_fn, params, z):
    return apply_fn(params, phi(z))


def predicted_signals(
    phi: Callable, points: tuple[tuple, ...], depth: int, *, rho: float = 0.6
) -> Float[np.ndarray, "points depth 4"]:
    """What `signals` tends to as the width grows, for a smooth activation and fixed points q."""
    rows = []
    for W_std, b_std, q in points:
        powers = float(mean_field.gain(phi, q, W_std)) ** np.arange(depth)
        rhos = [rho]
        for _ in range(depth - 1):
            rhos.append(float(mean_field.correlation_map(phi, rhos[-1], q, W_std, b_std)))
        rows.append(np.stack([np.full(depth, q), np.asarray(rhos), powers, powers[::-1]], axis=1))
    return np.stack(rows)


def relu_gaps(depth: int, widths: tuple[int, ...], seeds: int, *, rho: float = 0.0) -> Sweep:
    """The gap 1 - rho_l of ReLU networks at l = 1, ..., depth; tends to `mean_field.relu_gaps(1 - rho, depth - 1)`.

    Returns: samples (widths, seeds, depth): 1 less the cosine of the angle between the two pre-activations. It is
      computed from the difference of their directions, so that a small gap keeps its digits.
    """
    return sweep(_relu_gaps(depth, rho), widths, seeds)


@cache
def _relu_gaps(depth, rho):
    x = jnp.asarray(inputs(1.0, (rho,), HE))

    def statistic(key, width):
        layer = stax.Dense(width, *HE)
        W1, W = _blocks(key, width, 3, (depth - 1) * width)
        z = layer.apply_fn((W1, None), x)

        def next_layer(z, own):
            z = layer.apply_fn((own, None), jax.nn.relu(z))
            return z, _gap(z)

        later = jax.lax.scan(next_layer, z, W.reshape(depth - 1, width, width))[1]
        return jnp.concatenate([_gap(z)[None], later])

    return statistic


def _gap(z):
    directions = z / jnp.linalg.norm(z, axis=1, keepdims=True)
    return jnp.sum((directions[0] - directions[1]) ** 2) / 2


def relu_gap_decay(gap: float, depths: Sequence[int]) -> Float[np.ndarray, "k"]:
    r"""$l^2 e_l / (9 \pi^2 / 2)$ at the given depths, from the recursion of the limit: 1, up to order $\log l / l$."""
    gaps = mean_field.relu_gaps(gap, max(depths))
    return np.asarray([2 * depth**2 * gaps[depth] / (9 * np.pi**2) for depth in depths])


def tanh_decay(q: float, depths: Sequence[int], *, W_std: float = 1.0) -> Float[np.ndarray, "k"]:
    r"""$2 l\, q_l$ at the given depths l, from the recursion of the limit for tanh without bias: tends to 1.

    Like log l / l, at sigma_w = 1; with another weight variance it does not tend to 1.
    """
    path = mean_field.trajectory(jnp.tanh, jnp.asarray(float(q)), (W_std, 0.0), max(depths))
    return np.asarray([2 * depth * float(path[depth - 1]) for depth in depths])


def late_slope(ratios: Float[np.ndarray, "2"], depths: tuple[int, int]) -> float:
    """The slope of l (1 - ratio) against log l between two depths: c, if the ratio is 1 - c log(l) / l + O(1/l)."""
    late = np.asarray(depths) * (1 - np.asarray(ratios))
    return float((late[1] - late[0]) / np.log(depths[1] / depths[0]))


def tanh_gains(q: float, depths: Sequence[int]) -> Float[np.ndarray, "k"]:
    """The product of the gains of the first l layers of tanh with W_std = 1 and no bias, times l, for the given l."""
    path = mean_field.trajectory(jnp.tanh, jnp.asarray(float(q)), (1.0, 0.0), max(depths))
    product = np.cumprod(np.asarray(mean_field.gain(jnp.tanh, path, 1.0)))
    return np.asarray([depth * product[depth - 1] for depth in depths])


def gradient_norms(depth: int, widths: tuple[int, ...], seeds: int) -> Sweep:
    r"""The factor of a gradient's length on its way down through l = 0, ..., depth layers of two networks.

    Returns: samples (widths, seeds, 2, depth + 1), for a linear network (W_std = 1) and a ReLU network (W_std^2 = 2),
      both without bias and with the same draws: the logarithm of the length of the derivative of the output by the
      pre-activations l layers below the top, less that at the top.
    """
    return sweep(_gradient_norms(depth), widths, seeds)


@cache
def _gradient_norms(depth):
    scale = jnp.asarray([[1.0], [HE[0]]])

    def statistic(key, width):
        layer = stax.Dense(width)
        z, W, top = _blocks(key, width, 1, depth * width, 1)
        weights = W.reshape(depth, width, width)

        def next_layer(z, now):
            own, shift = now
            # The first row is linear, the second goes through ReLU.
            activations = jnp.stack([z[0], jax.nn.relu(z[1])])
            return scale * layer.apply_fn((own, None), activations) + shift, None

        def outputs(shifts):
            return jnp.sum(jax.lax.scan(next_layer, z + shifts[0], (weights, shifts[1:]))[0] @ top[0])

        gradients = jax.grad(outputs)(jnp.zeros((depth + 1, 2, width)))
        lengths = jnp.log(jnp.sum(gradients**2, axis=2)).T / 2
        return (lengths - lengths[:, -1:])[:, ::-1]

    return statistic


def linear_drift(width: int) -> float:
    r"""Mean logarithm of the length factor of a linear layer: $\tfrac12 (\psi(n/2) + \log(2/n))$."""
    return float(special.digamma(width / 2) + np.log(2 / width)) / 2


def relu_drift(width: int) -> float:
    r"""The same for a ReLU layer with He initialization, given that at least one of its units is on.

    With k units on, the squared factor is 2/n times a chi-square number of k degrees of freedom; k is binomial.
    """
    k = np.arange(1, width + 1)
    log_weights = special.gammaln(width + 1) - special.gammaln(k + 1) - special.gammaln(width - k + 1)
    weights = np.exp(log_weights - width * np.log(2))
    return float(weights @ (special.digamma(k / 2) + np.log(4 / width)) / weights.sum()) / 2
