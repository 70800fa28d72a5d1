"""How far the kernel moves in training, and what the power of the width in front has to do with it."""

from collections.abc import Callable

from ntkbook.experiments.lazy_training.task import N_INPUTS, limit_kernel, network, relative_changes, safe_rate, train
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep


def kernel_drift(activation: Callable, widths: tuple[int, ...], seeds: int, *, mean_field: bool = False) -> Sweep:
    r"""Relative change of the kernel along training, one hidden layer.

    Args:
      activation: a layer of `stax`, as `stax.Erf`.
      widths, seeds: as for `sweep`.
      mean_field: put 1/n in front of the sum over n units instead of 1/sqrt(n). The kernel is then n times smaller,
        and the learning rate n times larger, so that training takes as long; steps are shorter and more, because
        the kernel grows.
    Returns: samples (widths, seeds, 2, T): the change on the training inputs and on the test inputs, at the start and
      24 later times.
    """
    rate = safe_rate(limit_kernel(activation))

    def statistic(key, width):
        scale, shorter = (width**-0.5, 2) if mean_field else (1.0, 1)
        net = network(width, activation)
        apply_fn = _scaled(net.apply_fn, scale)
        params = net.init_fn(key, (-1, N_INPUTS))[1]
        path = train(apply_fn, params, learning_rate=rate / shorter / scale**2, steps=96 * shorter)
        return relative_changes(apply_fn, path)

    return sweep(statistic, widths, seeds)


def _scaled(apply_fn, scale):
    return lambda params, x: scale * apply_fn(params, x)
