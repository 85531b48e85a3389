"""Many trials of a compiled Brian2 network: its arrays, its inputs, blocks of trials."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from brian2.units import second
from numpy.typing import ArrayLike, NDArray

from brainsnn.engine.resident.device import ResidentDevice
from brainsnn.engine.resident.generated.layout import monitors
from brainsnn.engine.resident.loaded.access import accesses
from brainsnn.engine.resident.loaded.blocks import Blocks
from brainsnn.engine.resident.loaded.inputs import GivenSpikes, InputGroup, input_groups
from brainsnn.engine.resident.loaded.library import Library, copies
from brainsnn.engine.resident.loaded.monitors import MonitorRecord
from brainsnn.engine.resident.loaded.quantities import as_type, in_si_units
from brainsnn.engine.turns import in_turn, new_turn
from brainsnn.errors import DataError, EngineError
from brainsnn.registry import suggest
from brainsnn.spikes import SpikeTrains

LONGEST = 1e9
"""Seconds that a run may last: far more would be no whole number of steps."""

Draws = Literal["a spike", "a step"]
"""What takes a random number where spikes come by chance."""

Owner = Any
"""A Brian2 object, or its name."""


class CompiledNetwork:
    """A Brian2 network, compiled and kept in this process (see `compile_network`).

    Every trial starts from the same state: what the script said before its first run, weights and
    parameters included, also where a trial changes them itself. Arrays are plain NumPy arrays in
    SI units. Several threads may call it: a call waits for those before it.
    """

    def __init__(self, device: ResidentDevice, workers: int = 1, draws: Draws = "a spike") -> None:
        self.turn = new_turn()
        self._libraries: list[Library] = copies(device.load, workers)
        for library in self._libraries:
            library.draw_by_gaps(draws == "a spike")
        self._blocks = Blocks(self._libraries, monitors(device), draws=device.stochastic)
        self._inputs = {g.name: (k, g) for k, g in enumerate(input_groups(device))}
        self._access = accesses(device)
        self._timed_arrays = {
            array.name: (np.shape(array.values), array.dim) for array in device.timed_arrays
        }

    @property
    def _library(self) -> Library:
        """The copy that runs the last trials of a block."""
        return self._libraries[-1]

    # -- arrays ------------------------------------------------------------------------------

    @in_turn
    def view(self, owner: Owner, variable: str) -> NDArray[Any]:
        """Array of the network, as a view of the memory that the compiled code uses.

        Reading it gives the state at the end of the last trial. It can be written to, for the next
        trial on, where a trial never changes the variable or it is kept (`keep`). Else it is
        read-only, as it is where `set` is refused and with several workers, each of which has the
        array; `set` gives what trials start from. Of an array that grows within a trial, as those
        of monitors do, it is a copy.

        Parameters
        ----------
        owner : Brian2 object or str
            Group, synapses, clock... or its name.
        variable : str

        Raises
        ------
        EngineError
            If the object or the variable is not in the network.
        """
        library = self._library
        name = library.find(_name(owner), variable)
        library.watch(name)
        values, access = library.view(name), self._access[name]
        if access.moves:
            values = values.copy()
        changes = library.start_values(name) is not None and not library.is_kept(name)
        if access.locked or access.moves or changes or len(self._libraries) > 1:
            values.flags.writeable = False
        return values

    @in_turn
    def set(self, owner: Owner, variable: str, values: ArrayLike) -> None:
        """Give a variable the values that every trial starts from, from the next one on.

        Raises
        ------
        EngineError
            If the object or the variable is not in the network, or cannot be set: delays, clocks,
            what Brian2 keeps itself.
        DataError
            If there are not as many values as the variable has, or one for all, they are of
            another unit, or not whole numbers where it takes those.
        """
        name = self._settable(owner, variable)
        what = f"{_name(owner)}.{variable}"
        given = in_si_units(values, self._access[name].dimension, what)
        present = self._library.view(name)
        if given.size not in (1, present.size):
            raise DataError(f"{what} takes {present.size} values or one for all, not {given.size}.")
        given = as_type(given, present.dtype, what)
        for library in self._libraries:
            library.set(name, given)

    def _settable(self, owner: Owner, variable: str) -> str:
        """Name in C++ of a variable that can be set."""
        name = self._library.find(_name(owner), variable)
        if self._access[name].locked:
            raise EngineError(
                f"{_name(owner)}.{variable} cannot be set between trials: "
                f"{self._access[name].locked}."
            )
        return name

    @in_turn
    def keep(self, owner: Owner, *variables: str) -> None:
        """Let variables go on from trial to trial instead of being put back before each.

        For what learns or adapts within a trial: plastic weights, homeostatic thresholds.

        Raises
        ------
        EngineError
            With several workers: trials that depend on the one before cannot be shared. If the
            variable cannot be set between trials.
        """
        if len(self._libraries) > 1:
            raise EngineError(f"keep: trials of {len(self._libraries)} workers have no order.")
        for variable in variables:
            self._library.keep(self._settable(owner, variable))

    @in_turn
    def restore(self, owner: Owner, *variables: str) -> None:
        """Have variables put back before each trial again (the default)."""
        for variable in variables:
            self._library.keep(self._library.find(_name(owner), variable), kept=False)

    @in_turn
    def set_timed_array(self, timed_array: Any, values: ArrayLike) -> None:
        """Replace the values of a TimedArray from the next trial on.

        Parameters
        ----------
        timed_array : TimedArray or str
            It, or its name.
        values : array
            In SI units, of the same shape.

        Raises
        ------
        EngineError
            If no equation of the network reads such a TimedArray.
        DataError
            If the values are of another shape or unit.
        """
        name = _name(timed_array)
        if name not in self._timed_arrays:
            raise EngineError(
                f"No TimedArray {name!r} in the network. {suggest(name, self._timed_arrays)}"
            )
        shape, dimension = self._timed_arrays[name]
        given = in_si_units(values, dimension, f"TimedArray {name!r}")
        if given.shape != shape:
            raise DataError(f"TimedArray {name!r} has values of shape {shape}, not {given.shape}.")
        for library in self._libraries:
            library.view(f"{name}_values")[...] = given.ravel()

    # -- inputs ------------------------------------------------------------------------------

    @in_turn
    def set_spikes(self, group: Owner, indices: ArrayLike, times: ArrayLike) -> None:
        """Give a SpikeGeneratorGroup its spikes for all trials to come.

        They take the place of all that the script gives to the group, without a period, and come
        when Brian2 would have them come: see `InputGroup.at_times`. Those of a time before the
        first run in which the group is active are left out.

        Parameters
        ----------
        group : SpikeGeneratorGroup or str
        indices : array of int
            Neurons.
        times : array of float
            In seconds, in any order.

        Raises
        ------
        EngineError
            If the group is not in the network, or active in no run.
        DataError
            If a neuron or time cannot be, or a neuron spikes twice in a step.
        """
        number, inputs = self._group(_name(group))
        self._give(number, inputs.at_times(indices, times))

    @in_turn
    def set_inputs(self, group: Owner, inputs: SpikeTrains | None) -> None:
        """Give a SpikeGeneratorGroup the spikes of each trial of the blocks to come.

        Parameters
        ----------
        group : SpikeGeneratorGroup or str
        inputs : SpikeTrains or None
            Trial k of a block takes its trial k; a single one serves every trial. None gives the
            group the spikes back that the script gave it.

        Raises
        ------
        EngineError
            If the group is not in the network or active in no run, or its step changes between
            runs.
        DataError
            If the group has another number of neurons.
        """
        number, known = self._group(_name(group))
        self._give(number, None if inputs is None else known.in_steps(inputs))

    def _give(self, number: int, given: GivenSpikes | None) -> None:
        for library in self._libraries:
            library.give_input(number, given)

    def _group(self, name: str) -> tuple[int, InputGroup]:
        if name not in self._inputs:
            raise EngineError(
                f"No SpikeGeneratorGroup {name!r} in the network. {suggest(name, self._inputs)}"
            )
        return self._inputs[name]

    # -- running -----------------------------------------------------------------------------

    @in_turn
    def run(
        self,
        n_trials: int = 1,
        *,
        durations: ArrayLike | None = None,
        seed: int | None = None,
    ) -> dict[str, MonitorRecord]:
        """Run a block of trials.

        Parameters
        ----------
        n_trials : int, default 1
        durations : float or array, optional
            Seconds of each run of the script, from now on; by default as they were.
        seed : int, optional
            Seed of the block: trial k draws the same numbers whatever else is run. By default
            every trial has a seed that none before it had; they follow from ``seed()`` in the
            script, and the first trial of all draws on from there, as Brian2's own would.

        Returns
        -------
        dict of str to MonitorRecord
            What each monitor recorded, by its name.

        Raises
        ------
        DataError
            If the inputs have fewer trials than asked for, or a duration is negative.
        EngineError
            If the network gave up; the message says why.
        KeyboardInterrupt
            If interrupted; no trial of the block is returned.
        """
        self._check_block(n_trials)
        if durations is not None:
            self._set_durations(durations)
        return self._blocks.run(n_trials, seed)

    def _check_block(self, n_trials: int) -> None:
        if n_trials < 1:
            raise DataError(f"A block has at least one trial, not {n_trials}.")
        for name, (number, _) in self._inputs.items():
            given = self._library.given(number)
            if given is not None and given.n_trials not in (1, n_trials):
                raise DataError(
                    f"Group {name!r} was given {given.n_trials} trials of spikes, not {n_trials}."
                )

    def _set_durations(self, durations: ArrayLike) -> None:
        present = self._library.durations().copy()
        given = np.atleast_1d(in_si_units(durations, second.dim, "durations")).astype(float)
        allowed = (given >= 0) & (given <= LONGEST)
        if given.size not in (1, present.size) or not allowed.all():
            raise DataError(
                f"durations takes {present.size} times in 0..{LONGEST:g} s, not {given}."
            )
        for library in self._libraries:
            library.durations()[...] = given

    @in_turn
    def profile(self) -> pd.Series:
        """Seconds spent in each code object so far, the largest first.

        Only of runs with ``profile=True``; the sum over the workers.
        """
        all_spent = [pd.Series(library.profile(), dtype=float) for library in self._libraries]
        spent = pd.concat(all_spent, axis=1).sum(axis=1).rename("seconds")
        return spent.sort_values(ascending=False)


def _name(owner: Owner) -> str:
    return owner if isinstance(owner, str) else str(owner.name)
