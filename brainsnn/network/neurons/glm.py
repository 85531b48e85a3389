r"""The GLM neuron: spikes by chance, with a probability that depends on its potential alone.

In every step

.. math:: v \leftarrow \text{drive} + \sum_{\ell=1}^{\tau'} \beta_\ell \, y_{t-\ell} + \text{bias}

and the neuron spikes with probability :math:`g(v)`. Synapses add to ``drive``, which holds for one
step; the neuron's own spikes pass through a register of one variable a lag. The equations are
written as differential equations whose Euler step of one ``dt`` is exactly this assignment.
"""

from __future__ import annotations

from brainsnn.errors import ModelError
from brainsnn.network.neurons.base import Neuron

CITATION = "Bagheri, Simeone and Rajendran 2018, eq. 1"


def glm_neuron(window: int, threshold: str = "rand() < 1 / (1 + exp(-v))") -> Neuron:
    """Make the neuron with feedback over `window` of its own past steps.

    Parameters
    ----------
    window : int
        Lags of the feedback kernel.
    threshold : str
        Brian2 condition that draws the spike, given the potential ``v``.

    Returns
    -------
    Neuron
        With the parameters ``bias`` and ``beta1`` .. ``beta<window>``, one value a neuron.

    Raises
    ------
    ModelError
        If `window` is below 1.
    """
    if window < 1:
        raise ModelError(f"GLM neuron: the feedback window must be 1 or more, got {window}.")
    lags = range(1, window + 1)
    own = "".join(f" + beta{lag}*y{lag}" for lag in lags)
    lines = [
        f"dv/dt = (drive + bias{own} - v) / dt : 1  # membrane potential",
        "ddrive/dt = -drive / dt : 1  # what synapses have added in this step",
        "bias : 1 (constant)",
    ]
    for lag in lags:
        before = f"y{lag - 1} - " if lag > 1 else "-"
        lines.append(f"dy{lag}/dt = ({before}y{lag}) / dt : 1  # own spike {lag} steps ago")
        lines.append(f"beta{lag} : 1 (constant)")
    return Neuron(
        name="glm",
        equations="\n".join(lines),
        threshold=threshold,
        reset="y1 = 1",
        parameters={"bias": 0.0, **{f"beta{lag}": 0.0 for lag in lags}},
        method="euler",
        summary=f"Spikes by chance given its potential; hears {window} of its own past steps.",
        citation=CITATION,
    )
