"""Spikes given to SpikeGeneratorGroups: which groups take them, and into which steps they fall."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup
from brian2.units import second
from brian2.utils.logger import get_logger
from numpy.typing import ArrayLike, NDArray

from brainsnn.engine.resident.loaded.quantities import in_si_units
from brainsnn.errors import DataError, EngineError
from brainsnn.spikes import SpikeTrains

#: Brian2's own, so that its warning is shown, or suppressed, as the script says.
_logger = get_logger("brian2.input.spikegeneratorgroup")
_LAST_STEP = np.iinfo(np.int32).max


@dataclass(frozen=True)
class RunInput:
    """A SpikeGeneratorGroup in a run in which it is active.

    Parameters
    ----------
    group, clock : str
        Names of the group and of its clock.
    start, dt : float
        When the run begins, and the length of a step in it, in seconds.
    first : bool
        Whether it is the first run in which the group is active.
    renewed : bool
        Whether the script has given the group other spikes since it was active last.
    own_steps, own_next : str
        Arrays, in C++, of the steps of the script's spikes and of the number of the next one.
    """

    group: str
    clock: str
    start: float
    dt: float
    first: bool
    renewed: bool
    own_steps: str
    own_next: str


def active_inputs(objects: Iterable[Any]) -> dict[str, bool]:
    """Names of the active groups among the objects of a run, and whether their spikes are new.

    To be asked before Brian2 prepares the run.
    """
    groups = [obj for obj in objects if isinstance(obj, SpikeGeneratorGroup) and obj.active]
    return {group.name: bool(group._spikes_changed) for group in groups}


@dataclass(frozen=True)
class InputGroup:
    """A SpikeGeneratorGroup that takes spikes, trial after trial.

    Parameters
    ----------
    name : str
    size : int
        Its neurons.
    dts : tuple of float
        The lengths that a step has in the runs in which it is active, each once, in seconds.
    start : float, default 0
        When the script has it active for the first time, in seconds.
    """

    name: str
    size: int
    dts: tuple[float, ...]
    start: float = 0.0

    def at_times(self, indices: ArrayLike, times: ArrayLike) -> GivenSpikes:
        """Spikes for every trial, at times that Brian2's own rounding puts into steps.

        A spike comes in the step that its time lies in, a thousandth of a step counting as nothing;
        those of one step come in the order of their times, then of their neurons. Spikes before the
        first run in which the group is active are left out, with Brian2's warning.

        Parameters
        ----------
        indices : array of int
            Neurons.
        times : array of float
            In seconds, in any order.

        Raises
        ------
        DataError
            If there are not as many neurons as times, if a neuron does not exist, a time is
            negative, not finite or beyond the last step, or a neuron spikes twice in a step.
        EngineError
            If the group is active in no run.
        """
        neuron, seconds = self._neurons(indices), self._seconds(times)
        if neuron.shape != seconds.shape:
            raise DataError(
                f"Group {self.name!r}: {neuron.size} neurons and {seconds.size} times; a spike has "
                "one of each."
            )
        order = np.lexsort((neuron, seconds))
        neuron, seconds = neuron[order], seconds[order]
        steps = tuple(self._steps(neuron, seconds, dt) for dt in self._active())
        if (steps[0] < int((self.start + 1e-3 * self.dts[0]) / self.dts[0])).any():
            _logger.warn(
                f"Group {self.name!r} is active from {self.start:g} s on; spikes before that are "
                "ignored.",
                name_suffix="ignored_spikes",
            )
        return GivenSpikes(np.array([0, neuron.size], np.int64), neuron, steps)

    def in_steps(self, trains: SpikeTrains) -> GivenSpikes:
        """Spikes of each trial, in steps of the group's clock.

        Raises
        ------
        DataError
            If they are those of another number of neurons.
        EngineError
            If the group is active in no run, or its steps have several lengths.
        """
        if trains.n_neurons != self.size:
            raise DataError(
                f"Group {self.name!r} has {self.size} neurons, the spikes {trains.n_neurons}."
            )
        if len(self._active()) > 1:
            lengths = ", ".join(f"{dt:g} s" for dt in self.dts)
            raise EngineError(
                f"Group {self.name!r} has steps of {lengths} in the runs of a trial, so a step "
                "says no time: give its spikes in seconds, by set_spikes."
            )
        return GivenSpikes(trains.offsets, trains.neuron, (trains.step,))

    def _active(self) -> tuple[float, ...]:
        if not self.dts:
            raise EngineError(f"Group {self.name!r} is active in no run, so it takes no spikes.")
        return self.dts

    def _neurons(self, indices: ArrayLike) -> NDArray[np.int32]:
        given = np.atleast_1d(np.asarray(indices))
        wrong = given.ndim != 1 or (given.size and given.dtype.kind not in "iu")
        if wrong or (given.size and (given.min() < 0 or given.max() >= self.size)):
            raise DataError(
                f"Group {self.name!r} takes a list of whole numbers in 0..{self.size - 1} as "
                f"neurons, got {given.dtype} of shape {given.shape}"
                + (f" in {given.min()}..{given.max()}." if given.size else ".")
            )
        return given.astype(np.int32)

    def _seconds(self, times: ArrayLike) -> NDArray[np.float64]:
        what = f"Group {self.name!r}: a spike time"
        given = np.atleast_1d(in_si_units(times, second.dim, what)).astype(np.float64)
        wrong = ~(np.isfinite(given) & (given >= 0))
        if given.ndim != 1 or wrong.any():
            raise DataError(
                f"{what} is a number of seconds from 0 s on, in a list of one dimension; got "
                f"shape {given.shape}" + (f" with {given[wrong][0]:g} s." if wrong.any() else ".")
            )
        return given

    def _steps(
        self, neuron: NDArray[np.int32], seconds: NDArray[np.float64], dt: float
    ) -> NDArray[np.int32]:
        """As `SpikeGeneratorGroup.before_run` has it."""
        steps = (seconds + 1e-3 * dt) / dt
        if steps.size and steps[-1] > _LAST_STEP:
            raise DataError(
                f"Group {self.name!r}: a spike at {seconds[-1]:g} s is beyond the last step, "
                f"{_LAST_STEP * dt:g} s."
            )
        step = steps.astype(np.int32)
        order = np.lexsort((neuron, step))
        twice = np.flatnonzero((np.diff(step[order]) == 0) & (np.diff(neuron[order]) == 0))
        if twice.size:
            k = order[twice[0]]
            raise DataError(
                f"Group {self.name!r}: neuron {neuron[k]} spikes more than once during step "
                f"{step[k]}, with a step of {dt:g} s; it can spike only once in a step."
            )
        return step


@dataclass(frozen=True)
class GivenSpikes:
    """Spikes of the trials of a block, or of one that serves all.

    Parameters
    ----------
    offsets : array of int64, shape (n_trials + 1,)
        Trial k has the spikes ``offsets[k]:offsets[k + 1]``.
    neuron : array of int32
    steps : tuple of array of int32
        The steps of these spikes, once for each length that a step has.
    """

    offsets: NDArray[np.int64]
    neuron: NDArray[np.int32]
    steps: tuple[NDArray[np.int32], ...]

    @property
    def n_trials(self) -> int:
        """Number of trials."""
        return self.offsets.size - 1


def input_groups(device: Any) -> list[InputGroup]:
    """Groups whose spikes can be given to each trial, in the order of the C interface."""
    found = [g for _, g in sorted(device.objects.items()) if isinstance(g, SpikeGeneratorGroup)]
    return [_input_group(group, runs(device, group.name)) for group in found]


def _input_group(group: SpikeGeneratorGroup, active: Sequence[RunInput]) -> InputGroup:
    dts = tuple(dict.fromkeys(run.dt for run in active))
    return InputGroup(group.name, int(group.N), dts, active[0].start if active else 0.0)


def runs(device: Any, group: str) -> list[RunInput]:
    """The runs in which a group is active, of those that the script has said so far."""
    return [i for stage in device.stages for i in stage.inputs if i.group == group]
