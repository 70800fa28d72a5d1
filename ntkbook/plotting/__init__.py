"""Figures of the book: one function per figure, which receives arrays and returns a Matplotlib figure.

Nothing is computed here but places on the page. Call `use_house_style()` once per notebook.
"""

from ntkbook.plotting.central_limit import plot_central_limit
from ntkbook.plotting.cluster_spread import plot_cluster_spread
from ntkbook.plotting.correlation_gap import plot_correlation_gap
from ntkbook.plotting.correlation_maps import plot_correlation_maps
from ntkbook.plotting.deep_kernel import plot_deep_kernel
from ntkbook.plotting.depth_over_width import plot_depth_over_width
from ntkbook.plotting.double_descent import plot_double_descent
from ntkbook.plotting.duals import plot_duals
from ntkbook.plotting.empirical_kernels import plot_empirical_kernels
from ntkbook.plotting.gaussian_draws import plot_gaussian_draws
from ntkbook.plotting.gradient_depth import plot_gradient_depth
from ntkbook.plotting.kernel_drift import plot_kernel_drift
from ntkbook.plotting.kernel_parts import plot_kernel_parts
from ntkbook.plotting.kernel_row import plot_kernel_row
from ntkbook.plotting.kernel_spectra import plot_kernel_spectra
from ntkbook.plotting.lazy_rich_dial import plot_lazy_rich_dial
from ntkbook.plotting.learning_curves import plot_learning_curves
from ntkbook.plotting.mode_decay import plot_mode_decay
from ntkbook.plotting.phase_diagram import plot_phase_diagram
from ntkbook.plotting.prediction_band import plot_prediction_band
from ntkbook.plotting.prior_draws import plot_prior_draws
from ntkbook.plotting.rates import plot_rates
from ntkbook.plotting.single_neuron import plot_single_neuron
from ntkbook.plotting.style import COLORS, use_house_style
from ntkbook.plotting.tails import plot_tails
from ntkbook.plotting.training_bands import plot_training_bands
from ntkbook.plotting.two_paths import plot_two_paths
from ntkbook.plotting.velocity_agreement import plot_velocity_agreement

__all__ = [
    "COLORS",
    "plot_central_limit",
    "plot_cluster_spread",
    "plot_correlation_gap",
    "plot_correlation_maps",
    "plot_deep_kernel",
    "plot_depth_over_width",
    "plot_double_descent",
    "plot_duals",
    "plot_empirical_kernels",
    "plot_gaussian_draws",
    "plot_gradient_depth",
    "plot_kernel_drift",
    "plot_kernel_parts",
    "plot_kernel_row",
    "plot_kernel_spectra",
    "plot_lazy_rich_dial",
    "plot_learning_curves",
    "plot_mode_decay",
    "plot_phase_diagram",
    "plot_prediction_band",
    "plot_prior_draws",
    "plot_rates",
    "plot_single_neuron",
    "plot_tails",
    "plot_training_bands",
    "plot_two_paths",
    "plot_velocity_agreement",
    "use_house_style",
]
