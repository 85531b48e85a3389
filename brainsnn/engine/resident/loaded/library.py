"""A network of the resident device in this process: state, inputs, monitors, trials."""

from __future__ import annotations

import ctypes
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.library import DTYPES, NUMBER, POINTER, CompiledLibrary, Signatures, View
from brainsnn.engine.resident.loaded.inputs import GivenSpikes
from brainsnn.errors import EngineError

#: Brian2's code prints its reason.
PRINTED = "its reason is on the standard output."


class Library(CompiledLibrary):
    """A compiled network of the resident device, its initial statements done.

    Parameters
    ----------
    path : Path
        The compiled library.
    static_arrays : dict of str to array
        Arrays that the network's initial statements read.
    seed : int, optional
        Below 2^32; what the initial statements draw follows from it, as far as the script does not
        seed. By default it is drawn.
    """

    signatures: ClassVar[Signatures] = {
        **CompiledLibrary.signatures,
        "resident_reason": (ctypes.c_char_p, []),
        "resident_keep": (None, [NUMBER, ctypes.c_int32]),
        "resident_watch": (None, [NUMBER]),
        "resident_matrix": (ctypes.c_int32, [NUMBER, *[POINTER] * 4]),
        "resident_copy_matrix": (None, [NUMBER, POINTER]),
        "resident_monitor": (ctypes.c_int32, [NUMBER, *[POINTER] * 3]),
        "resident_prepare": (ctypes.c_int32, []),
        "resident_seed": (None, [ctypes.c_uint32]),
        "resident_drawn": (ctypes.c_uint32, []),
        "resident_by_gaps": (None, [ctypes.c_int32]),
        "resident_stop": (None, []),
        "resident_execute": (ctypes.c_int32, [POINTER, ctypes.c_int32]),
        "resident_durations": (POINTER, [POINTER]),
        "resident_profile": (ctypes.c_int32, [NUMBER, *[POINTER] * 2]),
        "resident_last_run": (None, [POINTER] * 2),
        "resident_input": (None, [NUMBER, *[POINTER] * 3, NUMBER, NUMBER]),
        "resident_trials": (NUMBER, [NUMBER, NUMBER, POINTER, NUMBER, ctypes.c_int32]),
        "resident_copy_spikes": (None, [POINTER] * 4),
        "resident_end_with": (None, [NUMBER]),
        "resident_states": (None, [NUMBER, POINTER]),
    }

    def __init__(
        self, path: Path, static_arrays: Mapping[str, NDArray[Any]], seed: int | None = None
    ) -> None:
        super().__init__(_contents(path))
        self._c.resident_seed(draw_seed() if seed is None else seed)
        for name, values in static_arrays.items():
            self.view(name)[...] = np.ravel(values)
        if not self._c.resident_prepare():
            raise self._gave_up()
        self.save_state()
        self._kept: set[str] = set()
        self._given: dict[int, GivenSpikes] = {}

    def _gave_up(self) -> EngineError:
        reason = (self._c.resident_reason() or b"").decode() or PRINTED
        return EngineError(f"The compiled network gave up: {reason}")

    def drawn(self) -> int:
        """A number that the state of the random generator gives; the state stays."""
        return int(self._c.resident_drawn())

    def draw_by_gaps(self, whether: bool) -> None:
        """Have trials draw spikes that come by chance one after the other, or step by step."""
        self._c.resident_by_gaps(int(whether))

    def keep(self, name: str, kept: bool = True) -> None:
        """Let an array go on from trial to trial, or (False) be put back before each."""
        self._c.resident_keep(self._number(name), int(kept))
        (self._kept.add if kept else self._kept.discard)(name)

    def watch(self, name: str) -> None:
        """Have an array up to date after each block of trials, for somebody holds a view of it."""
        self._c.resident_watch(self._number(name))

    def is_kept(self, name: str) -> bool:
        """Whether an array goes on from trial to trial."""
        return name in self._kept

    def matrix(self, name: str) -> NDArray[Any]:
        """Copy of a recorded matrix, shape (times, indices)."""
        texts, rows, columns = [ctypes.c_char_p(), ctypes.c_char_p()], NUMBER(), NUMBER()
        k = 0
        while self._c.resident_matrix(k, *(ctypes.byref(x) for x in (*texts, rows, columns))):
            if (texts[0].value or b"").decode() == name:
                dtype = DTYPES[(texts[1].value or b"").decode()]
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
        outcome = self._c.resident_execute(
            callback and ctypes.cast(callback, POINTER), _in_main_thread()
        )
        if outcome < 0:
            raise self._gave_up()
        return bool(outcome)

    def copy_spikes(self, columns: Sequence[NDArray[Any]]) -> None:
        """Copy the spikes of the last block into columns: population, neuron, step, potential."""
        self._c.resident_copy_spikes(*(column.ctypes.data for column in columns))

    def copy_states(self, k: int, values: NDArray[np.float64]) -> None:
        """Copy what the last block left of the recorded variable k, (trials, steps, neurons)."""
        self._c.resident_states(k, values.ctypes.data)

    def last_run(self) -> tuple[float, float]:
        """Seconds that the last run took, and the fraction of it that was completed."""
        seconds, completed = ctypes.c_double(), ctypes.c_double()
        self._c.resident_last_run(ctypes.byref(seconds), ctypes.byref(completed))
        return seconds.value, completed.value

    def durations(self) -> NDArray[np.float64]:
        """Durations of the script's runs in seconds, as a view."""
        n = NUMBER()
        data = self._c.resident_durations(ctypes.byref(n))
        return np.asarray(View(self, data, n.value, "double"))

    def profile(self) -> dict[str, float]:
        """Seconds spent in each code object of the profiled runs."""
        name, seconds, k = ctypes.c_char_p(), ctypes.c_double(), 0
        spent: dict[str, float] = {}
        while self._c.resident_profile(k, ctypes.byref(name), ctypes.byref(seconds)):
            label = (name.value or b"").decode()  # a code object of several runs has several rows
            spent[label] = spent.get(label, 0.0) + seconds.value
            k += 1
        return spent

    def give_input(self, group: int, given: GivenSpikes | None) -> None:
        """Give an input group its spikes for the trials to come, or (None) its own back."""
        if given is None:
            self._given.pop(group, None)
            self._c.resident_input(group, None, None, None, 0, 0)
            return
        self._given[group] = given
        steps = (POINTER * len(given.steps))(*(s.ctypes.data for s in given.steps))
        columns = given.offsets.ctypes.data, given.neuron.ctypes.data, ctypes.addressof(steps)
        self._c.resident_input(group, *columns, len(given.steps), given.n_trials)

    def given(self, group: int) -> GivenSpikes | None:
        """Spikes that an input group was given; None for its own."""
        return self._given.get(group)

    def run_trials(self, first: int, n: int, seeds: NDArray[np.uint32]) -> int:
        """Run trials of the script, each from the state that it starts from.

        Parameters
        ----------
        first, n : int
            The trials to run, by their numbers in a block: they take the inputs of these trials.
        seeds : array of uint32
            Seeds of the last trials; those before, if any, draw on from where the generator is.

        Returns
        -------
        int
            How many were run; fewer than `n` after an interrupt.

        Raises
        ------
        EngineError
            If the network gave up; the message says why.
        """
        given = seeds.ctypes.data, seeds.size
        done = self._c.resident_trials(first, n, *given, _in_main_thread())
        if done < 0:
            raise self._gave_up()
        return int(done)

    def stop(self) -> None:
        """Ask the trials under way, in another thread, to end."""
        self._c.resident_stop()

    def monitor_offsets(self) -> dict[str, NDArray[np.int64]]:
        """For each monitor, how much it held at the end of each trial, 0 first."""
        name, n, data, found, k = ctypes.c_char_p(), NUMBER(), POINTER(), {}, 0
        while self._c.resident_monitor(k, *(ctypes.byref(x) for x in (name, n, data))):
            if n.value:
                values = np.asarray(View(self, data.value or 0, n.value, "int64_t"))
                found[(name.value or b"").decode()] = values.copy()
            k += 1
        return found

    def end_with(self, population: int) -> None:
        """Let trials end with the first spike of a recorded population; -1 for none."""
        self._c.resident_end_with(population)

    def address(self, function: str) -> int:
        """Address of a function of the C interface."""
        return ctypes.cast(getattr(self._c, function), POINTER).value or 0


def copies(load: Callable[[int], Library], n: int, seed: int | None = None) -> list[Library]:
    """Load a library several times, each from a thread of its own, all with the same values.

    The allocator then keeps their arrays apart; side by side, the clocks of two copies would
    share a line of the cache, and each step of one worker would delay the other.

    Parameters
    ----------
    load : callable
        Loads it, from the seed of what is drawn for it.
    n : int
    seed : int, optional
        Drawn by default.

    Raises
    ------
    EngineError
        If the copies are not alike: something in them was drawn by other means.
    """
    one = draw_seed() if seed is None else seed
    if n == 1:
        return [load(one)]
    with ThreadPoolExecutor(n) as threads:
        found = list(threads.map(lambda _: load(one), range(n)))
    for name in found[0].arrays:
        first, *others = (library.view(name).tobytes() for library in found)
        if any(other != first for other in others):
            raise EngineError(
                f"The copies of {n} workers differ in {found[0].arrays[name] or name}: it is drawn "
                "by other means than Brian2's random numbers. Use workers=1, or set it to numbers."
            )
    return found


def draw_seed() -> int:
    """A seed that nothing determines."""
    return secrets.randbits(32)


def _in_main_thread() -> int:
    return int(threading.current_thread() is threading.main_thread())


def _contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EngineError(f"Cannot load the compiled network {path}: {error}") from error
