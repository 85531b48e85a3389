r"""A GLM network as a model that engines run.

Lags are connections with delays: the connection ``lag<l>`` has the weights :math:`(A w)_\ell` and
brings a spike to its targets :math:`\ell` steps later, so a spike costs one row of weights a lag.
Learnable weights are gathered into it between trials (`load`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from brainsnn.learning.glm import GLM, GLMWeights
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import glm_neuron
from brainsnn.network.synapses import Uniform
from brainsnn.network.synapses.lagged import lagged


def glm_model(glm: GLM, name: str = "glm") -> Model:
    """Describe a GLM network as populations ``input`` and ``output`` and a connection a lag.

    Parameters
    ----------
    glm : GLM
    name : str
        For descriptions.
    """
    neuron = glm_neuron(len(glm.feedback), glm.activation.threshold)
    populations = (Population("input", glm.n_inputs), Population("output", glm.n_classes, neuron))
    connections = tuple(
        Connection(f"lag{lag}", "input", "output", lagged, Uniform(-1, 1), delay=lag - 1)
        for lag in range(1, len(glm.basis) + 1)
    )
    return Model(name, populations, connections)


class HoldsWeights(Protocol):
    """An engine, as far as weights and parameters are given to it."""

    def set_weights(self, weights: Mapping[str, Any]) -> None:
        """Take new weights, by connection."""

    def set_parameter(self, population: str, name: str, value: Any) -> None:
        """Take new values of a parameter of a population's neurons."""


def load(engine: HoldsWeights, glm: GLM, weights: GLMWeights) -> None:
    """Give an engine that runs `glm_model` the kernels and biases of `weights`.

    Raises
    ------
    WeightsError
        If the weights do not fit the network.
    """
    glm.check(weights)
    kernels = np.einsum("lk,jki->lji", glm.basis, weights.synaptic)
    engine.set_weights({f"lag{lag}": kernel for lag, kernel in enumerate(kernels, start=1)})
    parameters: dict[str, Any] = {"bias": weights.bias}
    for lag, values in enumerate(glm.feedback @ weights.feedback, start=1):
        parameters[f"beta{lag}"] = values
    for key, value in parameters.items():
        engine.set_parameter("output", key, value)
