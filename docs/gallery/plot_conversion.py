"""
A trained network of rectified units, as spikes
===============================================

A perceptron of scikit-learn becomes integrate-and-fire neurons whose rates stand for its activations.
The longer a trial, the closer the rates come; what the scaling of weights and the reset cost is seen
in short trials.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from brainsnn.conversion import Linear, ReLU, convert

images, labels = load_digits(return_X_y=True)
images = images / 16.0
train, test = slice(0, 1200), slice(1200, None)
source = MLPClassifier((64,), tol=1e-3, random_state=1).fit(images[train], labels[train])
layers = [
    Linear(source.coefs_[0], source.intercepts_[0]),
    ReLU(),
    Linear(source.coefs_[1], source.intercepts_[1]),
]

figure, axis = plt.subplots(figsize=(5.4, 3.2), layout="constrained")
for scaling, reset in (("percentile", "subtract"), ("percentile", "zero"), ("none", "subtract")):
    spiking = convert(layers, scaling, images[train], initial=0.5, reset=reset)
    accuracy = spiking.run(images[test], n_steps=64).accuracy(labels[test])["accuracy"]
    axis.plot(range(1, 65), 100 * accuracy, label=f"{scaling}, reset {reset}")
axis.axhline(100 * source.score(images[test], labels[test]), color="#24292f", ls=":", label="units")
axis.set(xscale="log", xlabel="steps", ylabel="digits named right (%)")
axis.legend(fontsize=8)
plt.show()
