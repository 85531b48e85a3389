r"""Pattern generation: an output follows a sum of sines, from inputs that only tell the time.

The error of a trial is that of the course against the curve, as a share of the curve's variance:

.. math::
    \mathrm{nmse} = \frac{\sum_{t,k} (v_k[t] - y_k[t])^2}{\sum_{t,k} (y_k[t] - \bar y_k)^2}
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.figures import plot_lines
from brainsnn.analysis.paper import EPROP
from brainsnn.analysis.report import Section
from brainsnn.config import Config
from brainsnn.datasets import PatternGeneration
from brainsnn.experiment import Material, TrainedNetwork
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.protocols.common.courses import courses
from brainsnn.protocols.common.page import picture, write_report
from brainsnn.protocols.eprop import page
from brainsnn.protocols.eprop.base import FIRST, SLOPE, EpropConfig, EpropExperiment
from brainsnn.protocols.recurrent.network import MemoryNetwork
from brainsnn.records import RunDirectory
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import EProp, TrainingConfig


class PatternData(Config):
    """The task; see `PatternGeneration`.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default 200, 20 and 50
    n_steps : int, default 1000
    n_outputs : int, default 3
    cycles : tuple of float, default (1, 2, 3, 5)
    n_populations, n_each : int, default 5 and 4
    probability : float, default 0.1
    """

    n_train: int = Field(default=200, ge=1)
    n_validation: int = Field(default=20, ge=1)
    n_test: int = Field(default=50, ge=1)
    n_steps: int = Field(default=1000, ge=1)
    n_outputs: int = Field(default=3, ge=1)
    cycles: tuple[float, ...] = Field(default=(1, 2, 3, 5), min_length=1)
    n_populations: int = Field(default=5, ge=1)
    n_each: int = Field(default=4, ge=1)
    probability: float = Field(default=0.1, ge=0, le=1)

    def task(self, seed: int) -> PatternGeneration:
        """Return the trials of a seed."""
        return PatternGeneration(**self.model_dump(), seed=seed)


class PatternConfig(EpropConfig):
    """Settings of the experiment ``eprop-pattern``.

    Parameters
    ----------
    network : MemoryNetwork
        None of its neurons adapts.
    eprop : EProp
        Learns from the value that is wanted at each step; rates above 10 Hz are penalised.
    data : PatternData
    methods, training
        See `EpropConfig`.
    """

    protocol: Literal["eprop-pattern"] = "eprop-pattern"
    network: MemoryNetwork = MemoryNetwork(n_regular=100, n_adaptive=0, refractory=2)
    eprop: EProp = EProp(
        learning_rate=0.003,
        pseudo_derivative=SLOPE,
        follow_reset=True,
        loss="values",
        rate_penalty=30.0,
        rate_target=0.01,
        precision="float32",
    )
    training: TrainingConfig = TrainingConfig(
        epochs=6,
        batch_size=2,
        update="simultaneous",
        optimiser=AdamConfig(),
        clip=1.0,
        monitor="validation_loss",
    )
    data: PatternData = PatternData()


class EpropPattern(EpropExperiment[PatternConfig]):
    """The experiment; see the module's docstring."""

    name = "eprop-pattern"
    title = "Pattern generation: e-prop beside back-propagation through time"
    summary = "Recurrent networks draw sums of sines, learned by e-prop and by BPTT."
    citation: ClassVar[str] = EPROP
    config = PatternConfig
    decides: ClassVar[bool] = False
    total: ClassVar[tuple[str, str]] = ("nmse", "nmse_")
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "training.epochs=3", "data.n_steps=300", "network.n_regular=50"),
        "full": ("data.n_train=1000", "network.n_regular=400", "training.epochs=20"),
    }

    def ends(self, config: PatternConfig) -> tuple[int, int]:
        """Populations that tell the time, and curves."""
        return config.data.n_populations * config.data.n_each, config.data.n_outputs

    def n_steps(self, config: PatternConfig) -> int:
        """Length of a trial."""
        return config.data.n_steps

    def sources(self, config: PatternConfig) -> tuple[type, ...]:  # noqa: ARG002
        """Return the data set."""
        return (PatternGeneration,)

    def material(self, config: PatternConfig, streams: Streams) -> Material:
        """Draw the trials of a seed."""
        splits = config.data.task(streams.seed).load()
        return Material(splits.train, splits.validation, lambda: splits.test)

    def decided(
        self,
        network: TrainedNetwork[PatternConfig],
        trials: LabelledTrials,
        code: str,  # noqa: ARG002
    ) -> pd.DataFrame:
        """Run trials and tabulate how far each is from its curve."""
        index = np.arange(len(trials))
        run = courses(network, trials, index)
        apart = ((run.found - run.wanted) ** 2).sum(axis=(1, 2))
        varied = ((run.wanted - run.wanted.mean(axis=1, keepdims=True)) ** 2).sum(axis=(1, 2))
        return pd.DataFrame({"trial": index, "nmse": apart / varied, "spikes_hidden": run.spikes})

    def judge(self, trials: pd.DataFrame) -> dict[str, float]:
        """Return the mean error, and the mean number of hidden spikes."""
        return {name: float(trials[name].mean()) for name in ("nmse", "spikes_hidden")}

    def told(self, results: pd.DataFrame) -> str:
        """Say the error."""
        return f"nmse {results['nmse'].iloc[0]:.4f}"

    def measure(self, network: TrainedNetwork[PatternConfig], run: RunDirectory) -> None:
        """Table ``courses`` too: the first output in the first test trial, by steps."""
        super().measure(network, run)
        first = courses(network, network.material.test, FIRST)
        value, wanted = first.found[0, :, 0], first.wanted[0, :, 0]
        table = pd.DataFrame({"step": np.arange(value.size), "value": value, "wanted": wanted})
        run.write_table("courses", table.assign(**network.row))

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write the figures and the report; return claims."""
        config, results = run.config(self.config), run.table("results")
        data = config.data
        abstract = (
            f"{config.network.size} recurrent leaky neurons drew {data.n_outputs} curves of "
            f"{len(data.cycles)} sines in {data.n_steps} ms, from inputs that tell the time. They "
            f"learned {data.n_train:,} trials for {config.training.epochs} epochs, by "
            "back-propagation through time or by e-prop. Weights were selected on validation "
            "trials. The error is a share of the curves' variance."
        )
        sections = [
            page.learning(run, data.n_train),
            _curves(run),
            page.costs(run),
            page.raster(run, self.model(config).sizes, data.n_steps),
        ]
        claims = page.judged(results, "nmse", "Error", "of variance", 3)
        return write_report(self, run, config, abstract, claims, sections)


def _curves(run: RunDirectory) -> Section:
    """The first output of the first seed beside its curve, a line a rule."""
    table = run.table("courses")
    first = table[table["seed"] == table["seed"].min()]
    curves = first[first["condition"] == first["condition"].iloc[0]]
    wanted = curves.assign(condition="wanted", value=curves["wanted"])
    lines = curve(pd.concat([wanted, first]), "step", "value", ["condition"])
    drawn = picture(
        run,
        plot_lines(lines, "step", "Time (ms)", "First output"),
        "curves",
        "The first output in the first test trial of the first seed, and the curve wanted of it.",
        "Lines of the output against time, by rule, beside the wanted curve.",
    )
    return Section("What was drawn", "", (drawn,))


PROTOCOL = EpropPattern()
