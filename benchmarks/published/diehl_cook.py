"""Unsupervised learning of digits by spike-timing-dependent plasticity.

Diehl and Cook, Front Comput Neurosci 9:99 (2015): 784 Poisson inputs excite 400 neurons, each with
an inhibitory partner that silences all others; thresholds rise with every spike and stay; the sum
of a neuron's input weights is set to 78 between images. A trial is the presentation of an MNIST
digit for 350 ms; resting for 150 ms between images is left out, since a trial starts from rest.

Of the rules that the paper compares, the one with a trace on either side is taken, with weight
dependence linear (mu = 1) and no target for the trace; its learning rates are not the paper's.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import brian2 as b2
import numpy as np
from brian2 import ms, mV
from numpy.typing import NDArray
from published.base import PublishedModel, Values, random

from brainsnn.datasets import MNIST

N_INPUT = 784
TOTAL_WEIGHT, BRIGHTNESS_PER_HZ = 78.0, 4.0
EXCITATORY = """
dv/dt = ((-65*mV - v) + ge*(0*mV - v) + gi*(-100*mV - v)) / (100*ms) : volt (unless refractory)
dge/dt = -ge / (1*ms) : 1
dgi/dt = -gi / (2*ms) : 1
dtheta/dt = -theta / (1e7*ms) : volt
"""
INHIBITORY = """
dv/dt = ((-60*mV - v) + ge*(0*mV - v)) / (10*ms) : volt (unless refractory)
dge/dt = -ge / (1*ms) : 1
"""
PLASTIC = """
w : 1
dpre/dt = -pre / (20*ms) : 1 (event-driven)
dpost/dt = -post / (20*ms) : 1 (event-driven)
"""


class DiehlCook(PublishedModel):
    """Learning one digit after the other."""

    name, dt, duration = "Diehl and Cook", 5e-4, 0.35
    keep = ("learned.w", "excitatory.theta")
    deterministic = False
    size = 400

    def build(self) -> list[Any]:
        """Inputs, neurons, plastic and fixed synapses, monitor."""
        inputs = b2.PoissonGroup(N_INPUT, rates=np.zeros(N_INPUT) * b2.Hz, name="inputs")
        excitatory, inhibitory = self._neurons()
        learned = self.plastic(inputs, excitatory)
        weights = random(0).uniform(0.003, 0.3, N_INPUT * self.size)
        normalise(weights, self.size)
        learned.w = weights
        partners = b2.Synapses(excitatory, inhibitory, on_pre="ge_post += 10.4", name="partners")
        partners.connect(j="i")
        rivals = b2.Synapses(inhibitory, excitatory, on_pre="gi_post += 17", name="rivals")
        rivals.connect(condition="i != j")
        spikes = b2.SpikeMonitor(excitatory, name="spikes")
        return [inputs, excitatory, inhibitory, learned, partners, rivals, spikes]

    def plastic(self, inputs: b2.PoissonGroup, excitatory: b2.NeuronGroup) -> b2.Synapses:
        """The synapses that learn."""
        learned = b2.Synapses(
            inputs,
            excitatory,
            PLASTIC,
            on_pre="ge_post += w\npre = 1\nw -= 1e-4*post*w",
            on_post="w += 1e-2*pre*(1 - w)\npost = 1",
            name="learned",
        )
        learned.connect()
        return learned

    def _neurons(self) -> tuple[b2.NeuronGroup, b2.NeuronGroup]:
        excitatory = b2.NeuronGroup(
            self.size,
            EXCITATORY,
            threshold="v > -72*mV + theta",
            reset="v = -65*mV\ntheta += 0.05*mV",
            refractory=5 * ms,
            method="euler",
            name="excitatory",
        )
        excitatory.v = -65 * mV
        excitatory.theta = 20 * mV
        inhibitory = b2.NeuronGroup(
            self.size,
            INHIBITORY,
            threshold="v > -40*mV",
            reset="v = -45*mV",
            refractory=2 * ms,
            method="euler",
            name="inhibitory",
        )
        inhibitory.v = -60 * mV
        return excitatory, inhibitory

    @cached_property
    def _images(self) -> NDArray[np.float64]:
        images = MNIST().load().train.images
        return images.reshape(len(images), -1).astype(float)

    def given(self, k: int) -> Values:
        """Rates of the inputs, in proportion to the pixels: at most 63.75 Hz."""
        return {"inputs.rates": self._images[k] / BRIGHTNESS_PER_HZ}

    def between(self, kept: Values) -> None:
        """Set the sum of the weights onto each neuron."""
        normalise(kept["learned.w"], self.size)


def normalise(weights: NDArray[np.float64], size: int) -> None:
    """Scale, in place, the weights onto each of so many neurons to their sum."""
    matrix = weights.reshape(N_INPUT, size)
    matrix *= TOTAL_WEIGHT / matrix.sum(axis=0)
