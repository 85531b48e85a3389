"""The hand-written limits, compiled and callable."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.spikes import SpikeTrains

HERE = Path(__file__).parent
FLAGS = ["-O3", "-march=native", "-ffast-math", "-std=c++17", "-shared", "-fPIC"]

Weights = dict[str, NDArray[np.float64]]
_Size, _Real = ctypes.c_int64, ctypes.c_double


def _address(array: NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def compiled(name: str, *flags: str) -> ctypes.CDLL:
    """Compile a source file of this folder, with more flags if any, and load it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.so"
        command = ["g++", *FLAGS, *flags, "-o", str(path), str(HERE / f"{name}.cpp")]
        subprocess.run(command, check=True)
        return ctypes.CDLL(str(path))


def feedforward_counts(
    inputs: SpikeTrains,
    weights: Weights,
    n_steps: int,
    threshold: float,
    decay: float,
    once: bool,
    library: ctypes.CDLL,
) -> NDArray[np.int64]:
    """Spikes of each layer of a chain in all trials, by ``feedforward_limit.cpp``."""
    layers = list(weights.values())
    sizes = np.array([w.shape[1] for w in layers])
    pointers = np.array([w.ctypes.data for w in layers])
    counts = np.zeros(len(layers), np.int64)
    library.feedforward_limit(
        *(_address(a) for a in (inputs.offsets, inputs.neuron, inputs.step)),
        *(_Size(n) for n in (inputs.n_trials, n_steps, len(layers))),
        _address(sizes),
        _address(pointers),
        _Real(threshold),
        _Real(decay),
        ctypes.c_int32(once),
        _address(counts),
    )
    return counts


class Limit:
    """S4NN's network 784-400-10 with 256 steps in C++, for one core.

    Parameters
    ----------
    threshold : float, default 100
        Of all neurons.
    """

    def __init__(self, threshold: float = 100.0) -> None:
        self.threshold = _Real(threshold)
        self._c = compiled("s4nn_limit")

    def infer(self, steps: NDArray[np.uint16], weights: Weights) -> NDArray[np.int16]:
        """First-spike steps of the outputs, shape (n, 10).

        Parameters
        ----------
        steps : array of uint16, shape (n, 784)
            First-spike steps of the inputs; 256 is silence.
        weights : dict of array
            ``input_hidden`` and ``hidden_output``, shape (pre, post).
        """
        out = np.empty((len(steps), 10), np.int16)
        arrays = [_address(weights[name]) for name in ("input_hidden", "hidden_output")]
        self._c.limit_infer(
            _address(steps), _Size(len(steps)), *arrays, self.threshold, _address(out)
        )
        return out

    def train(
        self,
        steps: NDArray[np.uint16],
        labels: NDArray[np.int64],
        order: NDArray[np.int64],
        weights: Weights,
        learning_rate: float = 0.2,
        weight_decay: float = 1e-6,
        gamma: float = 3.0,
    ) -> None:
        """Train on the trials `order`, one after the other; changes `weights` in place."""
        arrays = [_address(weights[name]) for name in ("input_hidden", "hidden_output")]
        self._c.limit_train(
            *(_address(a) for a in (steps, labels, order)),
            _Size(len(order)),
            *arrays,
            self.threshold,
            *(_Real(x) for x in (learning_rate, weight_decay, gamma)),
        )
