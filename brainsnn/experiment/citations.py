"""What a run used that papers describe, read from its directory: nothing is loaded or run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from brainsnn.codes import DECODERS, ENCODERS
from brainsnn.errors import ConfigError
from brainsnn.experiment.experiment import Condition, Experiment
from brainsnn.experiment.installed import protocol_of
from brainsnn.experiment.training import TrainingExperiment
from brainsnn.learning.local.several import SeveralRules
from brainsnn.learning.optimisers import OptimiserConfig
from brainsnn.learning.rule import Rule
from brainsnn.records import RunDirectory

Named = tuple[str, Any]
"""What something is, as in ``rule s4nn``, and the thing, which may have a `citation`."""


def citations(path: Path) -> dict[str, str]:
    """Return the papers of what a run is made of, each with what it describes.

    Parameters
    ----------
    path : Path
        A run directory, of which settings alone are read.

    Returns
    -------
    dict of str to str
        What it describes (``rule s4nn``; several, with commas) by citation, the protocol's own
        first; things without a citation are left out.

    Raises
    ------
    RunDirectoryError, ConfigError
        If it is no run directory, or its settings are not those of an installed protocol.
    """
    experiment = protocol_of(path)
    config = RunDirectory.read(path).config(experiment.config)
    found: dict[str, dict[str, None]] = {}
    for what, thing in _used(experiment, config):
        if text := getattr(thing, "citation", ""):
            found.setdefault(text.rstrip("."), {})[what] = None
    return {text: ", ".join(names) for text, names in found.items()}


def _used(experiment: Experiment[Any], config: Any) -> Iterator[Named]:
    """Everything that the conditions of a run are made of, some of it several times."""
    yield f"protocol {experiment.name}", experiment
    for condition in experiment.chosen(config):
        if isinstance(experiment, TrainingExperiment):
            yield from _trained(experiment, condition)
        yield from map(_named, experiment.sources(condition.config))
        yield from _network(experiment, condition)


def _network(experiment: Experiment[Any], condition: Condition[Any]) -> Iterator[Named]:
    """Neurons and synapses, where there is a network to describe."""
    try:
        model = experiment.model(condition.config)
    except ConfigError:
        return
    neurons = (population.neuron for population in model.populations)
    yield from ((f"neuron {neuron.name}", neuron) for neuron in neurons if neuron is not None)
    synapses = (connection.synapse for connection in model.connections)
    yield from ((f"synapse {synapse.name}", synapse) for synapse in synapses)


def _trained(experiment: TrainingExperiment[Any], condition: Condition[Any]) -> Iterator[Named]:
    """Rule, optimiser and decoders of a network that is trained."""
    config = condition.config
    yield from map(_named, _rules(experiment.rule(config)))
    yield _named(experiment.training(config).optimiser)
    for code in (code for code in experiment.codes(config) if code in DECODERS):
        yield f"decoder {code}", experiment.decoder(config, code)


def _rules(rule: Any) -> Iterable[Any]:
    """The rule, or those of which it is made."""
    return rule.rules if isinstance(rule, SeveralRules) else (rule,)


def _named(thing: Any) -> Named:
    """A rule, an optimiser, a data set or an encoder, or a class of these, with its name."""
    if isinstance(thing, Rule):
        return f"rule {thing.name}", thing
    if isinstance(thing, OptimiserConfig):
        return f"optimiser {thing.name}", thing
    made: Any = thing if isinstance(thing, type) else type(thing)
    encoders = [name for name, entry in ENCODERS.items() if entry is made]
    return f"encoder {encoders[0]}" if encoders else f"data set {made.name}", thing
