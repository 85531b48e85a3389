r"""The non-leaky integrate-and-fire neuron whose reset subtracts the threshold.

With :math:`z_j[t]` what the synapses bring in a step and :math:`b_j` a trainable initial potential,

.. math::
    V_j[t] &= V_j[t-1] - \vartheta\,S_j[t-1] + z_j[t], \qquad V_j[0] = b_j && \text{(eqs. 1-3)} \\
    S_j[t] &= [V_j[t] \ge \vartheta] && \text{(eq. 4)}

(Wu et al. 2019). Nothing that arrives is lost: what a trial brought in all,
:math:`V^f_j = b_j + \sum_t z_j[t]`, is the potential at its end plus :math:`\vartheta` for each
spike. A step sees one spike at most.

Steps
-----
Here a spike at step t reaches its targets at t + 1; in the paper, at t. A population that is
`onset` connections away from the input may spike in the steps `onset` to `onset + duration - 1`
only: with that, a network of L layers run for T + L steps does step by step what the paper's does
in T, and no neuron spikes more than T times.
"""

from __future__ import annotations

from dataclasses import replace

from brainsnn.errors import ModelError
from brainsnn.network.neurons.base import NEURONS, Neuron

integrate_and_fire_subtractive = NEURONS.add(
    "integrate_and_fire_subtractive",
    Neuron(
        name="integrate_and_fire_subtractive",
        equations="""
            v : 1                            # membrane potential
            v0 : 1 (constant)                # potential at the start of a trial
            theta : 1 (shared, constant)     # threshold
            onset : 1 (shared, constant)     # first step that may see a spike
            duration : 1 (shared, constant)  # how many steps may see one
        """,
        threshold=("v >= theta and t_in_timesteps >= onset and t_in_timesteps < onset + duration"),
        reset="v -= theta",
        parameters={"v0": 0.0, "theta": 1.0, "onset": 0.0, "duration": 1e9},
        initial={"v": "v0"},
        trainable=("v0",),
        summary=(
            "Non-leaky integrate-and-fire with instantaneous synapses, a trainable initial "
            "potential, and a reset that subtracts the threshold."
        ),
        citation="Wu et al. 2019, eqs. 1 to 4",
    ),
)


def counting(notation: str, n_steps: int, threshold: float = 1.0) -> list[Neuron]:
    r"""Neurons of the layers of a network that is read by spike counts.

    Trials of T steps in the paper are trials of T + L steps here, L being the number of
    connections. Initial potentials start at half a threshold, which makes of the floor in eq. 7 a
    rounding; those of pooling neurons are not learned.

    Parameters
    ----------
    notation : str
        As in ``784-800-10`` or ``28x28-12c5-2a-64c5-2a-10`` (`brainsnn.network.notation`).
    n_steps : int
        T: how many steps may see a spike of a neuron.
    threshold : float, default 1
        :math:`\vartheta`.

    Raises
    ------
    ModelError
        If `n_steps` is below 1, or threshold is not positive.
    """
    if n_steps < 1 or not threshold > 0:
        raise ModelError(
            "Neurons that count need n_steps of 1 or more and a positive threshold, got "
            f"{n_steps} and {threshold}."
        )
    neuron = integrate_and_fire_subtractive.with_parameters(
        v0=threshold / 2, theta=threshold, duration=float(n_steps)
    )
    pooling = replace(neuron, trainable=())
    return [
        (pooling if layer.endswith("a") else neuron).with_parameters(onset=float(depth))
        for depth, layer in enumerate(notation.split("-")[1:], start=1)
    ]
