"""Claims about networks of finite width: measured over widths and seeds, with errors, and compared with a prediction.

    def kernel_entry(key, width):
        net = stax.serial(stax.Dense(width, W_std=2**0.5), stax.Relu(), stax.Dense(1, W_std=2**0.5))
        return empirical.ntk(net.apply_fn, net.init_fn(key, x.shape)[1], x)[0, 0]

    measured = sweep(kernel_entry, widths=(16, 32, 64), seeds=1000)
    measured.mean().agrees(theta)                          # E Theta_n = Theta: every |z| < 4
    fit_rate(measured.widths, measured.rms(theta)).agrees(-1 / 2)  # the slope's 95% interval holds -1/2

A statistic is any function of (key, width) that JAX can trace. `sweep` draws it for many keys at every width;
`Sweep` keeps the draws and sums them up, as an `Estimate` with its standard error; `fit_rate` reads a power of the
width from estimates.
"""

from ntkbook.experiments.estimate import Estimate
from ntkbook.experiments.rate import Rate, fit_rate
from ntkbook.experiments.samples import Sweep
from ntkbook.experiments.sweep import sweep

__all__ = ["Estimate", "Rate", "Sweep", "fit_rate", "sweep"]
