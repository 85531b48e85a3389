"""Rate and latency of recorded neurons: which tells the odour, and how soon."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from analysis.decoding import decode_against_window, stratified_folds
from analysis.figures import (
    plot_decoding,
    plot_information,
    plot_latency_raster,
    plot_raster_psth,
    save,
)
from analysis.information import information_against_window
from analysis.report import Claim, Picture, Section, Table
from analysis.spikes import SpikeTable, from_frame
from analysis.spikes.rates import psth, smooth, summary
from analysis.spikes.timing import latencies, latency_summary
from analysis.window_choice import best_of_windows, nested_windows, responses
from brainsnn.datasets.cockroach import CockroachAntennalLobe, RecordedSpikes
from brainsnn.errors import ConfigError
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.study import Study, StudyConfig
from protocols.claims import claim_of
from protocols.page import claims_with_notes, write_report


class CodesRecordedConfig(StudyConfig):
    """Settings of the study ``codes-recorded``.

    Parameters
    ----------
    windows : tuple of float
        Lengths in seconds, from the opening of the valve.
    folds : int, default 10
        Of the cross-validation; each seed divides the trials anew.
    bins : int, default 4
        Bins of each response.
    shuffles : int, default 200
        Repetitions with shuffled odours, for chance.
    """

    protocol: Literal["codes-recorded"] = "codes-recorded"
    seeds: int = Field(default=5, ge=1)
    windows: tuple[float, ...] = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0)
    folds: int = Field(default=10, ge=2)
    bins: int = Field(default=4, ge=2)
    shuffles: int = Field(default=200, ge=1)


class CodesRecorded(Study[CodesRecordedConfig]):
    """The study; see the module's docstring."""

    name = "codes-recorded"
    title = "Recorded neurons: the odour from counts and from first-spike latencies"
    summary = "Decodes three odours from three antennal-lobe neurons, by rate and by latency."
    citation = CockroachAntennalLobe.citation
    config = CodesRecordedConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("shuffles=10", "seeds=2", "windows=[0.2, 0.5]"),
    }

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

    def carry_out(
        self, config: CodesRecordedConfig, run: RunDirectory, say: Callable[[str], None]
    ) -> None:
        """Decode and measure information, seed by seed."""
        recorded, table = _load()
        onset = recorded.onsets(table.trials["stimulus"].to_numpy())
        windows = np.array(config.windows)
        found_in = responses(table, onset, windows)
        for seed in range(config.seed, config.seed + config.seeds):
            if run.holds("results", seed=seed):
                continue
            rng = Streams(seed)["folds"]
            found, decided = decode_against_window(
                table,
                onset,
                windows,
                rng,
                n_folds=config.folds,
                n_bins=config.bins,
                shuffles=config.shuffles,
            )
            bits = [
                information_against_window(
                    table, onset, windows, correction, config.bins, rng
                ).assign(correction=correction)
                for correction in ("panzeri_treves", "shuffle")
            ]
            labels, choice = table.stimulus, Streams(seed).fresh("windows")
            fold = stratified_folds(labels, config.folds, choice)
            nested = nested_windows(found_in, labels, fold, config.bins)
            limits = {"n_folds": config.folds, "n_bins": config.bins, "shuffles": config.shuffles}
            tables = {
                "chosen": nested,
                "best": best_of_windows(found_in, labels, choice, **limits),
                "results": found,
                "trials": decided,
                "information": pd.concat(bits),
            }
            run.append_tables({name: part.assign(seed=seed) for name, part in tables.items()})
            right = (nested["decision"] == nested["label"]).groupby(nested["code"]).mean()
            say(f"seed {seed}: " + ", ".join(f"{c} {a:.1%}" for c, a in right.items()))

    def totals(self, run: RunDirectory) -> dict[str, float]:
        """Best mean accuracy of each code, over windows."""
        means = run.table("results").groupby(["code", "window"])["accuracy"].mean()
        return {f"accuracy_{c}": float(part.max()) for c, part in means.groupby(level=0)}

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return what was found as claims."""
        config = run.config(self.config)
        claims = _claims(run)
        run.write_table("claims", claims_with_notes(claims))
        abstract = (
            "Three neurons of a cockroach's antennal lobe, recorded while one of three odours "
            "was blown at the antenna, 20 trials each. The odour was decoded from spike counts "
            "and from first-spike latencies after the valve opened, in growing windows, by the "
            f"same decoder, {config.folds}-fold cross-validated, {config.seeds} divisions."
        )
        return write_report(self, run, config, abstract, claims, _sections(run))


def _load() -> tuple[RecordedSpikes, SpikeTable]:
    """Return the recording, and its spikes as a table."""
    recorded = CockroachAntennalLobe().load()
    return recorded, from_frame(recorded.frame, 0.0, recorded.length)


def _claims(run: RunDirectory) -> list[Claim]:
    """Each code against chance, and against the other, in per cent of trials."""
    results = run.table("results")
    wide = 100 * results.pivot_table(index="seed", columns=["code", "window"], values="accuracy")
    chance = 100 * results.groupby(["code", "window"])[["chance", "chance_high"]].mean()
    windows = sorted(set(results["window"].tolist()))
    mean = results.groupby(["code", "window"])["accuracy"].mean().to_dict()
    out = []
    for code in ("count", "latency", "both"):
        best = max((mean[code, window], window) for window in windows)[1]
        limit = float(chance.loc[(code, best), "chance_high"])
        text = f"Odour decoded by {code}, best window, above 97.5 % of chance"
        note = f"window {best:g} s; chance {chance.loc[(code, best), 'chance']:.1f} %"
        out.append(claim_of(text, limit, wide[code][best], "%", note))
    for window in windows:
        text = f"Latency minus count, window {window:g} s"
        gain = wide["latency"][window] - wide["count"][window]
        out.append(claim_of(text, None, gain, "points"))
    return out


def _sections(run: RunDirectory) -> list[Section]:
    """Responses, decoding, information."""
    recorded, table = _load()
    onset = recorded.onsets(table.trials["stimulus"].to_numpy())
    results, bits = run.table("results"), run.table("information")
    rates = smooth(psth(table, 0.025), 0.05)
    first = latencies(table, onset, 0.5)
    figures = {
        f"raster_{name}": plot_raster_psth(table, rates, name, recorded.onset)
        for name in table.neurons
    }
    figures["latency_raster"] = plot_latency_raster(first, table, onset)
    figures["decoding"] = plot_decoding(results)
    told = {name: bits[bits["correction"] == name] for name in bits["correction"].unique()}
    figures |= {f"information_{name}": plot_information(part) for name, part in told.items()}
    for name, figure in figures.items():
        save(figure, run.figures, name)
    pictures = {
        name: Picture(figure, name.replace("_", " ").capitalize() + ".", "See the tables.")
        for name, figure in figures.items()
    }
    means = results.groupby(["code", "window"]).mean(numeric_only=True).reset_index()
    percent = ("accuracy", "low", "high", "chance", "chance_low", "chance_high")
    decoded = Table(
        means.drop(columns="seed"),
        "Decoding, means over seeds.",
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
        Section("Decoding", "", (pictures["decoding"], decoded)),
        Section("Information", "Bits about the odour, a neuron at a time.", informed),
    ]


PROTOCOL = CodesRecorded()
