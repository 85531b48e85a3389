"""The trials of a compiled network: its arrays as NumPy views, a block of trials as one call."""

from __future__ import annotations

import _ctypes
import ctypes
import itertools
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import EngineError
from brainsnn.indices import seal
from brainsnn.spikes import FloatArray, IntArray, OffsetArray, SpikeTrains

DTYPES = {
    "double": np.float64,
    "float": np.float32,
    "int32_t": np.int32,
    "uint32_t": np.uint32,
    "int64_t": np.int64,
    "uint64_t": np.uint64,
    "char": np.bool_,
}
POINTER = ctypes.c_void_p
NUMBER = ctypes.c_int64
Signatures = dict[str, tuple[Any, list[Any]]]
Columns = tuple[OffsetArray, IntArray, IntArray, IntArray, FloatArray]
"""Offsets of the trials, and the columns population, neuron, step and potential."""


class View:
    """Memory of the library, for NumPy; keeps the library loaded as long as an array uses it."""

    def __init__(self, library: CompiledLibrary, data: int, size: int, dtype: str) -> None:
        self.library = library
        self.__array_interface__ = {
            "data": (data, False),
            "shape": (size,),
            "typestr": np.dtype(DTYPES[dtype]).str,
            "version": 3,
        }


class CompiledLibrary:
    """A private copy of a compiled library, loaded, its arrays allocated.

    The library keeps a network's state in globals, so everyone loads a file of its own; the file
    is removed from disk at once, and the code is unloaded with the last array that looks into it.

    Parameters
    ----------
    library : bytes
        The compiled library.

    Raises
    ------
    EngineError
        If it cannot be loaded.
    """

    signatures: ClassVar[Signatures] = {
        "resident_array_count": (NUMBER, []),
        "resident_array": (None, [NUMBER, *[POINTER] * 5]),
        "resident_saved": (POINTER, [NUMBER, POINTER]),
        "resident_run": (None, [*[POINTER] * 4, NUMBER, NUMBER, *[POINTER] * 3]),
        "resident_spikes": (None, [POINTER]),
    }
    """Result and arguments of the functions of the C interface."""

    def __init__(self, library: bytes) -> None:
        self._c = _load_private(library)
        self._finalizer = weakref.finalize(self, _unload, self._c)
        for name, (result, arguments) in self.signatures.items():
            function = getattr(self._c, name)
            function.restype, function.argtypes = result, arguments
        self._c.resident_allocate()
        self._numbers: dict[str, int] = {}
        self.arrays: dict[str, str] = {}
        self._list_arrays()
        self._inputs: SpikeTrains | None = None
        self._addresses: tuple[int, ...] = ()

    def _list_arrays(self) -> None:
        for k in range(self._c.resident_array_count()):
            label, name, *_ = self._locate(k)
            self._numbers[name] = k
            self.arrays[name] = label
        self._labels = {label: name for name, label in self.arrays.items()}

    def _locate(self, number: int) -> tuple[str, str, str, int, int]:
        texts = [ctypes.c_char_p() for _ in range(3)]
        data, size = POINTER(), NUMBER()
        self._c.resident_array(number, *(ctypes.byref(x) for x in (*texts, data, size)))
        label, name, dtype = ((text.value or b"").decode() for text in texts)
        return label, name, dtype, data.value or 0, size.value

    def _number(self, name: str) -> int:
        if name not in self._numbers:
            raise EngineError(f"No array {name!r} in the network; it has {sorted(self.arrays)}.")
        return self._numbers[name]

    def find(self, owner: str, variable: str) -> str:
        """Name in C++ of a variable of an object.

        Raises
        ------
        EngineError
            If the object or the variable is not in the network.
        """
        wanted = f"{owner}.{variable}"
        if wanted not in self._labels:
            known = sorted(label for label in self._labels if label.startswith(f"{owner}."))
            raise EngineError(
                f"No array {wanted!r} in the network; "
                f"{owner!r} has {known or 'none: is it part of the network'}."
            )
        return self._labels[wanted]

    def view(self, name: str) -> NDArray[Any]:
        """Array of the network, by its name in C++, as a view of its memory.

        Raises
        ------
        EngineError
            If there is no such array.
        """
        _, _, dtype, data, size = self._locate(self._number(name))
        return np.asarray(View(self, data, size, dtype)) if size else np.empty(0, DTYPES[dtype])

    def start_values(self, name: str) -> NDArray[Any] | None:
        """Values that an array starts a trial with, as a view; None if no trial changes it."""
        number, size = self._number(name), NUMBER()
        data = self._c.resident_saved(number, ctypes.byref(size))
        dtype = self._locate(number)[2]
        return np.asarray(View(self, data, size.value, dtype)) if data else None

    def trial_values(self, name: str) -> NDArray[Any]:
        """Values of an array for the next trial, as a view: to write to it changes them."""
        start = self.start_values(name)
        return self.view(name) if start is None or self.is_kept(name) else start

    def is_kept(self, name: str) -> bool:  # noqa: ARG002
        """Whether an array goes on from trial to trial."""
        return False

    def set(self, name: str, values: Any) -> None:
        """Set an array: its present values, and those that trials start from."""
        self.view(name)[...] = values
        start = self.start_values(name)
        if start is not None:
            start[...] = values

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
    ) -> Columns:
        """Run trials of a model.

        Parameters
        ----------
        inputs : SpikeTrains
            Input spikes.
        trials : array of int64
            The trials of `inputs` to run.
        n_steps : int
            Length of a trial.
        final : array of float64, shape (n_trials, sum of sizes), C order
            Receives the final potentials of the populations that have one, side by side.
        seeds : array of uint32, optional
            One seed a trial, for networks that draw random numbers.

        Returns
        -------
        tuple of array
            Offsets of the trials, and the columns population, neuron, step and potential.
        """
        offsets = self.simulate(inputs, trials, n_steps, final, seeds)
        buffer = spike_buffer(int(offsets[-1]))
        self._c.resident_spikes(buffer.ctypes.data)
        seal(offsets, buffer)  # before there are views of it, which are read-only then
        return offsets, *spike_columns(buffer)

    def simulate(
        self,
        inputs: SpikeTrains,
        trials: NDArray[np.int64],
        n_steps: int,
        final: FloatArray,
        seeds: NDArray[np.uint32] | None,
    ) -> OffsetArray:
        """As `run`, but leave the spikes where they are; returns the offsets of the trials."""
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
        return offsets


def spike_buffer(n: int) -> IntArray:
    """Room for `n` spikes."""
    return np.empty(5 * n, np.int32)


def spike_columns(buffer: IntArray) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Columns population, neuron, step and potential of the spikes in a buffer, as views.

    The potentials come first in memory, as the C interface writes them.
    """
    n = buffer.size // 5
    population, neuron, step = buffer[2 * n : 3 * n], buffer[3 * n : 4 * n], buffer[4 * n :]
    return population, neuron, step, buffer[: 2 * n].view(np.float64)


def by_population(final: FloatArray, sizes: Mapping[str, int]) -> dict[str, FloatArray]:
    """Final potentials by population, shape (n_trials, size), as views of what `run` received.

    Parameters
    ----------
    final : array of float64
        As for `CompiledLibrary.run`.
    sizes : mapping of str to int
        The populations that have a potential, in order.
    """
    ends = itertools.accumulate(sizes.values(), initial=0)
    return {
        name: final[:, begin:end]
        for name, (begin, end) in zip(sizes, itertools.pairwise(ends), strict=True)
    }


def _load_private(library: bytes) -> ctypes.CDLL:
    try:
        with tempfile.TemporaryDirectory(prefix="brainsnn-") as folder:
            path = Path(folder) / "network.so"
            path.write_bytes(library)
            return ctypes.CDLL(str(path))
    except OSError as error:
        raise EngineError(f"Cannot load the compiled network: {error}.") from error


def _unload(library: ctypes.CDLL) -> None:
    library.resident_release()
    _ctypes.dlclose(library._handle)
