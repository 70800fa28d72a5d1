"""One small network for each layer, and what is measured of it.

Where one hidden layer is all there is, the empirical kernels have the limit as their mean at every width: narrow
nets do, and no bias hides an error. With LayerNorm the mean is off by a/n + O(1/n^2); there the means at widths n and
2n are extrapolated to 2 E_2n - E_n.
"""

from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ntkbook import empirical, stax
from ntkbook.experiments import Estimate, Sweep

X = jnp.asarray([[1.1, -0.4, 0.8], [0.3, 1.2, 0.9]])
IMAGES = jnp.asarray(np.random.default_rng(3).normal(size=(2, 4, 3, 2)))
SEQUENCES = jnp.asarray(np.random.default_rng(4).normal(size=(2, 5, 2)))
W, B = 1.2, 0.4


class Recording:
    """`stax`, with a note of every name that is used."""

    def __init__(self):
        self.used = set()

    def __getattr__(self, name):
        layer = getattr(stax, name)
        if name in stax.__all__:
            self.used.add(name)
        return layer


layers = Recording()


class Case(NamedTuple):
    """A network of a given width, its inputs, and one width or two to extrapolate from."""

    net: object
    x: jax.Array
    widths: tuple[int, ...] = (16,)
    seeds: int = 4096


def dense(width, **kwargs):
    return layers.Dense(width, W, B, **kwargs)


def behind_dense(*names_and_arguments):
    """Dense and then one activation."""
    name, *arguments = names_and_arguments
    return Case(lambda width: layers.serial(dense(width), getattr(layers, name)(*arguments)), X)


def behind_conv(*tail, filter_shape=(2, 2), strides=None, padding="SAME", x=IMAGES, channels=4, **kwargs):
    """Conv, Relu, and then the layers of `tail`."""

    def net(width):
        conv = layers.Conv(width, filter_shape, strides, padding, W, B, **kwargs)
        return layers.serial(conv, layers.Relu(), *tail)

    return Case(net, x, (channels,))


def normalized(first, axis, *tail, x=X, widths=(16, 32)):
    return Case(lambda n: layers.serial(first(n), layers.LayerNorm(axis, 0.1), *tail, dense(4)), x, widths)


def conv(width, filter_shape=(2, 2), **kwargs):
    return layers.Conv(width, filter_shape, None, "SAME", W, B, **kwargs)


def residual(n):
    branch = layers.serial(layers.Relu(), dense(n))
    return layers.serial(dense(n), layers.FanOut(2), layers.parallel(layers.Identity(), branch), layers.FanInSum())


def joined(n):
    branches = layers.parallel(layers.serial(dense(n), layers.Relu(), dense(n)), dense(2 * n))
    return layers.serial(layers.FanOut(2), branches, layers.FanInConcat())


def softplus(z):
    return jnp.logaddexp(z, 0.0)


flat = layers.Flatten()

CASES = {
    "Dense": Case(lambda n: layers.serial(dense(n), layers.Relu(), dense(n)), X),
    "Dense without bias": Case(lambda n: layers.serial(layers.Dense(n, W), layers.Erf(), layers.Dense(n, W)), X),
    "Dense, standard": Case(
        lambda n: layers.serial(
            dense(n, parameterization="standard"), layers.Relu(), dense(n, parameterization="standard")
        ),
        X,
    ),
    "Relu": behind_dense("Relu"),
    "LeakyRelu": behind_dense("LeakyRelu", 0.3),
    "ABRelu": behind_dense("ABRelu", -0.4, 1.3),
    "Abs": behind_dense("Abs"),
    "Sign": behind_dense("Sign"),
    "Erf": behind_dense("Erf", 1.3, 0.8, 0.2),
    "Sigmoid_like": behind_dense("Sigmoid_like"),
    "Gelu": behind_dense("Gelu"),
    "Sin": behind_dense("Sin", 1.1, 1.4, 0.3),
    "Cos": behind_dense("Cos", 1.1, 1.4, 0.3),
    "Exp": behind_dense("Exp", 1.1, 0.4),
    "Gaussian": behind_dense("Gaussian", 1.2, -0.5),
    "Monomial": behind_dense("Monomial", 2),
    "Polynomial": behind_dense("Polynomial", (0.5, 1.0, 0.3)),
    "Hermite": behind_dense("Hermite", 2),
    "Tanh": behind_dense("Tanh"),
    "Elementwise": behind_dense("Elementwise", softplus),
    "Conv, SAME": behind_conv(flat),
    "Conv, VALID": behind_conv(flat, padding="VALID"),
    "Conv, CIRCULAR": behind_conv(flat, padding="CIRCULAR"),
    "Conv, strides": behind_conv(flat, strides=(2, 1)),
    "Conv, 1-D": behind_conv(flat, filter_shape=(3,), x=SEQUENCES),
    "Conv behind Conv": behind_conv(conv(4), flat),
    "Conv, standard": behind_conv(conv(4, parameterization="standard"), flat, parameterization="standard"),
    "Flatten, Dense, standard": behind_conv(flat, dense(4, parameterization="standard"), channels=8),
    "GlobalAvgPool": behind_conv(layers.GlobalAvgPool()),
    "GlobalAvgPool, 1-D": behind_conv(
        layers.GlobalAvgPool(), filter_shape=(3,), strides=(2,), padding="VALID", x=SEQUENCES
    ),
    "AvgPool": behind_conv(layers.AvgPool((2, 2), (2, 1)), flat),
    "AvgPool, SAME": behind_conv(layers.AvgPool((3, 2), None, "SAME"), flat),
    "LayerNorm": normalized(dense, -1),
    "LayerNorm of channels": normalized(conv, -1, layers.GlobalAvgPool(), x=IMAGES),
    "LayerNorm of images": normalized(conv, (1, 2, 3), layers.GlobalAvgPool(), x=IMAGES),
    "FanOut, parallel, Identity, FanInSum": Case(residual, X),
    "FanInConcat": Case(joined, X),
}

# Each program runs once, so XLA's optimizations would cost more than they save.
_once = partial(jax.jit, compiler_options={"xla_backend_optimization_level": 0})


def entries(nngp, ntk):
    """The two kernels of two inputs, without the mirrored entry: shape (2, 3)."""
    return jnp.stack([nngp, ntk])[:, (0, 0, 1), (0, 1, 1)]


def measured(name: str) -> Estimate:
    """Mean NNGP and NTK of finite nets, shape (2, 3); for two widths the extrapolated one."""
    case = CASES[name]
    # Compiled in a fifth of the time of the default keys. That draws depend on the batch does no harm here.
    key = jax.random.key(list(CASES).index(name), impl="rbg")
    means = [_mean(case, width, jax.random.fold_in(key, width)) for width in case.widths]
    if len(means) == 1:
        return means[0]
    narrow, wide = means
    error = np.sqrt(4 * wide.standard_error**2 + narrow.standard_error**2)
    return Estimate(2 * wide.value - narrow.value, error)


def _mean(case, width, key):
    net = case.net(width)
    keys = jax.random.split(key, case.seeds)
    # Not under jit: nets share what is compiled for a random array of one shape.
    params = jax.vmap(lambda key: net.init_fn(key, case.x.shape)[1])(keys)

    @_once
    def draws(params):
        def draw(params):
            arguments = net.apply_fn, params, case.x
            return entries(empirical.nngp(*arguments), empirical.ntk(*arguments))

        return jax.vmap(draw)(params)

    mean = Sweep((width,), np.asarray(draws(params))[None]).mean()
    return Estimate(mean.value[0], mean.standard_error[0])


def predicted(name: str) -> np.ndarray:
    """The kernels of the limit, shape (2, 3)."""
    case = CASES[name]
    return np.asarray(_once(lambda x: entries(*case.net(case.widths[-1]).kernel_fn(x)))(case.x))


comparison = cache(lambda name: (measured(name), predicted(name)))
