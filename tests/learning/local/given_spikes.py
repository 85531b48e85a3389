"""Plastic synapses between given spikes: the postsynaptic neurons do as they are told."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainsnn.engine import build_engine
from brainsnn.learning.local import LocalRule
from brainsnn.network.connectivity import OneToOne
from brainsnn.network.delays import Delays
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel
from brainsnn.spikes import SpikeTrains

obeying = Neuron("told : 1", "told > 0.5", "told = 0", potential="told", method="euler")
telling = SynapseModel("telling", on_pre="told_post += w")
acting = SynapseModel("acting", on_pre="")


def trains(n: int, n_steps: int, step: Any, neuron: Any) -> SpikeTrains:
    """One trial of spikes in any order, as far as they are in it."""
    step, neuron = np.asarray(step), np.asarray(neuron)
    assert step.size == 0 or step.min() >= 0
    step, neuron = step[step < n_steps], neuron[step < n_steps]
    order = np.lexsort((neuron, step))
    columns = neuron[order].astype(np.int32), step[order].astype(np.int32)
    return SpikeTrains(n, n_steps, np.array([0, step.size], np.int64), *columns)


def network(
    rule: LocalRule, shape: tuple[int, int], dt: float, delay: int | Delays = 0, rewards: int = 0
) -> Network:
    """A network that the rule has been added to; the last input brings rewards, if any."""
    plain = Network(dt=dt)
    plain.add("given", shape[0])
    plain.add("teacher", shape[1])
    plain.add("output", shape[1], obeying)
    plain.connect("given", "output", synapse=acting, delay=delay, name="plastic")
    plain.connect("teacher", "output", OneToOne(), synapse=telling, name="telling")
    model = rule.model_copy(update={"connections": ("plastic",)}).augment(plain)
    made = Network(
        populations=model.populations, connections=model.connections, dt=dt, name="given_spikes"
    )
    if rewards:
        made.add("reward", rewards)
    return made


def weights_after(
    plan: Network,
    n_steps: int,
    w0: NDArray[np.float64],
    pre: tuple[Any, Any],
    post: tuple[Any, Any],
    every: int,
    reward: tuple[Any, Any, Any] | None = None,
    engine_name: str = "resident",
    variables: tuple[str, ...] = ("w",),
) -> dict[str, NDArray[np.float64]]:
    """Variables of the synapses after every so many steps, (samples, pre, post).

    Spikes are columns step, neuron; rewards step, neuron, and the weight of each neuron. Events of
    a step are carried out at the begin of the next, so a sample is taken in the step after.
    """
    for variable in variables:
        plan.record("plastic", variable, every=every)
    inputs = {"given": trains(w0.shape[0], n_steps + 1, *pre)}
    inputs["teacher"] = trains(w0.shape[1], n_steps + 1, np.asarray(post[0]) - 1, post[1])
    given = {"plastic": w0, "telling": np.ones((1, w0.shape[1]))}
    if reward is not None:
        inputs["reward"] = trains(len(reward[2]), n_steps + 1, *reward[:2])
        given["reward_output"] = np.repeat(np.reshape(reward[2], (-1, 1)), w0.shape[1], axis=1)
    with build_engine(engine_name, plan, n_steps + 1) as engine:
        start = {name: np.zeros_like(w) for name, w in engine.weights.items()}
        for name, values in given.items():
            start[name][...] = np.reshape(values, start[name].shape)
        engine.set_weights(start)
        traces = engine.run(plan.side_by_side(inputs)).traces
    return {
        name: traces[f"plastic.{name}"].values[0, 1:].reshape(-1, *w0.shape) for name in variables
    }
