"""What every registered code must do."""

from math import prod

import numpy as np
import pytest
from helpers import recording

from brainsnn.codes import DECODERS, ENCODERS

SIZES = {"input": 4, "output": 3}


@pytest.mark.parametrize("name", list(ENCODERS))
def test_encoder_gives_a_trial_an_image(name):
    encoder = ENCODERS[name]()
    images = np.random.default_rng(0).integers(0, 256, (5, 4, 6), dtype=np.uint8)
    trains = encoder.encode(images)
    n_neurons = prod(encoder.neurons((4, 6)))
    assert (trains.n_trials, trains.n_neurons, trains.n_steps) == (5, n_neurons, encoder.n_steps)


#: Decisions by potentials alone, and by what was learned before, have test files of their own.
OF_SPIKES = [name for name in DECODERS if name not in ("potential", "labelled")]


@pytest.mark.parametrize("name", OF_SPIKES)
def test_decoder_decides_every_trial(name):
    spikes = [(0, "output", 1, 2, 1.5), (2, "output", 0, 3, 1.0), (2, "output", 2, 3, 1.0)]
    final = {"output": [[0.0] * 3, [0.1, 0.2, 0.3], [0.0] * 3]}
    out = DECODERS[name]().decode(recording(spikes, SIZES, n_trials=3, final=final))
    assert out.decision.tolist() == [1, 2, -1]
    assert out.silent.tolist() == [False, True, False]
    assert out.tie.tolist() == [False, False, True]
    assert out.candidates.tolist() == [
        [False, True, False],
        [False, False, True],
        [True, False, True],
    ]


@pytest.mark.parametrize("registry", [ENCODERS, DECODERS], ids=lambda registry: registry.kind)
def test_every_code_cites_its_source(registry):
    for name in registry:
        assert registry[name].citation
