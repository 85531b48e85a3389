"""
A neuron of one's own learns to tap a rhythm
============================================

Nobody has worked out a gradient for this neuron: its equations are strings, and the rule reads
them. Ten adapting neurons with a slow, voltage-like recovery drive one output, which is to fire at
three times. Weights, and each neuron's time constant of adaptation, are learned.
"""

import brian2
import matplotlib.pyplot as plt
import numpy as np
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, Synapses, defaultclock, ms

from brainsnn.learning.equations import Spike, derive

brian2.prefs.codegen.target = "numpy"
defaultclock.dt = 1 * ms
rng = np.random.default_rng(3)
EQUATIONS = """
dv/dt = (v*v - u + I) / (8*ms) : 1
du/dt = (0.6*v - u) / tau : 1
dI/dt = -I / (6*ms) : 1
tau : second (constant)"""

given = SpikeGeneratorGroup(20, [], [] * ms, name="given")
cells, tap = (
    NeuronGroup(
        size, EQUATIONS, threshold="v > 1", reset="v = -0.3; u += 0.4", method="heun", name=name
    )
    for size, name in ((10, "cells"), (1, "tap"))
)
cells.tau, tap.tau = 60 * ms, 60 * ms
paths = []
for source, target, mean in ((given, cells, 0.5), (cells, tap, 0.4)):
    path = Synapses(source, target, "w : 1", on_pre="I_post += w", name=f"to_{target.name}")
    path.connect()
    path.w = rng.normal(mean, 0.3, len(path))
    paths.append(path)
network = Network(given, cells, tap, *paths)
network.schedule = ["start", "synapses", "groups", "thresholds", "resets", "end"]

# %%
# The loss compares the output's spikes with the wanted ones through an exponential kernel (van
# Rossum), and its derivative by each spike goes back through the equations.
N_STEPS, WANTED = 200, [50, 90, 160]
derived = derive(
    network, {path: "w" for path in paths} | {cells: "tau"}, spike=Spike("superspike", scale=2)
)
spikes = {"given": (rng.random((N_STEPS, 1, 20)) < 0.02).astype(float)}
kernel = np.exp(-np.arange(60) / 10)
wanted = np.convolve(np.isin(np.arange(N_STEPS), WANTED), kernel)[:N_STEPS]


def loss(fired):
    """Distance of filtered spikes, and its derivative by each spike."""
    error = np.convolve(fired, kernel)[:N_STEPS] - wanted
    return (error**2).sum(), 2 * np.correlate(error, kernel, "full")[59 : 59 + N_STEPS]


rasters, losses, state = {}, [], {}
for update in range(300):
    trace = derived.run(spikes, n_steps=N_STEPS)
    value, by_spike = loss(trace.spikes["tap"][:, 0, 0])
    losses.append(value)
    rasters[update] = trace.spikes["cells"][:, 0], trace.spikes["tap"][:, 0, 0]
    gradient = derived.gradient(trace, {"tap": by_spike[:, None, None]})
    for key in derived.trained:
        mean, square = state.get(key, (0.0, 0.0))
        mean, square = 0.9 * mean + 0.1 * gradient[key], 0.99 * square + 0.01 * gradient[key] ** 2
        state[key] = mean, square
        rate = 3e-4 if key[1] == "tau" else 1e-2
        derived.values(key)[...] -= rate * mean / (np.sqrt(square) + 1e-8)
    derived.values(("cells", "tau")).clip(0.01, 0.3, out=derived.values(("cells", "tau")))

# %%
# Before, after, and the way there.
best = int(np.argmin(losses))
figure, axes = plt.subplots(1, 3, figsize=(9, 3), layout="constrained")
for axis, update, title in ((axes[0], 0, "before"), (axes[1], best, f"after {best} updates")):
    hidden, output = rasters[update]
    step, neuron = np.nonzero(hidden)
    axis.plot(step, neuron + 2, "|", color="#0072b2", markersize=6)
    axis.plot(
        np.flatnonzero(output), np.zeros(int(output.sum())), "|", color="#d55e00", markersize=14
    )
    for time in WANTED:
        axis.axvline(time, color="#8c959f", lw=0.8, ls=":")
    axis.set(title=title, xlabel="time (ms)", yticks=[0, 6], xlim=(0, N_STEPS))
    axis.set_yticklabels(["output", "cells"])
axes[2].semilogy(losses, color="#009e73")
axes[2].set(title="distance from wanted", xlabel="update")
plt.show()
