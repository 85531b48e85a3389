"""
A derived gradient, held against finite differences
===================================================

`check_gradient` makes spikes smooth, in the forward pass too, so that the derived gradient of a
network is exact and can be compared with differences of its loss: here of Hodgkin and Huxley's
equations, conductances as they were published.
"""

import brian2
import matplotlib.pyplot as plt
import numpy as np
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, Synapses, defaultclock, ms

from brainsnn.learning.equations import check_gradient

brian2.prefs.codegen.target = "numpy"
defaultclock.dt = 0.02 * ms

given = SpikeGeneratorGroup(5, [], [] * ms, name="given")
cells = NeuronGroup(
    2,
    """
    dv/dt = (I - 36*n**4*(v + 77) - 120*m**3*h*(v - 50) - g_leak*(v + 54.4)) / ms : 1
    dn/dt = (0.1/exprel(-(v + 55)/10)*(1 - n) - 0.125*exp(-(v + 65)/80)*n) / ms : 1
    dm/dt = (1/exprel(-(v + 40)/10)*(1 - m) - 4*exp(-(v + 65)/18)*m) / ms : 1
    dh/dt = (0.07*exp(-(v + 65)/20)*(1 - h) - h/(1 + exp(-(v + 35)/10))) / ms : 1
    dI/dt = -I / (5*ms) : 1
    g_leak : 1 (constant)
    """,
    threshold="v > -20",
    refractory="v > -20",
    method="exponential_euler",
    name="cells",
)
cells.v, cells.n, cells.m, cells.h, cells.g_leak = -65, 0.32, 0.05, 0.6, 0.3
paths = []
for source in (given, cells):
    path = Synapses(source, cells, "w : 1", on_pre="I_post += w", name=f"from_{source.name}")
    path.connect()
    path.w = np.linspace(1, 6, len(path))
    paths.append(path)
network = Network(given, cells, *paths)

rng = np.random.default_rng(0)
spikes = {"given": (rng.random((400, 1, 5)) < 0.01).astype(float)}
table = check_gradient(
    network, {path: "w" for path in paths} | {cells: "g_leak"}, spikes, n_steps=400, scale=5.0
)
print(table)

# %%
# A row is a variable; the error is a share of the largest derivative.
names = [
    f"{owner}.{variable}" for owner, variable in zip(table["owner"], table["variable"], strict=True)
]
figure, axis = plt.subplots(figsize=(6, 2.6), layout="constrained")
axis.plot(table["error"], names, "o", color="#0072b2")
axis.axvline(1e-7, color="#8c959f", ls=":")
axis.set(
    xscale="log", xlim=(1e-12, 1e-5), xlabel="largest difference (share of the largest derivative)"
)
axis.margins(y=0.3)
plt.show()
