"""Chapter 1, gradient flow: how the outputs of any model move while its parameters follow the gradient of a loss."""

from .kernel import push, single_neuron, tangent_kernel
from .several_outputs import vector_outputs
from .training import kernel_gradient_flow, loss_descent, squared_loss, squared_loss_descent, test_input

DERIVATIONS = (
    tangent_kernel,
    push,
    single_neuron,
    kernel_gradient_flow,
    test_input,
    squared_loss,
    loss_descent,
    squared_loss_descent,
    vector_outputs,
)
"""In reading order."""

__all__ = [derivation.__name__ for derivation in DERIVATIONS]
