"""Training without Python between trials, wherever engine, rule, loss and optimiser allow it."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine.library import by_population
from brainsnn.errors import LearningError
from brainsnn.indices import indices, seal
from brainsnn.interrupts import StopRequest
from brainsnn.learning.base import BoundRule
from brainsnn.learning.gated import active_rows, row_values
from brainsnn.learning.kernels import OptimiserKernels, RuleKernels, no_step_one
from brainsnn.learning.losses.base import check_labels
from brainsnn.learning.optimisers import Optimiser
from brainsnn.network.connectivity import AllToAll
from brainsnn.spikes import Recording
from brainsnn.spikes.columns import all_first_spike_steps
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.training.loop.compiled_loop import (
    SIGNATURES,
    Columns,
    FunctionPointers,
    Layers,
    Settings,
    Trials,
    compiled_loop,
)
from brainsnn.training.loop.function_pointers import function_pointer
from brainsnn.training.loop.updates import StepByStep, Updater

if TYPE_CHECKING:
    from brainsnn.engine.base import Engine
    from brainsnn.engine.compiled_trials import CompiledTrials

LOOK = 0.05
"""Seconds between two looks at a request to stop (about)."""

SPARE = 1.25
"""Room for a block's spikes, as a multiple of what its first trials let expect."""

SPIKE = ("population", "neuron", "step", "potential")
STATE = ("parameters", "first", "second", "count")


class Room:
    """Columns that recordings of up to `n_trials` trials are appended to; they grow.

    Parameters
    ----------
    n_trials : int
    n_final : int
        Final potentials a trial.
    """

    def __init__(self, n_trials: int, n_final: int) -> None:
        self.columns = Columns(
            offsets=np.zeros(n_trials + 1, np.int64),
            population=np.empty(0, np.int32),
            neuron=np.empty(0, np.int32),
            step=np.empty(0, np.int32),
            potential=np.empty(0),
            final=np.empty((n_trials, n_final)),
        )

    def reserve(self, n_spikes: int) -> None:
        """Make room for `n_spikes` spikes in all, and keep those recorded so far."""

        def grown(column: NDArray[Any]) -> NDArray[Any]:
            new = np.empty(n_spikes, column.dtype)
            new[: column.size] = column
            return new

        spikes = {name: grown(getattr(self.columns, name)) for name in SPIKE}
        self.columns = self.columns._replace(**spikes)

    def grow(self) -> None:
        """Make twice as much room."""
        self.reserve(2 * self.columns.step.size)

    def begin_with(self, recording: Recording, expected: float) -> None:
        """Take in the first trials, and make room for `expected` times as many more."""
        n_trials, n_spikes = recording.n_trials, recording.step.size
        self.reserve(n_spikes + int(SPARE * (n_spikes + 100) * expected) + 1)
        self.columns.offsets[: n_trials + 1] = recording.offsets
        for name in SPIKE:
            getattr(self.columns, name)[:n_spikes] = getattr(recording, name)
        if recording.final:
            self.columns.final[:n_trials] = np.concatenate(list(recording.final.values()), axis=1)

    def recording(self, like: Recording, n_trials: int) -> Recording:
        """The first `n_trials` trials, of the network that `like` was recorded of."""
        seal(*(getattr(self.columns, name) for name in ("offsets", *SPIKE)))
        offsets, final = self.columns.offsets[: n_trials + 1], self.columns.final[:n_trials]
        population, neuron, step, potential = (
            getattr(self.columns, name)[: offsets[-1]] for name in SPIKE
        )
        parts = by_population(final, {name: v.shape[1] for name, v in like.final.items()})
        network = like.populations, like.n_steps, like.dt
        return Recording.of_engine(*network, (offsets, population, neuron, step, potential), parts)


class CompiledBlocks:
    """Trial, rule and update in one compiled call, for a block of trials (see `Updater`).

    The first batch of a block is left to `StepByStep`, which checks that everything fits and gives
    the norms of the gradients; the results are the same, to the last bit. A request to stop is
    looked at every 50 ms or so.

    Parameters
    ----------
    step_by_step : StepByStep
        What is to be done, and the first batch's updater.
    compiled : CompiledTrials
        Of its engine.
    rule : RuleKernels
        Of its rule.
    """

    def __init__(
        self, step_by_step: StepByStep, compiled: CompiledTrials, rule: RuleKernels
    ) -> None:
        self.step_by_step, self.compiled, self.rule = step_by_step, compiled, rule
        self.portion: int | None = None
        self._seconds = LOOK
        engine, size = step_by_step.engine, step_by_step.batch_size
        sizes = list(engine.populations.values())
        after = sizes[1:]
        self._size, self._begin = np.array(sizes), size * np.cumsum([0, *sizes[:-1]])
        self._all_steps = np.empty(size * sum(sizes), np.int32)
        self._steps = tuple(
            self._all_steps[begin : begin + size * n].reshape(size, n)
            for begin, n in zip(self._begin.tolist(), sizes, strict=True)
        )
        self._deltas = tuple(np.empty((size, n)) for n in after)
        self._gates = tuple(np.empty((size, n), np.int32) for n in after)
        self._rows = tuple(np.empty(n + 1, np.int64) for n in sizes[:-1])
        self._loop = compiled_loop(len(after))

    def run(
        self,
        trials: LabelledTrials,
        order: NDArray[np.int64],
        learning_rate: float,
        stop: StopRequest,
    ) -> tuple[Recording, dict[str, float]]:
        """See `Updater`."""
        size = self.step_by_step.batch_size
        first, norms = self.step_by_step.run(trials, order[:size], learning_rate, stop)
        if order.size <= size or stop.requested:
            return first, norms
        self._check(trials, order)
        room = Room(order.size, sum(self.compiled.final.values()))
        room.begin_with(first, order.size / first.n_trials)
        with self.compiled.lock:
            reached = self._go_on(trials, order, learning_rate, stop, room)
        return room.recording(first, reached), norms

    def _check(self, trials: LabelledTrials, order: NDArray[np.int64]) -> None:
        indices("Trials", order, trials.inputs.n_trials)
        outputs = np.empty((order.size, self._steps[-1].shape[1]), np.int32)
        check_labels(outputs, trials.labels[order])

    def _go_on(
        self,
        trials: LabelledTrials,
        order: NDArray[np.int64],
        rate: float,
        stop: StopRequest,
        room: Room,
    ) -> int:
        """Train on all but the first batch; return the number of trials done."""
        size = self.step_by_step.batch_size
        inputs, labels = trials.inputs, trials.labels[order]
        batch = Trials(
            offsets=_read_only(inputs.offsets),
            neuron=_read_only(inputs.neuron),
            step=_read_only(inputs.step),
            order=np.array(order),
            labels=labels,
            seeds=np.empty(0, np.uint32),
        )
        done = size
        while done < order.size and not stop.requested:
            begun, start = time.perf_counter(), done
            end = min(order.size, start + max(1, int(LOOK / self._seconds)) * size)
            drawn = self.compiled.seeds(end - start)
            if drawn is not None:
                batch = batch._replace(seeds=np.concatenate((np.zeros(start, np.uint32), drawn)))
            done = self._train(batch, room, rate, start, end)
            self._seconds = (time.perf_counter() - begun) * size / (end - start)
        return done

    def _train(self, trials: Trials, room: Room, rate: float, start: int, end: int) -> int:
        """Train on trials `start` to `end`, growing the room where it is too small."""
        of_rule = self.rule.loss.parameters, self.rule.parameters
        whole = self.step_by_step
        batches = whole.engine.n_steps, whole.batch_size, int(whole.sequential)
        clip = np.inf if whole.clip is None else whole.clip
        pointers, layers, one = self._functions()
        settings = Settings(*batches, int(one), float(rate), float(clip), *of_rule)
        while start < end:
            start = self._loop(pointers, trials, room.columns, layers, settings, start, end)
            if start < end:
                room.grow()
        return end

    def _functions(self) -> tuple[FunctionPointers, Layers, bool]:
        """What the loop calls and works on, and whether gradients of one trial stay unwritten.

        Optimisers may exchange their arrays, so this is asked for each time.
        """
        weights = self.step_by_step.engine.weights
        optimisers = [_kernels(self.step_by_step.optimiser, n, w) for n, w in weights.items()]
        late = [n for n, o in list(zip(weights, optimisers, strict=True))[1:] if o.postpones]
        if late:
            raise LearningError(
                f"The optimiser's state puts off updates of {late}, which no input spikes lead to: "
                "it is the state of another network."
            )
        sizes = zip(optimisers, weights.values(), strict=True)
        layers = Layers(
            weights=tuple(weights.values()),
            steps=self._steps,
            all_steps=self._all_steps,
            begin=self._begin,
            size=self._size,
            deltas=self._deltas,
            gates=self._gates,
            rows=self._rows,
            values=tuple(np.empty((o.part, w.shape[1])) for o, w in sizes),
            **{name: tuple(getattr(o, name) for o in optimisers) for name in STATE},
            postpones=np.array([o.postpones for o in optimisers], np.int64),
        )
        called = {
            "first_steps": all_first_spike_steps,
            "error": self.rule.loss.error,
            "begin": self.rule.begin,
            "below": self.rule.below,
            "prepare": optimisers[0].prepare,
            "step": optimisers[0].step,
            "step_one": optimisers[0].step_one or no_step_one,
            "active_rows": active_rows,
            "row_values": row_values,
        }
        places = {name: function_pointer(called[name], kind) for name, kind in SIGNATURES.items()}
        pointers = FunctionPointers(self.compiled.run, self.compiled.spikes, **places)
        return pointers, layers, optimisers[0].step_one is not None


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    """View that cannot be written to: the type that the loop expects, whatever the array is."""
    view = array.view()
    view.flags.writeable = False
    return view


def _kernels(optimiser: Optimiser, name: str, weights: NDArray[np.float64]) -> OptimiserKernels:
    kernels = optimiser.kernels(name, weights)
    assert kernels is not None
    return kernels


def make_updater(
    engine: Engine,
    rule: BoundRule,
    optimiser: Optimiser,
    batch_size: int = 1,
    sequential: bool = True,
    clip: float | None = None,
) -> Updater:
    """The fastest updater for what is to be trained.

    Parameters
    ----------
    engine, rule, optimiser, batch_size, sequential, clip
        As for `StepByStep`.

    Returns
    -------
    Updater
        A `CompiledBlocks` if the engine's trials, the rule, its loss and the optimiser are compiled
        and the model is a chain of populations; else, or if a batch is shared between workers, a
        `StepByStep`.
    """
    step_by_step = StepByStep(engine, rule, optimiser, batch_size, sequential, clip)
    compiled = engine.compiled_trials() if hasattr(engine, "compiled_trials") else None
    kernels = rule.kernels() if hasattr(rule, "kernels") else None
    if compiled is None or kernels is None:
        return step_by_step
    steps = all(optimiser.kernels(name, w) for name, w in engine.weights.items())
    shared = batch_size > 1 and engine.workers > 1
    if not steps or shared or not _is_chain(engine, compiled):
        return step_by_step
    return CompiledBlocks(step_by_step, compiled, kernels)


def _is_chain(engine: Engine, compiled: CompiledTrials) -> bool:
    names = list(engine.populations)
    connections = engine.model.connections
    dense = all(isinstance(c.connectivity, AllToAll) for c in connections)
    ends = [(c.source, c.target) for c in connections]
    return dense and list(compiled.final) == names[1:] and ends == list(itertools.pairwise(names))
