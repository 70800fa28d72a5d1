"""The infinitely wide ReLU network at great depth: angles, and off-diagonal entries as shares of the diagonal."""

import numpy as np


def angles_and_shares(angle: float, layers: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Angle alpha_l and share tau_l = Theta^l(x, x') / Theta^l(x, x) of a deep ReLU network, for l = 1, ..., layers.

    The recursion runs on the angle. Where it is small, 1 - rho comes from its series, since a difference would lose
    its digits.

    Args:
      angle: alpha_1, between the two inputs.
      layers: affine layers; l of them follow on l - 1 hidden layers.
    """
    angles, kernels = np.empty(layers), np.empty(layers)
    kernel = np.cos(angle)
    for layer in range(layers):
        angles[layer], kernels[layer] = angle, kernel
        gap = 1 - (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / np.pi
        if angle < 0.01:
            gap = angle**2 / 2 - angle**3 / (3 * np.pi) - angle**4 / 24 + angle**5 / (30 * np.pi)
        kernel = (1 - gap) + (1 - angle / np.pi) * kernel
        angle = 2 * np.arcsin(np.sqrt(gap / 2))
    return angles, kernels / np.arange(1, layers + 1)


def angle_in_depth(angle: float, layers: int) -> float:
    """alpha_l l / (3 pi) at the last layer: tends to 1."""
    return float(angles_and_shares(angle, layers)[0][-1] * layers / (3 * np.pi))


def quarter_in_depth(angle: float, layers: int) -> tuple[float, float]:
    """The share tau_l at the last layer, and the slope of l (tau_l - 1/4) against log l over its last tenfold."""
    shares = angles_and_shares(angle, layers)[1]
    ends = np.array([layers // 10, layers])
    late = ends * (shares[ends - 1] - 0.25)
    return float(shares[-1]), float((late[1] - late[0]) / np.log(ends[1] / ends[0]))
