"""Chapter 5, linearization: a model that is linear in its parameters is solved in closed form, and how far a net is."""

from .closed_form import closed_form, descent, eigenbasis, prediction
from .cross_entropy import logistic_loss, one_logit
from .ensemble import doubling, ensemble, spread
from .model import descent_step, linear_dynamics, linear_model
from .modes import critical_rate, descent_mode, eigenmode, null_mode, stable_rate, unstable_rate
from .rates import kink, random_signs

DERIVATIONS = (
    linear_model,
    linear_dynamics,
    eigenmode,
    closed_form,
    eigenbasis,
    prediction,
    null_mode,
    doubling,
    descent_step,
    descent,
    descent_mode,
    stable_rate,
    unstable_rate,
    critical_rate,
    ensemble,
    spread,
    logistic_loss,
    one_logit,
    random_signs,
    kink,
)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
