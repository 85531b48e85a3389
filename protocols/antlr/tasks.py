"""Random spike-train matching: tasks, what each method makes of them, and their landscapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brainsnn.analysis.landscape import integrate_gradients
from brainsnn.engine import Engine
from brainsnn.interrupts import StopRequest
from brainsnn.learning.antlr import AntlrBackprop, activation_based, timing_based
from brainsnn.learning.losses import SpikeTrainLoss
from brainsnn.learning.optimisers import OptimiserConfig
from brainsnn.network.neurons import Coefficients
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.targets import TargetTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training.loop.updates import StepByStep

Array = NDArray[np.float64]
Weights = Mapping[str, Array]

RULES: dict[str, Callable[..., AntlrBackprop]] = {
    "activation": activation_based,
    "timing": timing_based,
    "timing, no penalty": partial(timing_based, silence_penalty=0.0),
    "antlr": AntlrBackprop,
}
"""The three methods, each of which takes the loss and `coefficients`, with the paper's settings.

The penalty of silence is no part of timing-based gradients: without it they are also looked at.
"""

SURVEYED = tuple(name for name in RULES if name != "timing")
"""Methods that follow nothing but the loss."""


@dataclass(frozen=True)
class Sizes:
    """What random tasks are like.

    Parameters
    ----------
    n_inputs, n_outputs : int
    input_spikes, target_spikes : int
        Spikes of each input, and those wanted of each output.
    n_steps : int
        Length of a trial.
    """

    n_inputs: int
    n_outputs: int
    input_spikes: int
    target_spikes: int
    n_steps: int


@dataclass(frozen=True)
class Task:
    """Input spikes of one trial, and the output spikes that are wanted.

    Parameters
    ----------
    inputs : SpikeTrains
        One trial.
    wanted : SpikeTrains
        One trial of the output.

    Attributes
    ----------
    loss : SpikeTrainLoss
    """

    inputs: SpikeTrains
    wanted: SpikeTrains
    loss: ClassVar[SpikeTrainLoss] = SpikeTrainLoss()

    @property
    def silence(self) -> float:
        """Loss if no output spikes."""
        nothing = np.zeros((1, self.wanted.n_steps, self.wanted.n_neurons), np.bool_)
        return float(self.loss.value(nothing, self.wanted)[0])


def draw_task(sizes: Sizes, streams: Streams) -> Task:
    """Draw a task: every train has its number of spikes at random steps.

    The streams are ``inputs`` and ``targets``, so that tasks of one seed share their inputs.
    """
    inputs, wanted = (
        _random_trains(n, spikes, sizes.n_steps, streams.fresh(name))
        for name, n, spikes in (
            ("inputs", sizes.n_inputs, sizes.input_spikes),
            ("targets", sizes.n_outputs, sizes.target_spikes),
        )
    )
    return Task(inputs, wanted)


def _random_trains(n: int, spikes: int, n_steps: int, rng: np.random.Generator) -> SpikeTrains:
    """One trial in which each of `n` neurons spikes so many times."""
    raster = np.zeros((n_steps, n), np.bool_)
    order = rng.permuted(np.tile(np.arange(n_steps), (n, 1)), axis=1)
    raster[order[:, :spikes].ravel(), np.repeat(np.arange(n), spikes)] = True
    step, neuron = (column.astype(np.int32) for column in np.nonzero(raster))
    return SpikeTrains(n, n_steps, np.array([0, step.size]), neuron, step)


@dataclass(frozen=True)
class Descent:
    """How weights go down: settings that all methods share.

    Parameters
    ----------
    coefficients : Coefficients
        Of the network's neurons.
    optimiser : OptimiserConfig
    learning_rate : float
    clip : float
        Each entry of a gradient is cut to plus or minus this.
    updates : int
    """

    coefficients: Coefficients
    optimiser: OptimiserConfig
    learning_rate: float
    clip: float
    updates: int

    def rule(self, method: str, task: Task) -> AntlrBackprop:
        """Return a method's rule for a task."""
        return RULES[method](task.loss, coefficients=self.coefficients)

    def run(
        self,
        engine: Engine,
        task: Task,
        method: str,
        first: Weights,
        keep: int | None = None,
    ) -> tuple[Array, Array]:
        """Learn a task.

        Parameters
        ----------
        engine : Engine
        task : Task
        method : str
            One of `RULES`.
        first : mapping of str to array
            Where to start.
        keep : int, optional
            Updates between the points of the way that are kept; by default, its ends alone are.

        Returns
        -------
        losses : array of float, shape (updates + 1,)
            Before each update and after the last.
        way : array of float, shape (n_kept, n_parameters)
            The first weights, and those after every `keep` updates and the last.
        """
        rule, stride = self.rule(method, task), keep or self.updates
        wanted = TargetTrains(task.wanted)
        optimiser, trials = self.optimiser.build(), LabelledTrials(task.inputs, wanted)
        updater = StepByStep(engine, rule, optimiser, sequential=False, clip=self.clip)
        engine.set_weights(first)
        losses, way = [], [flatten(engine.weights)]
        for begin in range(0, self.updates, stride):
            order = np.zeros(min(stride, self.updates - begin), np.int64)
            recording, _ = updater.run(trials, order, self.learning_rate, StopRequest())
            losses.append(rule.loss(recording, wanted.of(order)))
            way.append(flatten(engine.weights))
        losses.append(rule.loss(engine.run(task.inputs), task.wanted))
        return np.concatenate(losses), np.array(way)


def flatten(weights: Weights) -> Array:
    """All weights as one vector."""
    return np.concatenate([values.ravel() for values in weights.values()])


def gradient_at(
    engine: Engine, rule: AntlrBackprop, task: Task, point: Array
) -> tuple[float, Array]:
    """Loss of a task at a point in weight space, and a method's gradient there."""
    weights, begin = engine.weights, 0
    for values in weights.values():
        values[...] = point[begin : begin + values.size].reshape(values.shape)
        begin += values.size
    recording = engine.run(task.inputs)
    whole = {name: np.zeros_like(values) for name, values in weights.items()}
    for name, gradient in rule.backward(recording, weights, task.wanted):
        whole[name][gradient.rows] = gradient.values  # noqa: PD011 -- no table
    return float(rule.loss(recording, task.wanted)[0]), flatten(whole)


def principal_directions(gradients: Array) -> Array:
    """The two directions that most of the gradients point along, shape (2, n_parameters).

    Gradients, shape (n, n_parameters), count by their direction alone; those of 0 do not count.
    """
    length = np.linalg.norm(gradients, axis=1, keepdims=True)
    directions: Array = np.linalg.svd(
        np.divide(gradients, length, where=length > 0, out=np.zeros_like(gradients)),
        full_matrices=False,
    )[2][:2]
    return directions


def landscape(
    engine: Engine, descent: Descent, task: Task, first: Weights, points: int, keep: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Loss on a plane of weights, and what each method's gradients make of it.

    The plane goes through the middle of ANTLR's way, as counted in updates, along the principal
    directions of the gradients of all methods on that way. It is as wide as the way is long in it,
    and half as wide again.

    Parameters
    ----------
    engine : Engine
    descent : Descent
    task : Task
    first : mapping of str to array
    points : int
        Of the grid, along each direction.
    keep : int
        Updates between the points of the way that are looked at.

    Returns
    -------
    surfaces : pandas.DataFrame
        A row a point: ``x``, ``y``, ``true``, and a column a method: the surface estimated from
        its gradients, with the true surface's mean.
    way : pandas.DataFrame
        ``x``, ``y`` of ANTLR's way, projected.
    """
    rules = {name: descent.rule(name, task) for name in SURVEYED}
    way = descent.run(engine, task, "antlr", first, keep)[1]
    gradients = [gradient_at(engine, rule, task, p)[1] for p in way for rule in rules.values()]
    plane = principal_directions(np.array(gradients))
    centre = way[len(way) // 2]
    path = (way - centre) @ plane.T
    middle, half = (path.max(0) + path.min(0)) / 2, 0.75 * np.ptp(path, axis=0).max()
    axes = [np.linspace(m - half, m + half, points) for m in middle]
    grid = np.stack([values.ravel() for values in np.meshgrid(*axes)], axis=1)
    table = pd.DataFrame(grid, columns=["x", "y"])
    for name, rule in rules.items():
        found = [gradient_at(engine, rule, task, centre + at @ plane) for at in grid]
        losses = np.array([loss for loss, _ in found])
        along = np.array([plane @ gradient for _, gradient in found]).reshape(points, points, 2)
        surface = integrate_gradients(axes[0], axes[1], along[..., 0], along[..., 1])
        table = table.assign(true=losses, **{name: surface.ravel() + losses.mean()})
    return table, pd.DataFrame(path, columns=["x", "y"])
