"""
Neurons of the library
======================

What neurons of the library answer to the example current of their papers. A neuron is three
strings, and its parameters have the published values; `brainsnn show neuron adex` prints them.
"""

import matplotlib.pyplot as plt
import numpy as np

from brainsnn.cli.neurons import traced
from brainsnn.network.neurons.library import LIBRARY

SHOWN = {
    "leaky": ("lif", None),
    "adaptive threshold": ("alif", None),
    "adaptive exponential": ("adex", "regular_bursting"),
    "Izhikevich": ("izhikevich", "tonic_bursting"),
    "Hodgkin-Huxley": ("hodgkin_huxley", None),
    "generalised, level 4": ("glif4", None),
}

figure, axes = plt.subplots(3, 2, figsize=(8, 4.4), layout="constrained")
for axis, (title, (name, pattern)) in zip(axes.flat, SHOWN.items(), strict=True):
    time, potential, spikes = traced(LIBRARY[name], pattern)
    top = np.percentile(potential, 99.5)  # some run away until they are reset
    axis.plot(1e3 * time, np.minimum(potential, top), color="#24292f", lw=0.9)
    axis.plot(1e3 * spikes, [top] * len(spikes), "|", color="#d55e00", ms=7)
    axis.set(title=title, yticks=[])
for axis in axes[-1]:
    axis.set_xlabel("time (ms)")
plt.show()
