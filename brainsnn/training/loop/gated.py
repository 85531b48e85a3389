"""Rules whose gradients are errors gated by time, for the compiled loop (`Work`)."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from brainsnn.engine.compiled_trials import CompiledTrials
from brainsnn.learning.gated import active_rows, row_values
from brainsnn.learning.kernels import OptimiserKernels, RuleKernels, no_step_one
from brainsnn.network.connectivity import AllToAll
from brainsnn.spikes.columns import all_first_spike_steps
from brainsnn.training.loop.columns import Columns, Trials
from brainsnn.training.loop.gated_loop import (
    SIGNATURES,
    FunctionPointers,
    Layers,
    Settings,
    gated_loop,
)
from brainsnn.training.loop.updates import StepByStep
from brainsnn.training.loop.work import largest_entry, pointers_to, state_of


class GatedWork:
    """See `Work`.

    Parameters
    ----------
    step_by_step : StepByStep
        What is to be done.
    compiled : CompiledTrials
        Of its engine.
    rule : RuleKernels
        Of its rule.
    """

    def __init__(
        self, step_by_step: StepByStep, compiled: CompiledTrials, rule: RuleKernels
    ) -> None:
        self._whole, self._compiled, self._rule = step_by_step, compiled, rule
        engine, size = step_by_step.engine, step_by_step.batch_size
        sizes = list(engine.populations.values())
        after = sizes[1:]
        begin, all_steps = size * np.cumsum([0, *sizes[:-1]]), np.empty(size * sum(sizes), np.int32)
        self._arrays = {
            "weights": tuple(engine.weights.values()),
            "steps": tuple(
                all_steps[first : first + size * n].reshape(size, n)
                for first, n in zip(begin.tolist(), sizes, strict=True)
            ),
            "all_steps": all_steps,
            "begin": begin,
            "size": np.array(sizes),
            "deltas": tuple(np.empty((size, n)) for n in after),
            "gates": tuple(np.empty((size, n), np.int32) for n in after),
            "rows": tuple(np.empty(n + 1, np.int64) for n in sizes[:-1]),
        }
        self.squares = np.zeros(len(after))
        self.observes: tuple[str, str] | None = None
        self._loop = gated_loop(len(after))
        self._pointers: Any = None

    @staticmethod
    def takes(step_by_step: StepByStep, compiled: CompiledTrials) -> bool:
        """Whether the model is a chain of populations, all connected to all of the next."""
        names = list(step_by_step.engine.populations)
        connections = step_by_step.engine.model.connections
        dense = all(isinstance(c.connectivity, AllToAll) for c in connections)
        ends = [(c.source, c.target) for c in connections]
        chain = ends == list(itertools.pairwise(names))
        return dense and chain and list(compiled.final) == names[1:]

    def train(
        self,
        trials: Trials,
        columns: Columns,
        optimisers: list[OptimiserKernels],
        rate: float,
        measured: int,
        start: int,
        end: int,
    ) -> int:
        """See `Work`."""
        self.squares[:] = 0.0
        sizes = zip(optimisers, self._arrays["weights"], strict=True)
        layers = Layers(
            **self._arrays,
            **state_of(optimisers),
            values=tuple(np.empty((o.part, w.shape[1])) for o, w in sizes),
            squares=self.squares,
        )
        whole, one = self._whole, optimisers[0].step_one is not None
        times = whole.engine.n_steps, whole.batch_size, int(whole.sequential), int(one), measured
        of_rule = self._rule.loss.parameters, self._rule.parameters
        settings = Settings(*times, rate, largest_entry(whole), *of_rule)
        if self._pointers is None:
            self._pointers = self._point(optimisers[0])
        reached: int = self._loop(self._pointers, trials, columns, layers, settings, start, end)
        return reached

    def _point(self, optimiser: OptimiserKernels) -> Any:
        called = {
            "first_steps": all_first_spike_steps,
            "error": self._rule.loss.error,
            "begin": self._rule.begin,
            "below": self._rule.below,
            "prepare": optimiser.prepare,
            "step": optimiser.step,
            "step_one": optimiser.step_one or no_step_one,
            "active_rows": active_rows,
            "row_values": row_values,
        }
        places = pointers_to(called, SIGNATURES)
        return FunctionPointers(self._compiled.run, self._compiled.spikes, **places)
