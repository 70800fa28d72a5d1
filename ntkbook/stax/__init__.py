"""Finite networks beside their infinite-width kernels, with the names of neural-tangents' `stax`.

    init_fn, apply_fn, kernel_fn = stax.serial(stax.Dense(512, W_std=1.5, b_std=0.05), stax.Tanh(), stax.Dense(1))
    output_shape, params = init_fn(key, x.shape)
    outputs = apply_fn(params, x)
    nngp, ntk = kernel_fn(x1, x2)

A layer is a record `Layer` of the three functions, so `net.init_fn` and `net.kernel_fn` work too.
"""

from ntkbook.stax.branches import FanInConcat, FanInSum, FanOut
from ntkbook.stax.conv import Conv
from ntkbook.stax.dense import Dense
from ntkbook.stax.elementwise import Elementwise
from ntkbook.stax.erf import Erf, Sigmoid_like
from ntkbook.stax.exponential import Exp, Gaussian
from ntkbook.stax.flatten import Flatten
from ntkbook.stax.gelu import Gelu
from ntkbook.stax.hermite import Hermite
from ntkbook.stax.identity import Identity
from ntkbook.stax.kernel import Kernel
from ntkbook.stax.layer import Layer
from ntkbook.stax.layer_norm import LayerNorm
from ntkbook.stax.parallel import parallel
from ntkbook.stax.polynomial import Monomial, Polynomial
from ntkbook.stax.pooling import AvgPool, GlobalAvgPool
from ntkbook.stax.relu import ABRelu, Abs, LeakyRelu, Relu
from ntkbook.stax.serial import serial
from ntkbook.stax.sign import Sign
from ntkbook.stax.sinusoid import Cos, Sin
from ntkbook.stax.tanh import Tanh

__all__ = [
    "ABRelu",
    "Abs",
    "AvgPool",
    "Conv",
    "Cos",
    "Dense",
    "Elementwise",
    "Erf",
    "Exp",
    "FanInConcat",
    "FanInSum",
    "FanOut",
    "Flatten",
    "Gaussian",
    "Gelu",
    "GlobalAvgPool",
    "Hermite",
    "Identity",
    "Kernel",
    "Layer",
    "LayerNorm",
    "LeakyRelu",
    "Monomial",
    "Polynomial",
    "Relu",
    "Sigmoid_like",
    "Sign",
    "Sin",
    "Tanh",
    "parallel",
    "serial",
]
