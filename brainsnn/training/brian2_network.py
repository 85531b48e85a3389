"""A user's own Brian2 network, taught: `brainsnn.compile` makes of it what runs trials and learns.

Its gradient is derived from its strings (`brainsnn.learning.equations`), forward and backward are
compiled (`brainsnn.engine.derived`), and the trainer is that of all networks. The network itself is
only read, until `CompiledNetwork.write_back` is asked for.
"""

from __future__ import annotations

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from collections.abc import Mapping, Sequence
from typing import Any, Self

import brian2
import numpy as np
import pandas as pd
from brian2.core.namespace import get_local_namespace
from numpy.typing import NDArray

from brainsnn.codes import RateDecoder
from brainsnn.config import made
from brainsnn.errors import DataError, ModelError, RuleError
from brainsnn.learning.equations import DerivedNetwork, Spike, derive
from brainsnn.learning.optimisers import OPTIMISERS
from brainsnn.learning.schedules import Cosine
from brainsnn.spikes import Recording, SpikeTrains
from brainsnn.spikes.labels import as_labels, check_same_kind
from brainsnn.spikes.trials import LabelledTrials
from brainsnn.streams import Streams
from brainsnn.training.bptt import BPTT, BoundBPTT, Place, check_draws
from brainsnn.training.config import TrainingConfig
from brainsnn.training.derived_engine import DerivedEngine
from brainsnn.training.trainer import Trainer


def compile_brian2(
    network: brian2.Network,
    *,
    inputs: Any,
    outputs: Any,
    trainable: Mapping[Any, str | Sequence[str]],
    rule: BPTT | None = None,
    potential: str = "v",
    namespace: Mapping[str, Any] | None = None,
) -> CompiledNetwork:
    """Make of a Brian2 network what runs trials and learns to tell classes apart.

    Parameters
    ----------
    network : brian2.Network
        Groups and connected synapses, made on Brian2's runtime device; it is not changed.
    inputs : SpikeGeneratorGroup, name, or a sequence of them
        Groups whose spikes a trial gives. All sources of the network must be among them.
    outputs : NeuronGroup or name
        One neuron a class; the class of most spikes is the decision.
    trainable : mapping of Synapses, NeuronGroup or name to str or sequence of str
        What is learned: variables of synapses, parameters of groups.
    rule : BPTT, optional
        Its settings: slope and width of a spike's derivative, whether resets are followed.
    potential : str, default "v"
        State of the outputs that decides where spike counts tie, or there are none.
    namespace : mapping, optional
        Where names in the strings are looked up; by default where this is called.

    Raises
    ------
    ModelError
        If a group is not in the network, is no source or no output, or nothing is trained.
    DerivationError
        If the network has what has no derivative; it says what.
    RuleError
        If its equations draw random numbers, or the rule's loss is not of spike counts.

    Examples
    --------
    >>> import brian2
    >>> given = brian2.SpikeGeneratorGroup(4, [], [] * brian2.ms, name="given")
    >>> cells = brian2.NeuronGroup(
    ...     2, "dv/dt = -v/(10*ms) : 1", "exact", threshold="v > 1", reset="v = 0", name="cells"
    ... )
    >>> path = brian2.Synapses(given, cells, "w : 1", on_pre="v_post += w", name="path")
    >>> path.connect()
    >>> path.w = "0.5 + 0.1*i*j"
    >>> net = brian2.Network(given, cells, path)
    >>> compile_brian2(net, inputs=given, outputs=cells, trainable={path: "w"})
    CompiledNetwork: given (4) -> cells (2); learns path.w (8)
    """
    if namespace is None:
        namespace = get_local_namespace(level=1)
    settings = BPTT() if rule is None else rule
    if settings.loss != "counts":
        raise RuleError(
            f"compile decides by spike counts: the rule's loss is 'counts', not {settings.loss!r}."
        )
    objects = {part.name: part for part in network.sorted_objects}
    given = inputs if isinstance(inputs, list | tuple) else [inputs]
    sources = tuple(_named(part, objects, "inputs") for part in given)
    output = _named(outputs, objects, "outputs")
    wanted = {
        _named(owner, objects, "trainable"): (names,) if isinstance(names, str) else tuple(names)
        for owner, names in trainable.items()
    }
    if not any(wanted.values()):
        raise ModelError("trainable is empty: name synapses or groups and what of them is learned.")
    spike = Spike(settings.pseudo_derivative, scale=settings.scale, attached=settings.follow_reset)
    derived = derive(network, wanted, namespace=namespace, spike=spike)
    check_draws(derived)
    _check_ends(derived, sources, output, potential)
    engine = DerivedEngine(derived, objects, sources, output, potential)
    return CompiledNetwork(engine, settings)


def _named(part: Any, objects: Mapping[str, Any], where: str) -> str:
    """Name of an object of the network.

    Raises
    ------
    ModelError
        If it is none.
    """
    name = str(getattr(part, "name", part))
    own = objects.get(name)
    if own is None or not (isinstance(part, str) or part is own):
        known = ", ".join(n for n, o in objects.items() if o.add_to_magic_network)
        raise ModelError(f"{where}: {name!r} is not in the network. It has: {known}.")
    return name


def _check_ends(
    derived: DerivedNetwork, sources: tuple[str, ...], output: str, potential: str
) -> None:
    """Refuse inputs that are no sources, sources without input, outputs that do not spike."""
    known = {name for name, p in derived.populations.items() if p.step is None}
    wrong, missing = sorted(set(sources) - known), sorted(known - set(sources))
    if wrong:
        raise ModelError(f"inputs: {wrong[0]!r} has equations; inputs are {sorted(known)}.")
    if missing:
        raise ModelError(f"inputs: {missing[0]!r} gives spikes too, and must be among them.")
    step = derived.populations[output].step if output in derived.populations else None
    if step is None or not step.spikes:
        raise ModelError(f"outputs: {output!r} is no group of neurons with a threshold.")
    if potential not in step.states:
        raise ModelError(f"outputs: {output!r} has no state {potential!r}: {list(step.states)}.")


class CompiledNetwork:
    """A Brian2 network that runs trials and learns; `brainsnn.compile` makes it.

    Attributes
    ----------
    classes_ : array
        Labels, sorted, after `fit`; output neuron k stands for ``classes_[k]``.
    history_ : pandas.DataFrame
        A row an epoch, after `fit`.
    """

    classes_: NDArray[Any]
    history_: pd.DataFrame

    def __init__(self, engine: DerivedEngine, rule: BPTT) -> None:
        self._engine, self._rule = engine, rule

    @property
    def weights(self) -> dict[str, NDArray[np.float64]]:
        """Copies of what is learned, in SI units, by ``<object>.<variable>``."""
        return {n: np.array(v).ravel() for n, v in self._engine.weights.items()}

    def run(self, trials: SpikeTrains | Mapping[str, SpikeTrains]) -> Recording:
        """Run trials, each from the first state of the network.

        Parameters
        ----------
        trials : SpikeTrains or mapping of str to SpikeTrains
            Of the only input, or of each by name.

        Raises
        ------
        DataError
            If they do not fit the inputs.
        """
        return self._engine.run(self._together(trials))

    def fit(
        self,
        trials: SpikeTrains | Mapping[str, SpikeTrains],
        labels: Any,
        *,
        epochs: int = 10,
        batch_size: int = 16,
        optimiser: str = "adam",
        random_state: int = 0,
    ) -> Self:
        """Learn from where the values are now.

        Parameters
        ----------
        trials
            See `run`.
        labels : array, shape (n_trials,)
            Numbers or text, at most as many different ones as there are outputs.
        epochs : int, default 10
        batch_size : int, default 16
        optimiser : str, default "adam"
            The rate falls from the rule's to 0 in half a cosine.
        random_state : int, default 0
            Of the order of trials.

        Raises
        ------
        DataError
            If trials or labels do not fit, or labels are missing or fractions.
        ConfigError
            If a setting is impossible.
        """
        shown = self._together(trials)
        classes, positions = np.unique(as_labels(labels, shown.n_trials), return_inverse=True)
        n = self._engine.populations[self._engine.output]
        if classes.size > n:
            raise DataError(f"There are {classes.size} classes, and {n} output neurons.")
        config = made(
            TrainingConfig,
            epochs=epochs,
            batch_size=batch_size,
            update="simultaneous",
            optimiser=OPTIMISERS[optimiser].model_validate({}),
            schedule=Cosine(),
            monitor="loss",
        )
        engine, streams = self._engine, Streams(random_state)
        engine.n_steps = shown.n_steps
        rate = self._rule.learning_rate
        trainer = Trainer(engine, self._bound(shown.n_steps), RateDecoder(), config, rate, streams)
        self.history_ = trainer.fit(LabelledTrials(shown, positions.astype(np.int64))).metrics
        self.classes_ = classes
        return self

    def _bound(self, n_steps: int) -> BoundBPTT:
        engine = self._engine
        shapes = {n: (1, values.size) for n, values in engine.weights.items()}
        places = {n: Place(key, shapes[n]) for n, key in engine.keys.items()}
        return self._rule.over(
            engine.derived, tuple(engine.populations), engine.potential, places, n_steps
        )

    def predict(self, trials: SpikeTrains | Mapping[str, SpikeTrains]) -> NDArray[Any]:
        """Label of each trial: most spikes, then the largest potential, then the first in order.

        Outputs that stand for no class have no say.
        """
        if not hasattr(self, "classes_"):
            raise DataError("This network has not been fitted.")
        recording, output, n = self.run(trials), self._engine.output, self.classes_.size
        counts, potentials = recording.counts(output)[:, :n], recording.final[output][:, :n]
        finite = np.nan_to_num(potentials, nan=float(np.finfo(np.float64).min))
        most = counts == counts.max(axis=1, keepdims=True)
        return np.asarray(self.classes_[np.where(most, finite, -np.inf).argmax(axis=1)])

    def score(self, trials: SpikeTrains | Mapping[str, SpikeTrains], labels: Any) -> float:
        """Share of trials whose label is predicted.

        Raises
        ------
        DataError
            If there is no trial, or not one label each, of the kind that was learned.
        """
        found = self.predict(trials)
        wanted = as_labels(labels, found.size)
        if not found.size:
            raise DataError("There is no trial to be right or wrong in.")
        check_same_kind(wanted, found)
        return float((found == wanted).mean())

    def write_back(self) -> None:
        """Give the user's Brian2 objects the values that were learned."""
        for name, values in self.weights.items():
            owner, variable = self._engine.keys[name]
            known = self._engine.objects[owner].variables[variable]
            known.set_value(values if not known.scalar else float(values[0]))

    def _together(self, trials: SpikeTrains | Mapping[str, SpikeTrains]) -> SpikeTrains:
        """Spikes of all inputs, side by side."""
        engine = self._engine
        sizes = {name: engine.populations[name] for name in engine.sources}
        given = {engine.sources[0]: trials} if isinstance(trials, SpikeTrains) else trials
        parts = given.values() if isinstance(given, Mapping) else [given]
        if not all(isinstance(part, SpikeTrains) for part in parts):
            other = next(part for part in parts if not isinstance(part, SpikeTrains))
            raise DataError(
                "Trials are SpikeTrains, or a mapping with those of each input, not "
                f"{type(other).__name__}. An encoder makes them of numbers: "
                "brainsnn.codes.RegularEncoder(20).encode(values)."
            )
        found = {name: part.n_neurons for name, part in given.items()}
        if found != sizes:
            raise DataError(f"Inputs are {sizes} (neurons by group), got {found}.")
        return SpikeTrains.beside([given[name] for name in sizes])

    def __repr__(self) -> str:
        sizes, engine = self._engine.populations, self._engine
        ends = ", ".join(f"{n} ({sizes[n]})" for n in engine.sources)
        learned = ", ".join(f"{n} ({v.size})" for n, v in engine.weights.items())
        return (
            f"CompiledNetwork: {ends} -> {engine.output} ({sizes[engine.output]}); learns {learned}"
        )
