"""Rate decisions worked by hand: most spikes, ties, silence."""

from __future__ import annotations

import pytest
from helpers import NAN, recording

from brainsnn.codes import RateDecoder
from brainsnn.errors import DataError

SIZES = {"input": 4, "output": 3}


def spikes(*counts):
    """Spikes of one trial: each output's number of spikes, on steps 0, 1, ..."""
    return [(0, "output", i, s, 0.5) for i, n in enumerate(counts) for s in range(n)]


@pytest.mark.parametrize(
    ("counts", "final", "decision", "step", "tie", "silent", "candidates"),
    [
        ((1, 3, 2), (9, 0, 0), 1, 9, False, False, [1]),
        ((2, 2, 0), (0.1, 0.2, 5), 1, 9, True, False, [0, 1]),
        ((2, 2, 0), (0.2, 0.2, 5), -1, 9, True, False, [0, 1]),
        ((2, 2, 0), (NAN, NAN, 5), -1, 9, True, False, [0, 1]),
        ((0, 0, 0), (0.1, 0.2, 0.7), 2, 10, False, True, [2]),
        ((0, 0, 0), (0.7, 0.2, 0.7), -1, 10, False, True, [0, 2]),
    ],
)
def test_decisions(counts, final, decision, step, tie, silent, candidates):
    out = RateDecoder().decode(recording(spikes(*counts), SIZES, final={"output": [final]}))
    assert (out.decision[0], out.step[0]) == (decision, step)
    assert (out.tie[0], out.silent[0]) == (tie, silent)
    assert out.candidates[0].nonzero()[0].tolist() == candidates


def test_final_potentials_are_needed_for_ties_and_silence_only():
    assert RateDecoder().decode(recording(spikes(1, 2, 0), SIZES)).decision[0] == 1
    for counts in ((1, 1, 0), (0, 0, 0)):
        with pytest.raises(DataError, match="final potentials"):
            RateDecoder().decode(recording(spikes(*counts), SIZES))


def test_an_unknown_population_is_refused():
    with pytest.raises(DataError, match="No population"):
        RateDecoder().decode(recording([], SIZES), "hidden")
