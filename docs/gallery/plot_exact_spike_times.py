"""
The exact derivative of a spike's time
======================================

A spike stands where the margin rises through zero, so its time has a true derivative, whatever the
neuron. The first spike of a leaky neuron as one weight grows: computed times, and the tangent that
`derive_events` gives at each of them. Where the spike vanishes, its derivative grows without bound.
"""

import brian2
import matplotlib.pyplot as plt
import numpy as np
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, Synapses, defaultclock, ms

from brainsnn.learning.equations.eventprop import SpikeTimes, derive_events

brian2.prefs.codegen.target = "numpy"
defaultclock.dt = 0.1 * ms
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
path.w = [4, 4]
network = Network(given, cell, path)
derived = derive_events(network, {path: "w"})
times = SpikeTimes.of([([0, 1], [1e-3, 6e-3])])

weights, first, slope = np.linspace(3.5, 9, 45), [], []
for weight in weights:
    derived.values(("path", "w"))[0] = weight
    run = derived.run({"given": times}, until=0.06)
    when, index = run.spikes["cell"].first(1, silent=np.nan)
    first.append(1e3 * when[0, 0])
    found = derived.gradient(run, {"cell": run.spikes["cell"].spread(np.ones((1, 1)), index)})
    slope.append(1e3 * found["path", "w"][0])

figure, axis = plt.subplots(figsize=(6, 3.2), layout="constrained")
axis.plot(weights, first, ".", color="#0072b2", ms=4)
for weight, time, tangent in list(zip(weights, first, slope, strict=True))[::9]:
    span = np.array([-0.5, 0.5])
    axis.plot(weight + span, time + tangent * span, color="#d55e00", lw=1.2)
axis.set(xlabel="weight of the first input", ylabel="first spike (ms)")
plt.show()
