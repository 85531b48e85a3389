"""Settings of ``s4nn-mnist`` that follow from the images, by one rule for every set.

What was not given is found from training and validation images, never from test images:

1. **Augmentation** (``noise``). Training images are warped as digits are, and their spikes
   jittered, if the nearest neighbour of a validation image among four warped copies of some
   training images names its class more often than the nearest among these images themselves.
2. **Code, rule, length of a trial** (``code``, ``rule``, ``network.n_steps``). Each of `CANDIDATES`
   trains the network on some images for a few epochs; the one with most right decisions on
   validation images, ties wrong, is taken: absolute intensities decided after a third of the trial,
   or ranks decided at its middle by a rule that reads peaks.
3. **First weights** (``network.initial_low``, ``network.initial_high``). With n input spikes before
   the decision, w the middle of the bounds of the weights onto the first layer and theta the
   threshold, these bounds are multiplied by min(1, theta / (n w)): neurons then reach the threshold
   when the decision is due, not with the first spikes of an image that is bright all over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.config import Config
from brainsnn.datasets import ImageSet
from brainsnn.engine import build_engine
from brainsnn.learning.rules import DecisionConfig
from brainsnn.protocol import Protocol, Settled
from brainsnn.streams import Streams
from brainsnn.training import Trainer
from protocols.image_codes import ImageCodeConfig, LatencyCodeConfig, RankCodeConfig
from protocols.s4nn import NoiseConfig, encode

if TYPE_CHECKING:
    from protocols.s4nn_mnist import S4NNMnistConfig

WARPED = NoiseConfig(jitter=8, rotation=10, stretch=0.1, shear=0.1, shift=1)
"""Digits, moved about."""

COPIES = 4
"""Warped copies of an image that neighbours are looked for among."""

MEASURE = "validation_accuracy_ties_wrong"
"""What the pilots of candidates are compared by."""


class RecipeConfig(Config):
    """How settings that were not given are found (module docstring).

    Parameters
    ----------
    fitted : bool, default False
        Whether they follow from the images; if not, the protocol's own values hold. Needs
        scikit-learn (extra ``baselines``).
    neighbours : int, default 2000
        Training and validation images that the first question is asked of, training images that
        the third is.
    pilot_images, pilot_validation : int, default 5000 and 4000
        Images that a candidate trains on, and is judged by.
    pilot_epochs : int, default 4
        Passes of a candidate.
    """

    fitted: bool = False
    neighbours: int = Field(default=2000, ge=2)
    pilot_images: int = Field(default=5000, ge=2)
    pilot_validation: int = Field(default=4000, ge=1)
    pilot_epochs: int = Field(default=4, ge=1)


@dataclass(frozen=True)
class Candidate:
    """A code, and what goes with it.

    Parameters
    ----------
    code : ImageCodeConfig
    rule : DecisionConfig
        Its times are those of a trial of `n_steps`.
    n_steps : int
        Length of a trial.
    """

    code: ImageCodeConfig
    rule: DecisionConfig
    n_steps: int

    def rule_for(self, n_steps: int) -> DecisionConfig:
        """Return the rule for trials of another length."""
        times = ("tau", "margin", "target", "earliest")
        scaled = {name: getattr(self.rule, name) * n_steps / self.n_steps for name in times}
        return self.rule.model_copy(update=scaled)


CANDIDATES = (
    Candidate(LatencyCodeConfig(), DecisionConfig(target=86), 256),
    Candidate(
        RankCodeConfig(share=0.5),
        DecisionConfig(tau=24, margin=24, target=256, earliest=64, reads="peak"),
        512,
    ),
)
"""What is tried; of equals, the first is taken."""


class Recipe:
    """The search for the settings of one configuration (module docstring).

    Parameters
    ----------
    protocol : Protocol
        Whose network it is.
    config : S4NNMnistConfig
        Its settings that were given stay as they are.
    say : callable
        Takes a line of progress.
    """

    def __init__(
        self, protocol: Protocol[Any], config: S4NNMnistConfig, say: Callable[[str], None]
    ) -> None:
        self.protocol, self.config, self.say = protocol, config, say
        self.rows: list[dict[str, object]] = []
        splits = config.data.load()
        self.train, self.validation = splits.train, splits.validation

    def settled(self) -> Settled[Any]:
        """Answer what is open, each question with the answers before it.

        Returns
        -------
        Settled
            With the table ``recipe``: ``question``, ``measure``, ``option``, ``value``, ``chosen``.
        """
        config = self.config
        if "noise" not in config.model_fields_set:
            config = config.model_copy(update={"noise": self._augmentation()})
        if not {"code", "rule"} <= config.model_fields_set:
            config = self._coded(config)
        config = self._weighted(config, self._note)
        decided = config.recipe.model_copy(update={"fitted": False})
        return Settled(
            config.model_copy(update={"recipe": decided}), {"recipe": pd.DataFrame(self.rows)}
        )

    def _augmentation(self) -> NoiseConfig:
        """Whether nearest neighbours are better among warped copies than among images."""
        few = self.config.recipe.neighbours
        images, judged = _first(self.train, few), _first(self.validation, few)
        rng, warp = Streams(self.config.seed).fresh("recipe"), WARPED.warp()
        copies = [warp.draw(len(images), rng).apply(images.images) for _ in range(COPIES)]
        found = {
            name: _nearest(np.concatenate(kept), np.tile(images.labels, len(kept)), judged)
            for name, kept in {"images": [images.images], "warped": copies}.items()
        }
        chosen = "warped" if found["warped"] > found["images"] else "images"
        self._note("augmentation", "nearest neighbour right", found, chosen)
        return WARPED if chosen == "warped" else NoiseConfig()

    def _coded(self, config: S4NNMnistConfig) -> S4NNMnistConfig:
        """Return the candidate whose pilot does best on validation images, the first of equals."""
        options = _options(config)
        if len(options) == 1:
            return next(iter(options.values()))
        found = {name: self._pilot(self._weighted(o)) for name, o in options.items()}
        chosen = max(found, key=lambda name: found[name])
        self._note("code", MEASURE, found, chosen)
        return options[chosen]

    def _pilot(self, config: S4NNMnistConfig) -> float:
        """Best accuracy on validation images, ties wrong, of a short training on few."""
        sizes, streams, n_steps = config.recipe, Streams(config.seed), config.network.n_steps
        images = _first(self.train, sizes.pilot_images)
        judged = _first(self.validation, sizes.pilot_validation)
        update = {"epochs": sizes.pilot_epochs, "monitor": MEASURE, "patience": None}
        brief = config.model_copy(update=update)
        model, encoder = self.protocol.model(config), config.code.build(n_steps)
        rule, rate = self.protocol.rule(config, model), self.protocol.learning_rate(config)
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
        given = {"initial_low", "initial_high"} & network.model_fields_set
        if given or not isinstance(rule, DecisionConfig):
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

    def _note(self, question: str, measure: str, found: dict[str, float], chosen: str) -> None:
        """Keep what was found, and say it."""
        self.rows += [
            {
                "question": question,
                "measure": measure,
                "option": option,
                "value": value,
                "chosen": option == chosen,
            }
            for option, value in found.items()
        ]
        values = ", ".join(f"{option} {value:.4g}" for option, value in found.items())
        self.say(f"{question}: {chosen} ({measure}: {values})")


def _options(config: S4NNMnistConfig) -> dict[str, S4NNMnistConfig]:
    """Return the configurations that the candidates make of one, by the name of their code.

    A rule that was given goes with every code, in trials of the configured length; a code that was
    given goes with the rule of its candidate, or of the first.
    """
    given, network = config.model_fields_set, config.network
    if "rule" in given:
        return {c.code.name: config.model_copy(update={"code": c.code}) for c in CANDIDATES}
    tried: tuple[Candidate, ...] = CANDIDATES
    if "code" in given:
        tried = tuple(c for c in CANDIDATES if c.code.name == config.code.name) or CANDIDATES[:1]
    options = {}
    for candidate in tried:
        fixed = "n_steps" in network.model_fields_set
        n_steps = network.n_steps if fixed else candidate.n_steps
        update = {
            "code": config.code if "code" in given else candidate.code,
            "rule": candidate.rule_for(n_steps),
            "network": network.model_copy(update={"n_steps": n_steps}),
        }
        options[candidate.code.name] = config.model_copy(update=update)
    return options


def _first(images: ImageSet, n: int) -> ImageSet:
    """Return the first n images, or all there are."""
    return images.take(slice(0, n))


def _nearest(images: NDArray[np.uint8], labels: NDArray[np.int64], judged: ImageSet) -> float:
    """Share of images whose nearest neighbour among others has their label."""
    from sklearn.neighbors import KNeighborsClassifier

    neighbours = KNeighborsClassifier(1, algorithm="brute")
    neighbours.fit(_flat(images), labels)
    return float(neighbours.score(_flat(judged.images), judged.labels))


def _flat(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return images as rows of fractions."""
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)
