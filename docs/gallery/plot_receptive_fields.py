"""
Receptive fields as they form
=============================

Hidden neurons that fire at most once each learn 2,000 digits (rule `decision`). What a neuron waits
for is what its weights look like; here after no, one, three and ten epochs.
"""

import matplotlib.pyplot as plt
import numpy as np

import brainsnn as bs

digits = bs.datasets.MNIST().load()
images, labels = digits.train.images[:2000], digits.train.labels[:2000]

figure, axes = plt.subplots(4, 8, figsize=(8, 4.4), layout="constrained")
for row, epochs in zip(axes, (0, 1, 3, 10), strict=True):
    learned = bs.Classifier("28x28-40-10", rule="decision", epochs=max(epochs, 1), random_state=2)
    if epochs:
        learned.fit(images, labels)
        first = next(iter(learned.weights_.values()))
        score = learned.score(digits.validation.images[:1000], digits.validation.labels[:1000])
        told = f"{epochs} epochs\n{100 * score:.0f} %"
    else:
        first = np.random.default_rng(2).uniform(0, 5, (784, 40))
        told = "first\nweights"
    for axis, weights in zip(row, first.T[:8], strict=True):
        bound = np.abs(weights - weights.mean()).max()
        axis.imshow(
            (weights - weights.mean()).reshape(28, 28), cmap="RdBu_r", vmin=-bound, vmax=bound
        )
        axis.set(xticks=[], yticks=[])
    row[0].set_ylabel(told, rotation=0, ha="right", va="center")
plt.show()
