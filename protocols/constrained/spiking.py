r"""The same networks as spikes: neurons as Brian2 strings, and trials in an engine.

A pixel's spikes, evenly spaced, start currents of the hidden neurons that decay with
:math:`\tau_s`; a gain of :math:`\Delta t / \tau_s` makes their mean the unit's input. Outputs add
up the weights of spikes and their bias, and never spike; the largest decides.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.codes.potentials import largest
from brainsnn.config import Config
from brainsnn.datasets import ImageSet
from brainsnn.engine import Engine
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import SynapseModel
from brainsnn.spikes import SpikeTrains

#: Trials run at once.
_BLOCK = 500

_NEVER = "v > 1e9"

_FILTERED = SynapseModel(
    name="filtered",
    on_pre="I_post += w",
    summary="A spike adds the weight to a current that decays.",
    citation="Hunsberger and Eliasmith (2016)",
)


class LifConfig(Config):
    """The leaky integrate-and-fire neuron, threshold 1, reset to 0.

    Parameters
    ----------
    tau, refractory, synapse : float, default 20, 2 and 5
        Time constant of the membrane, refractory time, time constant of synaptic currents, in ms.
    noise : float, default 0.2
        Standard deviation of the membrane potential that white noise would cause without threshold.
    """

    tau: float = Field(default=20.0, gt=1)
    refractory: float = Field(default=2.0, ge=0)
    synapse: float = Field(default=5.0, ge=1)
    noise: float = Field(default=0.2, ge=0)

    def neuron(self) -> Neuron:
        """The neuron; it begins anywhere between reset and threshold."""
        return Neuron(
            """
            dv/dt = (gain*I + bias - v)/tau + noise*xi*sqrt(2/tau) : 1 (unless refractory)
            dI/dt = -I/tau_s : 1
            bias : 1 (constant)
            gain : 1 (shared, constant)
            tau : second (shared, constant)
            tau_s : second (shared, constant)
            noise : 1 (shared, constant)
            """,
            threshold="v > 1",
            reset="v = 0",
            parameters={
                "bias": 0.0,
                "gain": 1 / self.synapse,
                "tau": f"{self.tau}*ms",
                "tau_s": f"{self.synapse}*ms",
                "noise": self.noise,
            },
            initial={"v": "rand()"},
            refractory=f"{self.refractory}*ms",
            trainable=("bias",),
            method="euler",
            summary="Leaky integrate-and-fire with refractory time and white noise.",
            citation="Hunsberger and Eliasmith (2016)",
            name="noisy_lif",
        )

    def network(self, sizes: tuple[int, int, int]) -> Network:
        """The spiking network, in steps of 1 ms."""
        tau = f"{self.tau}*ms"
        return _network("measured", sizes, self.neuron(), _output("bias/tau", tau), _FILTERED)


def binary_network(sizes: tuple[int, int, int]) -> Network:
    """Units of a step each: inputs spike in step 0, hidden neurons in step 1, at most once."""
    hidden = Neuron(
        "v : 1\nbias : 1 (constant)",
        threshold="v + bias > 0 and t > 0.5*dt and t < 1.5*dt",
        reset="v = 0",
        parameters={"bias": 0.0},
        trainable=("bias",),
        summary="A binary unit: a spike in step 1 where the weights of spikes exceed -bias.",
        citation="Courbariaux et al. (2016)",
        name="binary",
    )
    # The bias is added up as well, over BINARY_STEPS steps.
    output = _output(f"bias/({BINARY_STEPS}*tau)", "1*ms")
    return _network("binary", sizes, hidden, output, SynapseModel())


BINARY_STEPS = 3
"""Steps of a binary network: inputs, hidden neurons, outputs."""


def _output(drive: str, tau: str) -> Neuron:
    """Adds up spikes and bias, without leak."""
    return Neuron(
        f"dv/dt = {drive} : 1\nbias : 1 (constant)\ntau : second (shared, constant)",
        threshold=_NEVER,
        reset="",
        parameters={"bias": 0.0, "tau": tau},
        trainable=("bias",),
        method="euler",
        summary="Integrator without leak or spikes, whose potential is read.",
        citation="None.",
        name="integrator",
    )


def _network(
    name: str,
    sizes: tuple[int, int, int],
    hidden: Neuron,
    output: Neuron,
    synapse: SynapseModel,
) -> Network:
    network = Network(dt="1*ms", name=name)
    network.add("input", sizes[0])
    network.add("hidden", sizes[1], hidden)
    network.add("output", sizes[2], output)
    network.connect("input", "hidden", synapse=synapse)
    network.connect("hidden", "output")
    network.record("output", "v")
    return network


def once(values: NDArray[np.float32], n_steps: int) -> SpikeTrains:
    """A spike in step 0 where a value is above 0."""
    steps = np.where(values > 0, 0, n_steps).astype(np.int64)
    return SpikeTrains.from_first_steps(steps, n_steps)


def by_step(
    engine: Engine,
    weights: dict[str, NDArray[np.float64]],
    images: ImageSet,
    encode: Callable[[NDArray[np.uint8]], SpikeTrains],
) -> pd.DataFrame:
    """Accuracy if the trial ended after each step, ties wrong; spikes of a whole trial.

    Returns
    -------
    pandas.DataFrame
        Columns ``steps``, ``accuracy``, ``spikes`` (of hidden neurons) and ``input_spikes``.
    """
    engine.set_weights(weights)
    right, spikes, given = np.zeros(engine.n_steps), 0.0, 0.0
    for start in range(0, len(images), _BLOCK):
        part = images.take(np.arange(start, min(start + _BLOCK, len(images))))
        trains = encode(part.images)
        recording = engine.run(trains)
        potential = recording.traces["output.v"].values  # noqa: PD011 -- an array
        for step in range(engine.n_steps):
            right[step] += (largest(potential[:, step])[0] == part.labels).sum()
        spikes += float(recording.counts("hidden").sum())
        given += trains.neuron.size
    return pd.DataFrame(
        {
            "steps": np.arange(1, engine.n_steps + 1),
            "accuracy": right / len(images),
            "spikes": spikes / len(images),
            "input_spikes": given / len(images),
        }
    )
