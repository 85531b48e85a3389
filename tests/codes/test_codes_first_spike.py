"""Rasters worked by hand: three outputs, ten steps, threshold 1."""

import numpy as np
import pytest
from helpers import NAN, recording
from hypothesis import given
from hypothesis import strategies as st

from brainsnn.codes import FirstSpikeDecoder
from brainsnn.errors import DataError

SIZES = {"input": 5, "output": 3}
QUIET = [0.0, 0.0, 0.0]


def decide(spikes, final=QUIET, **options):
    """Decision, step, tie, silent and candidates of the one trial with these output spikes.

    Each spike is (neuron, step, potential).
    """
    rows = [(0, "output", *spike) for spike in spikes]
    out = FirstSpikeDecoder().decode(recording(rows, SIZES, final={"output": [final]}, **options))
    flags = bool(out.tie[0]), bool(out.silent[0])
    return int(out.decision[0]), int(out.step[0]), *flags, np.flatnonzero(out.candidates[0])


def check(got, decision, step, tie, silent, candidates):
    assert got[:4] == (decision, step, tie, silent)
    assert got[4].tolist() == candidates


def test_clear_win():
    # the later spike's potential is larger and does not matter
    check(decide([(2, 3, 1.1), (0, 4, 9.0)]), 2, 3, False, False, [2])


def test_win_at_the_first_and_at_the_last_step():
    check(decide([(1, 0, 1.1)]), 1, 0, False, False, [1])
    check(decide([(1, 9, 1.1)]), 1, 9, False, False, [1])


def test_tie_broken_by_potential():
    check(decide([(0, 3, 1.2), (1, 3, 1.5)]), 1, 3, True, False, [0, 1])
    check(decide([(0, 3, 1.5), (1, 3, 1.2)]), 0, 3, True, False, [0, 1])


def test_tie_of_three_broken_by_potential():
    check(decide([(0, 3, 1.2), (1, 3, 1.2), (2, 3, 1.3)]), 2, 3, True, False, [0, 1, 2])


def test_unbroken_tie_is_no_class():
    check(decide([(0, 3, 1.2), (1, 3, 1.2)]), -1, 3, True, False, [0, 1])


def test_unbroken_tie_at_the_top_of_three():
    check(decide([(0, 3, 1.2), (1, 3, 1.1), (2, 3, 1.2)]), -1, 3, True, False, [0, 1, 2])


def test_final_potential_breaks_no_tie_of_spikes():
    check(decide([(0, 3, 1.2), (1, 3, 1.2)], final=[0.0, 5.0, 9.0]), -1, 3, True, False, [0, 1])


def test_potentials_below_zero_break_a_tie_too():
    check(decide([(0, 3, -2.0), (1, 3, -1.0)]), 1, 3, True, False, [0, 1])


def test_one_spike_needs_no_potential():
    check(decide([(1, 3, NAN)]), 1, 3, False, False, [1])


@pytest.mark.parametrize("potentials", [(NAN, NAN), (1.2, NAN), (NAN, 1.2)])
def test_unknown_potential_breaks_no_tie(potentials):
    tied = [(k, 3, potential) for k, potential in enumerate(potentials)]
    check(decide(tied), -1, 3, True, False, [0, 1])


def test_silence_is_decided_by_the_final_potential():
    check(decide([], final=[0.2, 0.7, 0.6]), 1, 10, False, True, [1])
    check(decide([], final=[-0.2, -0.7, -0.6]), 0, 10, False, True, [0])


def test_silence_with_equal_final_potentials_is_no_class():
    check(decide([], final=[0.7, 0.2, 0.7]), -1, 10, False, True, [0, 2])
    check(decide([], final=QUIET), -1, 10, False, True, [0, 1, 2])


def test_final_potential_that_is_not_a_number_never_wins():
    check(decide([], final=[NAN, 0.2, 0.1]), 1, 10, False, True, [1])
    check(decide([], final=[NAN] * 3), -1, 10, False, True, [])


def test_other_populations_do_not_vote():
    spikes = [(0, "input", 1, 0, NAN), (0, "output", 2, 4, 1.0), (0, "input", 0, 4, NAN)]
    out = FirstSpikeDecoder().decode(recording(spikes, SIZES))
    assert (out.decision[0], out.step[0], out.tie[0]) == (2, 4, False)


def test_block_of_trials():
    spikes = [
        (0, "output", 0, 5, 1.0),
        (2, "output", 1, 2, 1.0),
        (2, "output", 2, 2, 2.0),
        (3, "input", 0, 0, NAN),
    ]
    final = {"output": [QUIET, [0.1, 0.3, 0.2], [9.0, 0.0, 0.0], QUIET]}
    out = FirstSpikeDecoder().decode(recording(spikes, SIZES, n_trials=4, final=final))
    assert len(out) == 4
    assert out.decision.tolist() == [0, 1, 2, -1]
    assert out.step.tolist() == [5, 10, 2, 10]
    assert out.tie.tolist() == [False, False, True, False]
    assert out.silent.tolist() == [False, True, False, True]
    assert out.candidates.astype(int).tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 1], [1, 1, 1]]


def test_no_trial_at_all():
    out = FirstSpikeDecoder().decode(recording([], SIZES, n_trials=0))
    assert len(out) == 0
    assert out.candidates.shape == (0, 3)


def test_population_by_name():
    spikes = [(0, "hidden", 1, 4, 1.0)]
    out = FirstSpikeDecoder().decode(recording(spikes, {"input": 5, "hidden": 2}), "hidden")
    assert out.decision.tolist() == [1]


def test_unknown_population_lists_the_known():
    with pytest.raises(DataError, match=r"No population 'output' .* it has \['input'\]"):
        FirstSpikeDecoder().decode(recording([], {"input": 5}))


def test_population_without_neurons_is_refused():
    with pytest.raises(DataError, match="'output' has no neurons"):
        FirstSpikeDecoder().decode(recording([], {"output": 0}))


def test_silence_without_final_potentials_is_refused():
    silent = recording([], SIZES, final={"input": [[0.0] * 5]})
    with pytest.raises(DataError, match=r"no final potentials .* those of \['input'\]"):
        FirstSpikeDecoder().decode(silent)


def test_final_potentials_of_another_shape_are_refused():
    with pytest.raises(DataError, match=r"of shape \(1, 2\), not \(1, 3\)"):
        FirstSpikeDecoder().decode(recording([], SIZES, final={"output": [[0.0, 1.0]]}))


POTENTIALS = st.sampled_from([1.0, 1.5, 2.0, NAN])
OUTPUTS = st.lists(st.tuples(st.integers(0, 4), POTENTIALS), min_size=3, max_size=3)
FINALS = st.lists(st.sampled_from([0.0, 0.5, 0.9]), min_size=3, max_size=3)


def plainly(outputs, final, n_steps):
    """The rules again, one trial at a time, without haste."""
    first = min(step for step, _ in outputs)
    if first == n_steps:
        best = [k for k in range(3) if final[k] == max(final)]
        return (best[0] if len(best) == 1 else -1), first, False, True, best
    tied = [k for k in range(3) if outputs[k][0] == first]
    potentials = [outputs[k][1] for k in tied]
    best = [k for k in tied if outputs[k][1] == max(potentials)]
    unbroken = len(tied) > 1 and (len(best) > 1 or np.isnan(potentials).any())
    return (-1 if unbroken else (best or tied)[0]), first, len(tied) > 1, False, tied


@given(OUTPUTS, FINALS)
def test_same_as_the_rules_written_plainly(outputs, final):
    spikes = [(k, step, potential) for k, (step, potential) in enumerate(outputs) if step < 4]
    check(decide(spikes, final=final, n_steps=4), *plainly(outputs, final, 4))
