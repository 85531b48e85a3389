"""Brian2's own runtime: slow, needs no compiler, good for exploring and as a judge."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import brian2
import numpy as np
from brian2.devices.device import all_devices
from numpy.typing import NDArray

from brainsnn.engine import brian2_device
from brainsnn.engine.base import ENGINES, Engine, WeightArrays
from brainsnn.engine.gather import Gather
from brainsnn.engine.runtime.prepared import keep_code
from brainsnn.engine.traces import trace_of
from brainsnn.errors import EngineError
from brainsnn.network.brian2_errors import explain
from brainsnn.network.build import build
from brainsnn.network.model import Model
from brainsnn.network.state_record import StateRecord
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.streams import Streams


@ENGINES.register("runtime")
class RuntimeEngine(Engine):
    """Runs each trial with ``Network.restore`` and ``Network.run``.

    Parameters
    ----------
    model, n_steps, streams
        As for `Engine`.
    target : {"numpy", "cython"}, default "numpy"
        Brian2's code generation target; numpy needs no compiler.
    """

    name = "runtime"

    def __init__(
        self,
        model: Model,
        n_steps: int,
        streams: Streams | None = None,
        workers: int = 1,
        target: str = "numpy",
    ) -> None:
        super().__init__(model, n_steps, streams, workers)
        self._target = target
        with runtime_device(target):
            brian2.seed(self.streams.initial_seed())
            self._built = build(model)
            self._monitors = {p.name: self._monitor(p.name) for p in model.populations}
            self._states = {r.name: self._state_monitor(r) for r in self.model.recorded}
            self._built.network.add(*self._monitors.values(), *self._states.values())
            self._prepare()
        self._weights = model.start_weights()
        objects = {**self._built.groups, **self._built.synapses}
        self._learned = {
            name: objects[part.owner].variables[part.variable]
            for name, part in self.model.trainable.items()
        }
        self._gather = Gather(model)

    def _monitor(self, population: str) -> Any:
        neuron = self.model.population(population).neuron
        return brian2.SpikeMonitor(
            self._built.groups[population],
            variables=[neuron.potential] if neuron else None,
            name=f"{population}_spikes",
        )

    def _state_monitor(self, record: StateRecord) -> Any:
        group = {**self._built.groups, **self._built.synapses}[record.population]
        return brian2.StateMonitor(
            group,
            record.variable,
            record=record.which(len(group)),
            when="after_thresholds",
            name=f"{record.population}_{record.variable}_states",
        )

    def _prepare(self) -> None:
        try:
            self._built.network.run(0 * brian2.second, namespace={})
        except Exception as error:
            raise explain(self.model, error) from error
        keep_code(self._built.network)
        self._built.network.store("start")

    @property
    def weights(self) -> WeightArrays:
        """Live arrays of all that is learned, copied into Brian2's objects before each trial."""
        return self._weights

    def _set_parameter(self, population: str, name: str, value: NDArray[np.float64]) -> None:
        network = self._built.network
        with runtime_device(self._target):
            network.restore("start")
            setattr(self._built.groups[population], name + "_", value)
            network.store("start")

    def _run(self, inputs: SpikeTrains, trials: NDArray[np.int64]) -> Recording:
        # Brian2 collects garbage in every run; freezing what is alive now spares it the search.
        gc.freeze()
        try:
            with runtime_device(self._target):
                parts = [self._run_trial(inputs, int(k)) for k in trials]
        finally:
            gc.unfreeze()
        return self._join(parts)

    def _run_trial(self, inputs: SpikeTrains, trial: int) -> dict[str, Any]:
        network = self._built.network
        network.restore("start")
        for name, values in self._gather(self._weights).items():
            self._learned[name].set_value(values)
        mine = slice(inputs.offsets[trial], inputs.offsets[trial + 1])
        neuron, times = inputs.neuron[mine], inputs.step[mine] * self.model.dt * brian2.second
        first = 0
        for population in self.model.inputs:
            own = (neuron >= first) & (neuron < first + population.size)
            self._built.groups[population.name].set_spikes(neuron[own] - first, times[own])
            first += population.size
        brian2.seed(int(self.streams["dynamics"].integers(2**31)))
        self._built.begin()
        network.run(self.n_steps * self.model.dt * brian2.second, namespace={})
        for name in self.model.plastic:
            self._gather.give_back(name, self._learned[name].get_value(), self._weights[name])
        return self._read()

    def _read(self) -> dict[str, Any]:
        columns = [self._read_population(code, name) for code, name in enumerate(self._monitors)]
        code, neuron, step, potential = (np.concatenate(c) for c in zip(*columns, strict=True))
        order = np.lexsort((neuron, code, step))
        return {
            "population": code[order],
            "neuron": neuron[order],
            "step": step[order],
            "potential": potential[order],
            "final": self._final(),
            "states": {
                r.name: np.array(getattr(self._states[r.name], r.variable + "_"), np.float64)
                for r in self.model.recorded
            },
        }

    def _read_population(self, code: int, name: str) -> tuple[NDArray[Any], ...]:
        monitor = self._monitors[name]
        neuron_model = self.model.population(name).neuron
        neuron = np.array(monitor.i, np.int32)
        step = np.rint(np.array(monitor.t_) / self.model.dt).astype(np.int32)
        if neuron_model is None:
            potential = np.full(neuron.size, np.nan)
        else:
            potential = np.array(getattr(monitor, neuron_model.potential + "_"), np.float64)
        return np.full(neuron.size, code, np.int32), neuron, step, potential

    def _final(self) -> dict[str, NDArray[np.float64]]:
        return {
            p.name: np.array(
                self._built.groups[p.name].variables[p.neuron.potential].get_value(), np.float64
            )
            for p in self.model.populations
            if p.neuron
        }

    def _join(self, parts: list[dict[str, Any]]) -> Recording:
        def column(name: str, dtype: type) -> NDArray[Any]:
            return np.concatenate([np.empty(0, dtype), *(part[name] for part in parts)])

        final: Mapping[str, NDArray[np.float64]] = {
            p.name: np.array([part["final"][p.name] for part in parts]).reshape(-1, p.size)
            for p in self.model.populations
            if p.neuron
        }
        return Recording(
            self.populations,
            self.n_steps,
            self.model.dt,
            np.cumsum([0, *(part["step"].size for part in parts)]).astype(np.int64),
            column("population", np.int32),
            column("neuron", np.int32),
            column("step", np.int32),
            column("potential", np.float64),
            final,
            traces={
                r.name: trace_of(
                    self.model,
                    r,
                    self.n_steps,
                    [p["states"][r.name].T[:: r.every] for p in parts],
                )
                for r in self.model.recorded
            },
        )


@contextmanager
def runtime_device(target: str) -> Iterator[None]:
    """Make Brian2's runtime its device, with a target for generated code; both undone at the end.

    Raises
    ------
    EngineError
        If the target is unknown.
    """
    if target not in ("numpy", "cython"):
        raise EngineError(f"Unknown runtime target {target!r}. Known: cython, numpy.")
    with brian2_device.active(all_devices["runtime"]):
        previous, drawn = brian2.prefs.codegen.target, np.random.get_state()  # noqa: NPY002
        brian2.prefs.codegen.target = target
        try:
            yield
        finally:
            brian2.prefs.codegen.target = previous
            np.random.set_state(drawn)  # noqa: NPY002 -- Brian2 draws from NumPy's own stream
