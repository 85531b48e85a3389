"""
The loss over two weights, and the derived gradient
===================================================

A neuron with two inputs is to fire three times. Over both weights the loss is a staircase, which
has no slope anywhere; the surrogate gradient, derived from the same equations, points to its floor.
"""

import brian2
import matplotlib.pyplot as plt
import numpy as np
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, Synapses, defaultclock, ms

from brainsnn.learning.equations import Spike, derive

brian2.prefs.codegen.target = "numpy"
defaultclock.dt = 1 * ms
given = SpikeGeneratorGroup(2, [], [] * ms, name="given")
cell = NeuronGroup(
    1,
    "dv/dt = (I - v)/(20*ms) : 1\ndI/dt = -I/(5*ms) : 1",
    threshold="v > 1",
    reset="v = 0",
    method="exact",
    name="cell",
)
path = Synapses(given, cell, "w : 1", on_pre="I_post += w", name="path")
path.connect()
network = Network(given, cell, path)
derived = derive(network, {path: "w"}, spike=Spike("triangle", scale=0.5))

N_STEPS = 60
spikes = np.zeros((N_STEPS, 1, 2))
spikes[2::14, 0, 0] = spikes[6::10, 0, 1] = 1  # step, trial, input


def loss_and_slope(weights):
    """Half the squared number of spikes that are missing, and its derived gradient."""
    derived.values(("path", "w"))[:] = weights
    trace = derived.run({"given": spikes}, n_steps=N_STEPS)
    missing = 3 - trace.spikes["cell"].sum()
    by_spike = {"cell": np.full_like(trace.spikes["cell"], -missing)}
    return missing**2 / 2, derived.gradient(trace, by_spike)["path", "w"]


fine, coarse = np.linspace(0, 3, 31), np.linspace(0.15, 2.85, 10)
loss = [[loss_and_slope((x, y))[0] for x in fine] for y in fine]
slopes = np.array([[-loss_and_slope((x, y))[1] for x in coarse] for y in coarse])
length = np.maximum(np.linalg.norm(slopes, axis=2, keepdims=True), 1e-9)

figure, axis = plt.subplots(figsize=(5, 4), layout="constrained")
shade = axis.pcolormesh(fine, fine, loss, cmap="Blues", shading="nearest")
axis.quiver(coarse, coarse, *np.moveaxis(slopes / length, 2, 0), color="#d55e00", scale=22)
axis.set(xlabel="weight of the first input", ylabel="weight of the second input")
figure.colorbar(shade, label="loss")
plt.show()
