"""Neo blocks: read, written, read back."""

from __future__ import annotations

import numpy as np
import pytest
from spike_tables import equal, mixed

from brainsnn.analysis.spikes import from_neo
from brainsnn.analysis.spikes.export import to_neo
from brainsnn.analysis.tables import TableError, TableWarning

neo = pytest.importorskip("neo", reason="neo is not installed")


def segment(k, trains, stimulus="s", **span):
    """Trains by name; times in milliseconds of a trial of 200 ms."""
    out = neo.Segment(index=k, stimulus=stimulus)
    span = {"t_start": 0, "t_stop": 200, **span}
    for name, times in trains:
        out.spiketrains.append(neo.SpikeTrain(times, units="ms", name=name, **span))
    return out


def block(*segments):
    out = neo.Block()
    out.segments.extend(segments)
    return out


@pytest.mark.parametrize("stimuli", [(90, 0), ("on", "off"), (0.5, 0.25), (True, False)])
@pytest.mark.parametrize("span", [(0.0, 1.0), (-0.3, 0.7)])
def test_what_is_written_is_read_back(stimuli, span):
    table = mixed(*span, stimuli)
    back = from_neo(to_neo(table))
    assert equal(back, table)
    assert back.stimuli == sorted(stimuli)


def test_columns_that_cannot_be_written_are_refused():
    table = mixed()
    table.trials["when"] = np.array(["2020-01-01"] * 8, "datetime64[s]")
    with pytest.raises(TableError, match="'when' of the trials holds datetime"):
        to_neo(table)


def test_spikes_at_the_very_end_are_left_out_with_a_word():
    with pytest.warns(TableWarning, match="2 spikes are at the very end"):
        table = from_neo(block(*(segment(k, [("e", [10, 150, 200])]) for k in range(2))))
    assert table.counts()[:, 0].tolist() == [2, 2]


def test_trains_without_names_are_told_apart_by_place():
    table = from_neo(
        block(segment(0, [(None, [1]), ("", [2, 3])]), segment(1, [("", []), ("", [4])]))
    )
    assert table.neurons == ("0", "1")
    assert table.counts().tolist() == [[1, 2], [0, 1]]


def test_trains_may_be_in_any_order_and_unsorted():
    table = from_neo(
        block(segment(0, [("a", [5, 1]), ("b", [])]), segment(1, [("b", [7]), ("a", [])]))
    )
    assert table.counts().tolist() == [[2, 0], [0, 1]]
    assert table.time.tolist() == pytest.approx([0.001, 0.005, 0.007])


def test_trials_cut_from_a_recording():
    from neo.utils import cut_segment_by_epoch

    times = np.sort(np.random.default_rng(0).uniform(0, 20, 300))
    whole = neo.Segment()
    whole.spiketrains.append(neo.SpikeTrain(times, units="s", t_stop=20.0, name="u"))
    block(whole)
    begin = np.arange(10) * 1.7 + 0.1
    epoch = neo.Epoch(begin, durations=np.ones(10), units="s", labels=["s"] * 10)
    whole.epochs.append(epoch)
    cut = cut_segment_by_epoch(whole, epoch, reset_time=True)
    for piece in cut:
        piece.annotate(stimulus="s")
    wanted = [int(((times >= b) & (times < b + 1)).sum()) for b in begin]
    assert from_neo(block(*cut)).counts()[:, 0].tolist() == wanted
    later = cut_segment_by_epoch(whole, epoch, reset_time=False)
    for piece in later:
        piece.annotate(stimulus="s")
    with pytest.raises(TableError, match=r"another span.*reset_time=True"):
        from_neo(block(*later))


def test_blocks_that_are_no_trials_are_refused():
    good = segment(0, [("a", [1])])
    bare = neo.Segment(index=0)
    bare.spiketrains.extend(good.spiketrains)
    two_spans = segment(0, [("a", [1])])
    two_spans.spiketrains.append(neo.SpikeTrain([1], units="ms", name="b", t_stop=300))
    for wrong, message in (
        ([], "no segments"),
        ([bare], "lacks the annotation"),
        ([segment(0, [("a", [1])], None)], "lacks the annotation"),
        ([segment(0, [])], "no spike trains"),
        ([good, segment(1, [("b", [1])])], "other neurons"),
        ([good, segment(1, [("a", [1]), ("b", [1])])], "other neurons"),
        ([segment(0, [("a", [1]), ("a", [2])])], "a name each"),
        ([segment(0, [("a", [1]), (None, [2])])], "a name each"),
        ([good, segment(1, [("a", [1])], t_stop=201)], "another span"),
        ([two_spans], "more than one span"),
        ([segment(0, [("a", [1])], [1, 2])], "one number or name"),
    ):
        with pytest.raises(TableError, match=message):
            from_neo(block(*wrong))
    with pytest.raises(TableError, match="no segments"):
        from_neo(good)
