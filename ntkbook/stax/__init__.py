"""Finite networks in the NTK parametrization, with the names of neural-tangents' `stax`.

    net = stax.serial(stax.Dense(512, W_std=1.5, b_std=0.05), stax.Tanh(), stax.Dense(1))
    output_shape, params = net.init_fn(key, x.shape)
    outputs = net.apply_fn(params, x)

A layer is a record `Layer`; reach its functions by name (`net.init_fn`, `net.apply_fn`).
"""

from ntkbook.stax.dense import Dense
from ntkbook.stax.erf import Erf
from ntkbook.stax.layer import Layer
from ntkbook.stax.relu import Relu
from ntkbook.stax.serial import serial
from ntkbook.stax.tanh import Tanh

__all__ = ["Dense", "Erf", "Layer", "Relu", "Tanh", "serial"]
