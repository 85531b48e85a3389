"""Self-sustained irregular activity of current-based neurons.

Vogels and Abbott, J Neurosci 25 (2005); as benchmark 2 of Brette et al., J Comput Neurosci 23
(2007): 4,000 neurons, a fifth of them inhibitory, any two connected with probability 0.02,
synaptic currents that decay exponentially. A trial is one second from new initial potentials.
"""

from __future__ import annotations

from typing import Any

import brian2 as b2
import numpy as np
from brian2 import ms, mV
from published.base import PublishedModel, Values, random

N, N_EXCITATORY, PROBABILITY = 4000, 3200, 0.02
MEMBRANE = """
dv/dt = (rest - v + excitation - inhibition) / (20*ms) : volt (unless refractory)
dexcitation/dt = -excitation / (5*ms) : volt
dinhibition/dt = -inhibition / (10*ms) : volt
"""


class Cuba(PublishedModel):
    """4,000 current-based neurons for a second."""

    name, dt, duration = "CUBA", 1e-4, 1.0

    def build(self) -> list[Any]:
        """Neurons, excitatory and inhibitory synapses, monitor."""
        neurons = b2.NeuronGroup(
            N,
            MEMBRANE,
            threshold="v > -50*mV",
            reset="v = -60*mV",
            refractory=5 * ms,
            method="exact",
            namespace={"rest": -49 * mV},
            name="neurons",
        )
        neurons.v = -60 * mV
        parts = [neurons, b2.SpikeMonitor(neurons, name="spikes")]
        kinds = {
            "excitatory": (slice(0, N_EXCITATORY), "excitation_post += 1.62*mV"),
            "inhibitory": (slice(N_EXCITATORY, N), "inhibition_post += 9*mV"),
        }
        for seed, (name, (sources, effect)) in enumerate(kinds.items()):
            group = neurons[sources]
            synapses = b2.Synapses(group, neurons, on_pre=effect, name=name)
            drawn = random(seed).random((len(group), N)) < PROBABILITY
            i, j = np.nonzero(drawn)
            synapses.connect(i=i, j=j)
            parts.append(synapses)
        return parts

    def given(self, k: int) -> Values:
        """Potentials between reset and threshold."""
        return {"neurons.v": random(100 + k).uniform(-60e-3, -50e-3, N)}
