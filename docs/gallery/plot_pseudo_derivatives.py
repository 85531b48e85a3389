"""
What stands in for the derivative of a spike
============================================

A spike has no derivative by its margin. The named stand-ins, and what a small classifier reaches
with each of them from the same first weights.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import brainsnn as bs

SLOPES = {
    "triangle": lambda g: np.maximum(0, 1 - np.abs(g)),
    "superspike": lambda g: 1 / (1 + np.abs(g)) ** 2,
    "sigmoid": lambda g: 1 / (np.exp(g / 2) + np.exp(-g / 2)) ** 2 * 4,
    "gaussian": lambda g: np.exp(-(g**2) / 2),
    "piecewise": lambda g: (np.abs(g) < 0.5).astype(float),
}
X, y = load_digits(return_X_y=True)
train, held, labels, held_labels = train_test_split(X, y, train_size=600, random_state=0)

margin = np.linspace(-3, 3, 301)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
for n, (name, slope) in enumerate(SLOPES.items()):
    colour = f"C{n}"
    left.plot(margin, slope(margin), color=colour, label=name)
    rule = bs.BPTT(pseudo_derivative=name, learning_rate=0.01)
    learned = bs.Classifier(20, rule=rule, epochs=6, random_state=0).fit(train, labels)
    right.bar(name, 100 * learned.score(held, held_labels), color=colour)
left.set(xlabel="margin over its scale", ylabel="slope, largest 1")
left.legend(fontsize=7)
right.set(ylabel="other digits named right (%)", ylim=(0, 100))
right.tick_params(axis="x", rotation=25)
plt.show()
