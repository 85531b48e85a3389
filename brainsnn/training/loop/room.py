"""Room for what a block of trials leaves, filled by compiled code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.library import by_population
from brainsnn.indices import seal
from brainsnn.spikes import Recording
from brainsnn.training.loop.columns import Columns

if TYPE_CHECKING:
    from brainsnn.engine.base import Engine
    from brainsnn.engine.compiled_trials import CompiledTrials

SPARE = 1.25
"""Room for a block's spikes, as a multiple of what the trials before let expect."""

SPIKE = ("population", "neuron", "step", "potential")


class Room:
    """Columns that recordings of up to `n_trials` trials are appended to; they grow.

    Parameters
    ----------
    n_trials : int
    n_final : int
        Final potentials a trial.
    expected : float
        Spikes of a trial, about.
    observes : (population, state), optional
        Whose course through each trial the rule adds.
    width : int, default 0
        Its numbers, a trial.
    """

    def __init__(
        self,
        n_trials: int,
        n_final: int,
        expected: float,
        observes: tuple[str, str] | None = None,
        width: int = 0,
    ) -> None:
        self._observes = observes
        self.columns = Columns(
            offsets=np.zeros(n_trials + 1, np.int64),
            population=np.empty(0, np.int32),
            neuron=np.empty(0, np.int32),
            step=np.empty(0, np.int32),
            potential=np.empty(0),
            final=np.empty((n_trials, n_final)),
            observed=np.empty((n_trials, width)),
        )
        self._reserve(int(SPARE * n_trials * (expected + 1)) + 100)

    def _reserve(self, n_spikes: int) -> None:
        """Make room for `n_spikes` spikes in all, and keep those recorded so far."""

        def grown(column: NDArray[Any]) -> NDArray[Any]:
            new = np.empty(n_spikes, column.dtype)
            new[: column.size] = column
            return new

        spikes = {name: grown(getattr(self.columns, name)) for name in SPIKE}
        self.columns = self.columns._replace(**spikes)

    def grow(self) -> None:
        """Make twice as much room."""
        self._reserve(2 * self.columns.step.size)

    def begin_with(self, recording: Recording) -> None:
        """Take in the first trials."""
        n_trials, n_spikes = recording.n_trials, recording.step.size
        while self.columns.step.size < n_spikes:
            self.grow()
        self.columns.offsets[: n_trials + 1] = recording.offsets
        for name in SPIKE:
            getattr(self.columns, name)[:n_spikes] = getattr(recording, name)
        if recording.final:
            self.columns.final[:n_trials] = np.concatenate(list(recording.final.values()), axis=1)
        if self._observes is not None:
            course = recording.states[self._observes]
            self.columns.observed[:n_trials] = course.reshape(n_trials, -1)

    def recording(self, engine: Engine, compiled: CompiledTrials, n_trials: int) -> Recording:
        """The first `n_trials` trials, of the network of that engine."""
        seal(*(getattr(self.columns, name) for name in ("offsets", *SPIKE)))
        offsets, final = self.columns.offsets[: n_trials + 1], self.columns.final[:n_trials]
        population, neuron, step, potential = (
            getattr(self.columns, name)[: offsets[-1]] for name in SPIKE
        )
        parts = by_population(final, compiled.final)
        network = engine.populations, engine.n_steps, engine.model.dt
        spikes = offsets, population, neuron, step, potential
        recording = Recording.of_engine(*network, spikes, parts)
        if self._observes is None:
            return recording
        course = self.columns.observed[:n_trials].reshape(n_trials, engine.n_steps, -1)
        return recording.with_states({self._observes: course})
