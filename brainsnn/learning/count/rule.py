r"""Backpropagation through spike counts (Wu, Chua, Zhang, Yang, Li and Li 2019).

Each neuron's count stands for it. With :math:`\delta^l` the derivative of the loss by what the
neurons of layer l received in the trial (`brainsnn.learning.count.transfer`),

.. math::
    \delta^L_k &= \frac{\partial L}{\partial c^L_k}\, g'(V^L_k) && \text{(eqs. 8-10)} \\
    \delta^l_j &= \Big(\sum_k w_{jk}\, \delta^{l+1}_k
        + \frac{\partial L_r}{\partial c^l_j}\Big)\, g'(V^l_j) && \text{(eqs. 11, 12)} \\
    \frac{\partial L}{\partial w_{ij}} &= c^{l-1}_i\, \delta^l_j, \qquad
    \frac{\partial L}{\partial b_j} = \delta^l_j && \text{(eqs. 13, 14)}

where all counts c are the recorded ones and :math:`L_r` is the penalty of rates
(`brainsnn.learning.count.penalty`), which the paper names as one of the constraints that a loss of
counts can take. A batch is a few products of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.errors import LearningError, RuleError
from brainsnn.learning.base import BoundRule, RowGradient, Weights
from brainsnn.learning.count.connection import CountConnection, Floats
from brainsnn.learning.count.convolution import ConvolutionConnection
from brainsnn.learning.count.counts import free_potential, recorded_counts
from brainsnn.learning.count.dense import DenseConnection
from brainsnn.learning.count.feedback import Feedback, Kind, drawn
from brainsnn.learning.count.kernel import gradient, layout
from brainsnn.learning.count.penalty import RatePenalty
from brainsnn.learning.count.pooling import PoolingConnection
from brainsnn.learning.count.products import total_over_trials
from brainsnn.learning.count.transfer import slope
from brainsnn.learning.kernels import NetworkKernel
from brainsnn.learning.layers import Derivation, Layers
from brainsnn.learning.losses.count_softmax import CountSoftmax
from brainsnn.learning.rule import RULES, LayeredRule
from brainsnn.network.connectivity import AllToAll, AveragePooling, Connectivity, Convolution
from brainsnn.network.names import ParameterName
from brainsnn.network.neurons import integrate_and_fire_subtractive
from brainsnn.spikes import Recording

CITATION = (
    "Wu J., Chua Y., Zhang M., Yang Q., Li G., Li H. (2019) Deep spiking neural network with spike "
    "count based learning rule. IJCNN 2019. arXiv:1902.05705."
)


@dataclass(frozen=True)
class Link:
    """One connection of the chain: its name and ends, how it acts, and its weights if any."""

    name: str
    source: str
    target: str
    connection: CountConnection
    weights: Floats | None


@dataclass(frozen=True)
class CountBackprop(BoundRule):
    r"""The rule, for chains of layers (module docstring).

    Weights given to `backward` hold, beside the learned connections, the initial potentials
    ``<population>.v0`` of populations that learn theirs, shape (1, size).

    Parameters
    ----------
    n_steps : int
        T: steps in which a neuron may spike; the largest count.
    threshold : float, default 1
        :math:`\vartheta`, the network's.
    temperature : float, default 1
        Of the softmax over output counts (`CountSoftmax`).
    open_output : bool, default True
        Whether the output's slope is :math:`1/\vartheta` everywhere, so that an output that
        received less than nothing, or more than T spikes' worth, still learns. Where the slope
        closes, an output that falls silent for its own class stays so.
    penalty : RatePenalty
        Of the hidden layers' rates.
    chain : mapping of str to CountConnection, optional
        How each connection acts, in order; every connection all-to-all by default.
    feedback : Feedback
        How errors come down; through the weights by default.

    Raises
    ------
    LearningError
        If `n_steps` is below 1 or the threshold not positive.
    """

    n_steps: int
    threshold: float = 1.0
    temperature: float = 1.0
    open_output: bool = True
    penalty: RatePenalty = field(default_factory=RatePenalty)
    chain: Mapping[str, CountConnection] = field(default_factory=dict)
    feedback: Feedback = field(default_factory=Feedback)
    loss_function: CountSoftmax = field(init=False)

    def __post_init__(self) -> None:
        if self.n_steps < 1:
            raise LearningError(f"The count rule needs n_steps of 1 or more, got {self.n_steps}.")
        if not self.threshold > 0:
            raise LearningError(f"The threshold must be positive, got {self.threshold}.")
        object.__setattr__(self, "loss_function", CountSoftmax(self.temperature))

    def backward(
        self, recording: Recording, weights: Weights, labels: NDArray[np.int64]
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of each connection and initial potential, the last layer's first.

        Raises
        ------
        LearningError
            If weights do not fit the recording, it lacks final potentials, or labels are wrong.
        """
        links, counts = self.links(recording.populations, weights), recorded_counts(recording)
        output = links[-1].target
        by_count = last = self.loss_function.error(counts[output], labels)
        for depth in range(len(links) - 1, -1, -1):
            link = links[depth]
            error = by_count * self._slope(recording, counts, link.target, link.target == output)
            last = error if link.target == output else last
            yield from self._gradients(link, counts[link.source], error, weights)
            if depth:
                ways = link.name, link.connection, link.weights
                by_count = self.feedback.below(*ways, error, last)
                if self.penalty.weight:
                    by_count = by_count + self.penalty.error(counts[link.source], self.n_steps)

    def _slope(
        self, recording: Recording, counts: Mapping[str, Floats], name: str, output: bool
    ) -> Floats | float:
        if output and self.open_output:
            return 1.0 / self.threshold
        received = free_potential(recording, name, counts[name], self.threshold)
        return slope(received, self.threshold, self.n_steps)

    def _gradients(
        self, link: Link, counts: Floats, error: Floats, weights: Weights
    ) -> Iterator[tuple[str, RowGradient]]:
        if link.weights is not None:
            rows = np.arange(link.weights.shape[0])
            yield link.name, RowGradient(rows, link.connection.gradient(counts, error))
        bias = str(ParameterName(link.target, "v0"))
        if bias in weights:
            total = np.empty((1, error.shape[1]))
            total_over_trials(np.ascontiguousarray(error), total)
            yield bias, RowGradient(np.zeros(1, np.int64), total)

    def network_kernel(
        self, populations: Mapping[str, int], weights: Weights
    ) -> NetworkKernel | None:
        """See `BoundRule`; None for connections of one's own."""
        matrices = self.feedback.matrices
        network = layout(self.links(populations, weights), populations, weights, matrices)
        if network is None:
            return None
        of_loss = self.temperature, self.n_steps, self.open_output
        penalty = self.penalty.weight, self.penalty.target
        direct = self.feedback.kind == "direct"
        parameters = np.array([self.threshold, *of_loss, *penalty, direct], np.float64)
        return NetworkKernel(gradient, network, parameters, sequential=False, owner=matrices)

    def links(self, populations: Mapping[str, int], weights: Weights) -> list[Link]:
        """Connections between populations of these sizes, in order.

        Raises
        ------
        LearningError
            If there is not one between each population and the next, or weights do not fit.
        """
        names = list(populations)
        chain = self.chain or {w: DenseConnection() for w in weights if not ParameterName.read(w)}
        if len(chain) != len(names) - 1:
            raise LearningError(
                f"A chain of {len(names) - 1} connections expected, got {list(chain)}."
            )
        out = []
        for (name, connection), source, target in zip(
            chain.items(), names, names[1:], strict=False
        ):
            sizes = populations[source], populations[target]
            connection.check(name, *sizes, weights.get(name))
            out.append(Link(name, source, target, connection, weights.get(name)))
        return out

    def loss(self, recording: Recording, labels: NDArray[np.int64]) -> Floats:
        """Loss of each trial: cross-entropy and penalties."""
        *hidden, output = list(recording.populations)[1:]
        counts = recording.counts(output).astype(np.float64)
        value = self.loss_function.value(counts, labels)
        for name in hidden if self.penalty.weight else ():
            value += self.penalty.value(recording.counts(name).astype(np.float64), self.n_steps)
        return value


def count_connection(connectivity: Connectivity) -> CountConnection:
    """How a connection of that connectivity acts on counts."""
    if isinstance(connectivity, Convolution):
        return ConvolutionConnection(**vars(connectivity))
    if isinstance(connectivity, AveragePooling):
        return PoolingConnection(**vars(connectivity))
    return DenseConnection()


@RULES.register("count")
class Count(LayeredRule):
    """Backpropagation through spike counts, for chains of layers, convolution and pooling.

    Parameters
    ----------
    learning_rate : float, default 0.001
        Of Adam.
    temperature : float, default 0.05
        Of the softmax over counts, as a share of T (the paper's is 1 / T), the steps in which a
        neuron of the network may spike.
    open_output : bool, default True
        See `CountBackprop`; its threshold is that of the network.
    rate_penalty, rate_target : float, default 0.0 and 0.1
        See `RatePenalty`; 0 turns the penalty off.
    feedback : {"symmetric", "random", "direct"}, default "symmetric"
        How errors come down: through the weights, or through fixed matrices
        (`brainsnn.learning.count.feedback`).
    feedback_scale : float, default 1
        Of the matrices; 1 is a deviation of one over the root of their rows.
    feedback_seed : int, default 0
        What they are drawn from.

    References
    ----------
    J. Wu, Y. Chua, M. Zhang, Q. Yang, G. Li and H. Li, Deep spiking neural network with spike count
    based learning rule, IJCNN (2019), arXiv:1902.05705.
    """

    citation: ClassVar[str] = CITATION
    codes: ClassVar[tuple[str, ...]] = ("rate",)
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"
    derivation: ClassVar[Derivation] = Derivation(
        (integrate_and_fire_subtractive,),
        connectivities=(AllToAll, Convolution, AveragePooling),
        trained=("v0",),
    )

    name: Literal["count"] = "count"
    learning_rate: float = Field(default=0.001, gt=0)
    temperature: float = Field(default=0.05, gt=0)
    open_output: bool = True
    rate_penalty: float = Field(default=0.0, ge=0)
    rate_target: float = Field(default=0.1, ge=0, le=1)
    feedback: Kind = "symmetric"
    feedback_scale: float = Field(default=1.0, gt=0)
    feedback_seed: int = Field(default=0, ge=0)

    def of_layers(self, layers: Layers, n_steps: int) -> CountBackprop:
        """See `LayeredRule`."""
        largest = _largest_count(layers, n_steps)
        chain = {c.name: count_connection(c.connectivity) for c in layers.connections}
        return CountBackprop(
            largest,
            layers.common("theta"),
            self.temperature * largest,
            self.open_output,
            RatePenalty(self.rate_penalty, self.rate_target),
            chain,
            drawn(self.feedback, layers, chain, self.feedback_scale, self.feedback_seed),
        )


def _largest_count(layers: Layers, n_steps: int) -> int:
    """T: steps of a trial in which each neuron may spike."""
    counts = {
        p.name: int(min(layers.value(p, "duration"), n_steps - layers.value(p, "onset")))
        for p in layers.populations
    }
    if len(set(counts.values())) > 1 or min(counts.values()) < 1:
        steps = ", ".join(f"{name!r} {count}" for name, count in counts.items())
        raise RuleError(
            "The rule 'count' needs every population to have as many steps in which it may spike, "
            f"1 or more; in a trial of {n_steps} steps, with onset and duration of their neurons, "
            f"they have: {steps}. A trial of a network of counts is a step longer for each "
            "connection."
        )
    return counts[layers.populations[0].name]
