"""The classifier: a spiking network behind scikit-learn's conventions."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin

from brainsnn.classifier.checks import check_learning_rate, refusing, seed_of
from brainsnn.classifier.families import settled_neuron
from brainsnn.classifier.inputs import Samples, labelled
from brainsnn.classifier.local.labelling import responses, warn_of_unlabelled
from brainsnn.classifier.local.settling import check_settings, own_responses
from brainsnn.classifier.plan import make_plan, settled_decoder, settled_rule
from brainsnn.classifier.reading import ReadsSamples
from brainsnn.classifier.runner import Runner
from brainsnn.classifier.training import Course, Learned, hold_out, learn
from brainsnn.codes import LabelledResponses
from brainsnn.errors import HealthWarning, InputError
from brainsnn.learning.local import LocalRule
from brainsnn.learning.rule import RULES
from brainsnn.spikes import SpikeTrains
from brainsnn.spikes.labels import check_same_kind
from brainsnn.spikes.unencoded import Trains, at_hand, labelled_trials


class Classifier(ClassifierMixin, ReadsSamples):
    """A spiking network that learns classes from arrays, images or spikes.

    A scikit-learn estimator: it works in pipelines, cross-validation and searches. Samples are an
    array (n, n_features), images (n, height, width[, channels]), a data frame of numbers, or
    `SpikeTrains`; for a network of several inputs, a dictionary with such samples for each, or a
    list in the order of ``network.inputs``. Labels are numbers or text.

    Parameters
    ----------
    network : int, str, tuple or Model, optional
        Sizes of the hidden layers, ``100`` or ``(100, 50)``, where inputs and outputs follow from
        the data; or the notation of a whole network, ``"28x28-12c5-2a-10"``
        (`brainsnn.network.notation`); or a network. By default a hidden layer of 100; none for
        ``"glm"``, which has two layers.
    neuron : str or Neuron, optional
        Of every layer of a notation, if another than the rule's.
    rule : str or rule, default "count"
        ``"count"``: through spike counts; ``"s4nn"``, ``"decision"``, ``"race"``: first spikes;
        ``"antlr"``: activations and times of all spikes; ``"glm"``: likelihood of a right first
        spike; ``"bptt"``: derived from the equations of any network; ``"pair_stdp"`` and other
        rules that act inside the trial: neurons that compete learn without labels, then each is
        labelled by the class of the training samples that it answers most; ``network`` is then
        their number, and ``batch_size``, ``learning_rate`` and ``optimiser`` have no meaning.
    encoder : str or encoder, optional
        Values to spikes, or a mapping from inputs to such; by default ``Regular(20)`` for counts,
        ``Latency(256)`` for first spikes.
    decoder : str or decoder, optional
        Spikes to a class, ``"rate"`` or ``"first_spike"``; by default the rule's.
    scaler : {"minmax", "range"}, (float, float) or None, default "minmax"
        How values come to 0..1. ``"minmax"`` learns least and largest value of each feature (of all
        pixels together, for images) in `fit`, ``"range"`` of all features together; values beyond
        them become 0 or 1. A pair is the range itself, and None is (0, 1): values beyond are
        refused. A mapping has one for each of several inputs.
    epochs : int, optional
        Passes through the training samples; by default as many as give 2000 batches, 5 at least.
    batch_size : int, default 16
        Trials whose gradients are averaged.
    learning_rate : float, optional
        First one, which falls to 0 in half a cosine; by default the rule's.
    optimiser : str or OptimiserConfig, default "adam"
    validation_fraction : float, default 0.0
        Share of the samples, class by class, on which the best epoch's weights are chosen.
    patience : int, optional
        Epochs without a better validation accuracy after which training stops.
    engine : str, default "resident"
        What runs the trials (`brainsnn.engine`).
    workers : int, default 1
        Threads that share the trials.
    random_state : int, RandomState or None, default None
        Of the first weights, the order of trials, the split.
    verbose : bool, default False
        Whether to show progress.

    Attributes
    ----------
    classes_ : array
        Labels, sorted; output neuron k stands for ``classes_[k]``.
    n_features_in_ : int
    history_ : pandas.DataFrame
        A row an epoch: loss, accuracies, silent neurons, norms of gradients.
    n_iter_ : int
        Epochs done.
    weights_ : dict of str to array
        What was learned, by connection.
    health_ : HealthReport
        Of the last epoch.
    responses_ : pandas.DataFrame
        With a rule that acts inside the trial, mean spikes of each neuron in samples of each class.

    Raises
    ------
    InputError
        If samples or labels cannot be taken (in `fit`, `predict` and the others).
    ConfigError, ModelError
        If a parameter is impossible, or the network does not fit the data (in `fit`).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> Classifier(20, epochs=40, random_state=0).fit(X, y).score(X, y) > 0.9
    True
    """

    def __init__(
        self,
        network: Any = None,
        *,
        neuron: Any = None,
        rule: Any = "count",
        encoder: Any = None,
        decoder: Any = None,
        scaler: Any = "minmax",
        epochs: int | None = None,
        batch_size: int = 16,
        learning_rate: float | None = None,
        optimiser: Any = "adam",
        validation_fraction: float = 0.0,
        patience: int | None = None,
        engine: str = "resident",
        workers: int = 1,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.network = network
        self.neuron = neuron
        self.rule = rule
        self.encoder = encoder
        self.decoder = decoder
        self.scaler = scaler
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.optimiser = optimiser
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.engine = engine
        self.workers = workers
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from samples X and their labels y, from new first weights.

        Parameters
        ----------
        X : array, DataFrame, SpikeTrains, data set, path, or several of these
            Samples, of a network of several inputs as a dictionary by input or as a list. A path
            leads to a CSV file with names in its first line, to a folder with one of images for
            each class, or to Parquet files or a Zarr array or group, which need not fit into
            memory. A data frame with the columns trial, neuron and step holds spikes.
        y : array, shape (n,), or str, optional
            Labels; for a CSV or Parquet file the name of their column, the last by default; for a
            Zarr group that of their array, the only one of one axis by default. Folders of images
            and data sets have their own.

        Warns
        -----
        HealthWarning
            If no output spikes, or learning has stalled.
        """
        samples, labels = self._training_samples(X, y)
        self.classes_, positions = np.unique(labels, return_inverse=True)
        trials = labelled_trials(self._begin(samples), positions.reshape(-1))
        parts = hold_out(trials, self.validation_fraction, self._seed, self.patience)
        learned = learn(self._runner, *parts, self._course(len(parts[0])))
        self._take_over(learned)
        decoder = self._runner.plan.decoder
        if isinstance(decoder, LabelledResponses):  # Whether it stalls is not known by a loss.
            warn_of_unlabelled(decoder, self.classes_.tolist())
        elif learned.health.stalled and not learned.warned:
            warnings.warn(str(learned.health), HealthWarning, stacklevel=2)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Learn from more samples: one pass through them, at a constant learning rate.

        With a rule that acts inside the trial, what neurons answer to these samples is then added
        to what they answered before, which fades by half in the decoder's ``half_life``.

        Parameters
        ----------
        X, y : array, shape (n, ...) and (n,)
            The first ones also teach the scaling.
        classes : array, optional
            All labels that will come; needed in the first call.
        """
        first = not hasattr(self, "_runner")
        samples, labels = self._training_samples(X, y, reset=first)
        if first:
            if classes is None:
                raise InputError("The first call of partial_fit needs classes, all that will come.")
            self.classes_ = np.unique(classes)
            trains = self._begin(samples)
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise InputError(f"classes must be those of the first call, {self.classes_.tolist()}.")
        else:
            trains = self._encode(samples)
        trials = labelled_trials(trains, self._positions(labels))
        self._take_over(learn(self._runner, trials, None, self._course(len(trials), more=True)))
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Class of each sample."""
        positions, _ = self._decide(X)
        return self.classes_[positions]

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probability of each class, shape (n, n_classes).

        A softmax over spikes or first steps; of labelled neurons, the share of the answers.
        """
        return self._decide(X)[1]

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Share of samples whose class is decided right; forms of X and y as in `fit`.

        A label that was never learned counts as decided wrong.

        Raises
        ------
        DataError
            If the labels are of another kind than those learned (text for numbers), or too few.
        """
        X, labels = labelled(X, y)
        check_same_kind(labels, self.classes_)
        return float(refusing(lambda: super(Classifier, self).score(X, labels, sample_weight)))

    def input_spikes(self, X: Any) -> SpikeTrains:
        """Input spikes of the samples, as the network receives them."""
        trains = self._encode(self._new_samples(X))
        return at_hand(trains, np.arange(trains.n_trials))[0]

    @property
    def weights_(self) -> dict[str, NDArray[np.float64]]:
        """What was learned, by connection."""
        if not hasattr(self, "_runner"):
            raise AttributeError("weights_ is there after fit.")
        return self._runner.weights

    @property
    def responses_(self) -> pd.DataFrame:
        """Mean spikes of each neuron (row) in training samples of each class (column)."""
        decoder = self._runner.plan.decoder if hasattr(self, "_runner") else None
        if not isinstance(decoder, LabelledResponses):
            raise AttributeError("responses_ is there after fit, with rules such as 'pair_stdp'.")
        return responses(decoder, self.classes_)

    def save(self, path: str | Path) -> None:
        """Keep what was learned, with all settings, in a folder (JSON and arrays, no pickle)."""
        from brainsnn.classifier.saved import save

        self._check_fitted()
        save(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Classifier that `save` kept."""
        from brainsnn.classifier.saved import load

        return load(cls, Path(path))

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn may expect: by rules without labels, no accuracy of two features."""
        tags = super().__sklearn_tags__()
        named = isinstance(self.rule, str) and self.rule in RULES
        kind = RULES[self.rule] if named else type(self.rule)
        tags.classifier_tags.poor_score = issubclass(kind, LocalRule)
        return tags

    def _begin(self, parts: dict[str, Samples]) -> Trains:
        """Settle what follows from settings and samples, with new first weights; encode them."""
        if len(self.classes_) < 2:
            only = self.classes_.tolist()[0]
            raise InputError(
                f"All {len(next(iter(parts.values())))} samples are of one class, {only!r}: there "
                "is nothing to tell apart. At least two classes are needed."
            )
        rule = settled_rule(self.rule)
        decoder = settled_decoder(self.decoder, rule)
        if isinstance(rule, LocalRule):
            check_settings(rule, vars(self))
            decoder = own_responses(decoder, rule)
        self._coders = self._learned_coders(parts, rule)
        check_learning_rate(self.learning_rate)
        seed = seed_of(self.random_state)
        self._seed = seed
        trains = self._encode(parts)
        plan = make_plan(
            self.network,
            settled_neuron(self.neuron),
            rule,
            decoder,
            self.learning_rate,
            [coder.neurons for coder in self._coders.values()],
            len(self.classes_),
            trains.n_steps,
            trains.n_spikes / trains.n_trials,
        )
        if hasattr(self, "_runner"):
            self._runner.close()
        self._runner = Runner(plan, self.engine, self.workers, seed)
        return trains

    def _positions(self, labels: NDArray[Any]) -> NDArray[np.int64]:
        known = np.isin(labels, self.classes_)
        if not known.all():
            raise InputError(
                f"Label {labels[~known].tolist()[0]!r} is none of the classes "
                f"{self.classes_.tolist()}."
            )
        return np.searchsorted(self.classes_, labels)

    def _course(self, n_trials: int, *, more: bool = False) -> Course:
        local = isinstance(self._runner.plan.rule, LocalRule)
        return Course.of(
            epochs=1 if more else self.epochs,
            batch_size=1 if local else self.batch_size,
            optimiser="sgd" if local else self.optimiser,
            patience=None if more else self.patience,
            n_trials=n_trials,
            more=more,
            verbose=bool(self.verbose),
        )

    def _take_over(self, learned: Learned) -> None:
        self.history_: pd.DataFrame = learned.history
        self.n_iter_, self.health_ = len(learned.history), learned.health

    def _decide(self, X: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        samples = self._new_samples(X)
        return self._runner.decide(self._encode(samples))
