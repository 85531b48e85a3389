"""What is said of results beside numbers: how variants differ from papers, what papers show.

Four tables in ``results/notes``:

``variants.csv``
    ``protocol``, ``variant`` (of runs of one network, else a preset), ``differs``: what of its
    network, code, rule or data is not the paper's; empty where nothing is.
``selection.csv``
    ``protocol``, ``selected``: by what weights and settings were chosen, ``test``: what is done
    with test data.
``systems.csv``
    ``protocol``, ``system``: its name for people, ``headline``: the text of the claim that
    stands for it in the summary; empty for the first that is judged.
``exhibits.csv``
    ``paper``, ``exhibit`` (a figure or table), ``shows``, ``status`` (one of `STATUS`), ``where``
    (a protocol, or empty), ``why``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from brainsnn.analysis.tables import TableError, require

NOTES = {
    "variants": ("protocol", "variant", "differs"),
    "selection": ("protocol", "selected", "test"),
    "systems": ("protocol", "system", "headline"),
    "exhibits": ("paper", "exhibit", "shows", "status", "where", "why"),
}
"""The tables and their columns."""

STATUS = {"reproduced": "reproduced", "differs": "differ", "absent": "absent"}
"""What may be said of a figure or table, and of several: ours shows the same; it does not; there is
none."""


def read_notes(folder: Path | str) -> dict[str, pd.DataFrame]:
    """Tables of notes beside the measured rows in `folder`, empty where there is none.

    Raises
    ------
    TableError
        If a column is missing, a key stands twice, or a figure has an unknown status, has none of
        ours though it is not absent, or has no reason though it is not reproduced.
    """
    found = {}
    for name, columns in NOTES.items():
        path = Path(folder) / "notes" / f"{name}.csv"
        if not path.exists():
            found[name] = pd.DataFrame(columns=list(columns), dtype=str)
            continue
        try:
            table = pd.read_csv(path, dtype=str, keep_default_na=False)
        except ValueError as error:
            raise TableError(f"{path} cannot be read as notes: {error}") from error
        require(table, columns, str(path))
        keys = list(columns[:1] if name in ("selection", "systems") else columns[:2])
        if table.duplicated(keys).any():
            twice = table.loc[table.duplicated(keys), keys].iloc[0].tolist()
            raise TableError(f"{path}: {', '.join(twice)} stands there twice.")
        found[name] = table[list(columns)]
    _check_exhibits(found["exhibits"])
    return found


def _check_exhibits(table: pd.DataFrame) -> None:
    for row in table.to_dict("records"):
        name = f"exhibits.csv: {row['paper']}, {row['exhibit']}"
        if row["status"] not in STATUS:
            raise TableError(f"{name} is {row['status']!r}; it may be {', '.join(STATUS)}.")
        if (row["status"] == "absent") == bool(row["where"]):
            raise TableError(f"{name} names a protocol exactly if it is not absent.")
        if row["status"] != "reproduced" and not row["why"]:
            raise TableError(f"{name} is {row['status']}, and does not say why.")
