"""Cross-validated accuracies of GLM networks, by which one of several is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from brainsnn.codes import BernoulliEncoder
from brainsnn.engine import Engine, build_engine
from brainsnn.experiment import Condition, tell
from brainsnn.learning.glm.inputs import PresentedTrials, SparseProbabilities
from brainsnn.learning.glm.network import gathered, named
from brainsnn.learning.glm.simulate import simulate
from brainsnn.protocols.common.mnist import SETS
from brainsnn.protocols.glm.base import digits_of
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams
from brainsnn.training import Callback, Trainer

if TYPE_CHECKING:
    from brainsnn.protocols.glm.experiment import GLMConfig, GLMExperiment

S = TypeVar("S", bound="GLMConfig")

#: Accuracies that cross-validation measures.
SCORED = ("accuracy", "accuracy_spikes_alone")


def cross_validated(run: RunDirectory) -> pd.DataFrame:
    """Mean accuracy over folds of every condition, at the learning rate that was selected for it.

    Returns
    -------
    pandas.DataFrame
        A row a condition: ``condition``, ``digits``, ``n_steps``, ``functions``, ``rule`` and the
        accuracies. No row where a single learning rate was given, so that nothing was
        cross-validated. No test image has a part in it.
    """
    by = ["condition", "digits", "n_steps", "functions", "rule"]
    if not run.has_table("selection"):
        return pd.DataFrame(columns=[*by, *SCORED])
    means = run.table("selection").groupby([*by, "learning_rate"], sort=False)[list(SCORED)].mean()
    best = means.reset_index().groupby("condition", sort=False)["accuracy"].idxmax()
    return means.reset_index().loc[best, [*by, *SCORED]].reset_index(drop=True)


def selected(
    experiment: GLMExperiment[S],
    condition: Condition[S],
    run: RunDirectory,
    callbacks: Sequence[Callback],
) -> float:
    """Learning rate of the best mean accuracy over folds, of those of a condition.

    Each fold adds a row to the table ``selection``, and is not run again: the condition's columns,
    `learning_rate`, `fold`, `accuracy` by the rule's own decoder, and `accuracy_spikes_alone`,
    where ties and silence are wrong.
    """
    config = condition.config
    rates = config.training.learning_rates
    if len(rates) == 1:
        return rates[0]
    folds = Folds(experiment, config)
    with build_engine(config.engine, experiment.model(config), folds.n_steps) as engine:
        for rate in rates:
            for fold in range(config.training.folds):
                if not run.holds("selection", learning_rate=rate, fold=fold):
                    found = folds.score(engine, rate, fold)
                    row = {"learning_rate": rate, "fold": fold, **found, **condition.row}
                    run.append_table("selection", pd.DataFrame([row]))
    means = run.table("selection").groupby("learning_rate", sort=False)["accuracy"].mean()
    means = means.sort_index()
    told = ", ".join(f"{rate:g}: {accuracy:.2%}" for rate, accuracy in means.items())
    tell(run, callbacks, f"{condition.name}: {told}")
    return float(means.index[int(means.argmax())])


class Folds:
    """The training images of a network, some of them held out.

    Parameters
    ----------
    experiment : GLMExperiment
    config : GLMConfig
        Of one network; its seed says who is in which fold.
    """

    def __init__(self, experiment: GLMExperiment[S], config: S) -> None:
        self._experiment, self._config = experiment, config
        network = experiment.network(config)
        self.n_steps = network.n_steps
        splits = SETS[config.data.name](n_validation=0).load()
        self._images, self._labels = digits_of(splits.train, network.digits, config.data.train)
        self._streams = Streams(config.seed)
        order = self._streams.fresh("folds").permutation(self._labels.size)
        self._fold = order % config.training.folds

    def score(self, engine: Engine, rate: float, held: int) -> dict[str, float]:
        """Train on all folds but one; accuracies on that one."""
        experiment, config, streams = self._experiment, self._config, self._streams
        inside, outside = self._fold != held, self._fold == held
        encoder = BernoulliEncoder(self.n_steps)
        probabilities = SparseProbabilities.of(encoder.probabilities(self._images[inside]))
        trials = PresentedTrials(probabilities, self.n_steps, self._labels[inside], streams)
        engine.set_weights(named(experiment.first_weights(config, streams)))
        decoder = experiment.decoder(config)
        settings = decoder, experiment.training(config), rate, Streams(config.seed)
        weights = Trainer(engine, experiment.rule(config), *settings).fit(trials).weights
        rng = streams.fresh("validation", held)
        given = encoder.encode(self._images[outside], rng)
        glm = experiment.network(config).glm(self._images.shape[1])
        found = decoder.decode(simulate(glm, gathered(glm, weights), given, rng))
        right = found.decision == self._labels[outside]
        alone = right & ~found.tie & ~found.silent
        return {"accuracy": float(np.mean(right)), "accuracy_spikes_alone": float(np.mean(alone))}
