"""Draws of a statistic of finite networks, over widths and seeds."""

import operator
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from tqdm import tqdm

from ntkbook.experiments.memory import bytes_of
from ntkbook.experiments.samples import Sweep
from ntkbook.stax.layer import check_key

# Bytes that the seeds of one batch may take.
MEMORY = 2**28


def sweep(
    statistic: Callable[[Array, int], Array],
    widths: Sequence[int],
    seeds: int,
    *,
    key: Array | None = None,
    batch_size: int | None = None,
    progress: bool | None = None,
) -> Sweep:
    """Draw a statistic `seeds` times at each width.

    Seed s at width n has the key fold_in(fold_in(key, n), s). So the draws of two widths are independent, and a draw
    depends neither on the other widths nor on how many seeds there are: more seeds continue the same list.

    Args:
      statistic: (key, width) -> a real number or array, of one shape for all widths. It is traced by JAX, under
        vmap over keys, and compiled once for each width; width is a Python int. As a rule it draws a network
        with `init_fn(key, ...)` and measures it. Pass the same function again and nothing is compiled anew.
      widths: increasing positive integers.
      seeds: draws at each width, at least 2.
      key: a random key of the kind threefry2x32, as JAX makes by default; if none is given, jax.random.key(0).
      batch_size: seeds that are computed at a time; by default as many as take about 256 MiB.
      progress: whether to show a progress bar; by default where standard error is a terminal, so never in a stored
        notebook.
    Returns: a `Sweep` with samples of shape (widths, seeds, ...); up to rounding the same for every batch_size.
    Raises: TypeError: a statistic that is no function, or whose result is no real array; a key that is none.
      ValueError: widths not increasing positive integers, fewer than 2 seeds, batch_size below 1, shapes that
      differ between widths, a key of another kind, NaN or infinity in a statistic (says at which width and seed).
    """
    if not callable(statistic):
        raise TypeError(f"sweep: expected a function statistic(key, width), got a {type(statistic).__name__}.")
    widths = checked_widths("sweep", widths)
    seeds = _checked_count("seeds", seeds, 2, "One draw has no standard error")
    if batch_size is not None:
        batch_size = _checked_count("batch_size", batch_size, 1, "A batch holds a seed")
    key = jax.random.key(0) if key is None else key
    _check_key(key)
    show = sys.stderr.isatty() if progress is None else progress
    samples = []
    with (
        tqdm(total=len(widths) * seeds, disable=not show, unit="net") as bar,
        ThreadPoolExecutor(os.cpu_count()) as others,
    ):
        # XLA compiles in other threads. It computes in this one alone: two programs at a time can wait for each other.
        programs = [_program(statistic, width, key, seeds, batch_size, others) for width in widths]
        for width, program in zip(widths, programs, strict=True):
            bar.set_postfix(width=width)
            samples.append(_draws(program, width, key, seeds, bar))
            _check_draws(width, samples[-1], samples[0], widths[0])
    return Sweep(widths, np.stack(samples))


def _program(statistic, width, key, seeds, batch_size, others):
    """How many seeds make a batch at one width, and the compiled program for a batch, in the future."""
    if batch_size is None:
        jaxpr = _batch.trace(statistic, width, _keys(key, width, np.arange(seeds))).jaxpr
        batch_size = max(1, int(seeds * MEMORY / max(1, bytes_of(jaxpr.jaxpr))))
    size = -(-seeds // -(-seeds // batch_size))
    lowered = _batch.lower(statistic, width, _keys(key, width, np.arange(size)))
    return size, others.submit(lowered.compile)


def _draws(program, width, key, seeds, bar):
    """Samples (seeds, ...) at one width."""
    size, compiled = program
    done = []
    for start in range(0, seeds, size):
        # A last batch that is not full repeats a seed, so that one program serves all.
        numbers = np.minimum(np.arange(start, start + size), seeds - 1)
        draws = np.asarray(compiled.result()(_keys(key, width, numbers)), np.float64)[: seeds - start]
        done.append(draws)
        bar.update(len(draws))
    return np.concatenate(done)


# A program of its own: XLA takes most of a second to compile a random hash, and this one serves all widths.
@jax.jit
def _keys(key, width, numbers):
    at_width = jax.random.fold_in(key, width)
    return jax.vmap(lambda number: jax.random.fold_in(at_width, number))(numbers)


@partial(jax.jit, static_argnums=(0, 1))
def _batch(statistic, width, keys):
    def draw(key):
        result = statistic(key, width)
        try:
            result = jnp.asarray(result)
        except (TypeError, ValueError):
            raise TypeError(f"sweep: a statistic returns one array, got a {type(result).__name__}.") from None
        if not jnp.issubdtype(result.dtype, np.floating):
            raise TypeError(f"sweep: a statistic returns real floating-point numbers, got dtype {result.dtype}.")
        return result

    return jax.vmap(draw)(keys)


def _check_key(key):
    check_key("sweep", key)
    kind = str(jax.random.key_impl(key))
    if kind != "threefry2x32":
        raise ValueError(
            f"sweep: with a key of the kind {kind} the draws would depend on the batch that a seed falls into. Pass "
            'jax.random.key(0, impl="threefry2x32").'
        )


def _check_draws(width, draws, first, first_width):
    if draws.shape != first.shape:
        raise ValueError(
            f"sweep: the statistic has shape {first.shape[1:]} at width {first_width} and {draws.shape[1:]} at width "
            f"{width}; expected one shape. Take a mean over units, or a few of them."
        )
    bad = np.argwhere(~np.isfinite(draws))
    if bad.size:
        seed, *index = bad[0].tolist()
        raise ValueError(
            f"sweep: the statistic is {draws[tuple(bad[0])]} at width {width}, seed {seed}, index {tuple(index)}. To "
            f"look at it: statistic(jax.random.fold_in(jax.random.fold_in(key, {width}), {seed}), {width})."
        )


def checked_widths(name: str, widths: Sequence[int]) -> tuple[int, ...]:
    """Widths as a tuple of increasing positive integers."""
    try:
        checked = tuple(operator.index(width) for width in widths)
    except TypeError:
        raise TypeError(f"{name}: widths are integers in a list, for example (64, 128, 256), got {widths!r}.") from None
    if not checked or checked[0] < 1 or any(a >= b for a, b in zip(checked, checked[1:], strict=False)):
        raise ValueError(
            f"{name}: widths are positive integers that increase, for example (64, 128, 256), got {checked}."
        )
    return checked


def _checked_count(argument, value, least, why):
    try:
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"sweep: {argument} is a whole number, got {value!r}.") from None
    if count < least:
        raise ValueError(f"sweep: {argument} is at least {least}, got {count}. {why}.")
    return count
