"""What learns the tasks: first weights, and Adam on the exact gradient through all spikes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.config import Config
from brainsnn.learning.optimisers import Adam, step_whole
from brainsnn.learning.schedules import Cosine
from brainsnn.learning.systems import GatedNetwork
from brainsnn.protocols.gated.tasks import GatedTask, GatedTrials

Floats = NDArray[np.float64]

_INPUT = 0.5
"""Deviation of the first weights from inputs."""

_READOUT = 0.3
"""That of the first weights to outputs, in the unit of `GatedDescent.sizes`."""

_SPREAD = 0.1
"""That of the first biases."""


_SCORED = 10
"""Updates from score to score."""


class GatedDescent(Config):
    """A network with gated synapses, and how it is taught.

    Parameters
    ----------
    n : int, default 60
        Neurons, all connected with all.
    gain : float, default 0.1
        Deviation of the first recurrent weights, in the unit of `sizes`. With larger ones, small
        changes grow from spike to spike, and so does the gradient.
    tau_v : float, default 25
        In ms.
    gate_width : float, default 0.5
        In turns.
    dt : float, default 2
        In ms.
    rate : float, default 0.005
        Adam's learning rate at first, in the unit of `sizes`; it falls to 0 along half a cosine.
    updates : int, default 300
    batch : int, default 40
        Trials an update, drawn anew for each.
    clip : float, default 20
        Gradients (in the unit of `sizes`) that are longer are shortened to this.
    exploded : float, default 1e4
        Gradients that are longer than this say nothing of the way down: small changes grow from
        spike to spike. They are not followed.
    shrink : float, default 0.02
        By which share of themselves recurrent weights become smaller then.
    """

    n: int = Field(default=60, ge=1)
    gain: float = Field(default=0.1, ge=0)
    tau_v: float = Field(default=25.0, gt=0)
    gate_width: float = Field(default=0.5, gt=0, le=1)
    dt: float = Field(default=2.0, gt=0)
    rate: float = Field(default=0.005, gt=0)
    updates: int = Field(default=300, ge=1)
    batch: int = Field(default=40, ge=1)
    clip: float = Field(default=20.0, gt=0)
    exploded: float = Field(default=1e4, gt=0)
    shrink: float = Field(default=0.02, ge=0, lt=1)

    def sizes(self, tau_s: float) -> dict[str, float]:
        """What a change of 1 means, by array: a spike's current is 1 / `tau_s` at its peak."""
        spike = tau_s / np.sqrt(self.n)
        return {"w_in": 1.0, "w_rec": spike, "bias": 0.3, "w_out": spike}

    def first(self, task: GatedTask, rng: np.random.Generator) -> GatedNetwork:
        """Draw a network for a task."""
        shown, size = task.draw(1, self.dt, np.random.default_rng(0)), self.sizes(task.tau_s)
        inputs, outputs = shown.inputs.shape[2], shown.wanted.shape[2]
        return GatedNetwork(
            rng.normal(0, _INPUT, (inputs, self.n)),
            rng.normal(0, self.gain * size["w_rec"], (self.n, self.n)),
            rng.normal(task.bias, _SPREAD, self.n),
            rng.normal(0, _READOUT * size["w_out"], (self.n, outputs)),
            self.dt,
            self.tau_v,
            task.tau_s,
            self.gate_width,
        )


def of_trials(network: GatedNetwork, task: GatedTask, trials: GatedTrials) -> float:
    """How well a network does."""
    return task.score(network.run(trials.inputs)[1] @ network.w_out, trials)


def taught(
    how: GatedDescent, task: GatedTask, weights: np.random.Generator, trials: np.random.Generator
) -> tuple[GatedNetwork, pd.DataFrame]:
    """Teach a network a task.

    Parameters
    ----------
    how : GatedDescent
    task : GatedTask
    weights, trials : numpy.random.Generator
        What first weights and trials are drawn from.

    Returns
    -------
    GatedNetwork
    pandas.DataFrame
        A row an update: ``update``, ``loss`` (before it), ``norm`` of the gradient, ``made``, and
        at every tenth ``score`` on its trials, which were drawn for it.
    """
    network, size, adam = how.first(task, weights), how.sizes(task.tau_s), Adam()
    rows = []
    for update in range(how.updates):
        shown = task.draw(how.batch, how.dt, trials)
        with np.errstate(over="ignore", invalid="ignore"):
            loss, slopes = network.gradients(shown.inputs, shown.wanted)
            norm = float(np.sqrt(sum(((size[k] * slopes[k]) ** 2).sum() for k in size)))
        score = np.nan if update % _SCORED else of_trials(network, task, shown)
        made = norm < how.exploded
        if made:
            rate = how.rate * Cosine().factor(update, how.updates)
            shorter = min(1.0, how.clip / norm) if norm else 1.0
            changes = {k: (shorter * slopes[k], rate * size[k]) for k in size}
            network = _changed(network, adam, changes)
        else:
            network = replace(network, w_rec=(1 - how.shrink) * network.w_rec)
        rows.append({"update": update, "loss": loss, "norm": norm, "score": score, "made": made})
    return network, pd.DataFrame(rows)


def _changed(
    network: GatedNetwork, adam: Adam, changes: dict[str, tuple[Floats, float]]
) -> GatedNetwork:
    """Take a step of Adam, by gradient and rate of each array."""
    new: dict[str, Any] = {}
    for name, (slope, rate) in changes.items():
        new[name] = getattr(network, name).copy()
        step_whole(adam, name, new[name], slope, rate)
    return replace(network, **new)
