"""Tables of a folder, a Parquet file each, written whole, one or several at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from brainsnn.errors import RunDirectoryError
from brainsnn.records.atomic import write_whole
from brainsnn.records.tables import read_table, table_writer, table_writers
from brainsnn.records.together import write_together


class FolderTables:
    """Reads and writes the tables of a folder.

    Parameters
    ----------
    path : Path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write_metrics(self, table: pd.DataFrame) -> None:
        """Write the table with a row an epoch."""
        self._write_table("metrics.parquet", table)

    def write_trials(self, table: pd.DataFrame) -> None:
        """Write the table with a row a test trial."""
        self._write_table("trials.parquet", table)

    def write_spikes(self, table: pd.DataFrame) -> None:
        """Write the spikes of a sample of trials (`Recording.to_frame`)."""
        self._write_table("spikes.parquet", table)

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """Write a table of a protocol's own as ``<name>.parquet``."""
        self._write_table(f"{name}.parquet", table)

    def append_table(self, name: str, rows: pd.DataFrame) -> None:
        """Add rows to a table of a protocol's own, making it if it is not there."""
        self.write_table(name, self._longer(name, rows))

    def append_tables(self, rows: Mapping[str, pd.DataFrame]) -> None:
        """Add rows to several tables: to all of them, or to none.

        What belongs to one result (a network and a seed) goes in one call, so that a run that is
        killed and resumed holds it whole and once.

        Parameters
        ----------
        rows : mapping of str to pandas.DataFrame
            Rows to add, by the name of their table, which is made if it is not there.

        Raises
        ------
        RunDirectoryError
            If something cannot be written; all files are then what they were.
        """
        self.write_tables({name: self._longer(name, more) for name, more in rows.items()})

    def write_tables(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write several tables, by name: all of them, or none.

        Raises
        ------
        RunDirectoryError
            If something cannot be written; all files are then what they were.
        """
        write_together(self.path, table_writers(tables))

    def _longer(self, name: str, rows: pd.DataFrame) -> pd.DataFrame:
        """Return a table, which may not be there yet, with rows added."""
        old = [self.table(name)] if self.has_table(name) else []
        return pd.concat([*old, rows], ignore_index=True)

    def metrics(self) -> pd.DataFrame:
        """The table with a row an epoch."""
        return self._read_table("metrics.parquet")

    def trials(self) -> pd.DataFrame:
        """The table with a row a test trial."""
        return self._read_table("trials.parquet")

    def spikes(self) -> pd.DataFrame:
        """The spikes of a sample of trials."""
        return self._read_table("spikes.parquet")

    def has_table(self, name: str) -> bool:
        """Whether there is a table ``<name>.parquet``."""
        return (self.path / f"{name}.parquet").is_file()

    def holds(self, name: str, **values: str | float) -> bool:
        """Whether a table, which may not be there yet, has a row with these values of columns."""
        if not self.has_table(name):
            return False
        table = self.table(name)
        missing = [column for column in values if column not in table.columns]
        if missing:
            raise RunDirectoryError(
                f"{self.path / name}.parquet: lacks the column(s) {', '.join(missing)}."
            )
        return bool((table[list(values)] == list(values.values())).all(axis=1).any())

    def table(self, name: str) -> pd.DataFrame:
        """A table of a protocol's own."""
        return self._read_table(f"{name}.parquet")

    def _write_table(self, name: str, table: pd.DataFrame) -> None:
        write_whole(self.path / name, table_writer(table))

    def _read_table(self, name: str) -> pd.DataFrame:
        return read_table(self.path / name)
