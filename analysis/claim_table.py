"""Tables of claims in ``results/claims``: what was measured, and verdicts that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from brainsnn.analysis.claims import Claim, judged_together
from brainsnn.analysis.files import replace_file
from brainsnn.analysis.tables import TableError, require

TEXTS = ("claim", "asks", "unit", "verdict", "note")
"""Columns of text."""

CLAIMS = (
    "claim",
    "asks",
    "paper",
    "than",
    "aim",
    "ours",
    "spread",
    "seeds",
    "unit",
    "verdict",
    "note",
)
"""Columns of a table of claims, as the parameters of `brainsnn.analysis.claims.Claim`."""


def claim_table(claims: Sequence[Claim]) -> pd.DataFrame:
    """Claims as a table to keep."""
    numbers = ("paper", "than", "aim", "ours", "spread")
    rows = [
        {name: getattr(c, "text" if name == "claim" else name) for name in CLAIMS} for c in claims
    ]
    return pd.DataFrame(rows, columns=list(CLAIMS)).astype(dict.fromkeys(numbers, float))


def claims_of_table(table: pd.DataFrame) -> list[Claim]:
    """The claims of a table, each with the verdict that stands there."""
    require(table, CLAIMS, "claims")
    return [
        Claim(
            text=row["claim"],
            paper=_number(row["paper"]),
            ours=_number(row["ours"]),
            unit=row["unit"],
            verdict=row["verdict"],
            spread=_number(row["spread"]),
            note=row["note"],
            asks=row["asks"],
            than=_number(row["than"]),
            seeds=int(row["seeds"]),
            aim=_number(row["aim"]),
        )
        for row in table.to_dict("records")
    ]


def judge(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the verdicts that its numbers give, all its directions taken together."""
    return claim_table(judged_together(claims_of_table(table)))


def write_claims(folder: Path | str, protocol: str, claims: pd.DataFrame) -> Path:
    """Write a protocol's claims beside its measured rows.

    A claim of the same words is replaced, others stay: runs of a study may have done parts of it.
    Verdicts are those of the whole table.

    Parameters
    ----------
    folder : path
        That of the measured rows.
    protocol : str
        Name of the protocol.
    claims : pandas.DataFrame
        With the columns `CLAIMS`.

    Raises
    ------
    TableError
        If a column is missing or there is no row.
    """
    require(claims, CLAIMS, "claims")
    target = Path(folder) / "claims" / f"{protocol}.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    together = claims[list(CLAIMS)]
    if target.exists():
        old = _read(target)
        together = pd.concat([old[~old["claim"].isin(claims["claim"])], together])
    text = judge(together).to_csv(index=False, lineterminator="\n")
    replace_file(target, text)
    return target


def read_claims(folder: Path | str) -> dict[str, pd.DataFrame]:
    """Claims of every protocol that has any, by its name.

    Raises
    ------
    TableError
        If a table is damaged, or a verdict is not the one that the numbers beside it give.
    """
    found = {path.stem: _read(path) for path in sorted((Path(folder) / "claims").glob("*.csv"))}
    for name, table in found.items():
        given = judge(table)["verdict"]
        wrong = table[table["verdict"].to_numpy() != given.to_numpy()]
        if len(wrong):
            first = wrong.index[0]
            raise TableError(
                f"claims/{name}.csv: {table.loc[first, 'claim']!r} says "
                f"{table.loc[first, 'verdict']!r}, but its numbers give {given.iloc[first]!r}."
            )
    return found


def _read(path: Path) -> pd.DataFrame:
    kinds = {name: str if name in TEXTS else float for name in CLAIMS}
    try:
        table = pd.read_csv(path, dtype=kinds, keep_default_na=False, na_values=[""])
    except ValueError as error:
        raise TableError(f"{path} cannot be read as claims: {error}") from error
    require(table, CLAIMS, f"{path.name} of claims")
    if table["seeds"].isna().any() or not set(table["asks"].dropna()) <= {
        "at least",
        "at most",
        "above",
    }:
        raise TableError(
            f"{path}: every claim says of how many seeds it is, and asks for a value 'at least' or "
            "'at most' the paper's, a difference 'above' another, or nothing."
        )
    return table.fillna(dict.fromkeys(TEXTS, ""))[list(CLAIMS)]


def _number(value: object) -> float | None:
    return None if pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]
