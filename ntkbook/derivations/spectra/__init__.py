"""Chapter 7, spectra: which functions a kernel learns first, mode by mode."""

from .circle import circle_spectrum, fourier_modes
from .clusters import aliasing, cluster_spread, two_clusters
from .modes import spectral_filters, spectral_modes

DERIVATIONS = (spectral_modes, spectral_filters, fourier_modes, aliasing, circle_spectrum, two_clusters, cluster_spread)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
