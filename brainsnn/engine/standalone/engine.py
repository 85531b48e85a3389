"""The standalone engine: a C++ project that is compiled once and started once a block."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.base import ENGINES, Engine, WeightArrays
from brainsnn.engine.capabilities import refuse
from brainsnn.engine.standalone.files import (
    INPUTS,
    LEARNED,
    PARAMETERS,
    SEEDS,
    WEIGHTS,
    read_recording,
    read_weights,
    write_inputs,
    write_parameters,
    write_seeds,
    write_weights,
)
from brainsnn.engine.standalone.program import compile_program, run_program
from brainsnn.engine.standalone.project import write_project
from brainsnn.errors import EngineError
from brainsnn.network.model import Model
from brainsnn.network.names import ParameterName
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.streams import Streams


@ENGINES.register("standalone")
class StandaloneEngine(Engine):
    """Runs each block by starting the program that ``brainsnn build`` would write.

    Spikes, potentials and random draws are those of the resident engine; files and the start of a
    process make it slower. It is there for clusters, and to hold the exported program to the same
    suite of scenarios as every engine.

    Parameters
    ----------
    model, n_steps, streams, workers
        As for `Engine`; one worker only.

    Raises
    ------
    EngineError
        If there is no compiler or no ``make``.
    ModelError
        If Brian2 refuses the equations.
    """

    name = "standalone"

    def __init__(
        self, model: Model, n_steps: int, streams: Streams | None = None, workers: int = 1
    ) -> None:
        super().__init__(model, n_steps, streams, workers)
        refuse(self.name, model)
        self._folder = Path(tempfile.mkdtemp(prefix="brainsnn-"))
        self._finalizer = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._weights = model.start_weights()
        self._parameters: dict[str, NDArray[np.float64]] = {}
        no_trials = SpikeTrains.from_first_steps(np.zeros((0, self.n_inputs), int), 1)
        self._stochastic = write_project(model, n_steps, {}, no_trials, self._folder)
        self._program = compile_program(self._folder)

    @property
    def weights(self) -> WeightArrays:
        """Live arrays of all that is learned, written to files before each block."""
        return self._weights

    def _set_parameter(self, population: str, name: str, value: NDArray[np.float64]) -> None:
        self._parameters[str(ParameterName(population, name))] = np.ravel(value)

    def _run(self, inputs: SpikeTrains, trials: NDArray[np.int64]) -> Recording:
        if not self._finalizer.alive:
            raise EngineError("This engine has been closed.")
        with tempfile.TemporaryDirectory(prefix="block-", dir=self._folder) as name:
            block = Path(name)
            write_inputs(block / INPUTS, inputs.take(trials))
            write_weights(block / WEIGHTS, self._weights)
            arguments = ["--inputs", str(block / INPUTS), "--weights", str(block / WEIGHTS)]
            arguments += ["--out", name, "--potentials"]
            arguments += ["--initial-seed", str(self.streams.initial_seed())]
            if self._parameters:
                write_parameters(block / PARAMETERS, self._parameters)
                arguments += ["--parameters", str(block / PARAMETERS)]
            if self._stochastic:
                write_seeds(block / SEEDS, self.streams.trial_seeds(trials.size))
                arguments += ["--seeds", str(block / SEEDS)]
            run_program(self._program, arguments)
            for name in self.model.plastic:
                self._weights[name][...] = read_weights(block / LEARNED, name, self.model.shapes)
            return read_recording(block, self.model, self.n_steps, trials.size)

    def _close(self) -> None:
        """Remove the project."""
        self._finalizer()
