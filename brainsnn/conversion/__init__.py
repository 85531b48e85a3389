"""Conversion: trained networks of rectified linear units as spiking networks.

A network is a list of layers in NumPy (`brainsnn.conversion.layers`), read from torch, Keras or
ONNX or written by hand; it is scaled (`normalise`) and run as integrate-and-fire neurons
(`convert`).
"""

from brainsnn.conversion.converted import Converted, ConvertedRun, convert
from brainsnn.conversion.first_spike import FirstSpikeRun, run_first_spike
from brainsnn.conversion.from_keras import from_keras
from brainsnn.conversion.from_onnx import from_onnx
from brainsnn.conversion.from_torch import from_torch
from brainsnn.conversion.layers import (
    AveragePool,
    BatchNorm,
    Convolve,
    Flatten,
    Layer,
    Linear,
    MaxPool,
    ReLU,
)
from brainsnn.conversion.normalisation import normalise
from brainsnn.conversion.stages import Stage, activations, stages
from brainsnn.conversion.to_network import to_network

__all__ = [
    "AveragePool",
    "BatchNorm",
    "Converted",
    "ConvertedRun",
    "Convolve",
    "FirstSpikeRun",
    "Flatten",
    "Layer",
    "Linear",
    "MaxPool",
    "ReLU",
    "Stage",
    "activations",
    "convert",
    "from_keras",
    "from_onnx",
    "from_torch",
    "normalise",
    "run_first_spike",
    "stages",
    "to_network",
]
