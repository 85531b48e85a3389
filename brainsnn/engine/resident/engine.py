"""The resident engine: Brian2's generated C++, kept in the process, trial after trial."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import brian2
import numpy as np
from numpy.typing import NDArray

from brainsnn.engine import brian2_device
from brainsnn.engine.base import ENGINES, Engine, WeightArrays
from brainsnn.engine.capabilities import refuse
from brainsnn.engine.compiled_trials import CompiledTrials
from brainsnn.engine.library import Columns, by_population, spike_buffer, spike_columns
from brainsnn.engine.resident.compiler import compile_library
from brainsnn.engine.resident.device import ResidentDevice, active_device
from brainsnn.engine.resident.generated.layout import Recorded, RecordedState
from brainsnn.engine.resident.generated.regular import RegularSynapses
from brainsnn.engine.resident.known_models import Compiled, find_model, keep_model, model_key
from brainsnn.engine.resident.loaded.library import Library, copies
from brainsnn.engine.resident.loaded.workers import Workers, share_out
from brainsnn.engine.traces import trace_of
from brainsnn.engine.turns import in_turn
from brainsnn.errors import EngineError
from brainsnn.indices import seal
from brainsnn.network.brian2_errors import explain
from brainsnn.network.build import build
from brainsnn.network.model import Connection, Model
from brainsnn.network.state_record import StateRecord
from brainsnn.spikes import FloatArray, Recording, SpikeTrains
from brainsnn.spikes.traces import Trace
from brainsnn.streams import Streams


@ENGINES.register("resident")
class ResidentEngine(Engine):
    """Compiles a model once and runs any number of trials by one call into C++.

    Parameters
    ----------
    model, n_steps, streams, workers
        As for `Engine`. Each worker has a copy of the library, which holds all of the network's
        state; before a block it takes over the weights.
    profiled : bool, default False
        Whether the time of each object is measured (see `profile`), which takes some 30 ns an
        object and step.

    Raises
    ------
    EngineError
        If there is no compiler.
    ModelError
        If Brian2 refuses the equations.
    """

    name = "resident"
    parallel = True

    def __init__(
        self,
        model: Model,
        n_steps: int,
        streams: Streams | None = None,
        workers: int = 1,
        profiled: bool = False,
    ) -> None:
        super().__init__(model, n_steps, streams, workers)
        refuse(self.name, model)
        seed = self.streams.initial_seed()
        self._libraries, self._stochastic = _build_libraries(model, workers, seed, profiled)
        self._threads = Workers(workers) if workers > 1 else None
        self._with_potential = {p.name: p.size for p in model.populations if p.neuron}
        self._final_size = sum(self._with_potential.values())
        self._all_weights = [self._views(library) for library in self._libraries]

    def _views(self, library: Library) -> dict[str, NDArray[np.float64]]:
        views = {}
        for name, part in self.model.trainable.items():
            array = library.find(part.owner, part.variable)
            if part.plastic:
                library.keep(array)
            views[name] = library.trial_values(array).reshape(part.shape)
        return views

    @property
    def weights(self) -> WeightArrays:
        """Live arrays of all that is learned: views of the memory that the compiled code reads.

        Where a trial changes one itself, they are what each trial starts from; what is plastic is
        as the last trial left it.
        """
        return self._all_weights[0] if self._all_weights else {}

    def _set_parameter(self, population: str, name: str, value: NDArray[np.float64]) -> None:
        for library in self._loaded():
            library.set(library.find(population, name), value)

    def _loaded(self) -> list[Library]:
        if not self._libraries:
            raise EngineError("This engine has been closed.")
        return self._libraries

    def _run(self, inputs: SpikeTrains, trials: NDArray[np.int64]) -> Recording:
        self._loaded()
        seeds = self._seeds(trials.size)
        final = np.empty((trials.size, self._final_size))
        run = self._run_alone if self._threads is None else partial(self._run_shared, self._threads)
        columns = run(inputs, trials, final, seeds)
        parts = by_population(final, self._with_potential)
        network = self.populations, self.n_steps, self.model.dt
        return Recording.of_engine(*network, columns, parts, self._traces(trials.size))

    def _traces(self, n_trials: int) -> dict[str, Trace]:
        """What the workers kept of recorded variables."""
        shares = [slice(n_trials)] if self._threads is None else share_out(n_trials, self.workers)
        found = {}
        for k, record in enumerate(self.model.recorded):
            shape = self.model.recorded_shape(record, self.n_steps)
            values = np.empty((n_trials, *shape))
            for library, share in zip(self._libraries, shares, strict=True):
                library.copy_states(k, values[share])
            found[record.name] = trace_of(self.model, record, self.n_steps, values)
        return found

    def _run_alone(self, inputs: SpikeTrains, trials: NDArray[np.int64], *rest: Any) -> Columns:
        return self._libraries[0].run(inputs, trials, self.n_steps, *rest)

    def _run_shared(
        self,
        threads: Workers,
        inputs: SpikeTrains,
        trials: NDArray[np.int64],
        final: FloatArray,
        seeds: NDArray[np.uint32] | None,
    ) -> Columns:
        """Run a share of the trials on each worker, and have each fill in its part."""
        shares = share_out(trials.size, self.workers)

        def simulate(worker: int) -> NDArray[np.int64]:
            self._take_over_weights(worker)
            mine = shares[worker]
            given = None if seeds is None else seeds[mine]
            library = self._libraries[worker]
            return library.simulate(inputs, trials[mine], self.n_steps, final[mine], given)

        parts = threads.map(simulate)
        ends = np.cumsum([0, *(part[-1] for part in parts)])
        columns = spike_columns(spike_buffer(int(ends[-1])))

        def collect(worker: int) -> None:
            mine = slice(ends[worker], ends[worker + 1])
            self._libraries[worker].copy_spikes([column[mine] for column in columns])

        threads.map(collect)
        offsets = np.concatenate([[0], *(p[1:] + e for p, e in zip(parts, ends[:-1], strict=True))])
        seal(offsets, *columns)
        return offsets, *columns

    def _take_over_weights(self, worker: int) -> None:
        if worker:
            for name, values in self._all_weights[worker].items():
                values[...] = self._all_weights[0][name]

    def _end_with(self, population: str | None) -> None:
        code = -1 if population is None else list(self.populations).index(population)
        for library in self._loaded():
            library.end_with(code)

    def _seeds(self, n: int) -> NDArray[np.uint32] | None:
        if not self._stochastic:
            return None
        return self.streams.trial_seeds(n)

    @in_turn
    def profile(self) -> dict[str, float]:
        """Seconds spent in each object of the network so far; empty unless `profiled`."""
        spent = [library.profile() for library in self._loaded()]
        return {name: sum(part[name] for part in spent) for name in spent[0]}

    def compiled_trials(self) -> CompiledTrials:
        """Where a compiled training loop enters the trials."""
        library = self._loaded()[0]
        run, spikes = map(library.address, ("resident_run", "resident_copy_spikes"))
        return CompiledTrials(run, spikes, self._seeds, self._with_potential, library, self.turn)

    def _close(self) -> None:
        """Let go of the libraries; arrays that look into them keep them alive."""
        self._libraries, self._all_weights = [], []
        if self._threads is not None:
            self._threads.close()


@dataclass(frozen=True)
class Sources:
    """What a written network needs beside its source files.

    Parameters
    ----------
    static_arrays : mapping of str to array
        Arrays that its initial statements read, by their names in the sources.
    stochastic : bool
        Whether a step draws random numbers, so that every trial needs a seed.
    """

    static_arrays: Mapping[str, NDArray[Any]]
    stochastic: bool


def write_sources(model: Model, folder: Path, profiled: bool = False) -> Sources:
    """Write the C++ sources of a model: ``main.cpp``, which includes all others, and those.

    Parameters
    ----------
    model : Model
        The network.
    folder : Path
        Where to; it must exist.
    profiled : bool, default False
        Whether the time of each code object is measured.

    Returns
    -------
    Sources

    Raises
    ------
    ModelError
        If Brian2 refuses the equations.
    """
    with active_device(build_on_run=False) as device:
        _generate(model, device, str(folder), profiled)
        return Sources(dict(device.static_arrays), device.stochastic)


def _build_libraries(
    model: Model, n: int, seed: int, profiled: bool = False
) -> tuple[list[Library], bool]:
    key = None
    if not profiled:
        with brian2_device.BRIAN2:  # whose preferences it holds
            key = model_key(model)
    known = None if key is None else find_model(key)
    if known is None:
        libraries, known = _generate_libraries(model, n, seed, profiled)
        if key is not None:
            keep_model(key, known)
    else:
        libraries = copies(partial(Library, known.library, known.static_arrays), n, seed)
    return libraries, known.stochastic


def _generate_libraries(
    model: Model, n: int, seed: int, profiled: bool
) -> tuple[list[Library], Compiled]:
    with tempfile.TemporaryDirectory(prefix="brainsnn-") as folder:
        sources = write_sources(model, Path(folder), profiled)
        path = compile_library(Path(folder))
        libraries = copies(partial(Library, path, sources.static_arrays), n, seed)
    return libraries, Compiled(path, sources.static_arrays, sources.stochastic)


def _recorded_state(model: Model, record: StateRecord) -> RecordedState:
    which = record.which(model.owner_size(record.population)).tolist()
    return RecordedState(record.population, record.variable, tuple(which), record.every)


def _without_list(connection: Connection) -> bool:
    """Whether synapses are known without a list; those with traces that neurons may own have one.

    A trace a neuron in place of one a synapse is four times faster (Diehl and Cook's network).
    """
    return connection.regular and "(event-driven)" not in connection.synapse.equations


def _generate(model: Model, device: ResidentDevice, folder: str, profiled: bool) -> None:
    device.describe_trial(
        recorded=tuple(
            Recorded(p.name, p.neuron.potential if p.neuron else None) for p in model.populations
        ),
        regular={
            c.name: RegularSynapses(c.connectivity, c.delay, c.synapse.weight)
            for c in model.connections
            if _without_list(c) and isinstance(c.delay, int)
        },
        states=tuple(_recorded_state(model, record) for record in model.recorded),
        learned={(p.name, k) for p in model.populations if p.neuron for k in p.neuron.trainable},
    )
    built = build(model, lists=lambda c: not _without_list(c))
    try:
        built.network.run(model.dt * brian2.second, namespace={}, profile=profiled)
        device.build(directory=folder, compile=False, run=False)
    except OSError as error:
        raise EngineError(f"{folder}: sources cannot be written: {error.strerror}.") from error
    except Exception as error:
        raise explain(model, error) from error
