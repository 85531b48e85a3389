r"""Probabilistic neurons, some of which nobody sees (Jang, Simeone, Gardner and Gruening 2019).

With the input, visible and hidden neurons' spikes s, neuron i of the visible and hidden ones has
the potential

.. math:: u_{i,t} = \sum_j W_{ji} (\alpha * s_j)_{t-1} + v_i (\beta * s_i)_{t-1} + \gamma_i,
          \qquad p(s_{i,t} = 1) = \sigma(u_{i,t})

where element l of a kernel is lag l + 1, and no neuron has a synapse onto itself.

References
----------
H. Jang, O. Simeone, B. Gardner and A. Gruening, An introduction to probabilistic spiking neural
networks, IEEE Signal Processing Magazine 36(6), 64-77 (2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import ConfigError, DataError, WeightsError
from brainsnn.indices import size

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HiddenWeights:
    """Parameters; a gradient has the same shapes.

    Parameters
    ----------
    synaptic : array of float64, shape (n_inputs + n, n)
        W, with a column for each of the n visible and then hidden neurons, and a row for each
        neuron; 0 from a neuron to itself.
    feedback, bias : array of float64, shape (n,)
        v and gamma.
    """

    synaptic: Floats
    feedback: Floats
    bias: Floats

    def arrays(self) -> dict[str, Floats]:
        """The three arrays, by name."""
        return {"synaptic": self.synaptic, "feedback": self.feedback, "bias": self.bias}

    def table(self) -> Floats:
        """All in one, shape (n_inputs + n + 2, n): rows of W, then feedback, then bias."""
        return np.vstack(list(self.arrays().values()))

    @classmethod
    def of_table(cls, table: Floats) -> HiddenWeights:
        """What `table` put together."""
        return cls(table[:-2].copy(), table[-2].copy(), table[-1].copy())


@dataclass(frozen=True, eq=False)
class HiddenGLM:
    """What is fixed about a network.

    Parameters
    ----------
    n_inputs, n_visible, n_hidden : int
        Neurons; one visible one at least.
    kernel, kernel_feedback : array of float64, shape (lags,)
        Alpha and beta, of all synapses and of all neurons.

    Raises
    ------
    ConfigError
        If a size is impossible, or a kernel is no column of finite numbers.
    """

    n_inputs: int
    n_visible: int
    n_hidden: int
    kernel: Floats
    kernel_feedback: Floats

    def __post_init__(self) -> None:
        for name, least in (("n_inputs", 0), ("n_visible", 1), ("n_hidden", 0)):
            size(f"HiddenGLM: {name}", getattr(self, name), least, ConfigError)
        for name in ("kernel", "kernel_feedback"):
            column = np.array(getattr(self, name), np.float64)
            if column.ndim != 1 or not column.size or not np.isfinite(column).all():
                raise ConfigError(f"HiddenGLM: {name} must be a column of finite numbers.")
            object.__setattr__(self, name, column)

    @property
    def n(self) -> int:
        """Visible and hidden neurons."""
        return self.n_visible + self.n_hidden

    def draw(self, rng: np.random.Generator, scale: float = 0.1) -> HiddenWeights:
        """Even weights and biases within ± scale; no feedback."""
        synaptic = rng.uniform(-scale, scale, (self.n_inputs + self.n, self.n))
        bias = rng.uniform(-scale, scale, self.n)
        return HiddenWeights(synaptic * self.others(), np.zeros(self.n), bias)

    def others(self) -> Floats:
        """1 where `synaptic` has a synapse, 0 from a neuron to itself."""
        own = np.zeros((self.n_inputs, self.n))
        return np.concatenate([np.ones_like(own), 1 - np.eye(self.n)])

    def check(self, weights: HiddenWeights) -> None:
        """Refuse weights of other shapes, not finite, or from a neuron to itself.

        Raises
        ------
        WeightsError
        """
        shapes = {"synaptic": (self.n_inputs + self.n, self.n)}
        for name, array in weights.arrays().items():
            wanted = shapes.get(name, (self.n,))
            if np.shape(array) != wanted or not np.isfinite(array).all():
                raise WeightsError(
                    f"{name} must hold finite numbers of shape {wanted}, got {np.shape(array)}."
                )
        if (weights.synaptic[self.others() == 0] != 0).any():
            raise WeightsError("synaptic must be 0 from a neuron to itself: that is feedback's.")

    def spikes(self, given: ArrayLike, n: int, what: str, n_steps: int | None = None) -> Floats:
        """Spikes as numbers, shape (..., n_steps, n).

        Raises
        ------
        DataError
            If they are of another shape, or not 0 and 1.
        """
        table = np.asarray(given, np.float64)
        steps = table.shape[-2] if table.ndim >= 2 else 0
        if table.ndim < 2 or table.shape[-1] != n or not steps or n_steps not in (None, steps):
            wanted = f"({n_steps or 'n_steps'}, {n})"
            raise DataError(f"{what} spikes must have shape {wanted}, got {table.shape}.")
        if not np.isin(table, (0.0, 1.0)).all():
            raise DataError(f"{what} spikes must be 0 or 1.")
        return table

    def traces(self, spikes: Floats, kernel: Floats) -> Floats:
        """Filtered spikes of all steps before each, of the same shape (..., n_steps, n)."""
        earlier = np.zeros_like(spikes)
        earlier[..., 1:, :] = spikes[..., :-1, :]
        found: Floats = scipy.signal.lfilter(kernel, [1.0], earlier, axis=-2)
        return found

    def acted_on(self, inputs: Floats, own: Floats) -> tuple[Floats, Floats]:
        """What synaptic weights and feedback act on, given all spikes.

        Parameters
        ----------
        inputs, own : array, shape (n_steps, n_inputs) and (..., n_steps, n)
            Of inputs, and of visible and hidden neurons.
        """
        into = np.broadcast_to(inputs, (*own.shape[:-1], self.n_inputs))
        everything = np.concatenate([into, own], axis=-1)
        return self.traces(everything, self.kernel), self.traces(own, self.kernel_feedback)

    def potentials(self, weights: HiddenWeights, acted_on: tuple[Floats, Floats]) -> Floats:
        """Potentials u, from what `acted_on` gives."""
        traces, own = acted_on
        found: Floats = traces @ weights.synaptic + weights.feedback * own + weights.bias
        return found

    def gradients(self, acted_on: tuple[Floats, Floats], errors: Floats) -> HiddenWeights:
        """Sum of errors by potentials, shape (..., n_steps, n), times what is acted on."""
        traces, own = acted_on
        flat = errors.reshape(-1, self.n)
        synaptic = traces.reshape(len(flat), -1).T @ flat * self.others()
        feedback = (own * errors).reshape(-1, self.n).sum(axis=0)
        return HiddenWeights(synaptic, feedback, flat.sum(axis=0))


def log_probability(spikes: Floats, potentials: Floats) -> Floats:
    r"""Log-probability of each spike or silence, :math:`s u - \log(1 + e^u)`."""
    found: Floats = spikes * potentials - np.logaddexp(0.0, potentials)
    return found
