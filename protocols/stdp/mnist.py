"""Digits learned without labels, by STDP and competition (Diehl and Cook 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.analysis.paper import DIEHL_COOK
from brainsnn.codes import LabelledResponses, PoissonEncoder
from brainsnn.codes.responses.labelled import Votes
from brainsnn.config import Config
from brainsnn.datasets import ImageSet
from brainsnn.experiment import Condition, ExperimentConfig, Material, TrainedNetwork
from brainsnn.experiment.experiment import Work
from brainsnn.experiment.training import TrainingExperiment
from brainsnn.learning.averaging import ExponentialAverageConfig
from brainsnn.learning.rule import Rule
from brainsnn.network.model import Model
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.stdp import mnist_page as mnist_page
from brainsnn.protocols.stdp.network import DigitNetwork
from brainsnn.protocols.stdp.over_time import OverTime
from brainsnn.protocols.stdp.portions import Portions
from brainsnn.protocols.stdp.rule import DigitSTDP
from brainsnn.records import RunDirectory
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training import Callback, TrainingConfig
from brainsnn.training.evaluation import BLOCK, evaluate

Size = Annotated[int, Field(ge=10)]

#: Half-life of responses, in trials, of labels that do not fade.
NEVER = 1e12


class PoissonImages(Config):
    """How images become spikes.

    Parameters
    ----------
    duration : float, default 350
        Of a presentation, in ms.
    total : float, default 4500
        Rate of all inputs together, in 1/s: brightness is scaled so that every image has it. The
        authors show an image again, brighter, until it evokes five spikes.
    power : float, default 0.5
        Of brightness, to which rates are in proportion; the authors' is 1.
    """

    duration: float = Field(default=350.0, gt=0)
    total: float = Field(default=4500.0, gt=0)
    power: float = Field(default=0.5, gt=0)

    def n_steps(self, dt: float) -> int:
        """Steps of a presentation; dt in ms."""
        return round(self.duration / dt)

    def encode(self, images: NDArray[np.uint8], dt: float, rng: np.random.Generator) -> SpikeTrains:
        """Poisson spikes of images, shape (n, ...); dt in ms."""
        pixels = (images.reshape(len(images), -1) / 255.0) ** self.power
        share = pixels / np.maximum(pixels.sum(axis=1, keepdims=True), 1e-9)
        encoder = PoissonEncoder(self.n_steps(dt), rate_max=self.total, dt=dt * 1e-3, method="gaps")
        return encoder.encode(share, rng)


class StdpMnistConfig(ExperimentConfig):
    """Settings of the experiment ``stdp-mnist``.

    Parameters
    ----------
    sizes : tuple of int, default (100, 400)
        Neurons that learn; 10 at least, as there are classes.
    portion : int, default 5000
        Images of an epoch; each epoch shows the next ones.
    labelled : int, default 10000
        Training images by the responses to which neurons are labelled, after learning.
    votes : {"own", "all"}, default "own"
        For which classes a neuron speaks in test images, see `LabelledResponses`; the authors' is
        "own".
    validated : int, default 2000
        Validation images, the first, that are shown after each epoch.
    network, images, data : DigitNetwork, PoissonImages, MnistConfig
    rule : DigitSTDP
    training : TrainingConfig
        The weights at the end are kept, averaged over the last images (after 200 blocks of 256 an
        average forgets half in 16, see `ExponentialAverage`); the authors keep the last.
    """

    protocol: Literal["stdp-mnist"] = "stdp-mnist"
    seeds: int = Field(default=3, ge=1)
    sizes: tuple[Size, ...] = Field(default=(100, 400), min_length=1)
    portion: int = Field(default=5000, ge=1)
    labelled: int = Field(default=10_000, ge=1)
    votes: Votes = "own"
    validated: int = Field(default=2000, ge=1)
    network: DigitNetwork = DigitNetwork()
    images: PoissonImages = PoissonImages()
    data: MnistConfig = MnistConfig()
    rule: DigitSTDP = DigitSTDP()
    training: TrainingConfig = TrainingConfig(
        epochs=10, monitor="epoch", average=ExponentialAverageConfig(decay=0.98)
    )


class StdpMnist(TrainingExperiment[StdpMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "stdp-mnist"
    title = "Digits, learned without labels"
    summary = "Networks of neurons that compete learn MNIST by STDP, without labels."
    citation: ClassVar[str] = DIEHL_COOK
    config = StdpMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "votes": ("sizes=[100]", "votes=all"),
        "demo": ("seeds=1", "sizes=[100]", "training.epochs=1", "data.n_test=1000"),
    }

    def conditions(self, config: StdpMnistConfig) -> list[Condition[StdpMnistConfig]]:
        """Return a condition for each size."""
        return [
            Condition(
                f"{size} neurons", config.model_copy(update={"sizes": (size,)}), {"size": size}
            )
            for size in config.sizes
        ]

    def model(self, config: StdpMnistConfig) -> Model:
        """Return the network, of the first size."""
        return config.network.model(self.name, 784, config.sizes[0], config.rule)

    def n_steps(self, config: StdpMnistConfig) -> int:
        """Length of a trial."""
        return config.images.n_steps(config.network.dt)

    def rule(self, config: StdpMnistConfig) -> Rule:
        """Return the rule."""
        return config.rule

    def training(self, config: StdpMnistConfig) -> TrainingConfig:
        """Return how the network is trained."""
        return config.training

    def sources(self, config: StdpMnistConfig) -> tuple[type, ...]:
        """Return the data set and the encoder."""
        return config.data.kind, PoissonEncoder

    def material(self, config: StdpMnistConfig, streams: Streams) -> Material:
        """Load the images; spikes are drawn anew at each presentation."""
        splits, dt = config.data.load(), config.network.dt

        def encode(epoch: int | None, images: NDArray[np.int64]) -> SpikeTrains:
            number = 0 if epoch is None else epoch + 1
            rng = streams.fresh("encoding", number, int(images[0]))
            return config.images.encode(splits.train.images[images], dt, rng)

        def fixed(name: str, part: ImageSet) -> LabelledTrials:
            spikes = config.images.encode(part.images, dt, streams.fresh(f"encoding {name}"))
            return LabelledTrials(spikes, part.labels)

        validation = splits.validation
        few = validation.take(np.arange(min(config.validated, len(validation))))
        return Material(
            Portions(splits.train.labels, min(config.portion, len(splits.train)), encode),
            fixed("validation", few),
            lambda: fixed("test", splits.test),
            splits.train.classes,
        )

    def prepare(self, condition: Condition[StdpMnistConfig]) -> Work:
        """Build the network; what it learns is tabulated epoch after epoch."""
        network = TrainedNetwork(self, condition)

        def work(run: RunDirectory, callbacks: Sequence[Callback]) -> None:
            network.carry_out(run, [OverTime(network.engine, run, network.row), *callbacks])

        return work

    def decided(
        self,
        network: TrainedNetwork[StdpMnistConfig],
        trials: LabelledTrials,
        code: str,  # noqa: ARG002
    ) -> pd.DataFrame:
        """Label the neurons by responses to training images, then run trials; nothing learns."""
        engine, train = network.engine.fixed(), network.material.train
        assert isinstance(train, Portions)
        decoder = LabelledResponses(NEVER, votes=network.config.votes)
        some = np.arange(network.config.labelled)
        some = some[: train.all_labels.size]
        for begin in range(0, some.size, BLOCK):
            images = some[begin : begin + BLOCK]
            recording = engine.run(train.encode(None, images))
            decoder.learn(recording, train.all_labels[images])
        network.decoder = decoder
        table = evaluate(engine, trials, decoder, rule=network.rule)
        return table.drop(columns=[c for c in table if str(c).startswith("first_step_")])

    def measure(self, network: TrainedNetwork[StdpMnistConfig], run: RunDirectory) -> None:
        """Table ``neurons``: the label and threshold of each."""
        assert isinstance(network.decoder, LabelledResponses)
        columns: dict[str, Any] = {
            "neuron": np.arange(network.config.sizes[0]),
            "label": network.decoder.labels,
            "threshold": network.engine.weights["output.theta"].ravel(),
        }
        run.write_table("neurons", pd.DataFrame({**network.row, **columns}))

    def columns(
        self, network: TrainedNetwork[StdpMnistConfig], trials: pd.DataFrame
    ) -> dict[str, float]:
        """Return the share of ties, and how many neurons stand for no class."""
        assert isinstance(network.decoder, LabelledResponses)
        return {
            "tie_fraction": float(trials["tie"].mean()),
            "unlabelled": network.decoder.n_unlabelled,
            "images": network.config.portion * network.config.training.epochs,
        }

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        return mnist_page.write(self, run, run.config(self.config))


PROTOCOL = StdpMnist()
