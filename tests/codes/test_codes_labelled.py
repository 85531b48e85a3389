"""Labels by responses: learned, decided by, forgotten slowly, put into checkpoints."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.codes import LabelledResponses
from brainsnn.codes.responses.labelled import Votes
from brainsnn.errors import DataError
from brainsnn.spikes import Recording

SIZE = 5


def recording(counts: list[list[int]]) -> Recording:
    """Trials with so many spikes of each output neuron."""
    rows = [np.repeat(np.arange(SIZE), row) for row in counts]
    order = [
        np.argsort(np.concatenate([np.arange(k) for k in row]), kind="stable") for row in counts
    ]
    step = np.concatenate([np.sort(np.concatenate([np.arange(k) for k in row])) for row in counts])
    neuron = np.concatenate([row[o] for row, o in zip(rows, order, strict=True)])
    offsets = np.concatenate([[0], np.cumsum([row.size for row in rows])])
    n = neuron.size
    return Recording(
        {"output": SIZE},
        20,
        1e-3,
        offsets.astype(np.int64),
        np.zeros(n, np.int32),
        neuron.astype(np.int32),
        step.astype(np.int32),
        np.zeros(n),
        {},
    )


def taught(half_life: float = 1e9, votes: Votes = "own") -> LabelledResponses:
    decoder = LabelledResponses(half_life, votes=votes)
    decoder.learn(
        recording([[4, 0, 2, 0, 1], [4, 1, 0, 0, 0], [0, 5, 3, 0, 1]]), np.array([0, 0, 1])
    )
    return decoder


def test_neurons_stand_for_what_they_answer_most_on_average() -> None:
    decoder = taught()
    assert decoder.labels.tolist() == [0, 1, 1, -1, 1]
    assert decoder.n_unlabelled == 1


def test_the_class_whose_neurons_answer_most_is_decided_for() -> None:
    decided = taught().decode(
        recording([[3, 0, 0, 9, 0], [2, 3, 3, 0, 3], [1, 1, 1, 0, 1], [0, 0, 0, 2, 0]])
    )
    assert decided.decision.tolist() == [0, 1, -1, -1]
    assert decided.tie.tolist() == [False, False, True, False]
    assert decided.silent.tolist() == [False, False, False, True]
    assert decided.step.tolist() == [19, 19, 19, 20]
    assert decided.candidates[2].tolist() == [True, True, False, False, False]


def test_a_neuron_may_speak_for_all_classes() -> None:
    decoder = taught(votes="all")
    np.testing.assert_allclose(decoder.means, [[4, 0.5, 1, 0, 0.5], [0, 5, 3, 0, 1]])
    given = recording([[3, 0, 0, 9, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 1], [0, 0, 0, 2, 0]])
    one, other = 1 + 0.5 / 5.5, 5 / 5.5
    expected = [[3, 0], [one, other], [one + 1 / 4 + 1 / 3, other + 3 / 4 + 2 / 3], [0, 0]]
    np.testing.assert_allclose(decoder.answers(given)[:, :2], expected)
    decided = decoder.decode(given)
    assert decided.decision.tolist() == [0, 0, 1, -1]
    assert decided.silent.tolist() == [False, False, False, True]
    assert not decided.tie.any()
    assert (decoder == taught(), repr(decoder)) == (
        False,
        "LabelledResponses(half_life=1e+09, votes='all')",
    )
    assert not LabelledResponses(votes="all").answers(given).any()


def test_responses_fade_and_trials_may_come_in_parts() -> None:
    decoder = taught(half_life=1.0)
    np.testing.assert_allclose(decoder.trials, [0.75, 1.0])
    np.testing.assert_allclose(decoder.spikes[0], [3, 0.5, 0.5, 0, 0.25])
    parts = LabelledResponses(1.0)
    counts = [[4, 0, 2, 0, 1], [4, 1, 0, 0, 0], [0, 5, 3, 0, 1]]
    for row, label in zip(counts, [0, 0, 1], strict=True):
        parts.learn(recording([row]), np.array([label]))
    np.testing.assert_array_equal(parts.spikes, decoder.spikes)


def test_its_state_goes_into_a_checkpoint() -> None:
    other = LabelledResponses()
    other.restore(taught().state())
    np.testing.assert_array_equal(other.labels, taught().labels)
    with pytest.raises(DataError, match="not those of classes"):
        other.restore({"spikes": np.zeros((2, 5)), "trials": np.zeros(3)})


def test_nothing_learned_decides_nothing() -> None:
    decided = LabelledResponses().decode(recording([[3, 0, 0, 0, 0]]))
    assert (decided.decision.tolist(), decided.silent.tolist()) == ([-1], [True])


def test_no_trials_teach_nothing_and_nobody_cannot_be_taught() -> None:
    decoder, none = (
        taught(),
        Recording(
            {"output": SIZE, "nobody": 0},
            20,
            1e-3,
            np.zeros(1, np.int64),
            *(np.zeros(0, np.int32) for _ in range(3)),
            np.zeros(0),
            {},
        ),
    )
    before = decoder.state()
    decoder.learn(none, np.zeros(0, np.int64))
    after = decoder.state()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    with pytest.raises(DataError, match="'nobody' is empty"):
        decoder.learn(none, np.zeros(0, np.int64), "nobody")


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(DataError, match="half_life"):
        LabelledResponses(0)
    with pytest.raises(DataError, match="votes must be one of"):
        LabelledResponses(votes="most")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="need as many labels"):
        taught().learn(recording([[1, 0, 0, 0, 0]]), np.array([0, 1]))
    with pytest.raises(DataError, match="Labels"):
        taught().learn(recording([[1, 0, 0, 0, 0]]), np.array([-1]))
