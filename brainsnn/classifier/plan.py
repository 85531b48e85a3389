"""What a classifier's settings mean for the data at hand: network, rule, codes, training."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from brainsnn.classifier.families import built, family_of
from brainsnn.classifier.local.network import check_enough, competing
from brainsnn.classifier.local.settling import named_pair
from brainsnn.codes import DECODERS, ENCODERS, Decoder, Encoder
from brainsnn.errors import ConfigError, ModelError
from brainsnn.learning.base import BoundRule
from brainsnn.learning.local import LocalRule
from brainsnn.learning.rules import RULES, Count, Rule
from brainsnn.network.model import Model
from brainsnn.network.neurons import Neuron
from brainsnn.registry import Registry, suggest


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
    n_classes : int
    """

    model: Model
    n_steps: int
    rule: Rule
    decoder: Decoder
    temperature: float
    learning_rate: float
    n_classes: int

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
    if rule == "pair_stdp":
        settings = named_pair()
    if not isinstance(settings, Rule):
        raise ConfigError(f"rule = {rule!r} is not possible. {suggest(str(rule), RULES)}")
    return settings


def settled_encoder(encoder: Any, rule: Rule) -> Encoder:
    """Encoder that a name stands for, the encoder itself, or the one that goes with the rule."""
    return _settled("encoder", encoder, ENCODERS, "encode", family_of(rule).encoder)


def settled_decoder(decoder: Any, rule: Rule) -> Decoder:
    """Decoder that a name stands for, the decoder itself, or the one that goes with the rule."""
    known = family_of(rule).decoder
    usual = rule.usual_decoder if known is None else DECODERS[known]
    return _settled("decoder", decoder, DECODERS, "decode", usual)


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


def make_plan(
    network: Any,
    neuron: Neuron | None,
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
    network : str, int, tuple, Model or None
        See `Classifier`.
    neuron : Neuron or None
        Of a notation's layers; None for the rule's.
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
    family = family_of(rule)
    network = family.hidden if network is None else network
    if isinstance(rule, LocalRule):
        model, rule = competing(network, rule, axes[0], n_steps, active)
    elif not isinstance(network, Model):
        model = built(_notation(network, axes[0], n_classes), rule, neuron, n_steps, active)
    elif neuron is None:
        model = network.frozen()
    else:
        raise ConfigError(
            f"neuron = {neuron.name!r} is for a notation; {network.name!r} has its own neurons."
        )
    _check_ends(model, [math.prod(shape) for shape in axes])
    many = check_enough if isinstance(rule, LocalRule) else _check_outputs
    many(model, n_classes)
    given = "learning_rate" in rule.model_fields_set or family.learning_rate is None
    own = rule.learning_rate if given else family.learning_rate
    length = n_steps + (len(model.connections) if family.lags else 0)
    rate = own if learning_rate is None else learning_rate
    assert rate is not None
    made = Plan(model, length, rule, decoder, 1.0, rate, n_classes)
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


def _check_ends(model: Model, given: list[int]) -> None:
    sizes = [population.size for population in model.inputs]
    if sizes != given:
        raise ModelError(
            f"Network {model.name!r} has inputs of {sizes} neurons; the data need {given}."
        )


def _check_outputs(model: Model, n_classes: int) -> None:
    output = model.output
    if output.size != n_classes:
        raise ModelError(
            f"Network {model.name!r} has {output.size} neurons in its last population "
            f"{output.name!r}; there are {n_classes} classes."
        )
