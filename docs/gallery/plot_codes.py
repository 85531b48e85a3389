"""
One image in five codes
=======================

An encoder turns values into input spikes: their times, their number, or both carry what is bright.
"""

import matplotlib.pyplot as plt

import brainsnn as bs

image = bs.datasets.MNIST().load().train.images[:1]
CODES = {
    "latency": bs.Latency(100),
    "rank": bs.Rank(100),
    "staggered": bs.Staggered(100),
    "regular": bs.Regular(100),
    "bernoulli": bs.Bernoulli(100),
}

figure, axes = plt.subplots(1, 6, figsize=(10, 2.6), layout="constrained")
axes[0].imshow(image[0], cmap="gray_r")
axes[0].set_axis_off()
for axis, (name, code) in zip(axes[1:], CODES.items(), strict=True):
    spikes = code.encode(image)
    axis.plot(spikes.step, spikes.neuron, ".", ms=1.5, color="#24292f")
    axis.set(title=f"{name}\n{spikes.step.size} spikes", xlabel="step", yticks=[], xlim=(0, 100))
axes[1].set_ylabel("pixel")
plt.show()
