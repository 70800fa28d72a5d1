"""Kernels of convolutional networks the plain way: covariances of all pixels as one matrix, shifts as matrices.

Nothing here is shared with the package: NumPy, float64, and the covariance itself instead of distances.
"""

import itertools
import math

import numpy as np


class State:
    """Covariance and tangent kernel of all (input, position), as (n |P|, n |P|) matrices."""

    def __init__(self, x):
        self.n, self.sizes = x.shape[0], x.shape[1:-1]
        pixels = x.reshape(-1, x.shape[-1])
        self.K = pixels @ pixels.T / x.shape[-1]
        self.T = np.zeros_like(self.K)

    def mapped(self, matrices, sizes):
        """Mean over linear maps of positions, applied on both sides."""
        eye = np.eye(self.n)
        self.K, self.T = (
            np.mean([np.kron(eye, S) @ A @ np.kron(eye, S).T for S in matrices], axis=0) for A in (self.K, self.T)
        )
        self.sizes = sizes
        return self

    def by_input(self):
        return tuple(A.reshape(self.n, -1, self.n, A.shape[0] // self.n) for A in (self.K, self.T))


def windows(sizes, shape, strides, padding):
    """For each offset in the window the matrix (positions behind, positions before), and the new sizes."""
    per_axis, new_sizes = [], []
    for size, extent, stride in zip(sizes, shape, strides, strict=True):
        count = (size - extent) // stride + 1 if padding == "VALID" else math.ceil(size / stride)
        low = 0 if padding == "VALID" else max((count - 1) * stride + extent - size, 0) // 2
        matrices = []
        for offset in range(extent):
            S = np.zeros((count, size))
            for row in range(count):
                column = row * stride + offset - low
                if padding == "CIRCULAR":
                    column %= size
                if 0 <= column < size:
                    S[row, column] = 1
            matrices.append(S)
        per_axis.append(matrices)
        new_sizes.append(count)
    combined = []
    for choice in itertools.product(*per_axis):
        S = np.ones((1, 1))
        for matrix in choice:
            S = np.kron(S, matrix)
        combined.append(S)
    return combined, tuple(new_sizes)


def conv(state, shape, w, b, strides=None, padding="VALID"):
    state.mapped(*windows(state.sizes, shape, strides or (1,) * len(shape), padding))
    state.K = w * state.K + b
    state.T = w * state.T + state.K
    return state


def pool(state, shape, strides, padding="VALID"):
    matrices, sizes = windows(state.sizes, shape, strides, padding)
    return state.mapped([np.mean(matrices, axis=0)], sizes)


def relu(state):
    r = np.sqrt(np.diag(state.K))
    m = np.outer(r, r)
    theta = np.arccos(np.clip(np.divide(state.K, m, out=np.zeros_like(m), where=m > 0), -1, 1))
    np.fill_diagonal(theta, 0)  # the arccosine of a rounded 1 has lost half its digits
    state.K = m * (np.sin(theta) + (np.pi - theta) * np.cos(theta)) / (2 * np.pi)
    state.T = state.T * (np.pi - theta) / (2 * np.pi)
    return state


def erf(state):
    q = 1 + 2 * np.diag(state.K)
    m = np.outer(q, q)
    slope = 4 / np.pi / np.sqrt(m - 4 * state.K**2)
    state.K = 2 / np.pi * np.arcsin(2 * state.K / np.sqrt(m))
    state.T = state.T * slope
    return state


def flat(state):
    return tuple(np.einsum("ipjp->ij", A) / A.shape[1] for A in state.by_input())


def pooled(state):
    return tuple(A.mean((1, 3)) for A in state.by_input())


def dense(kernels, w, b):
    K, T = kernels
    K = w * K + b
    return K, w * T + K
