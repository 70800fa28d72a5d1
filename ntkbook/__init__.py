"""The package behind the book: checked mathematics, networks, kernels, dynamics and figures.

Parts load when they are first used, so `import ntkbook` costs nothing:

    from ntkbook import stax
    from ntkbook.empirical import ntk
    from ntkbook.dynamics import gradient_flow

The parts:
  proof         the engine that settles each displayed equation by algebra and by numbers
  derivations   the book's mathematics, one module per chapter
  stax          finite networks in the NTK parametrization
  empirical     tangent kernels and linearizations of any (apply_fn, params), by autodiff
  losses        losses as functions of (outputs, targets)
  dynamics      gradient flow and gradient descent, in parameters and in outputs
  predict       training in closed form, ensembles and Gaussian processes, with neural-tangents' names
  spectra       eigenvalues of kernels, on data, the circle and spheres, and the learning curves they predict
  datasets      digits, diabetes, and a loader for CIFAR-10
  experiments   claims about finite width: sweeps over widths and seeds, with errors and fitted rates
  conventions   converters between the conventions of the literature
  gram          large Gram matrices: in tiles, over devices and processes
  plotting      one function per figure
  page          what a page of the book starts with
"""

from importlib import import_module

__all__ = [
    "conventions",
    "datasets",
    "derivations",
    "dynamics",
    "empirical",
    "experiments",
    "gram",
    "losses",
    "page",
    "plotting",
    "predict",
    "proof",
    "spectra",
    "stax",
]


def __getattr__(name: str):
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"ntkbook has no part {name!r}; its parts are {', '.join(__all__)}.")


def __dir__() -> list[str]:
    return __all__
