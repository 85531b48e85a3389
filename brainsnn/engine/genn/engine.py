"""The engine on GeNN: its generated runner, kept in the process, trial after trial."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.base import ENGINES, Engine, WeightArrays
from brainsnn.engine.capabilities import refuse
from brainsnn.engine.genn.arrays import Array
from brainsnn.engine.genn.compiler import library_bytes
from brainsnn.engine.genn.installation import check_cuda, find_genn
from brainsnn.engine.genn.project import generate
from brainsnn.engine.genn.state import InitialState
from brainsnn.engine.library import CompiledLibrary, by_population
from brainsnn.errors import EngineError
from brainsnn.network.model import Model
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.streams import Streams


@ENGINES.register("genn")
class GennEngine(Engine):
    """Has GeNN generate a model's code, compiles it once, and runs trials by one call into it.

    Parameters
    ----------
    model, n_steps, streams, workers
        As for `Engine`.
    use_gpu : bool, default False
        Run on the GPU. Spikes and potentials are copied back after every step.

    Raises
    ------
    EngineError
        If the model asks for what GeNN cannot do, or GeNN, Brian2GeNN, the compiler or, with
        `use_gpu`, a GPU is missing.
    ModelError
        If Brian2 refuses the equations.
    """

    name = "genn"

    def __init__(
        self,
        model: Model,
        n_steps: int,
        streams: Streams | None = None,
        workers: int = 1,
        *,
        use_gpu: bool = False,
    ) -> None:
        super().__init__(model, n_steps, streams, workers)
        refuse(self.name, model)
        if use_gpu:
            check_cuda()
        genn = find_genn()
        project = generate(model, use_gpu=use_gpu)
        self._stochastic = bool(project.random)
        self._runner: CompiledLibrary | None = CompiledLibrary(
            library_bytes(project, genn, use_gpu=use_gpu)
        )
        self._arrays = project.arrays
        self._initial = InitialState(model, project.arrays, self.streams)
        self._loaded().save_state()
        self._begin(project.arrays)
        self._with_potential = {p.name: p.size for p in model.populations if p.neuron}
        self._weights = {
            name: self._values(part.owner, part.variable).reshape(part.shape)
            for name, part in model.trainable.items()
        }

    def _begin(self, arrays: Iterable[Array]) -> None:
        """Let trials begin with the initial values of these arrays."""
        values, library = self._initial.values(), self._loaded()
        for array in arrays:
            if array.label in values or array.restored:
                name = library.find(array.owner, array.variable)
                library.set(name, values.get(array.label, 0))

    def _values(self, owner: str, variable: str) -> NDArray[Any]:
        """What trials take over."""
        library = self._loaded()
        return library.trial_values(library.find(owner, variable))

    def _loaded(self) -> CompiledLibrary:
        if self._runner is None:
            raise EngineError("This engine has been closed.")
        return self._runner

    @property
    def weights(self) -> WeightArrays:
        """Live arrays of all that is learned: views of the memory that GeNN's code reads.

        Where a trial changes one itself, they are what each trial starts from.
        """
        return self._weights

    def _set_parameter(self, population: str, name: str, value: NDArray[np.float64]) -> None:
        library = self._loaded()
        library.set(library.find(population, name), value)

    def _run(self, inputs: SpikeTrains, trials: NDArray[np.int64]) -> Recording:
        if self._initial.changes:
            self._initial.renew(self._values)
            learned = {f"{x.owner}.{x.variable}" for x in self.model.trainable.values()}
            self._begin(a for a in self._arrays if a.restored and a.label not in learned)
        n = trials.size
        final = np.empty((n, sum(self._with_potential.values())))
        seeds = self.streams.trial_seeds(n) if self._stochastic else None
        columns = self._loaded().run(inputs, trials, self.n_steps, final, seeds)
        blocks = by_population(final, self._with_potential)
        return Recording(self.populations, self.n_steps, self.model.dt, *columns, blocks)

    def _close(self) -> None:
        """Let go of the runner; arrays that look into it keep it alive."""
        self._runner, self._weights = None, {}
