r"""A GLM network as a model that engines run, and a model read as a GLM network.

Each basis function :math:`k` of the synaptic kernels is a connection ``kernel<k>`` with the weights
:math:`w_{jki}`; biases and the weights of the feedback kernels are parameters of the output's
neurons, which hold the basis functions (`brainsnn.network.neurons.glm`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError, RuleError
from brainsnn.learning.base import Weights
from brainsnn.learning.glm.activations import ACTIVATIONS
from brainsnn.learning.glm.structure import GLM, GLMWeights
from brainsnn.learning.layers import Derivation
from brainsnn.learning.likeness import likeness, statements
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.names import ParameterName
from brainsnn.network.neurons import Neuron, functions_of, glm_neuron
from brainsnn.network.synapses import Uniform, filtered

INPUT, OUTPUT = "input", "output"


def glm_model(glm: GLM, name: str = "glm", bound: float = 1.0) -> Model:
    """Describe a GLM network: populations ``input`` and ``output``, a connection a basis function.

    Parameters
    ----------
    glm : GLM
    name : str, default "glm"
        For descriptions.
    bound : float, default 1
        First weights are drawn evenly between minus this and this.
    """
    neuron = glm_neuron(glm.basis, glm.feedback, glm.activation.threshold)
    populations = (Population(INPUT, glm.n_inputs), Population(OUTPUT, glm.n_classes, neuron))
    connections = tuple(
        Connection(f"kernel{k}", INPUT, OUTPUT, filtered(k), Uniform(-bound, bound))
        for k in range(1, glm.basis.shape[1] + 1)
    )
    return Model(name, populations, connections)


def named(weights: GLMWeights) -> dict[str, NDArray[np.float64]]:
    """Weights of a GLM as engines that run `glm_model` take them, by name."""
    kernels = {f"kernel{k}": w for k, w in enumerate(np.moveaxis(weights.synaptic, 1, 0), start=1)}
    own = {"bias": weights.bias}
    own |= {f"feedback{k}": v for k, v in enumerate(weights.feedback, start=1)}
    return kernels | {
        str(ParameterName(OUTPUT, name)): values[None] for name, values in own.items()
    }


def gathered(glm: GLM, weights: Weights) -> GLMWeights:
    """Weights by name (`named`), in the order in which a network has them, as those of a GLM."""
    own = {name.variable: w[0] for k, w in weights.items() if (name := ParameterName.read(k))}
    kernels = [array for name, array in weights.items() if not ParameterName.read(name)]
    feedback = [own[f"feedback{k}"] for k in range(1, glm.feedback.shape[1] + 1)]
    return GLMWeights(np.stack(kernels, axis=1), np.array(feedback), own["bias"])


def glm_of(rule: str, network: Model, n_steps: int) -> GLM:
    """Read a network as a GLM network of trials of a length.

    Raises
    ------
    RuleError
        If it is another; the message names the population or connection and the reason.
    """
    if len(network.populations) != 2 or len(network.inputs) != 1:
        names = ", ".join(network.sizes)
        raise RuleError(
            f"The rule {rule!r} was derived for one input and one output population; "
            f"{network.name!r} has {names}."
        )
    output = network.output
    assert output.neuron is not None
    basis, feedback, activation = read_neuron(rule, output.name, output.neuron)
    _check_connections(rule, network, basis.shape[1])
    try:
        sizes = network.inputs[0].size, output.size, n_steps
        return GLM(*sizes, basis[:n_steps], feedback[:n_steps], ACTIVATIONS[activation])
    except ConfigError as error:
        raise RuleError(f"The rule {rule!r}: {error}") from error


def read_neuron(
    rule: str, population: str, neuron: Neuron
) -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    """Basis functions, those of feedback, and activation of a population's neuron.

    Raises
    ------
    RuleError
        If it is no GLM neuron, or others of its parameters are to be trained.
    """
    where = f"Population {population!r}: the rule {rule!r} was derived for the neuron glm"
    functions = functions_of(neuron)
    if functions is None:
        raise RuleError(f"{where} (`glm_neuron`), not for {neuron.name!r}.")
    known = {name: activation.threshold for name, activation in ACTIVATIONS.items()}
    drawn = statements(neuron.threshold)
    name = next((name for name, text in known.items() if statements(text) == drawn), None)
    if name is None:
        thresholds = ", ".join(map(repr, known.values()))
        raise RuleError(
            f"{where} with one of the thresholds {thresholds}: not {neuron.threshold!r}."
        )
    twin = glm_neuron(*functions, known[name])
    differences = likeness(neuron, twin).differences
    if differences:
        raise RuleError(f"{where}, not for {neuron.name!r}: {'; '.join(differences)}.")
    if set(neuron.trainable) != set(twin.trainable):
        raise RuleError(
            f"Population {population!r}: the rule {rule!r} trains {', '.join(twin.trainable)}; to "
            f"be trained is {', '.join(neuron.trainable) or 'nothing'}."
        )
    return *functions, name


def _check_connections(rule: str, network: Model, n_functions: int) -> None:
    """Check that there is a connection for each basis function, and nothing else."""
    for c, k in zip(network.connections, range(1, n_functions + 1), strict=False):
        Derivation((), filtered(k)).check_connection(rule, c)
        if c.source != network.inputs[0].name:
            raise RuleError(
                f"Connection {c.name!r}: the rule {rule!r} was not derived for it: it leads from "
                f"{c.source!r}, not from the input."
            )
    if len(network.connections) != n_functions:
        raise RuleError(
            f"The rule {rule!r} needs a connection for each of the {n_functions} basis functions "
            f"of {network.output.name!r}; {network.name!r} has {len(network.connections)}."
        )
