"""N-MNIST by activations, by times, and by both (Kim, Kim and Kim 2020, Figure 8 a and b)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from brainsnn.datasets.neuromorphic.nmnist import FIELD, NMNIST, SmallNMNIST
from brainsnn.experiment import Material
from brainsnn.learning.antlr import Antlr
from brainsnn.protocols.antlr.base import AntlrConfig, AntlrExperiment
from brainsnn.protocols.antlr.mnist import AntlrMnistConfig
from brainsnn.streams import Streams
from brainsnn.training import TrainingConfig

#: Seconds of a recording that are shown.
LENGTH = 0.3

_MNIST = AntlrMnistConfig()

SETS: dict[str, type[NMNIST]] = {"nmnist-small": SmallNMNIST, "nmnist": NMNIST}


class AntlrNmnistConfig(AntlrConfig):
    """Settings of the experiment ``antlr-nmnist``; learning rates are the authors' program's.

    The activation-based method asks the label's output for ten spikes and the others for none, as
    the paper does; where neurons spike once at most, for one.

    Parameters
    ----------
    data : {"nmnist-small", "nmnist"}
        The first 1,000 + 100 recordings, or all.
    n_steps : int, default 300
        Steps of a trial; the recordings' 0.3 s are divided evenly.
    initial : (float, float), default (1, 1)
        As the authors' program draws first weights.
    """

    protocol: Literal["antlr-nmnist"] = "antlr-nmnist"
    data: Literal["nmnist-small", "nmnist"] = "nmnist-small"
    n_steps: int = Field(default=300, ge=2)
    initial: tuple[float, float] = (1.0, 1.0)
    activation: Antlr = _MNIST.activation.model_copy(update={"target_spikes": 10})
    timing: Antlr = _MNIST.timing.model_copy(update={"learning_rate": 0.001})
    training: TrainingConfig = _MNIST.training.model_copy(update={"epochs": 10})


class AntlrNmnist(AntlrExperiment[AntlrNmnistConfig]):
    """The experiment; see the module's docstring."""

    name = "antlr-nmnist"
    title = "N-MNIST: gradients of activations, of spike times, and of both"
    summary = "2x34x34-800-10 current-based network learns N-MNIST by three methods."
    config = AntlrNmnistConfig
    figure = "Figure 8"
    n_inputs = 2 * FIELD[0] * FIELD[1]
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "training.epochs=2", "restricted=[false]"),
    }

    def check(self, config: AntlrNmnistConfig) -> None:
        """Refuse what every such experiment refuses, and missing data."""
        super().check(config)
        SETS[config.data]().locate()

    def sources(self, config: AntlrNmnistConfig) -> tuple[type, ...]:
        """Return the data set."""
        return (SETS[config.data],)

    def material(self, config: AntlrNmnistConfig, streams: Streams) -> Material:  # noqa: ARG002
        """Load N-MNIST; a neuron is a pixel and polarity."""
        found = SETS[config.data]().load()
        length = (config.n_steps, LENGTH)
        train, validation = found.train.trials(*length), found.validation.trials(*length)
        return Material(train, validation, lambda: found.test.trials(*length))


PROTOCOL = AntlrNmnist()
