"""Operations counted by hand on a few spikes."""

from __future__ import annotations

import numpy as np
from helpers import recording

from brainsnn.learning.glm.complexity import operations

SIZES = {"input": 5, "output": 2}


def test_additions_are_spikes_heard_and_biases_up_to_the_decision():
    spikes = [(0, "input", 0, 0, 0.0), (0, "input", 1, 0, 0.0), (0, "input", 2, 1, 0.0)]
    spikes += [(0, "output", 1, 1, 0.0), (1, "input", 3, 3, 0.0)]
    found = recording(spikes, SIZES, n_trials=2, n_steps=4)
    # window 2: heard at steps 0..3 of trial 0: 0, 2, 3, 1; own (window 1): 0, 0, 1/2, 0
    for step, expected in ((0, 1), (1, 4), (2, 8.5), (3, 10.5), (4, 10.5)):
        costs = operations(found, np.array([step, step]), 2, 1)
        assert costs["additions"][0] == expected
        assert costs["additions"][1] == min(step, 3) + 1
        assert (costs["multiplications"] == 0).all()
