"""The interface of every engine, and the checks they share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import ClassVar

import numpy as np
from brian2 import Equations, Quantity
from numpy.typing import ArrayLike, NDArray

from brainsnn.engine.compiled_trials import CompiledTrials
from brainsnn.engine.turns import in_turn, new_turn
from brainsnn.errors import DataError, EngineError
from brainsnn.indices import indices, size
from brainsnn.network.model import Model
from brainsnn.network.names import ParameterName
from brainsnn.network.plasticity.fixed import without_plasticity
from brainsnn.records.weights import check_weights
from brainsnn.registry import Registry, suggest
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.stopping import stop_at_first_spike
from brainsnn.streams import Streams

WeightArrays = Mapping[str, NDArray[np.float64]]


class Engine(ABC):
    """Runs a model trial after trial.

    Before every trial the state is put back to its initial values, so a trial depends on the
    weights, the parameters and its own input spikes only, never on the trials before it. What the
    model's own equations change is put back too, weights and learned parameters included, but for
    what the model declares as plastic (`Model.plastic`): that goes on from trial to trial, and
    `weights` holds it.

    Several threads may use one engine: calls wait for each other.

    Parameters
    ----------
    model : Model
        The network; it must have a population of input spikes.
    n_steps : int
        Length of a trial in steps.
    streams : Streams, optional
        Gives the stream ``dynamics`` to models that draw random numbers.
    workers : int, default 1
        Threads that share the trials of a block; the results are those of one.

    Raises
    ------
    EngineError
        If the model, `n_steps` or `workers` cannot be run.
    """

    name: ClassVar[str]
    parallel: ClassVar[bool] = False
    """Whether it can run trials on several workers."""

    def __init__(
        self, model: Model, n_steps: int, streams: Streams | None = None, workers: int = 1
    ) -> None:
        n_steps = size("A trial's n_steps", n_steps, 1, EngineError)
        workers = size("workers", workers, 0, EngineError)
        if not model.inputs:
            raise EngineError(f"Model {model.name!r} has no population of input spikes.")
        plastic = model.frozen().plastic
        if workers > 1 and plastic:
            raise EngineError(
                f"Model {model.name!r}: what is plastic ({', '.join(plastic)}) goes on from trial "
                "to trial, so trials cannot be shared: workers = 1."
            )
        if workers < 1 or (workers > 1 and not self.parallel):
            allowed = "1 or more" if self.parallel else "1"
            raise EngineError(f"Engine {self.name!r} takes workers = {allowed}, got {workers}.")
        self.turn = new_turn()
        self._fixed: Engine | None = None
        self.model = model.frozen()
        self.n_steps = n_steps
        self.workers = workers
        self.streams = streams or Streams(0)
        self.populations = model.sizes
        self.input = model.inputs[0].name if len(model.inputs) == 1 else None
        self.n_inputs = sum(p.size for p in model.inputs)

    @property
    @abstractmethod
    def weights(self) -> WeightArrays:
        """Live arrays of all that is learned (`Model.shapes`): writing into them changes it."""

    @abstractmethod
    def _set_parameter(self, population: str, name: str, value: NDArray[np.float64]) -> None:
        """Give a parameter, which is there and not learned, another value."""

    @abstractmethod
    def _run(self, inputs: SpikeTrains, trials: NDArray[np.int64]) -> Recording:
        """Run the given trials; the arguments have been checked."""

    def _end_with(self, population: str | None) -> None:  # noqa: B027 - an engine may not care
        """From now on, trials may end after the first step in which the population spikes."""

    @in_turn
    def set_parameter(self, population: str, name: str, value: ArrayLike) -> None:
        """Give a parameter of a population another value, from the next trial on.

        Parameters
        ----------
        population, name : str
        value : float, array or Quantity
            A number is in the base units of the parameter's own unit, seconds or volts.

        Raises
        ------
        EngineError
            If the population has no such parameter, or the value is of another unit.
        """
        self._check_parameter(population, name, value)
        plain = np.asarray(value, np.float64)
        learned = self.weights.get(str(ParameterName(population, name)))
        if learned is None:
            self._set_parameter(population, name, plain)
        else:
            learned[...] = plain

    @in_turn
    def run(
        self,
        inputs: SpikeTrains,
        trials: NDArray[np.integer] | None = None,
        stop_at: str | None = None,
    ) -> Recording:
        """Run a block of trials.

        Parameters
        ----------
        inputs : SpikeTrains
            Input spikes of many trials. Where a network has several populations of input spikes,
            their neurons are numbered through in the order of `Model.inputs`
            (`SpikeTrains.beside` puts trains of single populations side by side).
        trials : array of int, optional
            Which of them to run, in this order; all by default.
        stop_at : str, optional
            The population that decides: a trial ends after the first step in which a neuron of it
            spikes (see `brainsnn.spikes.stopping`). By default every trial is as long as the
            engine's.

        Returns
        -------
        Recording
            Trial ``k`` of it is trial ``trials[k]`` of the inputs.

        Raises
        ------
        DataError
            If the inputs are of another size or longer than a trial, or a trial or `stop_at` does
            not exist.
        """
        wanted = self.check(inputs, trials)
        return (
            self._run(inputs, wanted)
            if stop_at is None
            else self._run_stopping(inputs, wanted, stop_at)
        )

    def check(
        self, inputs: SpikeTrains, trials: NDArray[np.integer] | None = None
    ) -> NDArray[np.int64]:
        """Return the numbers of the trials to run, all by default.

        Raises
        ------
        DataError
            As for `run`.
        """
        if not isinstance(inputs, SpikeTrains):
            raise DataError(f"Inputs are SpikeTrains, got {type(inputs).__name__}.")
        if inputs.n_neurons != self.n_inputs or inputs.n_steps > self.n_steps:
            names = " and ".join(f"{p.size} of {p.name!r}" for p in self.model.inputs)
            raise DataError(
                f"Inputs have {inputs.n_neurons} neurons and {inputs.n_steps} steps; the engine "
                f"takes {self.n_inputs} neurons ({names}) and at most {self.n_steps} steps."
            )
        if trials is None:
            trials = np.arange(inputs.n_trials)
        wanted: NDArray[np.int64] = indices("Trials", trials, inputs.n_trials)
        return wanted

    def _run_stopping(
        self, inputs: SpikeTrains, trials: NDArray[np.int64], population: str
    ) -> Recording:
        if population not in self.populations:
            raise DataError(
                f"No population {population!r} to end with. {suggest(population, self.populations)}"
            )
        self._end_with(population)
        try:
            return stop_at_first_spike(self._run(inputs, trials), population)
        finally:
            self._end_with(None)

    @in_turn
    def set_weights(self, weights: WeightArrays) -> None:
        """Copy weights into every connection, and learned parameters into their populations.

        Raises
        ------
        WeightsError
            If one is missing or surplus, or an array is of another shape or not finite.
        """
        checked = check_weights(weights, self.model.shapes, "weights")
        for name, values in self.weights.items():
            values[...] = checked[name]

    @in_turn
    def fixed(self) -> Engine:
        """The network with all that is plastic as it is now, and staying so: to try it.

        Returns
        -------
        Engine
            Of the same kind; `weights` are copied to it at each call. This engine itself, if
            nothing is plastic.
        """
        if not self.model.plastic:
            return self
        if self._fixed is None:
            model = without_plasticity(self.model)
            self._fixed = type(self)(model, self.n_steps, self.streams)
        self._fixed.set_weights({name: self.weights[name] for name in self._fixed.model.shapes})
        return self._fixed

    def compiled_trials(self) -> CompiledTrials | None:
        """Where a compiled training loop enters the trials; None if they are not compiled."""
        return None

    @in_turn
    def close(self) -> None:
        """Give back what the engine holds outside Python; it cannot run afterwards."""
        if self._fixed is not None:
            self._fixed.close()
        self._close()

    def _close(self) -> None:  # noqa: B027 - an engine may hold nothing
        """Give back what the engine holds; done twice, it does nothing more."""

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _check_parameter(self, population: str, name: str, value: object) -> None:
        neuron = self.model.population(population).neuron
        known = neuron.parameters if neuron else {}
        if name not in known:
            raise EngineError(
                f"Population {population!r} has no parameter {name!r}. {suggest(name, known)}"
            )
        if neuron and isinstance(value, Quantity):
            own = Equations(neuron.equations)[name].dim
            if value.dim is not own:
                raise EngineError(
                    f"Parameter {name!r} of {population!r} is of unit {own!r}, got {value!r}."
                )


ENGINES: Registry[type[Engine]] = Registry("engine")
