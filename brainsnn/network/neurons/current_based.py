r"""The current-based leaky integrate-and-fire neuron in discrete time.

With :math:`x_j[t] = \sum_i w_{ij} S_i[t]` what the synapses bring in a step,

.. math::
    I[t] &= \alpha_i\,(1 - S[t-1])\,I[t-1] + \beta_i\,x[t] && \text{(eq. 1)} \\
    V[t] &= \alpha_v\,(1 - S[t-1])\,V[t-1] + \beta_v\,I[t] + \beta_b\,b && \text{(eq. 2)} \\
    S[t] &= [V[t] \ge \theta] && \text{(eq. 3)}

so that a spike resets both potential and current (Kim, Kim and Kim 2020). The same neuron as a
spike response model sums, over the input spikes since its own last one, :math:`\hat t`,

.. math::
    V[t] = \sum_{\hat t < s \le t} (\epsilon[t - s]\,x[s] + \beta_b\,\alpha_v^{t - s}\,b),
    \qquad
    \epsilon[t] = \beta_i \beta_v \sum_{k=0}^{t} \alpha_i^{k}\,\alpha_v^{t - k}
    \qquad \text{(eqs. 4, 5).}

The equations below are differential equations whose Euler step of one ``dt`` is this map. The
state ``current`` is :math:`I / \beta_i`, already decayed for the step to come.

Steps
-----
Here a spike at step t reaches its targets at t + 1; in the paper, at t. A population that is
`onset` connections away from the input therefore lags by `onset` steps behind the paper's, and
its bias sets in at step `onset`: with that, a network of L layers run for T + L steps does step by
step what the paper's does in T.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import ModelError
from brainsnn.network.neurons.base import NEURONS, Neuron

CITATION = "Kim, Kim and Kim 2020, eqs. 1 to 5 and appendix A"

_EQUATIONS = """
    dv/dt = ((alpha_v - 1)*v + beta_v*beta_i*current + beta_bias*bias*begun) / dt : 1  # potential
    dcurrent/dt = (alpha_i - 1)*current / dt : 1  # synaptic current
    begun = int(t_in_timesteps >= onset) : 1  # whether the bias has set in
    bias : 1 (constant)
    onset : 1 (shared, constant)      # connections between it and the input
    alpha_i : 1 (shared, constant)    # share of the current that a step leaves
    alpha_v : 1 (shared, constant)    # share of the potential that a step leaves
    beta_i : 1 (shared, constant)     # scale of what synapses bring
    beta_v : 1 (shared, constant)     # scale of the current
    beta_bias : 1 (shared, constant)  # scale of the bias
    theta : 1 (shared, constant)      # threshold
"""


@dataclass(frozen=True)
class Coefficients:
    r"""Decays and scales of the current-based neuron.

    Parameters
    ----------
    alpha_i, alpha_v : float, default 0.9, 0.95
        Decay of current and potential a step, from 0 (gone) to 1 (kept).
    beta_i, beta_v, beta_bias : float, default 1
        Scale of input, current and bias.
    theta : float, default 1
        Threshold.

    Raises
    ------
    ModelError
        If a decay is not in 0..1, the threshold is not positive, or a scale is not finite.
    """

    alpha_i: float = 0.9
    alpha_v: float = 0.95
    beta_i: float = 1.0
    beta_v: float = 1.0
    beta_bias: float = 1.0
    theta: float = 1.0

    def __post_init__(self) -> None:
        if not (0 <= self.alpha_i <= 1 and 0 <= self.alpha_v <= 1):
            raise ModelError(
                f"Decays are in 0..1, got alpha_i = {self.alpha_i}, alpha_v = {self.alpha_v}."
            )
        if not self.theta > 0:
            raise ModelError(f"The threshold theta must be positive, got {self.theta}.")
        scales = (self.beta_i, self.beta_v, self.beta_bias)
        if not np.isfinite(scales).all():
            raise ModelError(f"The scales beta_i, beta_v, beta_bias must be finite, got {scales}.")

    def kernel(self, n_steps: int) -> NDArray[np.float64]:
        r""":math:`\epsilon[t]` of eq. 5 for the first `n_steps` steps after a spike."""
        t = np.arange(n_steps)
        decays = [np.dot(self.alpha_i ** t[: k + 1], self.alpha_v ** t[k::-1]) for k in t]
        return self.beta_i * self.beta_v * np.array(decays)

    def normalised(self, n_steps: int) -> Coefficients:
        """Return the same decays with `beta_v` and `beta_bias` 1 / the kernel's largest value.

        The kernel is the one of scale 1, over `n_steps` steps.
        """
        plain = replace(self, beta_i=1.0, beta_v=1.0)
        scale = 1.0 / float(plain.kernel(n_steps).max())
        return replace(plain, beta_v=scale, beta_bias=scale)

    def neuron(self, onset: int = 0, once: bool = False) -> Neuron:
        """Return the neuron with these coefficients.

        Parameters
        ----------
        onset : int, default 0
            Connections between the population and the input; the step at which its bias sets in.
        once : bool, default False
            Whether it spikes at most once a trial.
        """
        neuron = current_based_once if once else current_based
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return neuron.with_parameters(onset=float(onset), **values)

    def layers(self, n: int, once: bool = False) -> list[Neuron]:
        """Return the neurons of n layers after the input, each a step behind the one before.

        Trials of T steps in the paper are trials of T + n steps here.
        """
        return [self.neuron(depth, once) for depth in range(1, n + 1)]


#: Common neurons as coefficients of this one (appendix A).
COEFFICIENTS: dict[str, Coefficients] = {
    "lif": Coefficients(),
    "lif_delta": Coefficients(alpha_i=0.0),
    "lif_alpha": Coefficients(alpha_i=0.95),
    "if": Coefficients(alpha_v=1.0),
    "if_delta": Coefficients(alpha_i=0.0, alpha_v=1.0),
}

_PARAMETERS = {
    "bias": 0.0,
    "onset": 0.0,
    "alpha_i": 0.9,
    "alpha_v": 0.95,
    "beta_i": 1.0,
    "beta_v": 1.0,
    "beta_bias": 1.0,
    "theta": 1.0,
}

current_based = NEURONS.add(
    "current_based",
    Neuron(
        name="current_based",
        equations=_EQUATIONS,
        threshold="v >= theta",
        reset="v = 0; current = 0",
        parameters=_PARAMETERS,
        method="euler",
        trainable=("bias",),
        summary=(
            "Current-based leaky integrate-and-fire in discrete time, with a bias a neuron; a "
            "spike resets potential and current."
        ),
        citation=CITATION,
    ),
)

current_based_once = NEURONS.add(
    "current_based_once",
    replace(
        current_based,
        name="current_based_once",
        equations=_EQUATIONS + "    fired : boolean  # whether this trial's only spike is over\n",
        threshold="v >= theta and not fired",
        reset="v = 0; current = 0; fired = True",
        summary="The current-based neuron, restricted to at most one spike a trial.",
    ),
)
