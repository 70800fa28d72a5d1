"""Training in continuous and in discrete time, followed in the parameters and in the outputs.

Gradient flow moves the parameters along minus the gradient of the loss; the outputs then obey an equation
of their own, in which only the tangent kernel remembers the network:

  parameters   dθ/dt   = −η ∇_θ L
  outputs      df_i/dt = −η Σ_j Θ_ij ∂L/∂f_j

`output_velocity` and `kernel_velocity` compute the two sides of the second line by separate roads.

Conventions: losses are functions of (outputs, targets), by default `losses.mse`, with 1/(2N). Outputs are
(N,) or (N, k) and targets have the same shape. η is `learning_rate`; it only rescales time.

Predictions in closed form, and those at test points, are `ntkbook.predict`.
"""

from ntkbook.dynamics.descent import gradient_descent
from ntkbook.dynamics.flow import gradient_flow, kernel_gradient_flow
from ntkbook.dynamics.path import Path
from ntkbook.dynamics.velocity import kernel_velocity, output_velocity

__all__ = ["Path", "gradient_descent", "gradient_flow", "kernel_gradient_flow", "kernel_velocity", "output_velocity"]
