"""The classifier: scikit-learn's conventions, forms of input, what is refused, what is kept."""

import copy
import pickle
import warnings
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import brainsnn as bs
from brainsnn.errors import (
    ConfigError,
    DataError,
    HealthWarning,
    InputError,
    ModelError,
    RuleError,
)
from brainsnn.learning.base import BoundRule, RowGradient
from brainsnn.learning.optimisers import OPTIMISERS
from brainsnn.learning.rule import Rule
from brainsnn.network.network import Network
from brainsnn.network.neurons import integrate_and_fire_once
from brainsnn.network.synapses import Uniform

pytestmark = [
    pytest.mark.compiler,
    # Few epochs leave much to learn.
    pytest.mark.filterwarnings("ignore::brainsnn.errors.HealthWarning"),
]


ONCE = integrate_and_fire_once


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True)
    return X, np.array(["setosa", "versicolor", "virginica"])[y]


class Own(Rule):
    """A rule that takes any network, and teaches it nothing."""

    citation: ClassVar[str] = "A test."
    codes: ClassVar[tuple[str, ...]] = ("rate",)
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"
    name: Literal["own"] = "own"

    def bound(self, network, n_steps):
        return Idle()


class Idle(BoundRule):
    """Gradients of 0."""

    def backward(self, recording, weights, labels):
        for name in reversed(weights):
            yield name, RowGradient(np.zeros(0, np.int64), np.zeros((0, weights[name].shape[1])))

    def loss(self, recording, labels):
        return np.zeros(len(labels))


@pytest.fixture(scope="module")
def fitted(iris):
    return classifier(epochs=60).fit(*iris)


def classifier(**settings):
    """One network for all tests on irises, so that it is compiled once."""
    return bs.Classifier(**{"network": 16, "random_state": 0, "epochs": 20, **settings})


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "settings",
    [{"epochs": 30}, {"rule": "pair_stdp", "network": 10, "epochs": 1}],
    ids=["gradients", "pair_stdp"],
)
def test_it_keeps_every_convention_of_scikit_learn(settings):
    results = check_estimator(classifier(**settings), on_fail=None)
    assert len(results) > 50
    failed = {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"}
    assert not failed
    skipped = {r["check_name"] for r in results if r["status"] == "skipped"}
    assert skipped <= {"check_array_api_input"}  # It runs where SCIPY_ARRAY_API is set.


def test_it_learns_labels_that_are_text(iris, fitted):
    X, y = iris
    assert fitted.score(X, y) > 0.93
    assert fitted.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    probabilities = fitted.predict_proba(X)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    np.testing.assert_array_equal(fitted.classes_[probabilities.argmax(axis=1)], fitted.predict(X))


def test_the_same_seed_gives_the_same_network(iris, fitted):
    again = clone(fitted).fit(*iris)
    np.testing.assert_array_equal(again.predict_proba(iris[0]), fitted.predict_proba(iris[0]))
    assert again.weights_.keys() == fitted.weights_.keys()


def test_pipelines_searches_and_folds(iris):
    X, y = iris
    search = GridSearchCV(classifier(), {"learning_rate": [0.0001, 0.03]}, cv=3).fit(X, y)
    assert search.best_params_ == {"learning_rate": 0.03}
    scores = cross_val_score(make_pipeline(StandardScaler(), search.best_estimator_), X, y, cv=3)
    assert min(scores) > 0.85


def test_scaling_is_learned_from_the_training_samples_alone(iris, fitted):
    X, _ = iris
    np.testing.assert_array_equal(fitted.predict(X[60:70]), fitted.predict(X)[60:70])
    shifted = clone(fitted).fit(1000 * X - 7, iris[1])
    np.testing.assert_array_equal(shifted.predict(1000 * X - 7), fitted.predict(X))


def test_a_range_that_is_given_refuses_other_values(iris):
    X, y = iris
    with pytest.raises(InputError, match=r"5.1 of sample 0, feature 0, is not in 0\.\.1"):
        classifier(scaler=None).fit(X, y)
    given = classifier(scaler=(0, 8), epochs=2).fit(X, y)
    with pytest.raises(InputError, match=r"is not in 0\.\.8"):
        given.predict(X + 1)


def test_partial_fit_goes_on(iris):
    X, y = iris
    net = classifier(learning_rate=0.02, scaler=(0, 8))  # The first samples do not show all.
    with pytest.raises(InputError, match="first call of partial_fit needs classes"):
        net.partial_fit(X, y)
    net.partial_fit(X[:40], y[:40], classes=np.unique(y))  # Of one class: that can happen.
    for k in [0, 1, 2] * 12:
        net.partial_fit(X[k::3], y[k::3])
    assert net.score(X, y) > 0.8
    with pytest.raises(InputError, match="Label 'rose' is none of the classes"):
        net.partial_fit(X[:2], ["rose", "setosa"])


def test_copies_and_files_decide_alike(iris, fitted, tmp_path):
    X, _ = iris
    fitted.save(tmp_path / "mine")
    copies = (
        bs.Classifier.load(tmp_path / "mine"),
        pickle.loads(pickle.dumps(fitted)),
        copy.deepcopy(fitted),
    )
    for other in copies:
        np.testing.assert_array_equal(other.predict_proba(X), fitted.predict_proba(X))
        np.testing.assert_array_equal(other.predict(X), fitted.predict(X))
        assert other.get_params() == fitted.get_params()
        pd.testing.assert_frame_equal(other.history_, fitted.history_)


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
def test_learning_goes_on_after_loading_as_if_it_had_never_stopped(iris, optimiser, tmp_path):
    first = bs.Classifier(epochs=2, optimiser=optimiser, random_state=3).fit(*iris)
    first.save(tmp_path)
    others = [bs.Classifier.load(tmp_path), pickle.loads(pickle.dumps(first)), copy.deepcopy(first)]
    for _ in range(2):
        first.partial_fit(*iris)
        for other in others:
            other.partial_fit(*iris)
            for name, weights in first.weights_.items():
                np.testing.assert_array_equal(other.weights_[name], weights)


def test_partial_fit_after_fit_is_one_pass_at_a_constant_rate(iris):
    net = bs.Classifier(epochs=3, learning_rate=0.01, random_state=0).fit(*iris)
    net.set_params(batch_size=10).partial_fit(*iris)
    assert net.n_iter_ == 1
    assert net.history_.learning_rate.tolist() == [0.01]


def test_another_optimiser_begins_anew(iris):
    net = bs.Classifier(epochs=1, optimiser="adam", random_state=0).fit(*iris)
    net.set_params(optimiser="sgd").partial_fit(*iris)
    assert net._runner.left.optimiser == OPTIMISERS["sgd"].model_validate({})
    assert not net._runner.left.state


def test_a_damaged_state_of_the_optimiser_is_refused(fitted, tmp_path):
    from brainsnn.records.arrays import read_arrays, write_arrays

    fitted.save(tmp_path)
    arrays, meta = read_arrays(tmp_path / "classifier.npz")
    name = next(key for key in arrays if key.startswith("optimiser") and arrays[key].ndim == 2)
    arrays[name] = arrays[name][:1]
    write_arrays(tmp_path / "classifier.npz", arrays, meta)
    with pytest.raises(DataError, match=r"classifier\.npz"):
        bs.Classifier.load(tmp_path)


@pytest.mark.parametrize("unit", ["M8[D]", "M8[ns]"])
def test_labels_come_back_from_a_file(iris, unit, tmp_path):
    X, y = iris
    days = np.array(["2020-01-01", "2021-05-03", "2022-02-02"], unit)
    labels = days[np.unique(y, return_inverse=True)[1]]
    net = bs.Classifier(epochs=1, random_state=0).fit(X, labels)
    net.save(tmp_path)
    loaded = bs.Classifier.load(tmp_path)
    np.testing.assert_array_equal(loaded.classes_, days)
    np.testing.assert_array_equal(loaded.predict(X), net.predict(X))


def test_a_score_takes_what_fit_takes(iris, tmp_path):
    X, y = iris
    table = pd.DataFrame(X).add_prefix("x").assign(kind=y)
    table.to_csv(tmp_path / "iris.csv", index=False)
    net = bs.Classifier(epochs=2, random_state=0).fit(table, "kind")
    scores = [net.score(table, "kind"), net.score(table.drop(columns="kind"), y)]
    assert scores == [net.score(tmp_path / "iris.csv")] * 2
    assert net.score(table.drop(columns="kind"), ["tulip"] * len(y)) == 0
    with pytest.raises(DataError, match="of another kind than the classes"):
        net.score(table.drop(columns="kind"), np.zeros(len(y)))
    with pytest.raises(InputError, match="inconsistent"):
        net.score(table.drop(columns="kind"), y[:5])


def test_a_history_is_not_written_through_a_link(fitted, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "history.csv").symlink_to(elsewhere)
    fitted.save(tmp_path / "saved")
    assert elsewhere.read_text() == "mine"
    assert len(pd.read_csv(tmp_path / "saved" / "history.csv")) == len(fitted.history_)


def test_only_classes_of_the_package_come_from_a_file(fitted, tmp_path):
    from brainsnn.records.arrays import read_arrays, write_arrays

    fitted.save(tmp_path)
    arrays, meta = read_arrays(tmp_path / "classifier.npz")
    meta["plan"]["arguments"]["decoder"] = {"object": "subprocess:Popen", "arguments": {}}
    write_arrays(tmp_path / "classifier.npz", arrays, meta)
    with pytest.raises(DataError, match="subprocess:Popen is no class of brainsnn"):
        bs.Classifier.load(tmp_path)


def test_validation_chooses_the_weights(iris):
    X, y = iris
    net = classifier(validation_fraction=0.3, patience=3, epochs=100).fit(X, y)
    assert net.n_iter_ < 100
    assert "validation_accuracy" in net.history_
    with pytest.raises(InputError, match="validation_fraction"):
        classifier(validation_fraction=0.5).fit(X[48:52], [*y[48:51], "virginica"])


def test_images_and_spikes():
    X, y = load_digits(return_X_y=True)
    net = bs.Classifier("8x8-32-10", epochs=4, random_state=0)
    net.fit(X[:1000].reshape(-1, 8, 8), y[:1000])
    assert net.score(X[1000:].reshape(-1, 8, 8), y[1000:]) > 0.85
    trains = net.input_spikes(X.reshape(-1, 8, 8))
    spiking = clone(net).set_params(network="64-32-10").fit(trains.take(np.arange(1000)), y[:1000])
    np.testing.assert_array_equal(spiking.predict(trains), net.predict(X.reshape(-1, 8, 8)))
    with pytest.raises(InputError, match="learned from spikes, and is given values"):
        spiking.predict(X)
    with pytest.raises(InputError, match="Trials of 3 neurons"):
        spiking.predict(bs.SpikeTrains.from_first_steps(np.zeros((2, 3), int), 20))


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"network": "5-10-3"}, ModelError, "'4-10-3' would fit"),
        ({"network": -1}, ConfigError, "notation of the whole network"),
        ({"network": "4-1z-3"}, ModelError, "layer '1z'"),
        ({"rule": "cuont"}, ConfigError, "Did you mean 'count'"),
        ({"neuron": "currnt_based"}, ConfigError, "Did you mean 'current_based'"),
        ({"neuron": 3}, ConfigError, "neuron = 3 is not possible"),
        ({"network": Network("4-3", ONCE), "neuron": ONCE}, ConfigError, "has its own neurons"),
        ({"neuron": "integrate_and_fire_once"}, RuleError, "was derived for the neuron"),
        ({"rule": 3}, ConfigError, "rule = 3 is not possible"),
        ({"encoder": "latncy"}, ConfigError, "Did you mean 'latency'"),
        ({"encoder": 3}, ConfigError, "encoder = 3 is not possible"),
        ({"decoder": "rates"}, ConfigError, "Did you mean 'rate'"),
        ({"decoder": 3}, ConfigError, "decoder = 3 is not possible"),
        ({"scaler": "max"}, ConfigError, "scaler = 'max' is not possible"),
        ({"scaler": (1, 0)}, ConfigError, "a range is two finite numbers"),
        ({"epochs": 0}, ConfigError, "epochs = 0 is not possible"),
        ({"batch_size": "x"}, ConfigError, "batch_size = 'x' is not possible"),
        ({"learning_rate": -1.0}, ConfigError, "learning_rate = -1.0"),
        ({"optimiser": "adma"}, ConfigError, "Did you mean 'adam'"),
        ({"optimiser": 3}, ConfigError, "optimiser = 3 is not possible"),
        ({"engine": "residnet"}, ConfigError, "Did you mean 'resident'"),
        ({"validation_fraction": 1.5}, ConfigError, "validation_fraction"),
    ],
    ids=str,
)
def test_impossible_settings_are_refused_by_name(iris, settings, error, words):
    with pytest.raises(error, match=words):
        classifier(**settings).fit(*iris)


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        (np.zeros((2, 2, 2, 2, 2)), [0, 1], "Images have shape"),
        ([[0.0], [np.nan]], [0, 1], "NaN"),
        ([[0.0], [1.0]], [0, 1, 1], "inconsistent numbers"),
        ([[0.0], [1.0]], [0.5, 1.25], "continuous"),
        ([[0.0], [1.0]], ["a", "a"], "At least two classes"),
        (bs.SpikeTrains.from_first_steps(np.zeros((2, 3), int), 9), [0], "as many labels"),
    ],
    ids=["axes", "nan", "lengths", "continuous", "one class", "trials"],
)
def test_samples_that_cannot_be_taken_are_refused(X, y, words):
    with pytest.raises(InputError, match=words):
        classifier().fit(X, y)
    with pytest.raises(ValueError, match=words):
        classifier().fit(X, y)


def test_silent_outputs_are_said_at_once(iris):
    X, y = iris
    # Others may warn too, of what they import: only ours are looked at.
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        classifier(epochs=1, rule=bs.Count(temperature=0.1), learning_rate=1e-9).fit(0 * X, y)
    said = [str(w.message) for w in caught if issubclass(w.category, HealthWarning)]
    assert len(said) == 1
    assert "No neuron of 'output' spiked in the first 150 trials" in said[0]


def test_derived_gradients_learn_without_any_other_network_or_code(iris):
    X, y = iris
    rule = bs.BPTT(loss="mean_potential", potential_scale=0.2)
    net = bs.Classifier(16, rule=rule, learning_rate=0.01, epochs=60, random_state=0).fit(X, y)
    assert net.score(X, y) > 0.9
    assert (net.predict_proba(X).argmax(axis=1) == np.unique(y).searchsorted(net.predict(X))).all()


@pytest.mark.parametrize("rule", ["s4nn", "decision", "antlr", "race", "glm"])
def test_first_spikes_learn(rule):
    X, y = load_digits(return_X_y=True)
    hidden, epochs = (None, 12) if rule == "glm" else ((32,), 4)
    net = bs.Classifier(hidden, rule=rule, epochs=epochs, random_state=0).fit(X[:1000], y[:1000])
    assert net.score(X[1000:], y[1000:]) > 0.6
    assert net.history_["loss"].iloc[-1] < net.history_["loss"].iloc[0]


def test_a_rule_without_neurons_of_its_own_takes_any(iris):
    with pytest.raises(ConfigError, match="goes with many neurons: give one"):
        classifier(rule=Own()).fit(*iris)
    leaky = bs.Neuron("dv/dt = -v / (9*ms) : 1", "v > 1", "v = 0", method="exact", name="leaky")
    net = classifier(rule=Own(), neuron=leaky, epochs=1, engine="runtime").fit(*iris)
    assert {p.neuron.name for p in net._runner.plan.model.populations[1:]} == {"leaky"}
    assert net.decoder is None
    assert net.input_spikes(iris[0]).n_steps == 20


def test_a_network_of_ones_own_is_kept_with_the_classifier(iris, tmp_path):
    X, y = iris
    neuron = bs.Neuron("v : 1\nfired : boolean", "v > 3 and not fired", "fired = True", name="mine")
    network = Network("4-16-3", neuron, initialiser=Uniform(0, 2), name="mine")
    net = classifier(network=network, rule="s4nn", encoder=bs.Latency(64), epochs=1).fit(X, y)
    net.save(tmp_path)
    loaded = bs.Classifier.load(tmp_path)
    assert loaded.network == network
    np.testing.assert_array_equal(loaded.predict(X), net.predict(X))
