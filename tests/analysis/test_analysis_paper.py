"""Numbers that papers print, in one place."""

from __future__ import annotations

import pandas as pd
import pytest
from measured_rows import ROW

from brainsnn.analysis.paper import PAPER, SOURCES, claims_of_rows, printed_value
from brainsnn.analysis.tables import TableError
from brainsnn.protocols.count import latency as count_latency
from brainsnn.protocols.count import mnist as count_mnist
from brainsnn.protocols.s4nn import caltech as s4nn_caltech
from brainsnn.protocols.s4nn import mnist as s4nn_mnist


def test_a_number_stands_once_for_reports_and_rows():
    assert s4nn_mnist.PAPER_ACCURACY == printed_value("s4nn-mnist", "accuracy_ties_wrong") == 97.4
    assert (s4nn_mnist.PAPER_STEP, s4nn_mnist.PAPER_SPIKES) == (89.7, 218.0)
    assert s4nn_caltech.PAPER_ACCURACY == 99.2
    assert count_mnist.PAPER[("800", 10)] == count_latency.PAPER_ACCURACY == 98.40
    assert set(count_mnist.PAPER.values()) == {98.64, 98.66, 99.26, 98.40}
    printed = {name for name, all_of in PAPER.items() if any(p.value is not None for p in all_of)}
    assert printed < set(SOURCES)


def test_what_no_paper_prints_is_not_made_up():
    with pytest.raises(TableError, match="No paper prints decision_step of s4nn-mnist"):
        printed_value("s4nn-mnist", "decision_step")
    with pytest.raises(TableError, match="variant cnn-short"):
        printed_value("count-mnist", "accuracy", "cnn-short")
    assert claims_of_rows("codes-mnist", pd.DataFrame([ROW])) == []


def test_claims_are_of_the_variants_whose_network_the_number_is_of():
    rows = pd.DataFrame([ROW | {"variant": "cnn"}, ROW | {"variant": "cnn-short"}])
    found = claims_of_rows("count-mnist", rows)
    assert [(c.text, c.paper, c.ours) for c in found] == [("cnn: Test accuracy", 99.26, 97.5)]
    assert found[0].verdict == "not met"


def test_other_data_are_not_compared_with_the_papers():
    rows = pd.DataFrame([ROW, ROW | {"variant": "default on fashion-mnist"}])
    assert {c.text.partition(":")[0] for c in claims_of_rows("s4nn-mnist", rows)} == {"default"}


def test_the_labels_step_is_judged_and_the_winners_is_not():
    found = claims_of_rows("s4nn-mnist", pd.DataFrame([ROW | {"label_step": 95.0}]))
    step = next(claim for claim in found if "label" in claim.text)
    assert (step.paper, step.ours, step.verdict) == (89.7, 95.0, "not met")
    assert not any("ecision step" in claim.text for claim in found)
