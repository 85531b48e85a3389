"""What a classifier's settings mean for the data at hand: network, rule, codes, training."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from brainsnn.codes import (
    DECODERS,
    ENCODERS,
    Decoder,
    Encoder,
    LatencyEncoder,
    RegularEncoder,
)
from brainsnn.errors import ConfigError, ModelError
from brainsnn.learning.base import BoundRule
from brainsnn.learning.rules import RULES, Count, Rule
from brainsnn.network.model import Model
from brainsnn.network.network import Network
from brainsnn.network.neurons import counting, integrate_and_fire_once
from brainsnn.network.synapses import FanInNormal, Uniform
from brainsnn.registry import Registry, suggest

ACTIVE, WIDTH = 150.0, 400.0
"""Input spikes of a trial, and hidden neurons, that the papers' first weights were drawn for."""


@dataclass(frozen=True)
class Family:
    """What goes with a rule unless something else is said.

    Parameters
    ----------
    encoder : callable
        Makes the encoder of values.
    decoder : str
    learning_rate : float
        Of Adam.
    first, later : (float, float)
        Bounds of the first weights, for `ACTIVE` inputs and `WIDTH` hidden neurons.
    """

    encoder: Callable[[], Encoder]
    decoder: str
    learning_rate: float
    first: tuple[float, float] = (0.0, 0.0)
    later: tuple[float, float] = (0.0, 0.0)


FAMILIES = {
    "count": Family(lambda: RegularEncoder(20), "rate", 0.005),
    "s4nn": Family(lambda: LatencyEncoder(256), "first_spike", 1.0, (0.0, 5.0), (0.0, 5.0)),
    "decision": Family(lambda: LatencyEncoder(256), "first_spike", 0.1, (-1.0, 3.0), (-1.5, 2.5)),
}
"""Rules that a classifier can build a network for, by name."""


@dataclass(frozen=True)
class Plan:
    """Everything that is needed to train and to decide, but the weights.

    Parameters
    ----------
    model : Model
    n_steps : int
        Length of a trial.
    rule : Rule
        Its settings; `bound` is what trains.
    decoder : Decoder
    temperature : float
        By which evidence is divided before it becomes probabilities.
    learning_rate : float
    """

    model: Model
    n_steps: int
    rule: Rule
    decoder: Decoder
    temperature: float
    learning_rate: float

    @cached_property
    def bound(self) -> BoundRule:
        """The rule, bound to the network when it is first asked for."""
        return self.rule.bind(self.model, self.decoder, self.n_steps)

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the bound rule, which is made again where it is needed."""
        return {name: value for name, value in self.__dict__.items() if name != "bound"}


def settled_rule(rule: Any) -> Rule:
    """Rule that a name stands for, or the rule itself.

    Raises
    ------
    ConfigError
        If there is none of that name, or it needs a network of its own kind.
    """
    settings = RULES[rule].model_validate({}) if isinstance(rule, str) else rule
    if rule == "count":
        settings = Count(temperature=0.1)
    if not isinstance(settings, Rule):
        raise ConfigError(f"rule = {rule!r} is not possible. {suggest(str(rule), RULES)}")
    return settings


def settled_encoder(encoder: Any, rule: Rule) -> Encoder:
    """Encoder that a name stands for, the encoder itself, or the one that goes with the rule."""
    return _settled("encoder", encoder, ENCODERS, "encode", lambda: _family(rule).encoder())


def settled_decoder(decoder: Any, rule: Rule) -> Decoder:
    """Decoder that a name stands for, the decoder itself, or the one that goes with the rule."""
    return _settled(
        "decoder", decoder, DECODERS, "decode", lambda: DECODERS[_usual_decoder(rule)]()
    )


def _usual_decoder(rule: Rule) -> str:
    return FAMILIES[rule.name].decoder if rule.name in FAMILIES else rule.codes[0]


def _settled(
    what: str, given: Any, known: Registry[Any], method: str, usual: Callable[[], Any]
) -> Any:
    if given is None:
        return usual()
    if isinstance(given, str):
        return known[given]()
    if isinstance(given, type) or not hasattr(given, method):
        raise ConfigError(f"{what} = {given!r} is not possible. {suggest('', known)}")
    return given


def _family(rule: Rule) -> Family:
    if rule.name not in FAMILIES:
        raise ConfigError(
            f"The rule {rule.name!r} needs a network of its own, and an encoder: give both. Rules "
            f"that go without: {', '.join(FAMILIES)}."
        )
    return FAMILIES[rule.name]


def make_plan(
    network: Any,
    rule: Rule,
    decoder: Decoder,
    learning_rate: float | None,
    axes: Sequence[tuple[int, ...]],
    n_classes: int,
    n_steps: int,
    active: float,
) -> Plan:
    """Plan for input neurons along `axes` that spike in `n_steps` steps.

    Parameters
    ----------
    network : str, int, tuple or Model
        See `Classifier`.
    rule : Rule
    decoder : Decoder
    learning_rate : float or None
        None for the rule's.
    axes : sequence of tuples of int
        Of the neurons of each input: (n,), or those of an image.
    n_classes, n_steps : int
    active : float
        Mean number of input spikes in a training trial, by which first weights are scaled.

    Raises
    ------
    ConfigError, ModelError
        If the network cannot be read or does not fit the data.
    """
    if isinstance(network, Model):
        model = network.frozen()
    else:
        model = _built(_notation(network, axes[0], n_classes), rule, n_steps, active)
    _check_ends(model, [math.prod(shape) for shape in axes], n_classes)
    given = "learning_rate" in rule.model_fields_set or rule.name not in FAMILIES
    own = rule.learning_rate if given else FAMILIES[rule.name].learning_rate
    length = n_steps + (len(model.connections) if rule.name == "count" else 0)
    rate = own if learning_rate is None else learning_rate
    made = Plan(model, length, rule, decoder, 1.0, rate)
    return replace(made, temperature=_temperature(made.bound, n_steps))


def _temperature(rule: BoundRule, n_steps: int) -> float:
    for of in (rule, getattr(rule, "loss_function", None)):
        for name in ("temperature", "tau"):
            if hasattr(of, name):
                return float(getattr(of, name))
    return max(n_steps / 20, 1.0)


def _notation(network: Any, axes: tuple[int, ...], n_classes: int) -> str:
    """Notation of the whole network; a hidden part is completed by what the data need."""
    inputs = "x".join(map(str, axes))
    parts: tuple[Any, ...]
    if isinstance(network, str):
        parts = tuple(network.replace(" ", "").split("-"))
        if len(parts) > 1:
            return _checked(network, parts, axes, n_classes)
    elif isinstance(network, tuple | list):
        parts = tuple(network)
    else:
        parts = (network,)
    if not all(isinstance(p, str) or _is_size(p) for p in parts):
        raise ConfigError(
            f"network = {network!r} is not possible: it is a notation of the whole network "
            f"('{inputs}-100-{n_classes}'), the hidden layers alone (100, or (100, 50)), or a "
            "network."
        )
    return "-".join(str(p) for p in (inputs, *parts, n_classes) if p != "")


def _is_size(part: Any) -> bool:
    return isinstance(part, int | np.integer) and not isinstance(part, bool) and int(part) > 0


def _checked(network: str, parts: tuple[str, ...], axes: tuple[int, ...], n_classes: int) -> str:
    """Refuse a whole network whose ends do not fit the data."""
    sizes = [int(k) for k in parts[0].split("x") if k.isdecimal()]
    fits = sizes and math.prod(sizes) == math.prod(axes)
    if not fits or parts[-1] != str(n_classes):
        fitting = "-".join(["x".join(map(str, axes)), *parts[1:-1], str(n_classes)])
        raise ModelError(
            f"The network {network!r} begins with {parts[0]} inputs and ends with {parts[-1]} "
            f"outputs; the data have {math.prod(axes)} input neurons and {n_classes} classes: "
            f"{fitting!r} would fit. Hidden layers alone are a tuple: "
            f"{tuple(int(p) if p.isdecimal() else p for p in parts)!r}."
        )
    return network


def _built(notation: str, rule: Rule, n_steps: int, active: float) -> Model:
    """Network of the notation with the neurons that the rule was derived for."""
    family = _family(rule)
    if isinstance(rule, Count):
        return Network(
            notation, counting(notation, n_steps), initialiser=FanInNormal(0.7), name="classifier"
        ).frozen()
    layers = notation.split("-")
    scale = ACTIVE / max(active, 1.0)
    first = [Uniform(*(scale * k for k in family.first))]
    for layer in layers[1:-1]:
        width = int(layer) if layer.isdecimal() else WIDTH
        first.append(Uniform(*(k * WIDTH / width for k in family.later)))
    learned = [k for k, layer in enumerate(layers[1:]) if not layer.endswith("a")]
    return Network(
        notation,
        integrate_and_fire_once,
        initialiser=[first[k] for k in learned],
        name="classifier",
    ).frozen()


def _check_ends(model: Model, given: list[int], n_classes: int) -> None:
    sizes = [population.size for population in model.inputs]
    output = model.output
    if sizes != given:
        raise ModelError(
            f"Network {model.name!r} has inputs of {sizes} neurons; the data need {given}."
        )
    if output.size != n_classes:
        raise ModelError(
            f"Network {model.name!r} has {output.size} neurons in its last population "
            f"{output.name!r}; there are {n_classes} classes."
        )
