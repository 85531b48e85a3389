"""Rate and latency of recorded neurons: which tells the odour, and how soon."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.decoding import decode_against_window, stratified_folds
from brainsnn.analysis.figures import (
    plot_decoding,
    plot_information,
    plot_latency_raster,
    plot_raster_psth,
    save,
)
from brainsnn.analysis.information import information_against_window
from brainsnn.analysis.report import Claim, Picture, Section, Table
from brainsnn.analysis.spikes import SpikeTable, from_frame
from brainsnn.analysis.spikes.rates import psth, smooth, summary
from brainsnn.analysis.spikes.timing import latencies, latency_summary
from brainsnn.analysis.window_choice import best_of_windows, nested_windows, responses
from brainsnn.datasets.cockroach import CockroachAntennalLobe, RecordedSpikes
from brainsnn.errors import ConfigError
from brainsnn.experiment import Condition, Experiment, ExperimentConfig, Work, open_seeds, tell
from brainsnn.protocols.common.claims import claim_of, direction_of
from brainsnn.protocols.common.page import write_report
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback


class CodesRecordedConfig(ExperimentConfig):
    """Settings of the experiment ``codes-recorded``.

    Parameters
    ----------
    windows : tuple of float
        Lengths in seconds, from the opening of the valve.
    folds : int, at least 3, default 10
        Of the cross-validation; each seed divides the trials anew.
    bins : int, default 4
        Bins of each response.
    shuffles : int, default 200
        Repetitions with shuffled odours, for chance.
    """

    protocol: Literal["codes-recorded"] = "codes-recorded"
    seeds: int = Field(default=5, ge=1)
    windows: tuple[float, ...] = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0)
    folds: int = Field(default=10, ge=3)
    bins: int = Field(default=4, ge=2)
    shuffles: int = Field(default=200, ge=1)


class CodesRecorded(Experiment[CodesRecordedConfig]):
    """The experiment; see the module's docstring."""

    name = "codes-recorded"
    title = "Recorded neurons: the odour from counts and from first-spike latencies"
    summary = "Decodes three odours from three antennal-lobe neurons, by rate and by latency."
    citation = CockroachAntennalLobe.citation
    config = CodesRecordedConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("shuffles=10", "seeds=2", "windows=[0.2, 0.5]"),
    }

    def sources(self, config: CodesRecordedConfig) -> tuple[type, ...]:  # noqa: ARG002
        """Return the data set."""
        return (CockroachAntennalLobe,)

    def check(self, config: CodesRecordedConfig) -> None:
        """Refuse a missing or damaged recording, and windows or folds that do not fit it."""
        recorded, table = _load()
        longest = recorded.length - max(recorded.onset.values())
        if not config.windows or not all(0 < w <= longest for w in config.windows):
            raise ConfigError(
                f"windows = {config.windows} is not possible: each must be above 0 and at most "
                f"{longest:g} s, what is left of a trial after the valve opens."
            )
        fewest = int(np.bincount(table.stimulus).min())
        if config.folds > fewest:
            raise ConfigError(
                f"folds = {config.folds} is not possible: there are {fewest} trials an odour."
            )

    def prepare(self, condition: Condition[CodesRecordedConfig]) -> Work:
        """Decode and measure information, seed by seed."""
        return partial(_carry_out, condition.config)

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return what was found as claims."""
        config = run.config(self.config)
        claims = _claims(run)
        abstract = (
            "Three neurons of a cockroach's antennal lobe, recorded while one of three odours "
            "was blown at the antenna, 20 trials each. The odour was decoded from spike counts "
            "and from first-spike latencies after the valve opened, in growing windows, by the "
            f"same decoder, {config.folds}-fold cross-validated, {config.seeds} divisions."
        )
        return write_report(self, run, config, abstract, claims, _sections(run))


def _carry_out(
    config: CodesRecordedConfig, run: RunDirectory, callbacks: Sequence[Callback]
) -> None:
    recorded, table = _load()
    onset = recorded.onsets(table.trials["stimulus"].to_numpy())
    windows = np.array(config.windows)
    found = responses(table, onset, windows)
    for seed in open_seeds(run, config):
        begin, rng = time.perf_counter(), Streams(seed)["folds"]
        sizes = {"n_folds": config.folds, "n_bins": config.bins, "shuffles": config.shuffles}
        by_window, decided = decode_against_window(table, onset, windows, rng, **sizes)
        bits = [
            information_against_window(table, onset, windows, name, config.bins, rng).assign(
                correction=name
            )
            for name in ("panzeri_treves", "shuffle")
        ]
        choice = Streams(seed).fresh("windows")
        fold = stratified_folds(table.stimulus, config.folds, choice)
        chosen = nested_windows(found, table.stimulus, fold, config.bins)
        best = best_of_windows(found, table.stimulus, choice, **sizes)
        results = _results(chosen, time.perf_counter() - begin)
        tables = {
            "windows": by_window,
            "trials": decided,
            "information": pd.concat(bits),
            "chosen": chosen,
            "best": best,
            "results": results,
        }
        run.append_tables({name: part.assign(seed=seed) for name, part in tables.items()})
        rows = results.to_dict("records")
        told = ", ".join(f"{row['condition']} {row['accuracy']:.1%}" for row in rows)
        tell(run, callbacks, f"seed {seed}: {told}")


def _results(chosen: pd.DataFrame, seconds: float) -> pd.DataFrame:
    """A row a code: accuracy in windows that the trials decided in them did not choose."""
    right = (chosen["decision"] == chosen["label"]).astype(float)
    means = chosen.assign(accuracy=right).groupby("code", sort=False)[["accuracy", "window"]].mean()
    return means.rename_axis("condition").reset_index().assign(seconds=seconds, epochs=0)


def _load() -> tuple[RecordedSpikes, SpikeTable]:
    """Return the recording, and its spikes as a table."""
    recorded = CockroachAntennalLobe().load()
    return recorded, from_frame(recorded.frame, 0.0, recorded.length)


def _claims(run: RunDirectory) -> list[Claim]:
    """Each code against chance, and against the other, in per cent of trials.

    Chance has the choice among all windows that the code has.
    """
    windows, best = run.table("windows"), run.table("best").set_index("seed")
    wide = 100 * windows.pivot_table(index="seed", columns=["code", "window"], values="accuracy")
    nested = run.table("results").set_index(["condition", "seed"])["accuracy"]
    out = []
    for code, mine in best.groupby("code", sort=False):
        text = f"Odour decoded by {code}, best window, minus 97.5 % of the best of chance"
        note = f"chance {100 * mine['chance'].mean():.1f} %, largest p {mine['p'].max():.3f}"
        gain = 100 * (mine["accuracy"] - mine["chance_high"])
        out.append(direction_of(text, gain, "points", note))
        text = f"Odour decoded by {code}, window chosen in the other folds"
        out.append(claim_of(text, None, 100 * nested[code], "%"))
    for window in sorted(set(windows["window"].tolist())):
        text = f"Latency minus count, window {window:g} s"
        gain = wide["latency"][window] - wide["count"][window]
        out.append(claim_of(text, None, gain, "points"))
    return out


def _sections(run: RunDirectory) -> list[Section]:
    """Responses, decoding, information."""
    recorded, table = _load()
    onset = recorded.onsets(table.trials["stimulus"].to_numpy())
    windows, bits = run.table("windows"), run.table("information")
    rates = smooth(psth(table, 0.025), 0.05)
    first = latencies(table, onset, 0.5)
    figures = {
        f"raster_{name}": plot_raster_psth(table, rates, name, recorded.onset)
        for name in table.neurons
    }
    figures["latency_raster"] = plot_latency_raster(first, table, onset)
    figures["decoding"] = plot_decoding(windows)
    by_name = {name: bits[bits["correction"] == name] for name in bits["correction"].unique()}
    figures |= {f"information_{name}": plot_information(part) for name, part in by_name.items()}
    for name, figure in figures.items():
        save(figure, run.figures, name)
    pictures = {
        name: Picture(figure, name.replace("_", " ").capitalize() + ".", "See the tables.")
        for name, figure in figures.items()
    }
    means = windows.groupby(["code", "window"]).mean(numeric_only=True).reset_index()
    percent = ("accuracy", "low", "high", "chance", "chance_low", "chance_high")
    decoded = Table(
        means.drop(columns="seed"),
        "Decoding in every window, means over seeds; chance is that of each window alone.",
        percent=percent,
        digits={"window": 2},
    )
    best = run.table("best").groupby("code", sort=False).mean(numeric_only=True).reset_index()
    held = Table(
        best.drop(columns="seed"),
        "The best window of each code, and of shuffled odours, which had the same choice.",
        percent=percent,
        digits={"window": 2, "p": 3},
    )
    nested = run.table("results").drop(columns=["seconds", "epochs"])
    told = Table(
        nested,
        "Decoding in windows that were chosen in the other folds (their mean, s).",
        percent=percent,
        digits={"window": 2},
    )
    digits = {"median": 3, "mean": 3, "jitter": 3, "mean_interval": 4, "fano": 2, "cv": 2, "cv2": 2}
    rasters = tuple(p for n, p in pictures.items() if n.startswith("raster"))
    informed = tuple(p for n, p in pictures.items() if n.startswith("information"))
    return [
        Section("Responses", "", (*rasters, Table(summary(table), "Rates.", digits=digits))),
        Section(
            "First spikes",
            "",
            (
                pictures["latency_raster"],
                Table(latency_summary(first), "Latencies within 0.5 s (s).", digits=digits),
            ),
        ),
        Section("Decoding", "", (pictures["decoding"], told, held, decoded)),
        Section("Information", "Bits about the odour, a neuron at a time.", informed),
    ]


PROTOCOL = CodesRecorded()
