r"""A two-layer GLM network and its parameters.

The membrane potential of output neuron :math:`i` at sample :math:`t` is (Bagheri et al., eqs. 1, 3)

.. math:: u_{i,t} = \sum_j \sum_{\ell=1}^{\tau} (A w_{j,i})_\ell \, x_{j,t-\ell}
          + \sum_{\ell=1}^{\tau'} (B v_i)_\ell \, y_{i,t-\ell} + \gamma_i

with input spikes :math:`x`, the neuron's own spikes :math:`y`, basis functions :math:`A` and
:math:`B`, and learnable :math:`w`, :math:`v`, :math:`\gamma`. It spikes with probability
:math:`g(u_{i,t})`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ConfigError, WeightsError
from brainsnn.indices import size
from brainsnn.learning.glm.activations import ACTIVATIONS, Activation
from brainsnn.learning.glm.basis import BASES

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GLMWeights:
    """Learnable parameters; a gradient has the same shapes.

    Parameters
    ----------
    synaptic : array of float64, shape (n_inputs, n_functions, n_classes)
        w of eq. 3.
    feedback : array of float64, shape (n_feedback, n_classes)
        v of eq. 3.
    bias : array of float64, shape (n_classes,)
        Gamma.
    """

    synaptic: FloatArray
    feedback: FloatArray
    bias: FloatArray

    def arrays(self) -> dict[str, FloatArray]:
        """The three arrays, by name."""
        return {"synaptic": self.synaptic, "feedback": self.feedback, "bias": self.bias}

    def copy(self) -> GLMWeights:
        """Return weights that share no memory with these."""
        return GLMWeights(*(array.copy() for array in self.arrays().values()))


GLMGradient = GLMWeights


@dataclass(frozen=True, eq=False)
class GLM:
    """What is fixed about a network.

    Parameters
    ----------
    n_inputs, n_classes, n_steps : int
        Input neurons, output neurons, samples of a trial (T).
    basis : array of float64, shape (window, n_functions)
        Of the synaptic kernels; row 0 is lag 1.
    feedback : array of float64, shape (feedback_window, n_feedback)
        Of the feedback kernels.
    activation : Activation
        Spike probability against potential.

    Raises
    ------
    ConfigError
        If a size is not positive, there are fewer than two classes or samples, or a window is
        longer than a trial.
    """

    n_inputs: int
    n_classes: int
    n_steps: int
    basis: FloatArray
    feedback: FloatArray
    activation: Activation = ACTIVATIONS["sigmoid"]

    def __post_init__(self) -> None:
        for name in ("n_inputs", "n_classes", "n_steps"):
            object.__setattr__(
                self, name, size(f"GLM: {name}", getattr(self, name), 0, ConfigError)
            )
        for name in ("basis", "feedback"):
            array = np.ascontiguousarray(getattr(self, name), np.float64)
            object.__setattr__(self, name, array)
            if array.ndim != 2 or not array.size or not np.isfinite(array).all():
                raise ConfigError(f"GLM: {name} must be a finite (window, n_functions) matrix.")
            if len(array) > self.n_steps:
                raise ConfigError(
                    f"GLM: the window of {name} is {len(array)} samples, longer than a trial of "
                    f"{self.n_steps}; choose a window in 1..{self.n_steps}."
                )
        if self.n_inputs < 1 or self.n_classes < 2:
            raise ConfigError(
                f"GLM: needs at least one input and two classes, got {self.n_inputs} inputs and "
                f"{self.n_classes} classes."
            )
        if self.n_steps < 2:
            raise ConfigError(
                "GLM: a trial needs at least two samples, for a potential looks at past ones; "
                f"got {self.n_steps}."
            )

    @classmethod
    def build(
        cls,
        n_inputs: int,
        n_classes: int,
        n_steps: int,
        *,
        functions: int,
        window: int | None = None,
        basis: str = "raised_cosine",
        activation: str = "sigmoid",
    ) -> GLM:
        """Make a network with the same registered basis for both kinds of kernel.

        Parameters
        ----------
        n_inputs, n_classes, n_steps : int
            As for the class.
        functions : int
            Basis functions of each kernel (K).
        window : int, optional
            Lags of each kernel; as long as the trial by default.
        basis, activation : str
            Registered names.

        Raises
        ------
        ConfigError
            If anything does not fit.
        """
        if n_steps < 2:
            raise ConfigError(f"GLM: a trial needs at least two samples, got {n_steps}.")
        matrix = BASES[basis](functions, n_steps if window is None else window)
        return cls(n_inputs, n_classes, n_steps, matrix, matrix, ACTIVATIONS[activation])

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each array of `GLMWeights`."""
        return {
            "synaptic": (self.n_inputs, self.basis.shape[1], self.n_classes),
            "feedback": (self.feedback.shape[1], self.n_classes),
            "bias": (self.n_classes,),
        }

    def draw(self, rng: np.random.Generator, low: float = -1.0, high: float = 1.0) -> GLMWeights:
        """First weights, drawn evenly between `low` and `high`."""
        drawn = {name: rng.uniform(low, high, shape) for name, shape in self.shapes.items()}
        return GLMWeights(**drawn)

    def check(self, weights: GLMWeights) -> None:
        """Refuse weights of another shape or type, or that are not finite.

        Raises
        ------
        WeightsError
        """
        for name, array in weights.arrays().items():
            if array.shape != self.shapes[name]:
                raise WeightsError(
                    f"GLM weights {name!r} are of shape {array.shape}, not {self.shapes[name]}."
                )
            if array.dtype != np.float64:
                raise WeightsError(f"GLM weights {name!r} are {array.dtype}, not float64.")
            if not np.isfinite(array).all():
                raise WeightsError(f"GLM weights {name!r} are not all finite.")

    def traces(self, spikes: NDArray[np.bool_], basis: FloatArray) -> FloatArray:
        """Spikes of the past through each basis function: the presynaptic traces.

        Parameters
        ----------
        spikes : array of bool, shape (n_trials, n_steps, n_neurons)
        basis : array of float64, shape (window, n_functions)

        Returns
        -------
        array of float64, shape (n_trials, n_steps, n_neurons, n_functions)
        """
        out = np.zeros((*spikes.shape, basis.shape[1]))
        for lag, row in enumerate(basis[: spikes.shape[1] - 1], start=1):
            out[:, lag:] += spikes[:, :-lag, :, None] * row
        return out

    def potentials(
        self, inputs: NDArray[np.bool_], outputs: NDArray[np.bool_], weights: GLMWeights
    ) -> FloatArray:
        """Membrane potentials (eq. 1) given the input spikes and the neurons' own spikes.

        Parameters
        ----------
        inputs : array of bool, shape (n_trials, n_steps, n_inputs)
        outputs : array of bool, shape (n_trials, n_steps, n_classes)
        weights : GLMWeights

        Returns
        -------
        array of float64, shape (n_trials, n_steps, n_classes)
        """
        synaptic = np.tensordot(self.traces(inputs, self.basis), weights.synaptic, 2)
        own = self.traces(outputs, self.feedback)
        return synaptic + np.einsum("ntik,ki->nti", own, weights.feedback) + weights.bias

    def gradient(
        self, inputs: NDArray[np.bool_], outputs: NDArray[np.bool_], error: FloatArray
    ) -> GLMGradient:
        """Chain a derivative with respect to the potentials to the parameters, over all trials.

        Parameters
        ----------
        inputs, outputs
            As for `potentials`.
        error : array of float64, shape (n_trials, n_steps, n_classes)
            Derivative with respect to each potential: the postsynaptic factors.
        """
        synaptic = np.einsum("ntjk,nti->jki", self.traces(inputs, self.basis), error, optimize=True)
        feedback = np.einsum("ntik,nti->ki", self.traces(outputs, self.feedback), error)
        return GLMGradient(synaptic, feedback, error.sum(axis=(0, 1)))
