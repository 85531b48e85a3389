"""A compiled network in this process: its arrays as NumPy views, its trial loop as one call."""

from __future__ import annotations

import _ctypes
import ctypes
import tempfile
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import EngineError
from brainsnn.spikes import FloatArray, IntArray, OffsetArray, SpikeTrains

_DTYPES = {
    "double": np.float64,
    "float": np.float32,
    "int32_t": np.int32,
    "int64_t": np.int64,
    "char": np.bool_,
}
_Pointer = ctypes.c_void_p
_Count = ctypes.c_int64


class _Memory:
    """Memory of the compiled code, for NumPy; an array of it keeps the code loaded."""

    def __init__(self, runner: Runner, data: int, size: int, dtype: str) -> None:
        self.runner = runner
        kind = np.dtype(_DTYPES[dtype]).str
        self.__array_interface__ = {
            "version": 3,
            "typestr": kind,
            "shape": (size,),
            "data": (data, False),
        }


class Runner:
    """GeNN's compiled code with the trial loop around it, loaded.

    The code holds its state in globals, so each runner loads a copy of its own. It is unloaded with
    the last array that looks into it.

    Parameters
    ----------
    library : bytes
        The shared library.
    """

    def __init__(self, library: bytes) -> None:
        self._c = _load(library)
        self._finalizer = weakref.finalize(self, _unload, self._c)
        self._c.resident_array_count.restype = _Count
        self._c.resident_array.argtypes = [_Count, *[_Pointer] * 5]
        self._c.resident_run.argtypes = [*[_Pointer] * 4, *[_Count] * 2, *[_Pointer] * 3]
        self._c.resident_spikes.argtypes = [_Pointer]
        self._c.resident_allocate()
        self._arrays = dict(self._find(k) for k in range(self._c.resident_array_count()))

    def _find(self, k: int) -> tuple[str, tuple[str, int, int]]:
        label, symbol, dtype = ctypes.c_char_p(), ctypes.c_char_p(), ctypes.c_char_p()
        data, size = _Pointer(), _Count()
        found = (label, symbol, dtype, data, size)
        self._c.resident_array(k, *(ctypes.addressof(x) for x in found))
        kind = (dtype.value or b"").decode()
        return (label.value or b"").decode(), (kind, data.value or 0, size.value)

    def view(self, name: str) -> NDArray[Any]:
        """Array ``"<owner>.<variable>"`` as a view of the memory that the compiled code reads.

        Raises
        ------
        EngineError
            If there is no such array.
        """
        if name not in self._arrays:
            raise EngineError(f"No array {name!r} in the network; it has {sorted(self._arrays)}.")
        kind, data, size = self._arrays[name]
        return np.asarray(_Memory(self, data, size, kind))

    def save_state(self) -> None:
        """Make the present state the one that every trial starts from."""
        self._c.resident_save()

    def run(
        self,
        inputs: SpikeTrains,
        trials: NDArray[np.int64],
        n_steps: int,
        final: FloatArray,
        seeds: NDArray[np.uint32] | None,
    ) -> tuple[OffsetArray, IntArray, IntArray, IntArray, FloatArray]:
        """Run the given trials of the inputs in one call.

        Parameters
        ----------
        inputs : SpikeTrains
            Input spikes.
        trials : array of int64
            Which trials of them.
        n_steps : int
            Length of a trial.
        final : array of float64
            Receives the final potentials, a block (n_trials, size) for each population with any.
        seeds : array of uint32, optional
            One seed a trial, for networks that draw random numbers.

        Returns
        -------
        tuple of array
            Offsets of the trials, and the columns population, neuron, step and potential.
        """
        offsets = np.empty(trials.size + 1, np.int64)
        arrays = (inputs.offsets, inputs.neuron, inputs.step, trials)
        drawn = None if seeds is None else seeds.ctypes.data
        results = (offsets.ctypes.data, final.ctypes.data)
        self._c.resident_run(
            *(a.ctypes.data for a in arrays), trials.size, n_steps, drawn, *results
        )
        n = int(offsets[-1])
        columns = np.empty(5 * n, np.int32)
        self._c.resident_spikes(columns.ctypes.data)
        population, neuron, step = columns[2 * n :].reshape(3, n)
        return offsets, population, neuron, step, columns[: 2 * n].view(np.float64)


def _load(library: bytes) -> ctypes.CDLL:
    with tempfile.TemporaryDirectory(prefix="brainsnn-") as folder:
        path = Path(folder) / "network.so"
        path.write_bytes(library)
        try:
            return ctypes.CDLL(str(path))
        except OSError as error:
            raise EngineError(f"Cannot load the compiled network: {error}.") from error


def _unload(library: ctypes.CDLL) -> None:
    library.resident_release()
    _ctypes.dlclose(library._handle)
