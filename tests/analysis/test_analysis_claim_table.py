"""Tables of claims: kept, replaced, and never other than their numbers say."""

from __future__ import annotations

import pandas as pd
import pytest

from brainsnn.analysis.claim_table import (
    CLAIMS,
    claim_table,
    claims_of_table,
    read_claims,
    write_claims,
)
from brainsnn.analysis.claims import Claim
from brainsnn.analysis.tables import TableError

SURE = Claim.direction("sure", [1.0, 1.1, 0.9], "points", note="NA")
NUMBER = Claim.judged("number", 5.0, 6.25, "times", spread=0.5, seeds=3)


def test_claims_come_back_as_they_went(tmp_path):
    write_claims(tmp_path, "mine", claim_table([SURE, NUMBER]))
    table = read_claims(tmp_path)["mine"]
    assert list(table.columns) == list(CLAIMS)
    sure, number = claims_of_table(table)
    assert (sure.text, sure.verdict, sure.note) == ("sure", "direction only: met", "NA")
    assert (number.paper, number.ours, number.verdict) == (5.0, 6.25, "met")
    assert sure.paper is sure.aim is None


def test_a_claim_of_the_same_words_is_replaced(tmp_path):
    write_claims(tmp_path, "mine", claim_table([SURE, NUMBER]))
    write_claims(tmp_path, "mine", claim_table([Claim.judged("number", 5.0, 4.0)]))
    table = read_claims(tmp_path)["mine"].set_index("claim")
    assert table["verdict"].to_dict() == {"sure": "direction only: met", "number": "not met"}


def test_verdicts_are_those_of_the_whole_table(tmp_path):
    """A direction that stands alone may not stand among many that were added later."""
    weak = [Claim.direction(f"weak {k}", [0.6, 0.9, 1.3]) for k in range(8)]
    write_claims(tmp_path, "mine", claim_table(weak[:1]))
    assert read_claims(tmp_path)["mine"]["verdict"].tolist() == ["direction only: met"]
    write_claims(tmp_path, "mine", claim_table(weak[1:]))
    assert set(read_claims(tmp_path)["mine"]["verdict"]) == {"direction only: open"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdict": "met"}, "'sure' says 'met', but its numbers give 'direction only: met'"),
        ({"spread": 5.0}, "its numbers give 'direction only: open'"),
        ({"asks": "at least"}, "its numbers give 'no comparison'"),
        ({"asks": "more"}, "asks for a value"),
        ({"seeds": None}, "of how many seeds"),
        ({"ours": "much"}, "cannot be read as claims"),
    ],
)
def test_a_verdict_that_its_numbers_do_not_give_is_refused(tmp_path, change, message):
    path = write_claims(tmp_path, "mine", claim_table([SURE]))
    pd.read_csv(path).assign(**change).to_csv(path, index=False)
    with pytest.raises(TableError, match=message):
        read_claims(tmp_path)


def test_a_column_too_few_is_refused(tmp_path):
    with pytest.raises(TableError, match="verdict"):
        write_claims(tmp_path, "mine", claim_table([SURE]).drop(columns="verdict"))
