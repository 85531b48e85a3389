"""Evidence accumulation: cues left and right, a delay, and the side with more of them."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_lines
from brainsnn.analysis.paper import EPROP
from brainsnn.analysis.report import Section
from brainsnn.config import Config
from brainsnn.datasets import EvidenceAccumulation
from brainsnn.engine import build_engine
from brainsnn.experiment import Material, TrainedNetwork
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.network.state_record import StateRecord
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.protocols.eprop import page
from brainsnn.protocols.eprop.base import FIRST, SLOPE, EpropConfig, EpropExperiment
from brainsnn.protocols.recurrent.network import MemoryNetwork
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import BPTT, EProp, TrainingConfig

#: Steps between two values of adaptation that are drawn.
EVERY = 20


class EvidenceData(Config):
    """The task; see `EvidenceAccumulation`.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 400, 100 and 300
    n_cues : int, default 7
    n_cue, n_gap, n_delay, n_recall : int, default 100, 50, 300 and 150
        Steps; the delay is shorter than the paper's.
    n_each : int, default 10
    bias : float, default 0.7
    """

    n_train: int = Field(default=400, ge=2)
    n_validation: int = Field(default=100, ge=1)
    n_test: int = Field(default=300, ge=1)
    n_cues: int = Field(default=7, ge=1)
    n_cue: int = Field(default=100, ge=1)
    n_gap: int = Field(default=50, ge=0)
    n_delay: int = Field(default=300, ge=0)
    n_recall: int = Field(default=150, ge=1)
    n_each: int = Field(default=10, ge=1)
    bias: float = Field(default=0.7, ge=0, le=1)

    def task(self, seed: int) -> EvidenceAccumulation:
        """Return the trials of a seed."""
        return EvidenceAccumulation(**self.model_dump(), seed=seed)


class EvidenceConfig(EpropConfig):
    """Settings of the experiment ``eprop-evidence``.

    Parameters
    ----------
    network : MemoryNetwork
        Half of its neurons adapt.
    eprop : EProp
        Reads the mean potential of the steps in which the answer is asked for; rates above 10 Hz
        are penalised.
    data : EvidenceData
    methods, training
        See `EpropConfig`.
    """

    protocol: Literal["eprop-evidence"] = "eprop-evidence"
    network: MemoryNetwork = MemoryNetwork(
        n_regular=30, n_adaptive=30, tau_a=2000.0, refractory=5, scale=2.0
    )
    eprop: EProp = EProp(
        learning_rate=0.005,
        pseudo_derivative=SLOPE,
        follow_reset=True,
        loss="mean_potential",
        rate_penalty=2.0,
        rate_target=0.01,
        precision="float32",
    )
    training: TrainingConfig = TrainingConfig(
        epochs=8,
        batch_size=10,
        update="simultaneous",
        optimiser=AdamConfig(),
        clip=1.0,
        monitor="validation_accuracy",
    )
    data: EvidenceData = EvidenceData()


class EpropEvidence(EpropExperiment[EvidenceConfig]):
    """The experiment; see the module's docstring."""

    name = "eprop-evidence"
    title = "Evidence accumulation: e-prop beside back-propagation through time"
    summary = "Networks with adaptive neurons count cues and decide, by e-prop and by BPTT."
    citation: ClassVar[str] = EPROP
    config = EvidenceConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": (
            *("seeds=1", "training.epochs=3", "data.n_train=100", "data.n_cues=3"),
            *("data.n_delay=100", "network.n_regular=20", "network.n_adaptive=20"),
        ),
        "full": ("data.n_train=2000", "data.n_delay=1000", "training.epochs=20"),
    }

    def ends(self, config: EvidenceConfig) -> tuple[int, int]:
        """Four populations of inputs, two classes."""
        return 4 * config.data.n_each, 2

    def n_steps(self, config: EvidenceConfig) -> int:
        """Length of a trial."""
        return config.data.task(0).n_steps

    def rule(self, config: EvidenceConfig) -> BPTT:
        """Return the rule, which reads the steps of the answer."""
        rule = super().rule(config)
        share = config.data.n_recall / self.n_steps(config)
        return rule.model_copy(update={"read_share": share})

    def sources(self, config: EvidenceConfig) -> tuple[type, ...]:  # noqa: ARG002
        """Return the data set."""
        return (EvidenceAccumulation,)

    def material(self, config: EvidenceConfig, streams: Streams) -> Material:
        """Draw the trials of a seed."""
        splits = config.data.task(streams.seed).load()
        return Material(splits.train, splits.validation, lambda: splits.test, ("left", "right"))

    def measure(self, network: TrainedNetwork[EvidenceConfig], run: RunDirectory) -> None:
        """Table ``adaptation`` too: of the first test trial, by steps."""
        super().measure(network, run)
        sizes = network.config.network
        adaptive = tuple(range(sizes.n_regular, sizes.size))
        if not adaptive:
            return
        record = StateRecord("hidden", "a", neurons=adaptive, every=EVERY)
        model = replace(network.model, recorded=(record,))
        steps = network.engine.n_steps
        with build_engine("runtime", model, steps, network.streams) as engine:
            engine.set_weights(network.weights)
            ran = engine.run(network.material.test.inputs, FIRST)
        table = pd.DataFrame(ran.traces[record.name].columns())
        table = table.groupby("step")["value"].mean().rename("adaptation").reset_index()
        run.write_table("adaptation", table.assign(**network.row))

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figures and the report; return claims."""
        config, results = run.config(self.config), run.table("results")
        data, network = config.data, config.network
        n_steps = self.n_steps(config)
        errors = results.assign(error=100 * (1 - results["accuracy"]))
        abstract = (
            f"Networks of {network.n_regular} leaky and {network.n_adaptive} adaptive neurons saw "
            f"{data.n_cues} cues, left or right, and {data.n_delay} ms later said of which there "
            f"were more. They learned {data.n_train:,} trials for {config.training.epochs} epochs, "
            "by back-propagation through time or by e-prop. Weights were selected on validation "
            "trials."
        )
        sections = [
            page.learning(run, data.n_train),
            page.costs(run),
            page.raster(run, self.model(config).sizes, n_steps),
        ]
        if run.has_table("adaptation"):
            sections.append(_adaptation(run))
        claims = page.judged(errors, "error", "Test error", "%", 1)
        return write_report(self, run, config, abstract, claims, sections)


def _adaptation(run: RunDirectory) -> Section:
    """Mean adaptation over the first test trial, a line a rule."""
    table = curve(run.table("adaptation"), "step", "adaptation", ["condition"])
    drawn = picture(
        run,
        plot_lines(table, "step", "Time (ms)", "Adaptation (spikes)"),
        "adaptation",
        "Adaptation over the first test trial after learning: mean of all neurons that adapt, then "
        "of seeds, with 95 % intervals.",
        "Lines of adaptation against time, by rule.",
    )
    return Section("Adaptation over a trial", "", (drawn,))


PROTOCOL = EpropEvidence()
