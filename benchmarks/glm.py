"""Speed of learning a GLM network: compiled and event-driven, beside dense NumPy.

``python benchmarks/glm.py`` prints one JSON object: presentations a second of one core's time for
both rules (T = 4, K = 4, ten classes, MNIST), of the same equations as dense NumPy arrays with the
same batch of one, and their ratio. Times are of the processor, so a busy machine changes them
little.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import numpy as np

from brainsnn.codes import BernoulliEncoder
from brainsnn.datasets import MNIST
from brainsnn.learning.glm import GLM, LIKELIHOODS, Likelihood
from brainsnn.learning.glm.inputs import SparseProbabilities
from brainsnn.learning.glm.updates import Ascent

N_STEPS, FUNCTIONS, CLASSES, TRIALS, DENSE = 4, 4, 10, 10_000, 200


def seconds_of(work: Callable[[], object]) -> float:
    """Processor time of a second call, the first having compiled what there is to compile."""
    work()
    begin = time.process_time()
    work()
    return time.process_time() - begin


def dense(glm: GLM, likelihood: Likelihood, images: np.ndarray, labels: np.ndarray) -> None:
    """One presentation of each image by the equations on whole arrays."""
    rng = np.random.default_rng(0)
    weights = glm.draw(rng)
    probability = images / 510
    for k, label in enumerate(labels):
        spikes = rng.random((1, N_STEPS, images.shape[1])) < probability[k]
        mine = np.array([label])
        outputs = likelihood.targets(mine, N_STEPS, CLASSES)
        error = likelihood.error(glm.potentials(spikes, outputs, weights), mine, glm.activation)
        gradient = glm.gradient(spikes, outputs, error).arrays()
        for name, array in weights.arrays().items():
            array += 1e-3 * gradient[name]


def main() -> None:
    """Measure and print."""
    training = MNIST().load().train
    images, labels = training.images[:TRIALS].reshape(TRIALS, -1), training.labels[:TRIALS]
    glm = GLM.build(images.shape[1], CLASSES, N_STEPS, functions=FUNCTIONS)
    trials = SparseProbabilities.of(BernoulliEncoder(N_STEPS).probabilities(images))
    found: dict[str, float] = {}
    for rule in LIKELIHOODS:
        rng, likelihood = np.random.default_rng(0), LIKELIHOODS[rule]()
        ascent = Ascent(glm, likelihood, glm.draw(rng), trials, labels)
        order = rng.permutation(TRIALS)
        fast = TRIALS / seconds_of(lambda a=ascent, o=order, r=rng: a.epoch(1e-3, o, r))
        few = (glm, likelihood, images[:DENSE], labels[:DENSE])
        slow = DENSE / seconds_of(lambda f=few: dense(*f))
        found |= {rule: round(fast), f"{rule}_dense_numpy": round(slow)}
        found[f"{rule}_ratio"] = round(fast / slow, 1)
    print(json.dumps({"presentations_per_second": found}, indent=2))


if __name__ == "__main__":
    main()
