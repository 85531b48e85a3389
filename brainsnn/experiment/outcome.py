"""What a run leaves, and what is concluded from it."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from brainsnn.errors import BrainsnnError, RunDirectoryError
from brainsnn.experiment.experiment import Experiment
from brainsnn.records import RunDirectory


@dataclass(frozen=True)
class Outcome:
    """What a run leaves, for whoever started it.

    Parameters
    ----------
    path : Path
        The run directory.
    summary : dict of str to float
        The numbers that sum it up.
    claims : pandas.DataFrame
        The paper's claims beside our numbers; no row where one condition of several was run.
    profile : pandas.DataFrame or None
        Where the time of a trial goes, if it was asked for.
    """

    path: Path
    summary: dict[str, float]
    claims: pd.DataFrame
    profile: pd.DataFrame | None = None


def reported(experiment: Experiment[Any], path: Path) -> Path:
    """Draw the figures and write the report of a run again, from its tables alone.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    RunDirectoryError
        If it is no run, is in use, has not ended, or is of one condition of several.
    """
    with RunDirectory.open(path) as run:
        if not run.provenance().get("ended"):
            raise RunDirectoryError(
                f"{path}: this run has not ended. Go on with it: brainsnn resume {path}."
            )
        if name := run.config(experiment.config).condition:
            raise RunDirectoryError(
                f"{path}: is of one condition, {name!r}, of which nothing is concluded. Name the "
                "directory of the whole run."
            )
        concluded(experiment, run)
        return run.report


def concluded(experiment: Experiment[Any], run: RunDirectory) -> pd.DataFrame:
    """Let an experiment conclude from a run directory.

    Raises
    ------
    RunDirectoryError
        If its tables are not what they should be; the log then has where it failed.
    """
    try:
        return experiment.conclude(run)
    except (BrainsnnError, OSError, MemoryError):
        raise
    except Exception as error:  # Tables that others have changed fail anywhere.
        run.log(f"no conclusion: {''.join(traceback.format_exception(error))}")
        raise RunDirectoryError(
            f"{run.path}: no conclusion can be drawn from its tables: "
            f"{type(error).__name__}: {error}. {run.log_file} has where."
        ) from error
