"""Latency-coded MNIST by activations, by times, and by both (Kim, Kim and Kim 2020, Figure 7)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from brainsnn.codes import LatencyEncoder
from brainsnn.datasets import MNIST
from protocols.antlr_study import AntlrStudy, AntlrStudyConfig, Splits
from protocols.s4nn import encode
from protocols.s4nn_mnist import DataConfig, first_images


class AntlrMnistConfig(AntlrStudyConfig):
    """Settings of the study ``antlr-mnist``.

    Parameters
    ----------
    input_steps : int, default 24
        Steps over which the latencies of an image's pixels are spread.
    data : DataConfig
        How much of MNIST is used.
    """

    protocol: Literal["antlr-mnist"] = "antlr-mnist"
    input_steps: int = Field(default=24, ge=1)
    data: DataConfig = DataConfig()


class AntlrMnist(AntlrStudy[AntlrMnistConfig]):
    """The study; see the module's docstring."""

    name = "antlr-mnist"
    title = "Latency-coded MNIST: gradients of activations, of spike times, and of both"
    summary = "784-800-10 current-based network learns MNIST by three methods, two restrictions."
    config = AntlrMnistConfig
    n_inputs = 28 * 28
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "training.epochs=2", "data.n_train=5000", "data.n_test=2000"),
    }

    def splits(self, config: AntlrMnistConfig) -> Splits:
        """Load MNIST; the brighter a pixel, the earlier its spike, and black is silent."""
        splits = MNIST(n_validation=config.data.n_validation).load()
        encoder = LatencyEncoder(config.input_steps)
        train = first_images(splits.train, config.data.n_train)
        test = first_images(splits.test, config.data.n_test)
        validation = encode(encoder, splits.validation)
        return Splits(encode(encoder, train), validation, encode(encoder, test))


PROTOCOL = AntlrMnist()
