"""
Firing patterns
===============

One neuron, many ways to fire: the adaptive exponential neuron with the published parameters of each
named pattern, under a constant current. Between the pictures nothing but numbers changes; `brainsnn
show neuron adex` has them, and `izhikevich` has nineteen more.
"""

import matplotlib.pyplot as plt
import numpy as np

from brainsnn.cli.neurons import traced
from brainsnn.network.neurons.library import LIBRARY

adex = LIBRARY["adex"]
figure, axes = plt.subplots(4, 2, figsize=(8, 5.4), layout="constrained", sharex=True, sharey=True)
for axis, pattern in zip(axes.flat, adex.patterns, strict=True):
    time, potential, spikes = traced(adex, pattern)
    axis.plot(1e3 * time, np.minimum(1e3 * potential, -20), color="#24292f", lw=0.8)
    axis.plot(1e3 * spikes, np.full(spikes.size, -12), "|", color="#d55e00", ms=7)
    axis.set_title(pattern.replace("_", " "), fontsize=10)
figure.supylabel("potential (mV)")
for axis in axes[-1]:
    axis.set_xlabel("time (ms)")
plt.show()
