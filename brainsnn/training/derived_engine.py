"""An engine whose trials are run by a derived network, compiled: what its gradient follows too."""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import brian2
import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.base import Engine, WeightArrays
from brainsnn.engine.derived import CompiledGradient, Recorded
from brainsnn.learning.equations import DerivedNetwork
from brainsnn.network.parameters import Parameter
from brainsnn.spikes import Recording, SpikeTrains


@dataclass(frozen=True)
class Described:
    """As much of a `Model` as training asks for."""

    sizes: dict[str, int]
    trainable: dict[str, Parameter]
    connections: tuple[()] = ()


class DerivedEngine(Engine):
    """Runs trials of a derived network, compiled; spike for spike what Brian2 gives."""

    name: ClassVar[str] = "derived"

    def __init__(
        self,
        derived: DerivedNetwork,
        objects: Mapping[str, Any],
        sources: tuple[str, ...],
        output: str,
        potential: str,
    ) -> None:
        neurons = [n for n, p in derived.neurons.items() if p.step and p.step.spikes]
        order = [*sources, *(n for n in neurons if n != output), output]
        self.derived, self.objects, self.sources, self.output = derived, objects, sources, output
        self.populations = {name: derived.populations[name].size for name in order}
        self.keys = {
            f"{owner}.{variable}": (owner, variable) for owner, variable in derived.trained
        }
        parameters = {n: self._parameter(*key) for n, key in self.keys.items()}
        self.model: Any = Described(self.populations, parameters)
        self.n_steps, self.input, self.workers = 1, sources[0], 1
        self.potential = (output, potential)

    def _parameter(self, owner: str, variable: str) -> Parameter:
        values = np.atleast_2d(np.array(self.derived.values((owner, variable))))
        known: Any = getattr(self.objects[owner], "variables", {}).get(variable)
        united = known is not None and not known.dim.is_dimensionless
        first = brian2.Quantity(values, dim=known.dim) if united else values
        return Parameter(owner, variable, values.shape, first, shortest=self.derived.dt)

    @cached_property
    def compiled(self) -> CompiledGradient:
        """Forward and backward, compiled when first needed."""
        return CompiledGradient(self.derived, readout=[self.potential])

    @property
    def weights(self) -> WeightArrays:
        """Live arrays of all that is learned, shape (1, n)."""
        return {n: self.derived.values(key).reshape(1, -1) for n, key in self.keys.items()}

    def fixed(self) -> Engine:
        """Nothing is plastic: itself."""
        return self

    def set_weights(self, weights: WeightArrays) -> None:
        """Take new values of all that is learned."""
        for name, values in self.weights.items():
            values[...] = weights[name]

    def _set_parameter(self, population: str, name: str, value: NDArray[np.float64]) -> None:
        raise NotImplementedError

    def _run(self, inputs: SpikeTrains, trials: NDArray[np.int64]) -> Recording:
        raise NotImplementedError

    def run(
        self,
        inputs: SpikeTrains,
        trials: NDArray[np.integer] | None = None,
        stop_at: str | None = None,  # noqa: ARG002 - decisions are by counts: trials do not end early
    ) -> Recording:
        """Run a block of trials; see `Engine`."""
        mine = inputs if trials is None else inputs.take(np.asarray(trials, np.int64))
        whole = np.zeros((mine.n_steps, mine.n_trials, mine.n_neurons))
        trial = mine.trial
        whole[mine.step, trial, mine.neuron] = 1
        given, first = {}, 0
        for name in self.sources:
            n = self.populations[name]
            given[name] = np.ascontiguousarray(whole[:, :, first : first + n])
            first += n
        return self._recording(self.compiled.run(given, mine.n_steps), given)

    def _recording(self, ran: Recorded, given: Mapping[str, NDArray[np.float64]]) -> Recording:
        parts = []
        for code, name in enumerate(self.populations):
            spikes = given[name] if name in given else ran.raster(name)
            step, trial, neuron = np.nonzero(spikes)
            parts.append(np.array([trial, step, np.full(step.size, code), neuron]))
        trial, step, population, neuron = np.concatenate(parts, axis=1)
        order = np.lexsort((neuron, population, step, trial))
        ends = np.searchsorted(trial[order], np.arange(ran.n_trials + 1))
        columns = [c[order].astype(np.int32) for c in (population, neuron, step)]
        final = {self.output: np.array(ran.states[self.potential][-1], np.float64)}
        return Recording(
            self.populations,
            ran.n_steps,
            self.derived.dt,
            ends.astype(np.int64),
            columns[0],
            columns[1],
            columns[2],
            np.full(trial.size, np.nan),
            final,
        )
