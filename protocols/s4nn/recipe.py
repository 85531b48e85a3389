"""Settings of ``s4nn-mnist`` that follow from the images, by one rule for every set.

What was not given is found from training and validation images, never from test images:

1. **Augmentation** (``noise``). Training images are warped as digits are, and their spikes
   jittered, if the nearest neighbour of a validation image among four warped copies of some
   training images names its class more often than the nearest among these images themselves.
2. **Code, rule, length of a trial** (``code``, ``rule``, ``network.n_steps``). Each candidate
   (`brainsnn.protocols.s4nn.candidates`) trains the network on some images for a few epochs; the
   one with most right decisions on validation images, ties wrong, is taken: absolute intensities
   decided after a third of the trial, or ranks decided at its middle by a rule that reads peaks.
3. **First weights** (``network.initial_low``, ``network.initial_high``). With n input spikes before
   the decision, w the middle of the bounds of the weights onto the first layer and theta the
   threshold, these bounds are multiplied by min(1, theta / (n w)): neurons then reach the threshold
   when the decision is due, not with the first spikes of an image that is bright all over.

The first two cost time, and small answers mislead: pilots of 5,000 trials favour ranks for digits,
too, which lose as soon as training is longer. They are therefore asked only where what they take
is at most a share (``recipe.share``) of the trials of training itself, its images times its epochs;
a shorter training has the protocol's own values there, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import Field

from brainsnn.config import Config
from brainsnn.datasets import ImageSet, Splits
from brainsnn.engine import build_engine
from brainsnn.experiment.training import TrainingExperiment
from brainsnn.learning.rules import Decision
from brainsnn.protocols.common.augmentation import COPIES, warps_help
from brainsnn.protocols.common.findings import Findings
from brainsnn.protocols.s4nn.base import NoiseConfig, encode
from brainsnn.protocols.s4nn.candidates import options
from brainsnn.streams import Streams
from brainsnn.training import Trainer

if TYPE_CHECKING:
    from brainsnn.protocols.s4nn.mnist import S4NNMnistConfig

WARPED = NoiseConfig(jitter=8, rotation=10, stretch=0.1, shear=0.1, shift=1)
"""Digits, moved about."""

MEASURE = "validation_accuracy_ties_wrong"
"""What the pilots of candidates are compared by."""


class RecipeConfig(Config):
    """How settings that were not given are found (module docstring).

    Parameters
    ----------
    fitted : bool, default True
        Whether they follow from the images; if not, the protocol's own values hold.
    share : float, default 0.25
        Trials that a question may take, as a share of those of training: warped copies of the
        first, trials of all pilots of the second.
    neighbours : int, default 2000
        Training and validation images that the first question is asked of, training images that
        the third is.
    pilot_images, pilot_validation : int, default 5000 and 4000
        Images that a candidate trains on, and is judged by.
    pilot_epochs : int, default 4
        Passes of a candidate; more, where there are fewer images.
    """

    fitted: bool = True
    share: float = Field(default=0.25, gt=0)
    neighbours: int = Field(default=2000, ge=2)
    pilot_images: int = Field(default=5000, ge=2)
    pilot_validation: int = Field(default=4000, ge=1)
    pilot_epochs: int = Field(default=4, ge=1)


class Recipe:
    """The search for the settings of one configuration (module docstring).

    Parameters
    ----------
    protocol : TrainingExperiment
        Whose network it is.
    config : S4NNMnistConfig
        Its settings that were given stay as they are.
    say : callable
        Takes a line of progress.
    """

    def __init__(
        self,
        protocol: TrainingExperiment[Any],
        config: S4NNMnistConfig,
        say: Callable[[str], None],
    ) -> None:
        self.protocol, self.config, self.findings = protocol, config, Findings(say)

    @cached_property
    def splits(self) -> Splits[ImageSet]:
        """The images, loaded when the first question is asked."""
        return self.config.data.load()

    @property
    def train(self) -> ImageSet:
        """What is learned from."""
        return self.splits.train

    @property
    def validation(self) -> ImageSet:
        """What answers are judged by."""
        return self.splits.validation

    def settled(self) -> tuple[S4NNMnistConfig, Mapping[str, pd.DataFrame]]:
        """Answer what is open, each question with the answers before it.

        Returns
        -------
        S4NNMnistConfig
            With nothing open.
        mapping of str to pandas.DataFrame
            The table ``recipe``, if anything was open: ``question``, ``measure``, ``option``,
            ``value`` (NaN where options were not compared), ``chosen``.
        """
        config = self.config
        if "noise" in open_settings(config):
            config = config.model_copy(update={"noise": self._augmentation()})
        if open_settings(config) & {"code", "rule"}:
            config = self._coded(config)
        config = self._weighted(config, self.findings.note)
        decided = config.recipe.model_copy(update={"fitted": False})
        return config.model_copy(update={"recipe": decided}), self.findings.tables

    def _augmentation(self) -> NoiseConfig:
        """Whether nearest neighbours are better among warped copies than among images."""
        few = self.config.recipe.neighbours
        images, judged = _first(self.train, few), _first(self.validation, few)
        if not self._affords(COPIES * len(images)):
            self.findings.leave("augmentation", ["warped", "images"])
            return WARPED
        rng = Streams(self.config.seed).fresh("recipe")
        helped = warps_help(images, judged, WARPED.warp(), rng, self.findings)
        return WARPED if helped else NoiseConfig()

    def _coded(self, config: S4NNMnistConfig) -> S4NNMnistConfig:
        """Return the candidate whose pilot does best on validation images, the first of equals."""
        tried = options(config)
        if len(tried) == 1:
            return next(iter(tried.values()))
        if not self._affords(len(tried) * self._pilot_epochs() * self._pilot_images()):
            self.findings.leave("code", list(tried))
            return next(iter(tried.values()))
        found = {name: self._pilot(self._weighted(o)) for name, o in tried.items()}
        chosen = max(found, key=lambda name: found[name])
        self.findings.note("code", MEASURE, found, chosen)
        return tried[chosen]

    def _affords(self, n_trials: int) -> bool:
        """Whether a question that takes so many trials is small beside training."""
        return n_trials <= self.config.recipe.share * len(self.train) * self.config.epochs

    def _pilot_images(self) -> int:
        """Images that a pilot trains on."""
        return min(self.config.recipe.pilot_images, len(self.train))

    def _pilot_epochs(self) -> int:
        """Passes that make as many trials of fewer images."""
        sizes = self.config.recipe
        return -(-sizes.pilot_images * sizes.pilot_epochs // self._pilot_images())

    def _pilot(self, config: S4NNMnistConfig) -> float:
        """Best accuracy on validation images, ties wrong, of a short training on few."""
        sizes, streams, n_steps = config.recipe, Streams(config.seed), config.network.n_steps
        images = _first(self.train, self._pilot_images())
        judged = _first(self.validation, sizes.pilot_validation)
        update = {"epochs": self._pilot_epochs(), "monitor": MEASURE, "patience": None}
        brief = config.model_copy(update=update)
        encoder, rate = config.code.build(n_steps), self.protocol.learning_rate(config)
        model, rule = self.protocol.bound(config)
        with build_engine(config.engine, model, n_steps, streams, config.workers) as engine:
            engine.set_weights(model.draw_weights(streams))
            decoder = self.protocol.decoder(config)
            trainer = Trainer(engine, rule, decoder, brief, rate, streams)
            train = config.noise.trials(images, encoder, streams)
            metrics = trainer.fit(train, encode(encoder, judged)).metrics
        return float(metrics[MEASURE].max())

    def _weighted(
        self, config: S4NNMnistConfig, note: Callable[..., None] | None = None
    ) -> S4NNMnistConfig:
        """Return the configuration with the bounds of its first weights scaled, if they are open.

        `note` takes what was found.
        """
        network, rule = config.network, config.rule
        if "network" not in open_settings(config) or not isinstance(rule, Decision):
            return config
        images = _first(self.train, config.recipe.neighbours)
        trains = config.code.build(network.n_steps).encode(images.images)
        n_spikes = float((trains.step < rule.target).sum()) / len(images)
        (low, *lows), (high, *highs) = network.initial_low, network.initial_high
        drive = max(n_spikes * (low + high) / 2, network.threshold)
        scale = float(f"{network.threshold / drive:.2g}")
        if note is not None:
            option = f"bounds times {scale:g}"
            note("first weights", "input spikes before the decision", {option: n_spikes}, option)
        bounds = {"initial_low": (scale * low, *lows), "initial_high": (scale * high, *highs)}
        return config.model_copy(update={"network": network.model_copy(update=bounds)})


def open_settings(config: S4NNMnistConfig) -> set[str]:
    """Return those of ``noise``, ``code``, ``rule`` and ``network`` (first weights) to be found."""
    if not config.recipe.fitted:
        return set()
    found = {"noise", "code", "rule"} - config.model_fields_set
    drawn = {"initial_low", "initial_high"} & config.network.model_fields_set
    decided = "rule" in config.model_fields_set and not isinstance(config.rule, Decision)
    return found if drawn or decided else found | {"network"}


def _first(images: ImageSet, n: int) -> ImageSet:
    """Return the first n images, or all there are."""
    return images.take(slice(0, n))
