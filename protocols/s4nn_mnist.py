"""S4NN learns MNIST: accuracy, firing times by digit, speed against accuracy."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from analysis.report import Claim, Report
from brainsnn.codes import LatencyEncoder
from brainsnn.config import Config
from brainsnn.datasets import MNIST, ImageSet
from brainsnn.evaluation import evaluate
from brainsnn.experiment import Experiment
from brainsnn.learning.base import Rule
from brainsnn.learning.optimisers import AdamConfig, OptimiserConfig
from brainsnn.learning.rules import DecisionConfig, RuleConfig
from brainsnn.learning.schedules import Cosine, Schedule
from brainsnn.model import Model
from brainsnn.protocol import Material, Protocol, ProtocolConfig
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.trials import LabelledTrials
from protocols import s4nn_figures as figures
from protocols.s4nn import CITATION, NetworkConfig, NoiseConfig, claims_table, first_weights

#: What the paper reports on MNIST: Table 3, Table 4.
PAPER_ACCURACY, PAPER_STEP, PAPER_SPIKES = 97.4, 89.7, 218.3


class DataConfig(Config):
    """How much of MNIST is used; ``none`` means all of a split.

    Parameters
    ----------
    n_train, n_test : int, optional
        The first so many images of the split.
    n_validation : int, default 10000
        Images of the training set, its last, kept for validation.
    """

    n_train: int | None = Field(default=None, ge=2)
    n_validation: int = Field(default=10_000, ge=1, lt=60_000)
    n_test: int | None = Field(default=None, ge=1)


class S4NNMnistConfig(ProtocolConfig):
    """Settings of the protocol ``s4nn-mnist``.

    Parameters
    ----------
    network, data, noise, rule
        See their classes.
    thresholds : tuple of float
        At which speed and accuracy are measured, without further training (Figure 10).
    """

    protocol: Literal["s4nn-mnist"] = "s4nn-mnist"
    epochs: int = Field(default=20, ge=1)
    batch_size: int = Field(default=32, ge=1)
    update: Literal["sequential", "simultaneous"] = "simultaneous"
    optimiser: OptimiserConfig = AdamConfig(weight_decay=0.001)
    schedule: Schedule = Cosine()
    monitor: str = "validation_accuracy_ties_wrong"
    network: NetworkConfig = NetworkConfig()
    data: DataConfig = DataConfig()
    noise: NoiseConfig = NoiseConfig(jitter=15, shift=1)
    rule: RuleConfig = DecisionConfig()
    thresholds: tuple[float, ...] = tuple(float(x) for x in range(10, 151, 10))


class S4NNMnist(Protocol[S4NNMnistConfig]):
    """The protocol; see the module's docstring."""

    name = "s4nn-mnist"
    title = "S4NN on MNIST: one spike a neuron, the first output spike decides"
    summary = "784-400-10 integrate-and-fire network learns MNIST by temporal backpropagation."
    citation = CITATION
    config = S4NNMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "paper": (
            "epochs=30",
            "batch_size=1",
            "update=sequential",
            "rule.name=s4nn",
            "optimiser.name=sgd",
            "optimiser.weight_decay=1e-6",
            "schedule.name=constant",
            "noise.jitter=0",
            "noise.shift=0",
            "network.initial_low=[0.0, 0.0]",
            "network.initial_high=[5.0, 48.0]",
        ),
        "demo": ("epochs=5", "noise.jitter=20", "noise.shift=0", "thresholds=[50.0, 100.0, 150.0]"),
    }

    def model(self, config: S4NNMnistConfig) -> Model:
        """Return the network of the configuration."""
        return config.network.model(self.name, 28 * 28, 10)

    def n_steps(self, config: S4NNMnistConfig) -> int:
        """Length of a trial."""
        return config.network.n_steps

    def learning_rate(self, config: S4NNMnistConfig) -> float:
        """Return the rule's."""
        return config.rule.learning_rate

    def rule(self, config: S4NNMnistConfig, model: Model) -> Rule:
        """Return the rule of the configuration."""
        return config.rule.build(first_weights(model))

    def material(self, config: S4NNMnistConfig, streams: Streams) -> Material:
        """Load MNIST and encode it by latency (eq. 1)."""
        splits = MNIST(n_validation=config.data.n_validation).load()
        encoder = LatencyEncoder(config.network.n_steps)
        train = _first(splits.train, config.data.n_train)
        return Material(
            _encode(encoder, train),
            _encode(encoder, splits.validation),
            _encode(encoder, _first(splits.test, config.data.n_test)),
            train.classes,
            config.noise.varied(train, encoder, streams),
        )

    def measure(self, experiment: Experiment[S4NNMnistConfig], run: RunDirectory) -> None:
        """Run the test images at every threshold, with the trained weights."""
        tables = []
        neurons = [p.name for p in experiment.model.populations if p.neuron]
        for threshold in experiment.config.thresholds:
            for name in neurons:
                experiment.engine.set_parameter(name, "theta", threshold)
            table = evaluate(experiment.engine, experiment.material.test, experiment.decoder)
            tables.append(table.assign(threshold=threshold))
        for name in neurons:
            experiment.engine.set_parameter(name, "theta", experiment.config.network.threshold)
        if tables:
            run.write_table("thresholds", pd.concat(tables, ignore_index=True))

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return the paper's claims beside our numbers."""
        config = run.config(S4NNMnistConfig)
        trials = run.trials()
        claims = _claims(trials)
        weights = run.weights(self.model(config).shapes)
        sections = (
            figures.learning(run),
            figures.accuracy(run, trials, _digits()),
            figures.latency(run, trials, _digits(), {"decision_step": PAPER_STEP}),
            *figures.thresholds(run, config.network.threshold),
            figures.rasters(run, self.model(config).sizes, config.network.n_steps, _digits()),
            figures.weights(run, weights, (28, 28)),
        )
        Report(
            title=self.title,
            abstract=_abstract(config, trials),
            claims=tuple(claims),
            sections=sections,
            configuration=config.model_dump(mode="json"),
            provenance=run.provenance(),
            command=" ".join(map(str, run.provenance()["command"])),
            source=self.citation,
        ).write(run.report)
        return claims_table(claims)


def _digits() -> tuple[str, ...]:
    return tuple(str(k) for k in range(10))


def _first(images: ImageSet, n: int | None) -> ImageSet:
    return images if n is None else images.take(np.arange(min(n, len(images))))


def _encode(encoder: LatencyEncoder, images: ImageSet) -> LabelledTrials:
    return LabelledTrials(encoder.encode(images.images), images.labels)


def _mean(values: pd.Series | NDArray[np.float64]) -> float:
    return float(np.mean(values))


def _claims(trials: pd.DataFrame) -> list[Claim]:
    right = trials["decision"] == trials["label"]
    wrong_ties = 100 * _mean(right & ~trials["tie"])
    return [
        Claim.judged(
            "Test accuracy, a tie for first that includes the label counted as right",
            PAPER_ACCURACY,
            100 * _mean(trials["candidate"]),
            "%",
            digits=2,
            note="the scoring of the authors' program",
        ),
        Claim.judged(
            "Test accuracy, ties counted as wrong",
            PAPER_ACCURACY,
            wrong_ties,
            "%",
            digits=2,
            headline=True,
            note="the paper's figure counts ties as right",
        ),
        Claim.judged(
            "Mean decision step",
            PAPER_STEP,
            _mean(trials["decision_step"]),
            "steps",
            higher_is_better=False,
            headline=True,
            note="Table 4",
        ),
        Claim.judged(
            "Mean spikes to decision, all layers",
            PAPER_SPIKES,
            _mean(trials["spikes_to_decision"]),
            "spikes",
            higher_is_better=False,
            headline=True,
            note="Table 4",
        ),
    ]


def _abstract(config: S4NNMnistConfig, trials: pd.DataFrame) -> str:
    sizes = "-".join(str(n) for n in (784, *config.network.hidden, 10))
    right = _mean(trials["decision"] == trials["label"])
    return (
        f"A {sizes} network of non-leaky integrate-and-fire neurons, at most one spike a neuron "
        f"and {config.network.n_steps} steps a trial, was trained on MNIST with the rule "
        f"{config.rule.name!r} for {config.epochs} epochs (seed {config.seed}), its weights "
        f"selected on validation images only. On {len(trials):,} test images the first output "
        f"spike names the right digit in {100 * right:.2f} % of trials, after "
        f"{_mean(trials['decision_step']):.1f} steps and "
        f"{_mean(trials['spikes_to_decision']):.0f} spikes on average."
    )


PROTOCOL = S4NNMnist()
