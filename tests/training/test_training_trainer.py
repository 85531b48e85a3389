import numpy as np
import pandas as pd
import pytest
from fakes import FakeEngine, FakeRule, make_trainer, make_trials

from brainsnn.codes import FirstSpikeDecoder
from brainsnn.errors import ConfigError, DataError, LearningError
from brainsnn.learning.base import RowGradient
from brainsnn.learning.schedules import Cosine
from brainsnn.spikes.trials import LabelledTrials, VariedTrials
from brainsnn.streams import Streams
from brainsnn.training import Callback
from brainsnn.training.evaluation import evaluate, summary
from brainsnn.training.loop.updates import StepByStep

TRAIN, VALIDATION = make_trials(300), make_trials(60, 1)


class Notes(Callback):
    """Writes down what it is told."""

    def __init__(self):
        self.events, self.rates = [], []

    def on_start(self, progress, metrics):
        self.events.append(("start", progress.epoch, progress.index))

    def on_block(self, progress, metrics):
        self.events.append(("block", progress.epoch, progress.index))

    def on_epoch_end(self, progress, metrics):
        self.events.append(("epoch", progress.epoch, len(metrics)))

    def on_end(self, progress, metrics):
        self.events.append(("end", progress.epoch, len(metrics)))


def test_it_learns():
    engine = FakeEngine()
    before = summary(evaluate(engine, VALIDATION, FirstSpikeDecoder()))["accuracy"]
    result = make_trainer(engine, epochs=2).fit(TRAIN, VALIDATION)
    assert before < 0.7
    assert result.metrics["validation_accuracy"].max() > 0.95
    assert (np.diff(result.metrics["loss"]) < 0).all()


def test_metrics_have_every_column():
    result = make_trainer(epochs=2).fit(TRAIN, VALIDATION)
    assert list(result.metrics) == [
        "epoch",
        "learning_rate",
        "loss",
        "train_accuracy",
        "train_accuracy_ties_wrong",
        "silent_neurons_input",
        "silent_neurons_hidden",
        "silent_neurons_output",
        "gradient_norm_input_hidden",
        "gradient_norm_hidden_output",
        "validation_accuracy",
        "validation_accuracy_ties_wrong",
        "validation_accuracy_ties_right",
        "validation_silent_fraction",
        "validation_decision_step",
        "redrawn",
        "seconds",
    ]
    assert list(result.metrics["epoch"]) == [1, 2]
    assert np.isfinite(result.metrics).all(axis=None)


def test_same_seed_same_result_other_seed_another():
    def losses(seed):
        return make_trainer(streams=Streams(seed), epochs=1).fit(TRAIN, VALIDATION).metrics["loss"]

    assert losses(1).equals(losses(1))
    assert not losses(1).equals(losses(2))


def test_engine_holds_the_selected_weights_afterwards():
    engine = FakeEngine()
    settings = {"epochs": 3, "average": {"name": "epochs"}}
    result = make_trainer(engine, **settings).fit(TRAIN, VALIDATION)
    numbers = summary(evaluate(engine, VALIDATION, FirstSpikeDecoder()))
    best = result.metrics.set_index("epoch").loc[result.best_epoch]
    assert numbers["decision_step"] == best["validation_decision_step"]
    assert numbers["accuracy"] == result.metrics["validation_accuracy"].max()
    for name, array in engine.weights.items():
        assert np.array_equal(array, result.weights[name])
        assert not np.array_equal(array, result.last_weights[name])


def test_validation_judges_the_average():
    """The numbers of an epoch are those of the average, not of the weights that go on training."""
    engine, settings = FakeEngine(), {"epochs": 3, "average": {"name": "epochs"}}
    trainer = make_trainer(engine, learning_rate=0.01, **settings)
    result = trainer.fit(TRAIN, VALIDATION)
    row = result.metrics.iloc[-1]
    for weights, same in ((trainer.state.average.weights(), True), (result.last_weights, False)):
        engine.set_weights(weights)
        numbers = summary(evaluate(engine, VALIDATION, FirstSpikeDecoder()))
        assert (row["validation_decision_step"] == numbers["decision_step"]) == same


def test_averaging_leaves_training_itself_alone():
    plain = make_trainer(epochs=2).fit(TRAIN, VALIDATION)
    averaged = make_trainer(epochs=2, average={"name": "exponential"}).fit(TRAIN, VALIDATION)
    for name, array in plain.last_weights.items():
        assert np.array_equal(array, averaged.last_weights[name])


def test_an_average_is_of_weights_that_owe_no_decay():
    """Rows of silent inputs pay at a block's end: an average without memory is the weights."""
    settings = {"optimiser": {"name": "sgd", "weight_decay": 0.01}, "epochs": 1}
    average = {"name": "exponential", "decay": 0.0}
    result = make_trainer(average=average, **settings).fit(TRAIN, VALIDATION)
    for name, array in result.last_weights.items():
        np.testing.assert_allclose(result.weights[name], array, rtol=1e-12)


@pytest.mark.parametrize("batch_size", [1, 7, 300, 1000])
def test_batches_of_any_size_see_every_trial_once(batch_size):
    seen = []

    class Noting(FakeEngine):
        def run(self, inputs, trials=None):
            if inputs is TRAIN.inputs:
                seen.extend(trials.tolist())
                assert len(trials) <= batch_size
            return super().run(inputs, trials)

    notes = Notes()
    extra = {"callbacks": [notes]}
    settings = {"epochs": 1, "batch_size": batch_size}
    make_trainer(Noting(), extra=extra, **settings).fit(TRAIN, VALIDATION)
    assert sorted(seen) == list(range(300))
    assert seen != list(range(300))
    assert notes.events[-1] == ("end", 1, 1)


def test_events_come_in_order():
    notes = Notes()
    make_trainer(extra={"callbacks": [notes]}, epochs=2).fit(TRAIN, VALIDATION)
    epochs = [[("block", e, 256), ("block", e, 300), ("epoch", e, e)] for e in (1, 2)]
    assert notes.events == [("start", 1, 0), *epochs[0], *epochs[1], ("end", 2, 2)]


def test_early_stopping_keeps_the_best():
    settings = {"epochs": 50, "patience": 2, "monitor": "validation_decision_step"}
    result = make_trainer(learning_rate=1e-9, **settings).fit(TRAIN, VALIDATION)
    assert result.stopped_early
    assert result.best_epoch == 1
    assert len(result.metrics) == 3


def test_without_validation_a_training_metric_selects():
    result = make_trainer(epochs=2, monitor="loss").fit(TRAIN)
    assert result.best_epoch == 2
    assert "validation_accuracy" not in result.metrics


def test_schedule_scales_the_rate():
    settings = {"epochs": 4, "schedule": {"name": "step", "every": 2, "decay": 0.1}}
    result = make_trainer(learning_rate=0.05, **settings).fit(TRAIN, VALIDATION)
    rates = result.metrics["learning_rate"]
    pd.testing.assert_series_equal(rates, pd.Series([0.05, 0.05, 0.005, 0.005]), check_names=False)


def test_the_rate_moves_within_an_epoch():
    """Each block learns at the rate of its own place in the epoch, not of the epoch's beginning."""
    rates = []

    class Noting(StepByStep):
        def run(self, trials, order, learning_rate, stop):
            rates.append(learning_rate)
            return super().run(trials, order, learning_rate, stop)

    engine, schedule = FakeEngine(), Cosine(warm_up=0.0)
    trainer = make_trainer(engine, epochs=2, schedule=schedule, learning_rate=0.05)
    trainer.updater = Noting(engine, trainer.rule, trainer.state.optimiser)
    trainer.fit(TRAIN, VALIDATION)
    places = [0, 256 / 300, 1, 1 + 256 / 300]
    assert rates == [schedule(0.05, place, 2) for place in places]
    assert len(set(rates)) == 4


def test_dead_neurons_are_redrawn_from_their_own_stream():
    engine = FakeEngine()
    engine.weights["input_hidden"][:, 4:6] = 0
    streams = Streams(5)
    result = make_trainer(engine, streams, epochs=2).fit(TRAIN, VALIDATION)
    assert list(result.metrics["redrawn"]) == [2, 0]
    assert list(result.metrics["silent_neurons_hidden"]) == [2, 0]
    fresh = Streams(5)["redraw"]
    fresh.uniform(0, 1, (20, 2))
    assert streams["redraw"].random() == fresh.random()


def test_trials_encoded_anew_each_epoch():
    asked = []

    def encode(epoch, trials):
        asked.append(epoch)
        return TRAIN.inputs.take(trials)

    plain = make_trainer(epochs=2).fit(TRAIN, VALIDATION)
    anew = make_trainer(epochs=2).fit(VariedTrials(TRAIN.labels, encode), VALIDATION)
    assert sorted(set(asked)) == [0, 1]
    assert plain.metrics["loss"].equals(anew.metrics["loss"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"monitor": "validation_acuracy"}, "Did you mean 'validation_accuracy'"),
        ({"monitor": "seconds"}, "'seconds' is no metric"),
    ],
)
def test_unknown_monitor_is_refused_before_training(settings, message):
    notes = Notes()
    with pytest.raises(ConfigError, match=message):
        make_trainer(extra={"callbacks": [notes]}, **settings).fit(TRAIN, VALIDATION)
    assert not notes.events


def test_validated_monitor_needs_validation():
    with pytest.raises(ConfigError, match="needs a validation set"):
        make_trainer().fit(TRAIN)


def test_resume_without_a_checkpoint_is_refused():
    with pytest.raises(ConfigError, match="no checkpoint"):
        make_trainer().fit(TRAIN, VALIDATION, resume=True)


def test_unusable_trials_are_refused():
    with pytest.raises(DataError, match="empty"):
        make_trainer().fit(make_trials(0), VALIDATION)
    with pytest.raises(DataError, match="empty"):
        make_trainer().fit(TRAIN, make_trials(0))
    same = LabelledTrials(TRAIN.inputs, np.zeros(300, int))
    with pytest.raises(DataError, match="two classes"):
        make_trainer().fit(same, VALIDATION)


def test_weights_that_become_nan_are_noticed():
    class Explodes(FakeRule):
        def backward(self, recording, weights, labels):
            yield "input_hidden", RowGradient(np.array([0]), np.full((1, 12), np.nan))

    with pytest.raises(LearningError, match=r"'input_hidden'.*epoch 1.*learning rate"):
        make_trainer(rule=Explodes()).fit(TRAIN, VALIDATION)
