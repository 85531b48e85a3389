"""A compiled network in this process: its arrays as NumPy views, its trial loop as one call."""

from __future__ import annotations

import _ctypes
import ctypes
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping
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
    "uint32_t": np.uint32,
    "int64_t": np.int64,
    "uint64_t": np.uint64,
    "char": np.bool_,
}
#: Brian2's code prints its reason.
GAVE_UP = "The compiled network gave up while it was made; its reason is on the standard output."

_Pointer = ctypes.c_void_p
_Number = ctypes.c_int64
_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "resident_array_count": (_Number, []),
    "resident_array": (None, [_Number, *[_Pointer] * 5]),
    "resident_saved": (_Pointer, [_Number]),
    "resident_keep": (None, [_Number, ctypes.c_int32]),
    "resident_matrix": (ctypes.c_int32, [_Number, *[_Pointer] * 4]),
    "resident_copy_matrix": (None, [_Number, _Pointer]),
    "resident_monitor": (ctypes.c_int32, [_Number, *[_Pointer] * 3]),
    "resident_prepare": (ctypes.c_int32, []),
    "resident_execute": (ctypes.c_int32, [_Pointer]),
    "resident_durations": (_Pointer, [_Pointer]),
    "resident_profile": (ctypes.c_int32, [_Number, *[_Pointer] * 2]),
    "resident_last_run": (None, [_Pointer] * 2),
    "resident_input": (None, [_Number, *[_Pointer] * 3, _Number]),
    "resident_trials": (_Number, [_Number, _Number, _Pointer]),
    "resident_run": (None, [*[_Pointer] * 4, _Number, _Number, *[_Pointer] * 3]),
    "resident_spikes": (None, [_Pointer]),
    "resident_end_with": (None, [_Number]),
}


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
    """A private copy of a compiled library, loaded, its network's initial statements done.

    The library keeps a network's state in globals, so every `Library` loads a file of its own;
    the file is removed from disk at once, and the code is unloaded with the last array that
    looks into it.

    Parameters
    ----------
    path : Path
        The compiled library.
    static_arrays : dict of str to array
        Arrays that the network's initial statements read.
    """

    def __init__(self, path: Path, static_arrays: Mapping[str, NDArray[Any]]) -> None:
        self._c = _load_private(path)
        self._finalizer = weakref.finalize(self, _unload, self._c)
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(self._c, name)
            function.restype, function.argtypes = result, arguments
        self._c.resident_allocate()
        self._numbers: dict[str, int] = {}
        self.arrays: dict[str, str] = {}
        self._list_arrays()
        for name, values in static_arrays.items():
            self.view(name)[...] = np.ravel(values)
        if not self._c.resident_prepare():
            raise EngineError(GAVE_UP)
        self._c.resident_save()
        self._inputs: SpikeTrains | None = None
        self._addresses: tuple[int, ...] = ()
        self._given: dict[int, SpikeTrains] = {}

    def _list_arrays(self) -> None:
        for k in range(self._c.resident_array_count()):
            label, name, *_ = self._locate(k)
            self._numbers[name] = k
            self.arrays[name] = label
        self._labels = {label: name for name, label in self.arrays.items()}

    def _locate(self, number: int) -> tuple[str, str, str, int, int]:
        texts = [ctypes.c_char_p() for _ in range(3)]
        data, size = _Pointer(), _Number()
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
        return np.asarray(_View(self, data, size, dtype)) if size else np.empty(0, _DTYPES[dtype])

    def start_values(self, name: str) -> NDArray[Any] | None:
        """Values that an array starts a trial with, as a view; None if no trial changes it."""
        _, _, dtype, _, size = self._locate(self._number(name))
        data = self._c.resident_saved(self._number(name))
        return np.asarray(_View(self, data, size, dtype)) if data else None

    def set(self, name: str, values: Any) -> None:
        """Set an array: its present values, and those that trials start from."""
        self.view(name)[...] = values
        start = self.start_values(name)
        if start is not None:
            start[...] = values

    def keep(self, name: str, kept: bool = True) -> None:
        """Let an array go on from trial to trial, or (False) be put back before each."""
        self._c.resident_keep(self._number(name), int(kept))

    def matrix(self, name: str) -> NDArray[Any]:
        """Copy of a recorded matrix, shape (times, indices)."""
        texts, rows, columns = [ctypes.c_char_p(), ctypes.c_char_p()], _Number(), _Number()
        k = 0
        while self._c.resident_matrix(k, *(ctypes.byref(x) for x in (*texts, rows, columns))):
            if (texts[0].value or b"").decode() == name:
                dtype = _DTYPES[(texts[1].value or b"").decode()]
                values: NDArray[Any] = np.empty((rows.value, columns.value), dtype)
                self._c.resident_copy_matrix(k, values.ctypes.data)
                return values
            k += 1
        raise EngineError(f"No matrix {name!r} in the network.")

    def execute(self, apply_arguments: Callable[[], None] | None = None) -> bool:
        """Run the script once, as it stands; returns whether it was interrupted.

        Parameters
        ----------
        apply_arguments : callable, optional
            Called just before the first run.

        Raises
        ------
        EngineError
            If the network could not be made.
        """
        callback = ctypes.CFUNCTYPE(None)(apply_arguments) if apply_arguments else None
        outcome = self._c.resident_execute(callback and ctypes.cast(callback, _Pointer))
        if outcome < 0:
            raise EngineError(GAVE_UP)
        return bool(outcome)

    def last_run(self) -> tuple[float, float]:
        """Seconds that the last run took, and the fraction of it that was completed."""
        seconds, completed = ctypes.c_double(), ctypes.c_double()
        self._c.resident_last_run(ctypes.byref(seconds), ctypes.byref(completed))
        return seconds.value, completed.value

    def durations(self) -> NDArray[np.float64]:
        """Durations of the script's runs in seconds, as a view."""
        n = _Number()
        data = self._c.resident_durations(ctypes.byref(n))
        return np.asarray(_View(self, data, n.value, "double"))

    def profile(self) -> dict[str, float]:
        """Seconds spent in each code object of the profiled runs."""
        name, seconds, spent, k = ctypes.c_char_p(), ctypes.c_double(), {}, 0
        while self._c.resident_profile(k, ctypes.byref(name), ctypes.byref(seconds)):
            spent[(name.value or b"").decode()] = seconds.value
            k += 1
        return spent

    def give_input(self, group: int, inputs: SpikeTrains | None) -> None:
        """Give an input group its spikes for the trials to come, or (None) its own back."""
        if inputs is None:
            self._given.pop(group, None)
            self._c.resident_input(group, None, None, None, 0)
            return
        self._given[group] = inputs
        columns = (inputs.offsets, inputs.neuron, inputs.step)
        self._c.resident_input(group, *(c.ctypes.data for c in columns), inputs.n_trials)

    def given(self, group: int) -> SpikeTrains | None:
        """Spikes that an input group was given; None for its own."""
        return self._given.get(group)

    def run_trials(self, first: int, n: int, seeds: NDArray[np.uint32] | None) -> int:
        """Run trials of the script, each from the state that it starts from.

        Parameters
        ----------
        first, n : int
            The trials to run, by their numbers in a block: they take the inputs of these trials.
        seeds : array of uint32, optional
            One seed a trial.

        Returns
        -------
        int
            How many were run; fewer than `n` after an interrupt.
        """
        return int(self._c.resident_trials(first, n, None if seeds is None else seeds.ctypes.data))

    def monitor_offsets(self) -> dict[str, NDArray[np.int64]]:
        """For each monitor, how much it held at the end of each trial, 0 first."""
        name, n, data, found, k = ctypes.c_char_p(), _Number(), _Pointer(), {}, 0
        while self._c.resident_monitor(k, *(ctypes.byref(x) for x in (name, n, data))):
            if n.value:
                values = np.asarray(_View(self, data.value or 0, n.value, "int64_t"))
                found[(name.value or b"").decode()] = values.copy()
            k += 1
        return found

    def end_with(self, population: int) -> None:
        """Let trials end with the first spike of a recorded population; -1 for none."""
        self._c.resident_end_with(population)

    def address(self, function: str) -> int:
        """Address of a function of the C interface."""
        return ctypes.cast(getattr(self._c, function), _Pointer).value or 0

    def run(
        self,
        inputs: SpikeTrains,
        trials: NDArray[np.int64],
        n_steps: int,
        final: FloatArray,
        seeds: NDArray[np.uint32] | None,
    ) -> tuple[OffsetArray, IntArray, IntArray, IntArray, FloatArray]:
        """Run trials of a model.

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
