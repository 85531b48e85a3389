"""What is wanted of trials: checked where it enters, refused where a rule does not take it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fakes import FakeEngine, FakeRule, make_trainer, make_trials

from brainsnn.errors import ConfigError, DataError, RuleError
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.targets import Classes, NoTargets, StepValues, Targets, TargetTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Trainer, TrainingConfig

TRAINS = SpikeTrains.from_first_steps(np.array([[0, 1], [2, 9], [3, 0]]), 4)
VALUES = np.arange(24.0).reshape(3, 4, 2)
ALL: dict[str, Targets] = {
    "classes": Classes(np.array([1, 0, 1])),
    "trains": TargetTrains(TRAINS),
    "values": StepValues(VALUES),
    "nothing": NoTargets(3),
}


@pytest.mark.parametrize("name", ALL)
def test_some_are_taken_in_their_order(name: str) -> None:
    targets = ALL[name]
    targets.check(2, 4)
    targets.check_trainable()
    some = targets.take(np.array([2, 0]))
    assert (len(targets), len(some), type(some)) == (3, 2, type(targets))
    first, again = some.take(np.array([1])), targets.take(np.array([0]))
    for mine, theirs in zip(first.arrays(), again.arrays(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert len(LabelledTrials(TRAINS, targets)) == 3


def test_a_column_of_whole_numbers_is_classes() -> None:
    assert LabelledTrials(TRAINS, [1, 0, 1]).targets.kind == "classes"
    with pytest.raises(DataError, match="what is wanted of these trials is spike trains"):
        _ = LabelledTrials(TRAINS, TargetTrains(TRAINS)).labels


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Classes(np.array([-1])), "0 or more, got -1"),
        (lambda: TargetTrains(np.zeros(3)), "are SpikeTrains, got ndarray"),
        (lambda: StepValues(np.zeros((3, 4))), r"\(n, n_steps, n_outputs\), got \(3, 4\)"),
        (lambda: StepValues(np.full((1, 1, 1), np.inf)), "must be finite"),
        (lambda: StepValues("a"), "array of numbers"),
        (lambda: NoTargets(-1), "Number of trials"),
        (lambda: Classes(np.array([2])).check(2, 4), "Label 2 has no output neuron"),
        (lambda: TargetTrains(TRAINS).check(3, 4), "2 neurons and 4 steps; the output has 3"),
        (lambda: TargetTrains(TRAINS).check(2, 3), "a trial 3 steps"),
        (lambda: StepValues(VALUES).check(2, 5), "4 steps and 2 outputs; a trial has 5 steps"),
        (lambda: LabelledTrials(TRAINS, NoTargets(2)), r"3 trials.* targets \(nothing\), got 2"),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        make()


class Follows(FakeRule):
    """Teaches nothing; its loss is how far first spikes are from values."""

    @property
    def targets(self) -> tuple[type[Targets], ...]:
        return (StepValues,)

    def backward(self, recording: Recording, weights: Any, wanted: Any) -> Any:
        yield from super().backward(recording, weights, np.zeros(len(wanted), np.int64))

    def loss(self, recording: Recording, wanted: Any) -> Any:
        return np.abs(recording.first_steps("output") - wanted[:, 0]).sum(axis=1)


def follows(decoder: Any = None, **settings: Any) -> Trainer:
    config = TrainingConfig(epochs=2, batch_size=4, **settings)
    return Trainer(FakeEngine(), Follows(), decoder, config, 0.1, Streams(1))  # type: ignore[arg-type]


def test_trials_without_classes_have_a_loss_and_no_accuracy() -> None:
    shown = make_trials(20)
    wanted = StepValues(np.random.default_rng(0).random((20, 16, 3)))
    trials = LabelledTrials(shown.inputs, wanted)
    metrics = follows(monitor="validation_loss").fit(trials, trials).metrics
    assert not [name for name in metrics if "accuracy" in name]
    assert (metrics[["loss", "validation_loss"]] > 0).all().all()


def test_a_rule_refuses_targets_that_it_does_not_take() -> None:
    shown = make_trials(20)
    trains = LabelledTrials(shown.inputs, TargetTrains(shown.inputs))
    with pytest.raises(RuleError, match=r"FakeRule learns from classes.* is spike trains"):
        make_trainer(monitor="loss").fit(trains)
    with pytest.raises(RuleError, match=r"Follows learns from values a step.* is classes"):
        follows(monitor="loss").fit(shown)
    with pytest.raises(ConfigError, match="no metric"):
        follows(monitor="train_accuracy").fit(
            LabelledTrials(shown.inputs, StepValues(np.zeros((20, 16, 3))))
        )
