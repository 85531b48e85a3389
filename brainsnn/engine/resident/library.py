"""A compiled network in this process: its arrays as NumPy views, its trial loop as one call."""

from __future__ import annotations

import _ctypes
import ctypes
import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping
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


class _View:
    """Memory of the library, for NumPy; keeps the library loaded as long as an array uses it."""

    def __init__(self, library: Library, data: int, size: int, dtype: str) -> None:
        self.library = library
        self.__array_interface__ = {
            "data": (data, False),
            "shape": (size,),
            "typestr": np.dtype(_DTYPES[dtype]).str,
            "version": 3,
        }


class Library:
    """A private copy of a compiled library, loaded.

    The library keeps a network's state in globals, so every `Library` loads a file of its own;
    the file is removed from disk at once, and the code is unloaded with the last array that
    looks into it.

    Parameters
    ----------
    path : Path
        The compiled library.
    static_arrays : mapping of str to array
        Arrays that the network's initial statements read.
    """

    def __init__(self, path: Path, static_arrays: Mapping[str, NDArray[Any]]) -> None:
        self._c = _load_private(path)
        self._finalizer = weakref.finalize(self, _unload, self._c)
        self._c.resident_array_count.restype = ctypes.c_int64
        self._c.resident_allocate()
        for name, values in static_arrays.items():
            pointer = ctypes.POINTER(ctypes.c_char).in_dll(self._c, name)
            ctypes.memmove(pointer, np.ascontiguousarray(values).ctypes.data, values.nbytes)
        self._c.resident_script()
        self._c.resident_save()
        self.arrays = self._find_arrays()
        self._inputs: SpikeTrains | None = None
        self._addresses: tuple[int, ...] = ()
        self._c.resident_run.argtypes = [
            *[_Pointer] * 4,
            *[ctypes.c_int64] * 2,
            *[_Pointer] * 3,
        ]
        self._c.resident_run.restype = None
        self._c.resident_spikes.argtypes = [_Pointer]
        self._c.resident_spikes.restype = None

    def _find_arrays(self) -> dict[str, tuple[int, int, str]]:
        name, dtype = ctypes.c_char_p(), ctypes.c_char_p()
        data, size = _Pointer(), ctypes.c_int64()
        arrays = {}
        for k in range(self._c.resident_array_count()):
            self._c.resident_array(
                ctypes.c_int64(k), *(ctypes.byref(x) for x in (name, dtype, data, size))
            )
            label, kind = (name.value or b"").decode(), (dtype.value or b"").decode()
            arrays[label] = (data.value or 0, size.value, kind)
        return arrays

    def view(self, name: str) -> NDArray[Any]:
        """Array of the network, ``"<object>.<variable>"``, as a view of its memory.

        Raises
        ------
        EngineError
            If there is no such array.
        """
        if name not in self.arrays:
            raise EngineError(f"No array {name!r} in the network; it has {sorted(self.arrays)}.")
        return np.asarray(_View(self, *self.arrays[name]))

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
        """Run trials.

        Parameters
        ----------
        inputs : SpikeTrains
            Input spikes.
        trials : array of int64
            The trials of `inputs` to run.
        n_steps : int
            Length of a trial.
        final : array of float64
            Receives the final potentials: a block (n_trials, size) for each population that has
            one, one after the other.
        seeds : array of uint32, optional
            One seed a trial, for networks that draw random numbers.

        Returns
        -------
        tuple of array
            Offsets of the trials, and the columns population, neuron, step and potential.
        """
        if inputs is not self._inputs:
            columns = (inputs.offsets, inputs.neuron, inputs.step)
            self._inputs, self._addresses = inputs, tuple(c.ctypes.data for c in columns)
        offsets = np.empty(trials.size + 1, np.int64)
        self._c.resident_run(
            *self._addresses,
            trials.ctypes.data,
            trials.size,
            n_steps,
            None if seeds is None else seeds.ctypes.data,
            offsets.ctypes.data,
            final.ctypes.data,
        )
        return offsets, *self._columns(int(offsets[-1]))

    def _columns(self, n: int) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
        """Copy the recorded spikes into one new buffer, a column after the other."""
        buffer = np.empty(5 * n, np.int32)
        self._c.resident_spikes(buffer.ctypes.data)
        population, neuron, step = buffer[2 * n : 3 * n], buffer[3 * n : 4 * n], buffer[4 * n :]
        return population, neuron, step, buffer[: 2 * n].view(np.float64)


def _load_private(path: Path) -> ctypes.CDLL:
    handle, name = tempfile.mkstemp(prefix="brainsnn-", suffix=".so")
    os.close(handle)
    try:
        shutil.copyfile(path, name)
        return ctypes.CDLL(name)
    except OSError as error:
        raise EngineError(f"Cannot load the compiled network {path}: {error}") from error
    finally:
        Path(name).unlink(missing_ok=True)


def _unload(library: ctypes.CDLL) -> None:
    library.resident_release()
    _ctypes.dlclose(library._handle)
