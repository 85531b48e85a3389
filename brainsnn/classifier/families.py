"""What goes with a rule where a classifier is told nothing else: codes, neurons, first weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from brainsnn.codes import BernoulliEncoder, Encoder, LatencyEncoder, RegularEncoder
from brainsnn.errors import ConfigError
from brainsnn.learning.glm import GLM
from brainsnn.learning.glm.network import glm_model
from brainsnn.learning.local import LocalRule
from brainsnn.learning.rules import S4NN, Antlr, Count, Decision, MaximumLikelihood, Race, Rule
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import (
    NEURONS,
    Coefficients,
    Neuron,
    counting,
    integrate_and_fire_once,
    leaky_integrate_and_fire,
)
from brainsnn.network.synapses import (
    FanInNormal,
    Initialiser,
    Preferring,
    SynapseModel,
    Uniform,
    current,
    instantaneous,
)
from brainsnn.registry import suggest
from brainsnn.training.bptt import BPTT

ACTIVE, WIDTH = 150.0, 400.0
"""Input spikes of a trial, and hidden neurons, that the papers' first weights were drawn for."""

Firsts = Callable[[Sequence[str], float], Sequence[Initialiser]]
"""First weights of each connection, from the notation's layers and the input spikes of a trial."""


@dataclass(frozen=True)
class Family:
    """What goes with a rule.

    Parameters
    ----------
    encoder : callable
        Makes the encoder of values.
    decoder : str or None
        None for the first of the rule's codes.
    learning_rate : float or None
        Of Adam; None for the rule's.
    neurons : callable or None
        Neurons of the layers of a notation, for trials of a length; None where nothing is known.
    firsts : callable
        See `Firsts`.
    lags : bool, default False
        Whether a trial has a step more for each connection.
    hidden : str, default "100"
        Hidden layers of a network of which nothing is said.
    network : callable, optional
        Makes the whole network of a notation, for trials of a length, where it is no chain.
    """

    encoder: Callable[[], Encoder]
    decoder: str | None
    learning_rate: float | None
    neurons: Callable[[str, int], Neuron | list[Neuron]] | None
    firsts: Firsts
    lags: bool = False
    hidden: str = "100"
    network: Callable[[str, int], Model] | None = None


def _fan_in(gain: float) -> Firsts:
    return lambda layers, active: [FanInNormal(gain)] * (len(layers) - 1)  # noqa: ARG005


def _scaled(first: tuple[float, float], later: tuple[float, float]) -> Firsts:
    """Bounds of even weights for `ACTIVE` inputs and `WIDTH` hidden neurons, brought to others."""

    def made(layers: Sequence[str], active: float) -> list[Initialiser]:
        scale = ACTIVE / max(active, 1.0)
        sizes = [_width(layer) for layer in layers[1:-1]]
        others = [Uniform(*(k * WIDTH / size for k in later)) for size in sizes]
        return [Uniform(*(scale * k for k in first)), *others]

    return made


def _symmetric(layers: Sequence[str], active: float) -> list[Initialiser]:  # noqa: ARG001
    """Even weights between ± 2 / sqrt(fan-in), ± 3 / sqrt(fan-in) after the first connection."""
    bounds = [(2.0 if k == 0 else 3.0) / math.sqrt(_width(n)) for k, n in enumerate(layers[:-1])]
    return [Uniform(-bound, bound) for bound in bounds]


def _width(layer: str) -> float:
    """Neurons of a layer, where the notation says it by itself."""
    sizes = layer.split("x")
    return math.prod(map(int, sizes)) if all(size.isdecimal() for size in sizes) else WIDTH


def _of_a_race(layers: Sequence[str], active: float) -> list[Initialiser]:
    """Hidden neurons that prefer a class each, and reach the threshold about together."""
    scale = ACTIVE / max(active, 1.0)
    later = [Preferring(150.0, 250.0, int(layers[-1]))] * (len(layers) - 2)
    return [Uniform(0.6 * scale, 1.2 * scale), *later]


def _current_based(notation: str, n_steps: int) -> list[Neuron]:
    coefficients = Coefficients(0.99, 0.99).normalised(n_steps)
    return [coefficients.neuron(depth) for depth in range(1, notation.count("-") + 1)]


def _two_layers(notation: str, n_steps: int) -> Model:
    """GLM network of as many basis functions as a trial has steps."""
    sizes = [layer.split("x") for layer in notation.split("-")]
    if len(sizes) != 2 or not all(size.isdecimal() for layer in sizes for size in layer):
        raise ConfigError(f"A GLM network has two layers, such as '64-10'; {notation!r} is none.")
    n_inputs, n_classes = (math.prod(map(int, layer)) for layer in sizes)
    return glm_model(GLM.build(n_inputs, n_classes, n_steps, functions=n_steps), "classifier")


FAMILIES: dict[type[Rule], Family] = {
    Count: Family(lambda: RegularEncoder(20), "rate", 0.005, counting, _fan_in(0.7), lags=True),
    S4NN: Family(
        lambda: LatencyEncoder(256),
        "first_spike",
        1.0,
        lambda *_: integrate_and_fire_once,
        _scaled((0.0, 5.0), (0.0, 5.0)),
    ),
    Decision: Family(
        lambda: LatencyEncoder(256),
        "first_spike",
        0.1,
        lambda *_: integrate_and_fire_once,
        _scaled((-1.0, 3.0), (-1.5, 2.5)),
    ),
    Antlr: Family(
        lambda: LatencyEncoder(100), "first_spike", 0.002, _current_based, _symmetric, lags=True
    ),
    BPTT: Family(
        lambda: RegularEncoder(20), None, 0.01, lambda *_: leaky_integrate_and_fire, _fan_in(1.0)
    ),
    Race: Family(
        lambda: LatencyEncoder(256),
        "first_spike",
        0.05,
        lambda *_: integrate_and_fire_once,
        _of_a_race,
    ),
    MaximumLikelihood: Family(
        lambda: BernoulliEncoder(8),
        None,
        0.1,
        None,
        _fan_in(1.0),
        hidden="",
        network=_two_layers,
    ),
    LocalRule: Family(
        lambda: RegularEncoder(700, peak=0.064),
        "labelled",
        None,
        None,
        _fan_in(1.0),
    ),
}
"""Rules that a classifier can build a network for; what inherits from one has its family."""

UNKNOWN = Family(lambda: RegularEncoder(20), None, None, None, _fan_in(0.7))
"""Of other rules, which need a neuron."""


def family_of(rule: Rule) -> Family:
    """Family of a rule, or of the rule that it inherits from."""
    return next((FAMILIES[kind] for kind in type(rule).__mro__ if kind in FAMILIES), UNKNOWN)


def settled_neuron(neuron: Any) -> Neuron | None:
    """Neuron that a name stands for, or the neuron itself.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    found = NEURONS[neuron] if isinstance(neuron, str) else neuron
    if found is not None and not isinstance(found, Neuron):
        raise ConfigError(f"neuron = {neuron!r:.100} is not possible. {suggest('', NEURONS)}")
    return found


def built(notation: str, rule: Rule, neuron: Neuron | None, n_steps: int, active: float) -> Model:
    """Network of a notation, of the neurons and first weights that go with a rule.

    Parameters
    ----------
    notation : str
    rule : Rule
    neuron : Neuron or None
        Of every layer, other than those of the rule's family; the rule may then refuse it.
    n_steps : int
        Steps of an input trial.
    active : float
        Input spikes of a trial.

    Raises
    ------
    ConfigError
        If neither the rule nor anything else says which neurons.
    ModelError
        If the notation cannot be read.
    """
    family, layers = family_of(rule), notation.split("-")
    if family.network is not None and neuron is None:
        return family.network(notation, n_steps)
    neurons: Neuron | list[Neuron]
    if neuron is not None:
        neurons = [_placed(neuron, depth, n_steps) for depth in range(1, len(layers))]
    elif family.neurons is not None:
        neurons = family.neurons(notation, n_steps)
    else:
        raise ConfigError(
            f"The rule {rule.name!r} goes with many neurons: give one, neuron='...' or a network. "
            f"Rules that have one of their own: {', '.join(_names())}."
        )
    firsts = family.firsts(layers, active)
    learned = [k for k, layer in enumerate(layers[1:]) if not layer.endswith("a")]
    synapse = _synapse(neurons if isinstance(neurons, Neuron) else neurons[0])
    return Network(
        notation,
        neurons,
        synapse=synapse,
        initialiser=[firsts[k] for k in learned],
        name="classifier",
    ).frozen()


def _placed(neuron: Neuron, depth: int, n_steps: int) -> Neuron:
    """The neuron, told when its first input can arrive and for how long, where it asks."""
    own = {"onset": float(depth), "duration": float(n_steps)}
    return neuron.with_parameters(**{k: v for k, v in own.items() if k in neuron.parameters})


def _names() -> list[str]:
    return [str(kind.model_fields["name"].default) for kind in FAMILIES]


def _synapse(neuron: Neuron) -> SynapseModel:
    """Synapse onto the current of a neuron that has one, else onto its potential."""
    return current if "dcurrent/dt" in neuron.equations.replace(" ", "") else instantaneous
