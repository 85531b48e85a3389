"""What a search found, as a page: ``brainsnn sweep --search``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from brainsnn.analysis.figures import plot_curves, save
from brainsnn.analysis.report import Picture, Report, Section, Table
from brainsnn.experiment.searching import MEASURE, Range, SearchConfig
from brainsnn.records import RunDirectory

_CHOICE = (
    "Points are proposed by and compared on validation trials, the best epoch of each run. The "
    "best of many is too good to be true: measure it anew, with other seeds. The accuracy on test "
    "trials stands beside it and is nothing to choose by."
)


def write(run: RunDirectory, out: Path) -> Path:
    """Write the figure and the table of a search's trials.

    Parameters
    ----------
    run : RunDirectory
        The search's.
    out : Path
        Folder to write to.

    Returns
    -------
    Path
        The page.
    """
    config, runs, study = run.config(SearchConfig), run.table("runs"), run.table("study")
    figure = plot_curves(_lines(study), "trial", MEASURE, "Trial", code="line")
    save(figure, out / "figures", "search")
    caption = "Validation accuracy of each trial, and the best until then."
    test = runs.groupby("trial")["accuracy"].mean().rename("test_accuracy")
    table = study.merge(test, on="trial", how="left").sort_values(MEASURE, ascending=False)
    shown = (MEASURE, "test_accuracy")
    best = study.iloc[int(study[MEASURE].to_numpy().argmax())]
    told = ", ".join(f"{key} = {best[key]}" for key in config.varied)
    return Report(
        title=f"Search of settings of {config.search}",
        abstract=f"{len(study)} trials of {config.seeds} seeds each. The best on validation, trial "
        f"{best['trial']}: {told} ({best[MEASURE]:.2%}).",
        claims=(),
        sections=(
            Section(
                "Trials",
                _CHOICE,
                (
                    Picture(figure, caption, caption),
                    Table(
                        table,
                        "A row a trial, the best on validation first; means over seeds.",
                        percent=shown,
                        digits=dict.fromkeys(shown, 2),
                    ),
                ),
            ),
        ),
        configuration=config.model_dump(),
        provenance=run.provenance(),
        command=_command(config),
    ).write(out / "report.html")


def _lines(study: pd.DataFrame) -> pd.DataFrame:
    """Each trial, and the best so far, as lines without intervals."""
    values = {"this trial": study[MEASURE], "best so far": study[MEASURE].cummax()}
    parts = [
        pd.DataFrame({"trial": study["trial"], "line": name, "mean": v, "low": v, "high": v})
        for name, v in values.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _command(config: SearchConfig) -> str:
    """What repeats it."""
    words = [f"brainsnn sweep {config.search} --search trials={config.trials}"]
    words += [f"--range {key}={_written(range_)}" for key, range_ in config.ranges.items()]
    words += [f"--grid {key}={','.join(values)}" for key, values in config.grid.items()]
    words += [f"--set {setting}" for setting in config.settings]
    words += ["--prune"] if config.prune else []
    return " ".join([*words, f"--seed {config.seed} --seeds {config.seeds}"])


def _written(range_: Range) -> str:
    kinds = [kind for kind, is_so in (("int", range_.whole), ("log", range_.log)) if is_so]
    return ":".join([*kinds, f"{range_.text(range_.low)},{range_.text(range_.high)}"])
