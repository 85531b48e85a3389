"""What the GLM experiments share: digits, training, selection by cross-validation, testing."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.codes import DECODERS, BernoulliEncoder
from brainsnn.config import Config
from brainsnn.datasets import ImageSet
from brainsnn.engine import Engine
from brainsnn.errors import ConfigError, DataError
from brainsnn.learning.glm import BASES, GLM, LIKELIHOODS, GLMWeights, Likelihood, RateLikelihood
from brainsnn.learning.glm.complexity import operations
from brainsnn.learning.glm.inputs import SparseProbabilities
from brainsnn.learning.glm.network import load
from brainsnn.learning.glm.simulate import simulate
from brainsnn.learning.glm.updates import Ascent
from brainsnn.protocols.common.mnist import SETS, ImageSetConfig
from brainsnn.spikes import Recording
from brainsnn.streams import Streams
from brainsnn.training.evaluation import fan_outs, tabulate

CITATION = (
    "Bagheri A., Simeone O., Rajendran B. (2018) Training probabilistic spiking neural networks "
    "with first-to-spike decoding. IEEE International Conference on Acoustics, Speech and Signal "
    "Processing; arXiv:1710.10704."
)

RULES = ("first_to_spike", "rate")

#: Trials run and tabulated at once.
BLOCK = 2000

IntArray = NDArray[np.int64]


class TrainingConfig(Config):
    """How each network is trained.

    Parameters
    ----------
    epochs : int, default 200
        Presentations of each image.
    learning_rates : tuple of float, default (1e-3, 1e-4)
        One is selected by cross-validation; a single one is taken as it is.
    folds : int, default 10
        Of the cross-validation.
    initial : float, default 1
        First parameters are drawn evenly between minus this and this.
    gap : int, default 3
        Zeros before each desired spike of the rate rule.
    workers : int, default 1
        Networks trained at once.
    """

    epochs: int = Field(default=200, ge=1)
    learning_rates: tuple[float, ...] = Field(default=(1e-3, 1e-4), min_length=1)
    folds: int = Field(default=10, ge=2)
    initial: float = Field(default=1.0, ge=0)
    gap: int = Field(default=3, ge=0)
    workers: int = Field(default=1, ge=1)


class DigitsConfig(ImageSetConfig):
    """Which set, and how many images of each digit (or class) are used.

    Parameters
    ----------
    name
        See `ImageSetConfig`.
    train, test : int, default 1000
        The first so many of each digit; all there are where the test set has fewer.
    """

    train: int = Field(default=1000, ge=2)
    test: int = Field(default=1000, ge=1)


@dataclass(frozen=True)
class GLMNetwork:
    """One network: which digits, how long, which kernels, taught by which rule.

    Parameters
    ----------
    digits : tuple of int
    n_steps, functions : int
        T and K.
    rule : {"first_to_spike", "rate"}
    basis, activation : str
        Registered names.
    """

    digits: tuple[int, ...]
    n_steps: int
    functions: int
    rule: str
    basis: str = "raised_cosine"
    activation: str = "sigmoid"

    @property
    def name(self) -> str:
        """A short name, unique among the conditions of an experiment."""
        digits = "".join(map(str, self.digits))
        return f"digits {digits}, T={self.n_steps}, K={self.functions}, {self.rule}"

    def columns(self) -> dict[str, str | int]:
        """Return the columns that name the condition in a table."""
        return {
            "condition": self.name,
            "digits": "".join(map(str, self.digits)),
            "n_steps": self.n_steps,
            "functions": self.functions,
            "rule": self.rule,
        }

    def glm(self, n_inputs: int) -> GLM:
        """Build the network."""
        return GLM.build(
            n_inputs,
            len(self.digits),
            self.n_steps,
            functions=self.functions,
            basis=self.basis,
            activation=self.activation,
        )

    def likelihood(self, gap: int) -> Likelihood:
        """Return what is maximised."""
        if self.rule == "rate":
            return RateLikelihood(gap)
        return LIKELIHOODS[self.rule]()


def check_networks(networks: list[GLMNetwork], gap: int) -> None:
    """Refuse networks that cannot be built.

    Raises
    ------
    ConfigError
        If a network is impossible, digits are missing, repeated or no digits, or a
        trial is too short for a desired spike of the rate rule.
    """
    for network in networks:
        digits = network.digits
        if len(digits) < 2 or len(set(digits)) < len(digits) or not set(digits) <= set(range(10)):
            raise ConfigError(f"digits must be two or more different ones of 0..9, got {digits}.")
        BASES[network.basis](network.functions, network.n_steps)
        network.glm(1)
        network.likelihood(gap).targets(np.zeros(1, np.int64), network.n_steps, len(digits))


def digits_of(
    images: ImageSet, digits: tuple[int, ...], n: int
) -> tuple[NDArray[np.uint8], IntArray]:
    """Take the first `n` images of each digit, and their places in `digits` as labels.

    Raises
    ------
    DataError
        If a digit has no image.
    """
    parts = [np.flatnonzero(images.labels == digit)[:n] for digit in digits]
    if not all(part.size for part in parts):
        raise DataError(f"{images.name}: no image of one of the digits {digits}.")
    labels = np.repeat(np.arange(len(digits)), [part.size for part in parts])
    return images.images[np.concatenate(parts)].reshape(labels.size, -1), labels


class Workshop:
    """Trains, selects and tests networks on digits.

    Parameters
    ----------
    training : TrainingConfig
    data : DigitsConfig
    """

    def __init__(self, training: TrainingConfig, data: DigitsConfig) -> None:
        self.training, self.data = training, data
        self.splits = SETS[data.name](n_validation=0).load()

    def train(
        self,
        network: GLMNetwork,
        images: NDArray[np.uint8],
        labels: IntArray,
        rate: float,
        streams: Streams,
    ) -> tuple[GLM, GLMWeights]:
        """Train one network from new weights."""
        glm = network.glm(images.shape[1])
        bound = self.training.initial
        weights = glm.draw(streams.fresh("weights"), -bound, bound)
        trials = SparseProbabilities.of(BernoulliEncoder(network.n_steps).probabilities(images))
        likelihood = network.likelihood(self.training.gap)
        ascent = Ascent(glm, likelihood, weights, trials, labels)
        for epoch in range(self.training.epochs):
            order = streams.fresh("order", epoch).permutation(labels.size)
            ascent.epoch(rate, order, streams.fresh("encoding", epoch))
        return glm, weights

    def select(self, network: GLMNetwork, seed: int) -> pd.DataFrame:
        """Cross-validate the learning rates on the training images.

        Returns
        -------
        pandas.DataFrame
            A row a rate and fold: the condition's columns, `learning_rate`, `fold`, `accuracy` by
            the rule's own decoder, and `accuracy_spikes_alone`, where ties and silence are wrong.
        """
        images, labels = digits_of(self.splits.train, network.digits, self.data.train)
        streams = Streams(seed)
        fold = streams.fresh("folds").permutation(labels.size) % self.training.folds
        tasks = [(r, f) for r in self.training.learning_rates for f in range(self.training.folds)]

        def score(task: tuple[float, int]) -> dict[str, float]:
            rate, held = task
            inside, outside = fold != held, fold == held
            glm, weights = self.train(network, images[inside], labels[inside], rate, streams)
            rng = streams.fresh("validation", held)
            trains = BernoulliEncoder(network.n_steps).encode(images[outside], rng)
            recording = simulate(glm, weights, trains, rng)
            found = DECODERS[network.likelihood(self.training.gap).code]().decode(recording)
            right = found.decision == labels[outside]
            alone = right & ~found.tie & ~found.silent
            values = {"accuracy": right.mean(), "accuracy_spikes_alone": alone.mean()}
            return {name: float(value) for name, value in values.items()}

        with ThreadPoolExecutor(self.training.workers) as pool:
            scores = list(pool.map(score, tasks))
        table = pd.DataFrame(tasks, columns=["learning_rate", "fold"])
        return table.join(pd.DataFrame(scores)).assign(**network.columns())

    def final(self, network: GLMNetwork, rate: float, seed: int) -> tuple[GLM, GLMWeights, float]:
        """Train on all training images; the network, its weights, and the seconds it took."""
        images, labels = digits_of(self.splits.train, network.digits, self.data.train)
        begin = time.perf_counter()
        glm, weights = self.train(network, images, labels, rate, Streams(seed))
        return glm, weights, time.perf_counter() - begin

    def test(
        self,
        network: GLMNetwork,
        glm: GLM,
        weights: GLMWeights,
        engine: Engine,
        decoders: tuple[str, ...],
        seed: int,
    ) -> pd.DataFrame:
        """Run the test images on an engine once for each decoder, with the same draws.

        A trial ends where it is decided: with the first spike of an output for `first_spike`.

        Returns
        -------
        pandas.DataFrame
            Trials tables (`brainsnn.training.evaluation`), one a decoder, with the columns
            `decoder`, `seed`, `additions`, `multiplications` and those of the network.
        """
        images, labels = digits_of(self.splits.test, network.digits, self.data.test)
        load(engine, glm, weights)
        trains = BernoulliEncoder(network.n_steps).encode(images, Streams(seed).fresh("test"))
        tables = []
        for name in decoders:
            engine.streams = Streams(seed)
            until = "output" if name == "first_spike" else None
            for begin in range(0, labels.size, BLOCK):
                index = np.arange(begin, min(begin + BLOCK, labels.size))
                recording = engine.run(trains, index, until)
                table = _decide(glm, recording, labels[index], name, engine, begin)
                tables.append(table.assign(decoder=name, seed=seed))
        return pd.concat(tables, ignore_index=True).assign(**network.columns())


def _decide(
    glm: GLM, recording: Recording, labels: IntArray, name: str, engine: Engine, first: int
) -> pd.DataFrame:
    """Trials table of one decoder, with the operations that its decisions took."""
    decisions = DECODERS[name]().decode(recording)
    table = tabulate(recording, decisions, labels, "output", fan_outs(engine.model), first)
    costs = operations(recording, decisions.step, len(glm.basis), len(glm.feedback))
    return pd.concat([table, costs], axis=1)
