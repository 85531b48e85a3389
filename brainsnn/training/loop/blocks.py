"""Training without Python between trials, wherever engine, rule, loss and optimiser allow it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.interrupts import StopRequest
from brainsnn.learning.base import BoundRule, check_targets
from brainsnn.learning.kernels import OptimiserKernels
from brainsnn.learning.optimisers import Optimiser
from brainsnn.spikes import Recording
from brainsnn.spikes.targets import Targets
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.training.loop.columns import Trials
from brainsnn.training.loop.gated import GatedWork
from brainsnn.training.loop.keys import Keys, keys_of
from brainsnn.training.loop.network import NetworkWork
from brainsnn.training.loop.room import Room
from brainsnn.training.loop.updates import StepByStep, Updater
from brainsnn.training.loop.work import Work, kernels_of

if TYPE_CHECKING:
    from brainsnn.engine.base import Engine
    from brainsnn.engine.compiled_trials import CompiledTrials

LOOK = 0.05
"""Seconds between two looks at a request to stop (about)."""


class CompiledBlocks:
    """Trial, rule and update in one compiled call, for a block of trials (see `Updater`).

    The first batch of all is left to `StepByStep`, which checks that everything fits; the results
    are the same, to the last bit. A request to stop is looked at every 50 ms or so.

    Parameters
    ----------
    step_by_step : StepByStep
        What is to be done, and the first batch's updater.
    compiled : CompiledTrials
        Of its engine.
    work : Work
        What is compiled.
    """

    def __init__(self, step_by_step: StepByStep, compiled: CompiledTrials, work: Work) -> None:
        self.step_by_step, self.compiled, self.work = step_by_step, compiled, work
        self.portion: int | None = None
        self._seconds = LOOK
        self._spikes: float | None = None

    def run(
        self,
        trials: LabelledTrials,
        order: NDArray[np.int64],
        learning_rate: float,
        stop: StopRequest,
    ) -> tuple[Recording, dict[str, float]]:
        """See `Updater`."""
        whole, begun = self.step_by_step, None
        optimisers = kernels_of(whole) if self._spikes is not None else None
        if optimisers is None:
            begun = whole.run(trials, order[: whole.batch_size], learning_rate, stop)
            self._spikes = begun[0].step.size / begun[0].n_trials
            if order.size <= whole.batch_size or stop.requested:
                return begun
            optimisers = kernels_of(whole)
            assert optimisers is not None
        return self._run(trials, order, learning_rate, stop, optimisers, begun)

    def _run(
        self,
        trials: LabelledTrials,
        order: NDArray[np.int64],
        rate: float,
        stop: StopRequest,
        optimisers: list[OptimiserKernels],
        begun: tuple[Recording, dict[str, float]] | None,
    ) -> tuple[Recording, dict[str, float]]:
        """Train on all trials; on all but the first batch, if that has been done already."""
        assert self._spikes is not None
        engine, observes = self.step_by_step.engine, self.work.observes
        width = engine.n_steps * engine.populations[observes[0]] if observes else 0
        keys = self._keys(trials.targets, order)
        checked = self._checked(trials, order, keys)
        final = sum(self.compiled.final.values())
        room = Room(order.size, final, self._spikes, observes, width)
        done, norms = 0, {}
        if begun is not None:
            done, norms = begun[0].n_trials, begun[1]
            room.begin_with(begun[0])
        with self.compiled.lock:
            while done < order.size and not (done and stop.requested):
                end = self._next(done, order.size, stop)
                norms = self._train(checked, room, optimisers, rate, done, end) or norms
                done = end
        self._spikes = int(room.columns.offsets[done]) / done
        return room.recording(self.step_by_step.engine, self.compiled, done), norms

    def _keys(self, targets: Targets, order: NDArray[np.int64]) -> Keys:
        """What the loop is told of the trials."""
        engine = self.step_by_step.engine
        check_targets(self.step_by_step.rule, targets)
        shape = order.size, engine.n_steps, list(engine.populations.values())[-1]
        return keys_of(type(targets), targets.of(order), shape)

    def _checked(self, trials: LabelledTrials, order: NDArray[np.int64], keys: Keys) -> Trials:
        """Trials as the loop takes them; they may be read while the keys live."""
        inputs = trials.inputs
        wanted = self.step_by_step.engine.check(inputs, order)
        return Trials(
            offsets=_read_only(inputs.offsets),
            neuron=_read_only(inputs.neuron),
            step=_read_only(inputs.step),
            order=np.array(wanted),
            keys=keys.of,
            seeds=np.empty(0, np.uint32),
        )

    def _next(self, done: int, n: int, stop: StopRequest) -> int:
        """Trial at which a request to stop is looked at again."""
        batches = 1 if stop.requested else max(1, int(LOOK / self._seconds))
        return min(n, done + batches * self.step_by_step.batch_size)

    def _train(
        self,
        trials: Trials,
        room: Room,
        optimisers: list[OptimiserKernels],
        rate: float,
        start: int,
        end: int,
    ) -> dict[str, float]:
        """Train on trials `start` to `end`, growing the room where it is too small.

        Returns the norms of the first batch's gradients, if that was among them.
        """
        begun, reached, norms = time.perf_counter(), start, {}
        drawn = self.compiled.seeds(end - start)
        if drawn is not None:
            trials = trials._replace(seeds=np.concatenate((np.zeros(start, np.uint32), drawn)))
        while reached < end:
            measured, first = (0 if reached == 0 else -1), reached
            reached = self.work.train(trials, room.columns, optimisers, rate, measured, first, end)
            if measured == 0 and reached:
                roots = np.sqrt(self.work.squares).tolist()
                norms = dict(zip(self.step_by_step.engine.weights, roots, strict=True))
            if reached < end:
                room.grow()
        batches = (end - start) / self.step_by_step.batch_size
        self._seconds = (time.perf_counter() - begun) / batches
        return norms


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    """View that cannot be written to: the type that the loop expects, whatever the array is."""
    view = array.view()
    view.flags.writeable = False
    return view


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
        for the network; else, or if a batch is shared between workers, a `StepByStep`.
    """
    step_by_step = StepByStep(engine, rule, optimiser, batch_size, sequential, clip)
    compiled = engine.compiled_trials() if hasattr(engine, "compiled_trials") else None
    workers = getattr(engine, "workers", 1)
    shared = batch_size > 1 and workers > 1
    if shared and hasattr(rule, "share"):
        rule.share(workers)
    if compiled is None or shared or not all(map(optimiser.compiles, engine.weights)):
        return step_by_step
    work = _work(step_by_step, compiled)
    return step_by_step if work is None else CompiledBlocks(step_by_step, compiled, work)


def _work(step_by_step: StepByStep, compiled: CompiledTrials) -> Work | None:
    """What is compiled of that rule, for that network; None if it is not."""
    rule, engine = step_by_step.rule, step_by_step.engine
    kernels = rule.kernels() if hasattr(rule, "kernels") else None
    if kernels is not None and GatedWork.takes(step_by_step, compiled):
        return GatedWork(step_by_step, compiled, kernels)
    if hasattr(rule, "network_kernel"):
        whole = rule.network_kernel(engine.populations, engine.weights)
        if whole is not None and NetworkWork.takes(step_by_step, compiled, whole):
            return NetworkWork(step_by_step, compiled, whole)
    return None
