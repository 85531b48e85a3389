r"""Digits learned by adaptive exponential neurons, with units, by gradients of their own strings.

.. math::
    C \dot v &= g_L (E_L - v) + g_L \Delta_T e^{(v - V_T) / \Delta_T} - u + I, \qquad
    \tau_w \dot u = a (v - E_L) - u, \\
    \tau_s \dot I &= -I, \qquad
    \text{spike where } v > V_T + 3 \Delta_T: \; v \leftarrow V_r, \; u \leftarrow u + b

with the parameters of Brette and Gerstner (2005). An input spike adds its weight, in nA, to I.
Outputs are leaky, never spike, and are read by their mean potential.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.codes import BernoulliEncoder
from brainsnn.config import Config
from brainsnn.experiment import ExperimentConfig, Material, TrainingExperiment
from brainsnn.learning.averaging import ExponentialAverageConfig
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.rule import Rule
from brainsnn.learning.schedules import Cosine
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import FanInNormal, Normal, SynapseModel
from brainsnn.protocols.common.images_page import write_page_of_images
from brainsnn.protocols.common.mnist import MnistConfig, encoded_anew
from brainsnn.protocols.common.warps import WarpConfig
from brainsnn.protocols.recurrent.network import MemoryNetwork
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import BPTT, TrainingConfig

#: Accuracy, in per cent, that such a network is expected to reach.
AIM = 97.5

PIXELS = 28 * 28

CITATION = (
    "R. Brette and W. Gerstner, Adaptive exponential integrate-and-fire model as an effective "
    "description of neuronal activity, J. Neurophysiol. 94, 3637-3642 (2005)"
)

DECIDED = "The output with the largest mean potential of the trial's second half names the class."

ADEX = Neuron(
    """
    dv/dt = (g_L*(E_L - v) + g_L*Delta_T*exp((v - V_T)/Delta_T) - u + current) / C : volt
    du/dt = (a*(v - E_L) - u) / tau_w : amp  # adaptation
    dcurrent/dt = -current / tau_s : amp     # synaptic current
    C : farad (shared, constant)
    g_L : siemens (shared, constant)
    E_L : volt (shared, constant)
    V_T : volt (shared, constant)
    Delta_T : volt (shared, constant)
    a : siemens (shared, constant)
    tau_w : second (shared, constant)
    tau_s : second (shared, constant)
    b : amp (shared, constant)
    """,
    threshold="v > V_T + 3*Delta_T",
    reset="v = E_L; u += b",
    parameters={
        "C": "281*pF",
        "g_L": "30*nS",
        "E_L": "-70.6*mV",
        "V_T": "-50.4*mV",
        "Delta_T": "2*mV",
        "a": "4*nS",
        "tau_w": "144*ms",
        "tau_s": "5*ms",
        "b": "80.5*pA",
    },
    initial={"v": "E_L"},
    method="rk2",
    summary="Integrate-and-fire with an exponential onset of spikes and adaptation.",
    citation=CITATION,
    name="adex_current",
)

IN_NANOAMPERE = SynapseModel(
    name="nanoampere",
    on_pre="current_post += w*nA",
    summary="Each presynaptic spike adds the synapse's weight, in nA, to the synaptic current.",
    citation=CITATION,
)


class AdexNetwork(Config):
    """Settings of the network; steps are 0.5 ms.

    Parameters
    ----------
    n_hidden : int, default 200
    mean, sd : float, default 0.03 and 0.1
        Of the first input weights, in nA.
    tau_out : float, default 20
        Time constant of the outputs, in ms.
    """

    n_hidden: int = Field(default=200, ge=1)
    mean: float = 0.03
    sd: float = Field(default=0.1, ge=0)
    tau_out: float = Field(default=20.0, gt=0)

    def model(self, name: str, n_inputs: int, n_outputs: int) -> Model:
        """Return the network."""
        output = MemoryNetwork(tau_out=self.tau_out).output()
        populations = (
            Population("input", n_inputs),
            Population("hidden", self.n_hidden, ADEX),
            Population("output", n_outputs, output),
        )
        into = Normal(self.mean, self.sd)
        connections = (
            Connection("input_hidden", "input", "hidden", IN_NANOAMPERE, into),
            Connection("hidden_output", "hidden", "output", initialiser=FanInNormal(2.0)),
        )
        return Model(name, populations, connections, dt=5e-4)


class AdexMnistConfig(ExperimentConfig):
    """Settings of the experiment ``adex-mnist``.

    Parameters
    ----------
    network : AdexNetwork
    bptt : BPTT
        The rule; its scale is in volts.
    training : TrainingConfig
    n_steps : int, default 100
        Length of a trial.
    probability : float, default 0.05
        That the brightest pixel spikes in a step.
    data : MnistConfig
    warp : WarpConfig
        Of the training images.
    """

    protocol: Literal["adex-mnist"] = "adex-mnist"
    seeds: int = Field(default=3, ge=1)
    network: AdexNetwork = AdexNetwork()
    bptt: BPTT = BPTT(
        learning_rate=0.003,
        pseudo_derivative="triangle",
        scale=6e-3,
        loss="mean_potential",
        read_share=0.5,
        precision="float32",
    )
    training: TrainingConfig = TrainingConfig(
        epochs=6,
        batch_size=50,
        update="simultaneous",
        optimiser=AdamConfig(),
        schedule=Cosine(),
        average=ExponentialAverageConfig(decay=0.99),
    )
    n_steps: int = Field(default=100, ge=2)
    probability: float = Field(default=0.05, gt=0, le=1)
    data: MnistConfig = MnistConfig(n_validation=5000)
    warp: WarpConfig = WarpConfig(rotation=8, stretch=0.1, shear=0.1, shift=1)

    @property
    def encoder(self) -> BernoulliEncoder:
        """How images become spikes."""
        return BernoulliEncoder(self.n_steps, probability_max=self.probability, sparse=True)


class AdexMnist(TrainingExperiment[AdexMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "adex-mnist"
    title = "Digits, learned by adaptive exponential neurons"
    summary = "784-200-10 network of AdEx neurons with units learns MNIST by derived gradients."
    citation: ClassVar[str] = CITATION
    config = AdexMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "training.epochs=1", "data.n_train=5000", "data.n_test=1000"),
    }

    def rule(self, config: AdexMnistConfig) -> Rule:
        """Return the rule."""
        return config.bptt

    def training(self, config: AdexMnistConfig) -> TrainingConfig:
        """Return how the network is trained."""
        return config.training

    def model(self, config: AdexMnistConfig) -> Model:
        """Return the network."""
        return config.network.model(self.name, PIXELS, len(config.data.classes))

    def n_steps(self, config: AdexMnistConfig) -> int:
        """Length of a trial."""
        return config.n_steps

    def sources(self, config: AdexMnistConfig) -> tuple[type, ...]:
        """Return the data set."""
        return (config.data.kind,)

    def material(self, config: AdexMnistConfig, streams: Streams) -> Material:
        """Load the images; spikes of training, warps too, are drawn anew in each epoch."""
        return encoded_anew(config.data.load(), config.encoder.encode, config.warp.warp(), streams)

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        config = run.config(self.config)
        told = (
            f"{config.network.n_hidden} adaptive exponential neurons, with units and integrated by "
            f"the rule of Runge and Kutta of second order, saw {config.data.title} as spikes drawn "
            f"in each of {config.n_steps} steps, and"
        )
        return write_page_of_images(self, run, config, told, DECIDED, AIM)


PROTOCOL = AdexMnist()
