"""Latency-coded MNIST by activations, by times, and by both (Kim, Kim and Kim 2020, Figure 7)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from brainsnn.codes import LatencyEncoder
from brainsnn.experiment import Material
from brainsnn.protocols.antlr.base import AntlrConfig, AntlrExperiment
from brainsnn.protocols.antlr.page import Aims
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.s4nn.base import NoiseConfig, encode
from brainsnn.streams import Streams

#: Images that are moved about.
_WARPED = (
    "noise.rotation=6",
    "noise.stretch=0.08",
    "noise.shear=0.06",
    "noise.shift=0.5",
    "noise.share=0.7",
)


class AntlrMnistConfig(AntlrConfig):
    """Settings of the experiment ``antlr-mnist``.

    Parameters
    ----------
    input_steps : int, default 24
        Steps over which the latencies of an image's pixels are spread.
    data : MnistConfig
        Which set in MNIST's format, and how much of it.
    noise : NoiseConfig
        How training images are varied, anew in each epoch; not at all by default, as published.
    """

    protocol: Literal["antlr-mnist"] = "antlr-mnist"
    input_steps: int = Field(default=24, ge=1)
    data: MnistConfig = MnistConfig()
    noise: NoiseConfig = NoiseConfig()


class AntlrMnist(AntlrExperiment[AntlrMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "antlr-mnist"
    title = "Latency-coded MNIST: gradients of activations, of spike times, and of both"
    summary = "784-800-10 current-based network learns MNIST by three methods, two restrictions."
    config = AntlrMnistConfig
    figure = "Figure 7"
    aims = Aims(accuracy=98.0, spikes=200.0)
    n_inputs = 28 * 28
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "authors": (
            "initial=[1, 1]",
            "training.epochs=20",
            "training.schedule.name=step",
            "training.schedule.decay=0.1",
            "timing.learning_rate=0.001",
        ),
        "warped": ('methods=["antlr"]', "training.epochs=12", "initial=[2, 6]", *_WARPED),
        "frugal": (
            "training.epochs=12",
            "training.batch_size=64",
            "antlr.learning_rate=0.002",
            "antlr.spike_penalty=0.045",
            "activation.learning_rate=0.002",
            "activation.spike_penalty=0.003",
            "timing.learning_rate=0.001",
            *_WARPED,
        ),
        "demo": ("seeds=1", "training.epochs=2", "data.n_train=5000", "data.n_test=2000"),
    }

    def sources(self, config: AntlrMnistConfig) -> tuple[type, ...]:
        """Return the data set and the encoder."""
        return config.data.kind, LatencyEncoder

    def material(self, config: AntlrMnistConfig, streams: Streams) -> Material:
        """Load the images; the brighter a pixel, the earlier its spike, and black is silent."""
        splits, encoder = config.data.load(), LatencyEncoder(config.input_steps)
        varied = config.noise.trials(splits.train, encoder, streams)
        validation = encode(encoder, splits.validation)
        return Material(varied, validation, lambda: encode(encoder, splits.test))


PROTOCOL = AntlrMnist()
