"""Speed of learning a GLM network: by the trainer, compiled, beside dense NumPy.

``python benchmarks/glm.py`` prints one JSON object: presentations a second of one core's time for
both rules (T = 4, K = 4, ten classes, MNIST), of the same equations as dense NumPy arrays with the
same batch of one, and their ratio. The trainer does all of an epoch: it draws input spikes, runs
the network, learns, counts losses and decisions. Times are of the processor, so a busy machine
changes them little.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import numpy as np

from brainsnn.codes import DECODERS, BernoulliEncoder
from brainsnn.datasets import MNIST
from brainsnn.engine import build_engine
from brainsnn.learning.glm import GLM, LIKELIHOODS, Likelihood
from brainsnn.learning.glm.inputs import PresentedTrials, SparseProbabilities
from brainsnn.learning.glm.network import glm_model, named
from brainsnn.learning.glm.rule import MaximumLikelihood
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig

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
    probabilities = SparseProbabilities.of(BernoulliEncoder(N_STEPS).probabilities(images))
    trials = PresentedTrials(probabilities, N_STEPS, labels, Streams(0))
    engine = build_engine("resident", glm_model(glm), N_STEPS)
    found: dict[str, float] = {}
    for rule in LIKELIHOODS:
        likelihood, chosen = LIKELIHOODS[rule](), MaximumLikelihood(likelihood=rule)
        engine.set_weights(named(glm.draw(np.random.default_rng(0))))
        decoder, settings = DECODERS[likelihood.code](), TrainingConfig(epochs=1, monitor="epoch")
        given = engine, chosen, decoder, settings, 1e-3
        fast = TRIALS / seconds_of(lambda g=given: Trainer(*g, Streams(0)).fit(trials))
        few = (glm, likelihood, images[:DENSE], labels[:DENSE])
        slow = DENSE / seconds_of(lambda f=few: dense(*f))
        found |= {rule: round(fast), f"{rule}_dense_numpy": round(slow)}
        found[f"{rule}_ratio"] = round(fast / slow, 1)
    print(json.dumps({"presentations_per_second": found}, indent=2))


if __name__ == "__main__":
    main()
