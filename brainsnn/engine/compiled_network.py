"""C++ made of a network's equations: its arrays, and how it learns from recordings."""

from __future__ import annotations

import ctypes
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.resident.compiler import (
    Flags,
    compile_library,
    compiler_version,
    find_compiler,
)
from brainsnn.engine.turns import new_turn
from brainsnn.errors import DataError

Array = NDArray[Any]

#: As Brian2's own run, to the last spike: sums in their order, no fused products.
EXACT = ("-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fopenmp-simd")

#: Where numbers of float32 are good enough, their sums may be in any order.
FAST = ("-O3", "-march=native", "-ffast-math")

#: g++ would join the loops over two spikes, and then not vectorise them: half the speed.
APART = "-fno-loop-unroll-and-jam"


class CompiledNetwork:
    """What compiled networks have in common; see `CompiledGradient` and `CompiledEvents`.

    Parameters
    ----------
    network : DerivedNetwork or EventNetwork
    source : CompiledSource or EventSource
        Its C++.
    dtype : str
        Of states, weights and gradients.
    """

    def __init__(self, network: Any, source: Any, dtype: str) -> None:
        self.network, self.source, self.dtype = network, source, np.dtype(dtype)
        self.names = [name for _, name in source.arrays()]
        self._library = _load(source.text(), EXACT if dtype == "float64" else FAST)
        self._net = ctypes.c_void_p(self._library.derived_new())
        self._finalizer = weakref.finalize(self, self._library.derived_delete, self._net)
        self.turn = new_turn()

    def population(self, name: str) -> Any:
        """A population as it is compiled.

        Raises
        ------
        DataError
            If there is none of that name.
        """
        for p in self.source.populations:
            if p.name == name:
                return p
        known = ", ".join(p.name for p in self.source.populations)
        raise DataError(f"There is no population {name!r}; there are {known}.")

    def take_values(self, given: dict[str, Array]) -> None:
        """Add present values of parameters, first states and synapses, for the library."""
        for p in self.source.populations:
            own = p.population
            values = [_sized(own.values[n], p.size, f"{p.name}.{n}") for n in p.parameters]
            given[f"P_{p.number}"] = self._stacked(values)
            if own.step is not None:
                start = [_sized(own.start[n], p.size, f"{p.name}.{n}") for n in p.names]
                given[f"X0_{p.number}"] = self._stacked(start)
        for number, c in enumerate(self.source.connections):
            given[f"rows_{number}"], given[f"columns_{number}"] = c.rows, c.columns
            for n in c.variables:
                size = 1 if n in c.shared else c.size
                values_of = _sized(c.connection.values[n], size, f"{c.name}.{n}")
                ordered = values_of if size == 1 or c.dense else values_of[c.order]
                given[f"W_{number}_{n}"] = np.ascontiguousarray(ordered, self.dtype)

    def _stacked(self, values: Sequence[Array]) -> Array:
        return np.array([*values], self.dtype) if values else np.zeros((1, 1), self.dtype)

    def table(self, given: Mapping[str, Array]) -> Any:
        """Addresses of arrays, in the order that the library takes; it keeps the arrays alive."""
        addresses = [given[n].ctypes.data if n in given else None for n in self.names]
        table: Any = (ctypes.c_void_p * len(addresses))(*addresses)
        table.given = dict(given)
        return table

    # -- learning from recordings ------------------------------------------------------------

    @property
    def address(self) -> int:
        """Where the library keeps the states of this network."""
        return int(self._net.value or 0)

    @property
    def kept_bytes(self) -> int:
        """Bytes of the states, traces and signals that gradients so far had to be kept for."""
        count = self._library.derived_bytes
        count.argtypes, count.restype = [ctypes.c_void_p], ctypes.c_int64
        return int(count(self._net))

    def function(self, name: str) -> int:
        """Address of a function of the library."""
        return int(ctypes.cast(getattr(self._library, name), ctypes.c_void_p).value or 0)

    def learn(self, told: Array, n_trials: int, n_steps: int, *arrays: Array | None) -> None:
        """Call ``derived_learn``; None stands for no array."""
        given = [None if array is None else array.ctypes.data for array in arrays]
        self._library.derived_learn(told.ctypes.data, n_trials, n_steps, *given)


def _sized(values: Array, size: int, what: str) -> Array:
    """Values, one each."""
    if np.size(values) not in (1, size):
        raise DataError(f"{what!r} has {np.size(values)} values; 1 or {size} are needed.")
    return np.broadcast_to(np.ravel(values), size)


def _flags(optimisation: tuple[str, ...]) -> Flags:
    apart = () if "clang" in compiler_version(find_compiler()) else (APART,)
    return Flags(("-std=c++17", "-w", *optimisation, *apart))


def _load(text: str, optimisation: tuple[str, ...]) -> Any:
    with tempfile.TemporaryDirectory(prefix="brainsnn-") as folder:
        (Path(folder) / "main.cpp").write_text(text, encoding="utf-8")
        library = ctypes.CDLL(str(compile_library(Path(folder), _flags(optimisation))))
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    library.derived_new.restype = pointer
    library.derived_delete.argtypes, library.derived_delete.restype = [pointer], None
    library.derived_learn.argtypes = [pointer, number, number, *[pointer] * 11]
    library.derived_learn.restype = None
    return library
