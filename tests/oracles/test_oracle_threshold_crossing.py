"""The threshold-crossing code of sequential MNIST, held against the authors' program."""

from pathlib import Path

import numpy as np

from brainsnn.codes import ThresholdCrossingEncoder

FILE = Path(__file__).parent / "data" / "memory" / "sequential_mnist_code.npz"


def test_spikes_are_those_of_the_program():
    with np.load(FILE, allow_pickle=False) as file:
        images, wanted = file["images"], file["x"]
    trains = ThresholdCrossingEncoder().encode(images)
    found = np.zeros_like(wanted)
    trial = np.repeat(np.arange(trains.n_trials), np.diff(trains.offsets))
    found[trial, trains.step, trains.neuron] = 1
    np.testing.assert_array_equal(found, wanted)
