"""A classifier whose network has several inputs: samples by input, each with its own encoder."""

from __future__ import annotations

import numpy as np
import pytest

import brainsnn as bs
from brainsnn.errors import ConfigError, InputError, ModelError
from brainsnn.training.bptt import BPTT

pytestmark = [
    pytest.mark.compiler,
    pytest.mark.filterwarnings("ignore::brainsnn.errors.HealthWarning"),
]
N_STEPS = 20


LEAKY = bs.Neuron("dv/dt = -v / (10*ms) : 1", "v > 1", "v = 0", method="exact")


def network(**sizes: int) -> bs.Network:
    """Inputs of these sizes, and two leaky neurons that both reach."""
    net = bs.Network(initialiser=bs.Normal(0.1, 0.3))
    for name, size in sizes.items():
        net.add(name, size)
    net.add("output", 2, LEAKY)
    for name in sizes:
        net.connect(name, "output")
    return net


def samples(n: int = 60) -> tuple[np.ndarray, bs.SpikeTrains, np.ndarray]:
    """Numbers and spikes that speak for the class, each in half of the samples."""
    rng = np.random.default_rng(3)
    y = np.arange(n) % 2
    seen, heard = rng.uniform(0, 40, (n, 4)), np.full((n, 3), N_STEPS)
    blind = rng.random(n) < 0.5
    seen[~blind] = np.where([[1, 1, 0, 0]], y[~blind, None], 1 - y[~blind, None]) * 100
    heard[blind, y[blind]] = 2
    return seen, bs.SpikeTrains.from_first_steps(heard, N_STEPS), y


def classifier(**settings: object) -> bs.Classifier:
    slope = {"pseudo_derivative": "triangle", "scale": 1.0}
    chosen = {"rule": BPTT(**slope), "encoder": {"seen": bs.Regular(N_STEPS)}, "epochs": 12}
    return bs.Classifier(
        network(seen=4, heard=3), **{**chosen, "random_state": 0, "learning_rate": 0.03, **settings}
    )


@pytest.fixture(scope="module")
def fitted() -> bs.Classifier:
    seen, heard, y = samples()
    return classifier().fit({"seen": seen, "heard": heard}, y)


def test_it_learns_from_both(fitted: bs.Classifier) -> None:
    seen, heard, y = samples()
    assert fitted.score({"heard": heard, "seen": seen}, y) > 0.9
    assert fitted.n_features_in_ == 7
    assert fitted.input_spikes([seen, heard]).n_neurons == 7


def test_a_list_in_the_order_of_the_inputs_is_the_same(fitted: bs.Classifier) -> None:
    seen, heard, _ = samples()
    np.testing.assert_array_equal(
        fitted.predict_proba([seen, heard]), fitted.predict_proba({"seen": seen, "heard": heard})
    )


def test_it_is_kept_in_a_folder(fitted: bs.Classifier, tmp_path) -> None:
    seen, heard, _ = samples()
    fitted.save(tmp_path / "kept")
    again = bs.Classifier.load(tmp_path / "kept")
    np.testing.assert_array_equal(again.predict([seen, heard]), fitted.predict([seen, heard]))


def test_it_learns_on(fitted: bs.Classifier) -> None:
    seen, heard, y = samples()
    first = classifier(epochs=None).partial_fit([seen, heard], y, classes=[0, 1])
    before = first.weights_["seen_output"]
    assert not np.array_equal(first.partial_fit([seen, heard], y).weights_["seen_output"], before)


SEEN, HEARD, Y = samples(8)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (SEEN, "inputs seen, heard: samples are a dictionary by name.*got ndarray"),
        ([SEEN], "got 1 of them"),
        ({"seen": SEEN}, "got seen"),
        ({"seen": SEEN, "heard": HEARD, "felt": SEEN}, "got seen, heard, felt"),
        ([SEEN[:5], HEARD], "same number of samples, got {'seen': 5, 'heard': 8}"),
        ([SEEN * np.nan, HEARD], "NaN"),
    ],
)
def test_samples_that_do_not_fit_the_inputs_are_refused(X: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        classifier().fit(X, Y)


def test_sizes_settings_and_later_samples_are_refused_by_name(fitted: bs.Classifier) -> None:
    with pytest.raises(ModelError, match=r"inputs of \[4, 3\] neurons; the data need \[3, 3\]"):
        classifier().fit([SEEN[:, :3], HEARD], Y)
    with pytest.raises(ConfigError, match="encoder: 'felt' is no input"):
        classifier(encoder={"felt": bs.Latency(10)}).fit([SEEN, HEARD], Y)
    with pytest.raises(InputError, match="'seen' has 2 features"):
        fitted.predict([SEEN[:, :2], HEARD])
    with pytest.raises(InputError, match="learned from spikes, and is given values"):
        fitted.predict([SEEN, SEEN])


def test_drawn_spikes_of_two_inputs_are_not_the_same() -> None:
    half = np.full((4, 6), 0.5)
    clf = bs.Classifier(
        network(left=6, right=6),
        rule=BPTT(),
        encoder=bs.Bernoulli(50),
        scaler=None,
        epochs=1,
        random_state=0,
        engine="runtime",
    )
    spikes = clf.fit([half, half], [0, 1, 0, 1]).input_spikes([half, half])
    left = spikes.neuron < 6
    pairs = [set(zip(spikes.step[k], spikes.neuron[k] % 6, strict=True)) for k in (left, ~left)]
    assert pairs[0] != pairs[1]
