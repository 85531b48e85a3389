"""Classifiers whose rule acts inside the trial: what they learn, say, keep and refuse."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits

import brainsnn as bs
from brainsnn.classifier.commands import fit, predict
from brainsnn.classifier.local.labelling import warn_of_unlabelled
from brainsnn.classifier.local.settling import own_responses
from brainsnn.classifier.runner import shares
from brainsnn.codes import LabelledResponses, RegularEncoder
from brainsnn.errors import ConfigError, HealthWarning, InputError, ModelError, RuleError
from brainsnn.learning.local import InhibitorySTDP, PairSTDP, RewardSTDP, TrialRewardSTDP

pytestmark = pytest.mark.compiler


def classifier(**settings):
    """One network for all tests, so that it is compiled once."""
    return bs.Classifier(**{"network": 30, "rule": "pair_stdp", "random_state": 0, **settings})


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    names = np.array(["zero", "one", "two", "three"])
    return X[y < 4][:600], names[y[y < 4][:600]]


@pytest.fixture(scope="module")
def fitted(digits):
    X, y = digits
    return classifier(epochs=2).fit(X[:300], y[:300])


def test_it_learns_digits_without_labels(digits, fitted):
    X, y = digits[0][300:], digits[1][300:]
    assert fitted.score(X, y) > 0.8
    probabilities = fitted.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(fitted.classes_[probabilities.argmax(axis=1)], fitted.predict(X))
    assert fitted.responses_.shape == (30, 4)
    assert fitted.responses_.columns.tolist() == fitted.classes_.tolist()


def test_deciding_teaches_nothing_and_samples_do_not_depend_on_each_other(digits, fitted):
    X, before = digits[0][300:320], fitted.weights_
    together = fitted.predict_proba(X)
    np.testing.assert_array_equal(fitted.predict_proba(X[::-1])[::-1], together)
    for name, array in before.items():
        np.testing.assert_array_equal(fitted.weights_[name], array)


def test_copies_are_kept_with_labels(digits, fitted, tmp_path):
    X = digits[0][300:320]
    fitted.save(tmp_path)
    kept = bs.Classifier.load(tmp_path)
    for copied in (kept, pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        np.testing.assert_array_equal(copied.predict_proba(X), fitted.predict_proba(X))
        np.testing.assert_array_equal(copied.responses_, fitted.responses_)


@pytest.mark.filterwarnings("ignore::brainsnn.errors.HealthWarning")  # Few samples.
def test_more_samples_go_on_from_what_was_learned(digits, fitted):
    X, y = digits
    more, decoder = copy.deepcopy(fitted), LabelledResponses()
    before = more.responses_.to_numpy()
    more.partial_fit(X[300:400], y[300:400])
    assert not np.array_equal(more.weights_["input_output"], fitted.weights_["input_output"])
    assert not np.array_equal(more.responses_, before)
    assert more.score(X[400:], y[400:]) > 0.7
    first = classifier(decoder=decoder).partial_fit(X[:60], y[:60], classes=[*set(y), "zzz"])
    assert first.predict_proba(X[:5])[:, -1].tolist() == [0.0] * 5  # A class without a sample.
    assert (first.responses_["zzz"] == 0).all()
    assert decoder == LabelledResponses()  # The user's object is as it was.
    with pytest.raises(InputError, match="needs classes"):
        classifier().partial_fit(X[:60], y[:60])


def test_the_same_seed_gives_the_same_network(digits, fitted):
    again = clone(fitted).fit(digits[0][:300], digits[1][:300])
    np.testing.assert_array_equal(again.weights_["input_output"], fitted.weights_["input_output"])


@pytest.mark.filterwarnings("ignore::brainsnn.errors.HealthWarning")  # Few samples.
def test_a_rule_and_a_network_of_ones_own(digits):
    X, y = digits
    leaky = bs.Neuron("dv/dt = -v / (10*ms) : 1", "v > 1", "v = 0", method="exact")
    rule = PairSTDP(A_plus=0.02, normalise=2.0)
    network = bs.Network("64-5", leaky, initialiser=bs.Uniform(0, 0.06))
    settings = {"encoder": RegularEncoder(40, peak=0.2), "epochs": 1, "validation_fraction": 0.2}
    made = classifier(network=network, rule=rule, **settings).fit(X[:60], y[:60])
    assert made._runner.plan.model.plastic == ("input_output",)
    np.testing.assert_allclose(made.weights_["input_output"].sum(axis=0), 2.0)
    assert "validation_accuracy" in made.history_


def test_shares_of_a_tie_and_of_silence():
    found = shares(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 3.0]]))
    np.testing.assert_allclose(found, [[0.5, 0.5, 0], [1 / 3] * 3, [0.25, 0, 0.75]])


def test_a_decoder_that_was_given_lends_its_settings_not_its_responses():
    given = LabelledResponses(10, np.ones((2, 3)), np.ones(2), votes="all")
    assert own_responses(given, PairSTDP()) == LabelledResponses(10, votes="all")


def test_classes_without_a_neuron_are_said():
    decoder = LabelledResponses(10, np.array([[1.0, 0, 0], [0, 0, 2]]), np.ones(2))
    with pytest.warns(HealthWarning, match=r"answers most to c: .* 1 of 3 neurons never spike"):
        warn_of_unlabelled(decoder, ["a", "b", "c"])
    warn_of_unlabelled(decoder, ["a", "b"])


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"batch_size": 8}, ConfigError, "batch_size = 8 does not go with the rule 'pair_stdp'"),
        ({"learning_rate": 0.1}, ConfigError, "learning_rate = 0.1 .* such as A_plus"),
        ({"optimiser": "rmsprop"}, ConfigError, "optimiser = 'rmsprop' .* no gradient"),
        ({"workers": 2}, ConfigError, "workers = 2 .* one worker"),
        ({"neuron": "integrate_and_fire_once"}, ConfigError, "neuron = .* have their own"),
        ({"decoder": "rate"}, ConfigError, "decoder = .* only 'labelled' can read"),
        ({"network": (100, 50)}, ConfigError, "number of neurons that compete"),
        ({"network": "64-20-10"}, ConfigError, r"number of neurons .*\(100, or '64-100'\)"),
        ({"network": "60-20"}, ModelError, "begins with 60 inputs; .* '64-20' would fit"),
        ({"network": "64-3"}, ModelError, "3 neurons .* for 4 classes"),
        ({"network": 0}, ConfigError, "network = 0 is not possible"),
        ({"rule": RewardSTDP()}, RuleError, "'reward_stdp' learns from rewards"),
        ({"rule": TrialRewardSTDP()}, RuleError, "'trial_reward_stdp' learns from rewards"),
        ({"rule": InhibitorySTDP()}, RuleError, "not for the inputs of neurons that compete"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(digits, settings, error, match):
    with pytest.raises(error, match=match):
        classifier(**settings).fit(*digits)


def test_responses_are_asked_of_a_labelled_network_only():
    assert not hasattr(classifier(), "responses_")


@pytest.mark.filterwarnings("ignore::brainsnn.errors.HealthWarning")  # Few samples.
def test_the_command_line_takes_such_a_rule(digits, tmp_path):
    table = pd.DataFrame(digits[0][:40]).rename(columns="p{}".format).assign(kind=digits[1][:40])
    table.to_csv(tmp_path / "digits.csv", index=False)
    given = {"epochs": 1, "random_state": 0}
    data, out = tmp_path / "digits.csv", tmp_path / "kept"
    said = fit(data, out, "kind", "64-30", "pair_stdp", given, [])
    assert (said["features"], said["epochs"]) == (64, 1)
    assert predict(out, data, None).splitlines()[0].startswith("prediction,p(one),p(three)")
