"""Rules that give all gradients of a network at once, for the compiled loop (`Work`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from brainsnn.engine.compiled_trials import CompiledTrials
from brainsnn.learning.kernels import NetworkKernel, OptimiserKernels
from brainsnn.training.loop.columns import Columns, Trials
from brainsnn.training.loop.network_loop import (
    SIGNATURES,
    Network,
    NetworkPointers,
    NetworkSettings,
    network_loop,
)
from brainsnn.training.loop.updates import StepByStep
from brainsnn.training.loop.work import (
    STATE,
    addresses,
    largest_entry,
    pointers_to,
    state_of,
)


class NetworkWork:
    """See `Work`.

    Parameters
    ----------
    step_by_step : StepByStep
        What is to be done.
    compiled : CompiledTrials
        Of its engine.
    rule : NetworkKernel
        Of its rule.
    """

    def __init__(
        self, step_by_step: StepByStep, compiled: CompiledTrials, rule: NetworkKernel
    ) -> None:
        self._whole, self._compiled, self._rule = step_by_step, compiled, rule
        weights = list(step_by_step.engine.weights.values())
        self._room = [np.empty(w.shape) for w in weights], [np.arange(len(w)) for w in weights]
        self._arrays: dict[str, Any] = {
            "weights_at": addresses(weights),
            "values_at": addresses(self._room[0]),
            "rows_at": addresses(self._room[1]),
            "height": np.array([w.shape[0] for w in weights], np.int64),
            "width": np.array([w.shape[1] for w in weights], np.int64),
            "n_rows": np.zeros(len(weights), np.int64),
            "layout": rule.layout,
            "rule_parameters": rule.parameters,
        }
        self.squares = np.zeros(len(weights))
        self.observes = rule.observes
        self._loop = network_loop()
        self._pointers: Any = None

    @staticmethod
    def takes(step_by_step: StepByStep, compiled: CompiledTrials, rule: NetworkKernel) -> bool:
        """Whether the rule gives the same in the order that is asked for, of such populations."""
        in_order = rule.sequential or not step_by_step.sequential
        return in_order and list(compiled.final) == list(step_by_step.engine.populations)[1:]

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
        observed = columns.observed
        state = state_of(optimisers)
        kinds = [array for kind in STATE for array in state[kind]]
        network = Network(
            **self._arrays,
            observed=observed.ctypes.data if observed.size else 0,
            observed_width=observed.strides[0] if observed.size else 0,
            state_at=addresses(kinds),
            state_size=np.array([array.size for array in kinds], np.int64),
            postpones=state["postpones"],
            part=np.array([o.part for o in optimisers], np.int64),
            squares=self.squares,
        )
        whole = self._whole
        times = whole.engine.n_steps, whole.batch_size, measured
        settings = NetworkSettings(*times, rate, largest_entry(whole))
        if self._pointers is None:
            self._pointers = self._point(optimisers[0])
        reached: int = self._loop(self._pointers, trials, columns, network, settings, start, end)
        return reached

    def _point(self, optimiser: OptimiserKernels) -> Any:
        called = {
            "gradient": self._rule.gradient,
            "prepare": optimiser.prepare,
            "step": optimiser.step,
        }
        places = pointers_to(called, SIGNATURES)
        return NetworkPointers(self._compiled.run, self._compiled.spikes, **places)
