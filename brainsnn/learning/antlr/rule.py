r"""ANTLR: activation- and timing-based gradients, alone or together (Kim, Kim and Kim 2020).

The activation-based method asks of every step whether a spike should have been there, through a
surrogate derivative of the threshold; the timing-based method asks of every spike whether it should
have come earlier or later. ANTLR adds the two where they meet, in the derivative with respect to
the potential, weighted by :math:`\lambda_{act}` and :math:`\lambda_{tim}`. Equations are in
`brainsnn.learning.antlr.gradients`; the neuron is `brainsnn.network.neurons.current_based`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from brainsnn.errors import LearningError, RuleError
from brainsnn.learning.antlr.kernel import gradient, layout, of_loss
from brainsnn.learning.antlr.layer import Layer, learn_trials, make_layer
from brainsnn.learning.antlr.potentials import Floats, pack
from brainsnn.learning.antlr.trials import LayerSpikes, layer_spikes, output_raster, paper_steps
from brainsnn.learning.base import BoundRule, RowGradient, Weights
from brainsnn.learning.gated import layers
from brainsnn.learning.kernels import NetworkKernel
from brainsnn.learning.layers import Derivation, Layers
from brainsnn.learning.losses.spike_count import SpikeCountLoss
from brainsnn.learning.losses.spike_latency import SpikeLatencyLoss
from brainsnn.learning.losses.spike_loss import Method, SpikeLoss
from brainsnn.learning.rule import RULES, LayeredRule
from brainsnn.network.names import ParameterName
from brainsnn.network.neurons.current_based import Coefficients, current_based, current_based_once
from brainsnn.network.synapses.current import current
from brainsnn.spikes import Recording
from brainsnn.spikes.targets import Targets

CITATION = (
    "Kim J., Kim K., Kim J.-J. (2020) Unifying activation- and timing-based learning rules for "
    "spiking neural networks. NeurIPS 33. arXiv:2006.02642."
)


def bias_name(population: str) -> str:
    """Name under which a population's biases stand beside the weights."""
    return str(ParameterName(population, "bias"))


@dataclass(frozen=True)
class AntlrBackprop(BoundRule):
    r"""ANTLR, for any number of layers; with one weight 0, one of the methods it unifies.

    Weights given to `backward` may contain, beside each connection, the biases of the population
    it leads to, under `bias_name` and of shape (n,); their gradients come after the connection's,
    as one row. Without them biases are 0.

    Parameters
    ----------
    loss_function : SpikeLoss, default SpikeLatencyLoss()
    coefficients : Coefficients
        Those of the network's neurons.
    lambda_act, lambda_tim : float, default 1
        Weight of the activation-based and of the timing-based derivative.
    height, sharpness : float, default 1, 3
        Surrogate derivative :math:`\sigma'(V) = h\,e^{-s |V - \theta|}`.
    least_slope : float, default 0.01
        Least slope :math:`v_0` of the potential at a spike, so that a spike that only just came
        about moves no further than that.
    reset_path : bool, default False
        Whether activations are also followed through the reset (appendix C).
    silence_penalty : float, default 0
        What a neuron that is silent in a trial adds to the derivatives with respect to its incoming
        weights, together, with the sign that raises them (100 in the paper's timing-based runs).
    once : bool, default False
        Whether neurons spike at most once a trial (`current_based_once`).
    negligible : float, default 0
        Derivatives of the loss by output spikes that are smaller count as 0. A trial is followed
        back from the last that is not, so one that is learned well enough costs nothing.
    spike_penalty : float, default 0
        :math:`\lambda_s`, by which the derivative with respect to each hidden spike's activation
        grows. It goes the activation-based way, and makes every trial cost its whole length.

    Raises
    ------
    LearningError
        If the loss does not go with the method, a weight or penalty is negative, both weights are
        0, a scale is not positive, or spikes are penalised without `lambda_act`.
    """

    loss_function: SpikeLoss = field(default_factory=SpikeLatencyLoss)
    coefficients: Coefficients = field(default_factory=Coefficients)
    lambda_act: float = 1.0
    lambda_tim: float = 1.0
    height: float = 1.0
    sharpness: float = 3.0
    least_slope: float = 0.01
    reset_path: bool = False
    silence_penalty: float = 0.0
    once: bool = False
    negligible: float = 0.0
    spike_penalty: float = 0.0

    def __post_init__(self) -> None:
        lambdas = (self.lambda_act, self.lambda_tim)
        others = (self.silence_penalty, self.negligible, self.spike_penalty)
        if not all(value >= 0 for value in (*lambdas, *others)):
            raise LearningError(
                f"ANTLR's lambdas, penalties and negligible must be 0 or more, got {self}."
            )
        if not any(lambdas):
            raise LearningError("ANTLR needs lambda_act or lambda_tim above 0; both are 0.")
        if not all(value > 0 for value in (self.height, self.sharpness, self.least_slope)):
            raise LearningError(
                "ANTLR's height, sharpness and least slope must be positive, got "
                f"{self.height}, {self.sharpness} and {self.least_slope}."
            )
        if self.spike_penalty and not self.lambda_act:
            raise LearningError(
                "spike_penalty acts on activations, so it needs lambda_act above 0: the "
                "timing-based method can move spikes, not take them away."
            )
        self.loss_function.check_method(self.method)

    @property
    def method(self) -> Method:
        """Which of the three methods the lambdas make it."""
        if self.lambda_tim == 0:
            return "activation"
        return "timing" if self.lambda_act == 0 else "antlr"

    @property
    def parameters(self) -> Floats:
        """Lambdas, surrogate derivative, least slope, reset path, penalty, as kernels take them."""
        lambdas = (self.lambda_act, self.lambda_tim)
        shape = (self.height, self.sharpness, self.least_slope)
        return np.array([*lambdas, *shape, self.reset_path, self.spike_penalty], np.float64)

    @property
    def targets(self) -> tuple[type[Targets], ...]:
        """Those of the loss."""
        return self.loss_function.targets

    def backward(
        self, recording: Recording, weights: Weights, wanted: Any
    ) -> Iterator[tuple[str, RowGradient]]:
        """Yield the gradient of each connection, and of biases, from the last to the first.

        Raises
        ------
        LearningError
            If weights do not fit the recording, are not finite, or what is wanted does not fit
            the loss.
        """
        chain, spikes, work = self._prepare(recording, weights)
        slopes = self._of_outputs(recording, wanted)
        learn_trials(work, spikes, *slopes, pack(self.coefficients), self.parameters, self.once)
        for (name, _, target), layer, own in zip(
            chain[::-1], work[::-1], spikes[:0:-1], strict=True
        ):
            rows = np.flatnonzero(layer.place >= 0)
            if self.silence_penalty:
                fan_in, n = layer.weights.shape
                layer.values[:] -= self.silence_penalty / fan_in * own.silent_trials(n)
            yield name, RowGradient(rows, layer.values)
            if bias_name(target) in weights:
                values = self.coefficients.beta_bias * layer.into_bias[None]
                yield bias_name(target), RowGradient(np.zeros(1, np.int64), values)

    def network_kernel(
        self, populations: Mapping[str, int], weights: Weights
    ) -> NetworkKernel | None:
        """See `BoundRule`; None for losses of one's own, or of spike trains."""
        numbers = of_loss(self.loss_function, list(populations.values())[-1])
        if numbers is None:
            return None
        others = self.silence_penalty, float(self.once), self.negligible
        parameters = [*pack(self.coefficients), *self.parameters, *others, *numbers]
        network = layout(_chain(populations, weights), populations, weights)
        return NetworkKernel(gradient, network, np.array(parameters), sequential=True)

    def _of_outputs(self, recording: Recording, wanted: Any) -> tuple[Floats, Floats]:
        """Derivatives of the loss by the outputs' activations and times; 0 if not asked for."""
        raster, loss = output_raster(recording), self.loss_function
        none = np.zeros(raster.shape)
        by_activation = loss.activation(raster, wanted) if self.lambda_act else none
        by_time = loss.timing(raster, wanted) if self.lambda_tim else none
        for derivatives in (by_activation, by_time):
            if derivatives.shape != raster.shape or derivatives.dtype != np.float64:
                raise LearningError(
                    f"{type(loss).__name__} gives derivatives of shape {derivatives.shape}, "
                    f"{derivatives.dtype}, for outputs of shape {raster.shape}; float64 of that "
                    "shape is needed."
                )
        for derivatives in (by_activation, by_time) if self.negligible else ():
            derivatives[np.abs(derivatives) < self.negligible] = 0.0
        return by_activation, by_time

    def _prepare(
        self, recording: Recording, weights: Weights
    ) -> tuple[list[tuple[str, str, str]], tuple[LayerSpikes, ...], tuple[Layer, ...]]:
        """Connections with their sources and targets; spikes by population; layers."""
        chain = _chain(recording.populations, weights)
        sizes, common = recording.populations, (paper_steps(recording), self.coefficients.beta_i)
        spikes = tuple(layer_spikes(recording, code) for code in range(len(sizes)))
        work: list[Layer] = []
        for (name, source, target), *pair in zip(chain, spikes, spikes[1:], strict=False):
            bias = _checked_bias(weights, target, sizes[target])
            if not np.isfinite(weights[name].sum()) and not np.isfinite(weights[name]).all():
                raise LearningError(f"Weights of {name!r} are not finite.")
            used = np.full(sizes[source], self.silence_penalty > 0)
            used[pair[0].neuron] = True
            shape = {"first": not work, "reset_path": self.reset_path}
            work.append(make_layer(weights[name], bias, used, (pair[0], pair[1]), *common, **shape))
        return chain, spikes, tuple(work)

    def loss(self, recording: Recording, wanted: Any) -> NDArray[np.float64]:
        """Loss of each trial."""
        return self.loss_function.value(output_raster(recording), wanted)


def _chain(populations: Mapping[str, int], weights: Weights) -> list[tuple[str, str, str]]:
    """Connections (name, source, target), from the input to the output."""
    biases = {bias_name(p) for p in populations}
    return layers(populations, {k: w for k, w in weights.items() if k not in biases})


def _checked_bias(weights: Weights, population: str, size: int) -> Floats:
    """Biases of a population, 0 where there are none."""
    bias = np.asarray(weights.get(bias_name(population), np.zeros(size)), np.float64).ravel()
    if bias.shape != (size,) or not np.isfinite(bias).all():
        raise LearningError(
            f"Biases of {population!r} must be {size} finite numbers, got {bias.size}."
        )
    return bias


def activation_based(loss_function: SpikeLoss, **settings: Any) -> AntlrBackprop:
    """Activation-based rule alone (eq. 6): `AntlrBackprop` with the lambdas (1, 0)."""
    return AntlrBackprop(loss_function, **{"lambda_act": 1.0, "lambda_tim": 0.0, **settings})


def timing_based(loss_function: SpikeLoss, **settings: Any) -> AntlrBackprop:
    """Timing-based rule alone (eq. 7): lambdas (0, 1), and 100 as the penalty of silence."""
    alone: Mapping[str, Any] = {"lambda_act": 0.0, "lambda_tim": 1.0, "silence_penalty": 100.0}
    return AntlrBackprop(loss_function, **{**alone, **settings})


@RULES.register("antlr")
class Antlr(LayeredRule):
    """Activation- and timing-based gradients of all spikes, alone or together.

    Parameters
    ----------
    learning_rate : float, default 0.001
        Of Adam.
    loss : {"latency", "count"}, default "latency"
        Whose first spike should come first, or whose spikes should be the only ones.
    latency_scale : float, default 1/6
        Of the latency loss (`SpikeLatencyLoss`).
    target_spikes : int, default 1
        Spikes that the count loss asks of the label's output; of the others it asks none.
    lambda_act, lambda_tim, reset_path, silence_penalty, negligible, spike_penalty
        See `AntlrBackprop`; decays, scales and threshold are those of the network's neurons, as is
        whether they spike once.

    References
    ----------
    J. Kim, K. Kim and J.-J. Kim, Unifying activation- and timing-based learning rules for spiking
    neural networks, NeurIPS 33 (2020), arXiv:2006.02642.
    """

    citation: ClassVar[str] = CITATION
    codes: ClassVar[tuple[str, ...]] = ("first_spike", "rate")
    gradient: ClassVar[Literal["exact", "surrogate"]] = "surrogate"
    derivation: ClassVar[Derivation] = Derivation(
        (current_based, current_based_once), current, trained=("bias",)
    )

    against_silence: ClassVar[str] = "raise the rule's silence_penalty"

    name: Literal["antlr"] = "antlr"
    learning_rate: float = Field(default=0.001, gt=0)
    loss: Literal["latency", "count"] = "latency"
    latency_scale: float = Field(default=1 / 6, gt=0)
    target_spikes: int = Field(default=1, ge=1)
    lambda_act: float = Field(default=1.0, ge=0)
    lambda_tim: float = Field(default=1.0, ge=0)
    reset_path: bool = False
    silence_penalty: float = Field(default=0.0, ge=0)
    negligible: float = Field(default=0.0, ge=0)
    spike_penalty: float = Field(default=0.0, ge=0)

    def of_layers(self, layers: Layers, n_steps: int) -> AntlrBackprop:
        """See `LayeredRule`."""
        length = n_steps - len(layers.populations)
        if length < 1:
            raise RuleError(
                f"The rule 'antlr' needs trials longer than the {len(layers.populations)} "
                f"connections between input and output, each a step: {n_steps} steps."
            )
        layers.check_biases("bias")
        once = layers.neuron == current_based_once.name
        wanted = self.target_spikes
        if self.loss == "count" and wanted > (1 if once else length):
            raise RuleError(
                f"The rule 'antlr' asks an output for {wanted} spikes, target_spikes, but "
                f"{layers.populations[-1].name!r} has at most {1 if once else length} a trial."
            )
        count = SpikeCountLoss.label_alone(layers.n_outputs, wanted)
        return AntlrBackprop(
            count if self.loss == "count" else SpikeLatencyLoss(self.latency_scale),
            Coefficients(**{name: layers.common(name) for name in vars(Coefficients())}),
            self.lambda_act,
            self.lambda_tim,
            reset_path=self.reset_path,
            silence_penalty=self.silence_penalty,
            once=once,
            negligible=self.negligible,
            spike_penalty=self.spike_penalty,
        )
