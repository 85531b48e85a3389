"""A recurrent network with neurons that adapt reads handwritten digits row by row."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.analysis.paper import LSNN
from brainsnn.config import Config
from brainsnn.experiment import Material
from brainsnn.learning.averaging import ExponentialAverageConfig
from brainsnn.learning.optimisers import AdamConfig
from brainsnn.learning.schedules import Cosine
from brainsnn.network.model import Model
from brainsnn.protocols.common.images_page import write_page_of_images
from brainsnn.protocols.common.mnist import MnistConfig, encoded_anew
from brainsnn.protocols.common.warps import WarpConfig
from brainsnn.protocols.recurrent.base import RecurrentConfig, RecurrentExperiment
from brainsnn.protocols.recurrent.network import MemoryNetwork
from brainsnn.records import RunDirectory
from brainsnn.spikes import SpikeTrains
from brainsnn.streams import Streams
from brainsnn.training import BPTT, TrainingConfig

#: Accuracy, in per cent, that such a network is expected to reach.
AIM = 98.3

ROWS = COLUMNS = 28

DECIDED = "The output with the largest potential at the last step names the class."


class RowCode(Config):
    """How images become spikes: row after row, a neuron a column, and silence at the end.

    Parameters
    ----------
    each : int, default 4
        Steps of a row. In step k, counted from 1, neurons spike whose pixel is brighter than
        k / (each + 1).
    silence : int, default 16
        Steps after the last row.
    """

    each: int = Field(default=4, ge=1)
    silence: int = Field(default=16, ge=0)

    @property
    def n_steps(self) -> int:
        """Length of a trial."""
        return ROWS * self.each + self.silence

    def encode(
        self,
        images: NDArray[np.uint8],
        rng: np.random.Generator | None = None,  # noqa: ARG002
    ) -> SpikeTrains:
        """Spikes of images, shape (n, 28, 28), of pixels from 0 to 255; nothing is drawn."""
        levels = 255 * np.arange(1, self.each + 1) / (self.each + 1)
        bright = images[:, :, None, :] > levels[:, None]
        found = np.nonzero(bright.reshape(len(images), -1, COLUMNS))
        trial, step, neuron = (part.astype(np.int32) for part in found)
        offsets = np.searchsorted(trial, np.arange(len(images) + 1))
        return SpikeTrains(COLUMNS, self.n_steps, offsets, neuron, step)


class RecurrentMnistConfig(RecurrentConfig):
    """Settings of the experiment ``recurrent-mnist``.

    Parameters
    ----------
    rows : RowCode
    data : MnistConfig
    warp : WarpConfig
        Of the training images.
    network, bptt, training
        See `RecurrentConfig`.
    """

    protocol: Literal["recurrent-mnist"] = "recurrent-mnist"
    network: MemoryNetwork = MemoryNetwork(
        n_regular=100, n_adaptive=120, tau_a=200.0, tau_out=30.0, refractory=1
    )
    bptt: BPTT = BPTT(
        learning_rate=0.004,
        pseudo_derivative="triangle",
        scale=1.0,
        loss="last_potential",
        precision="float32",
    )
    training: TrainingConfig = TrainingConfig(
        epochs=20,
        batch_size=50,
        update="simultaneous",
        optimiser=AdamConfig(),
        schedule=Cosine(),
        average=ExponentialAverageConfig(decay=0.99),
    )
    rows: RowCode = RowCode()
    data: MnistConfig = MnistConfig(n_validation=5000)
    warp: WarpConfig = WarpConfig(rotation=8, stretch=0.1, shear=0.1, shift=1)


class RecurrentMnist(RecurrentExperiment[RecurrentMnistConfig]):
    """The experiment; see the module's docstring."""

    name = "recurrent-mnist"
    title = "Digits, read row by row"
    summary = "28-220-10 recurrent network, partly adaptive, reads MNIST row by row."
    citation: ClassVar[str] = LSNN
    config = RecurrentMnistConfig
    presets: ClassVar[dict[str, tuple[str, ...]]] = {
        "demo": ("seeds=1", "training.epochs=2", "data.n_train=5000", "data.n_test=2000"),
    }

    def model(self, config: RecurrentMnistConfig) -> Model:
        """Return the network."""
        return config.network.model(self.name, COLUMNS, 10)

    def n_steps(self, config: RecurrentMnistConfig) -> int:
        """Length of a trial."""
        return config.rows.n_steps

    def sources(self, config: RecurrentMnistConfig) -> tuple[type, ...]:
        """Return the data set."""
        return (config.data.kind,)

    def material(self, config: RecurrentMnistConfig, streams: Streams) -> Material:
        """Load the images; those of training are warped anew in each epoch."""
        warp = config.warp.warp()
        return encoded_anew(config.data.load(), config.rows.encode, warp, streams)

    def conclude(self, run: RunDirectory) -> pd.DataFrame:
        """Write figures and report; return claims."""
        config = run.config(self.config)
        network = config.network
        told = (
            f"A recurrent network of {network.n_regular} leaky neurons and {network.n_adaptive} "
            f"that adapt read {config.data.title} row by row, {config.rows.each} steps a row, and"
        )
        return write_page_of_images(self, run, config, told, DECIDED, AIM)


PROTOCOL = RecurrentMnist()
