"""The network of a classifier whose rule acts inside the trial."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from brainsnn.classifier.local.settling import check_competes
from brainsnn.errors import ConfigError, ModelError
from brainsnn.learning.local import LocalRule
from brainsnn.network.competition import Competition
from brainsnn.network.model import Model
from brainsnn.network.synapses import Uniform

MEAN, DRIVE = 0.2, 0.25
"""Mean weight, as a share of the largest, and weight that arrives in a step, on average."""


def competing(
    network: Any, rule: LocalRule, axes: tuple[int, ...], n_steps: int, active: float
) -> tuple[Model, LocalRule]:
    """Network that learns, and the rule with the sum of weights that it restores.

    Parameters
    ----------
    network : int, str, tuple of one, or Model
        Number of neurons that compete, ``"64-100"``, or a network; the rule's strings are added
        where nothing in it is plastic yet.
    rule : LocalRule
    axes : tuple of int
        Of the input neurons.
    n_steps : int
    active : float
        Mean number of input spikes in a training trial.

    Raises
    ------
    ConfigError, ModelError, RuleError
        If it cannot be read, does not fit the data, or the rule does not go with it.
    """
    if isinstance(network, Model):
        model = network.frozen()
        learns = any("w" in c.synapse.plastic for c in model.connections)
        return (model if learns else rule.augment(model)), rule
    check_competes(rule)
    n_inputs, size = math.prod(axes), _size(network, axes)
    if "normalise" not in rule.model_fields_set:
        largest = float(getattr(rule, "w_max", 1.0))
        rule = rule.model_copy(update={"normalise": MEAN * largest * n_inputs})
    mean = rule.normalise / n_inputs if rule.normalise else MEAN
    strength = DRIVE * n_steps / (mean * max(active, 1.0))
    wanted, first = Competition(), Uniform(0.0, 2 * mean)
    neuron = wanted.excitatory(size)
    made = wanted.network("classifier", n_inputs, neuron, size, first, strength)
    return rule.augment(made), rule


def _size(network: Any, axes: tuple[int, ...]) -> int:
    """Neurons that compete."""
    parts: list[Any] = [network]
    if isinstance(network, str):
        parts = list(network.replace(" ", "").split("-"))
    elif isinstance(network, tuple | list):
        parts = list(network)
    last: Any = parts[-1] if parts else None
    whole = isinstance(last, int | np.integer) and not isinstance(last, bool)
    number = int(last) if whole or (isinstance(last, str) and last.isdecimal()) else 0
    if number < 1 or len(parts) > (2 if isinstance(network, str) else 1):
        raise ConfigError(
            f"network = {network!r} is not possible with a rule that acts inside the trial: it is "
            f"the number of neurons that compete (100, or '{_text(axes)}-100'), or a network."
        )
    if len(parts) == 2 and parts[0] not in (_text(axes), str(math.prod(axes))):
        raise ModelError(
            f"The network {network!r} begins with {parts[0]} inputs; the data have "
            f"{math.prod(axes)} input neurons: '{_text(axes)}-{number}' would fit."
        )
    return number


def check_enough(model: Model, n_classes: int) -> None:
    """Refuse fewer neurons than classes: each stands for one.

    Raises
    ------
    ModelError
    """
    if model.output.size < n_classes:
        raise ModelError(
            f"Network {model.name!r} has {model.output.size} neurons in its last population "
            f"{model.output.name!r} for {n_classes} classes: each stands for one, so that at least "
            "as many are needed."
        )


def _text(axes: tuple[int, ...]) -> str:
    return "x".join(map(str, axes))
