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
