r"""Likelihood of visible spikes, exactly: a sum over every train that hidden neurons could have.

.. math::
    \log p(v) = \log \sum_h p(v, h), \qquad
    \text{ELBO} = \sum_h q(h) \log p(v \mid h), \quad q(h) = \prod_{t,i} p(h_{i,t} \mid \dots)

where q is the network itself, run with the visible neurons clamped. The number of trains is
2^(hidden neurons x steps): for tests, and for networks as small as those of its source.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logsumexp

from brainsnn.errors import DataError
from brainsnn.learning.glm.hidden.network import (
    Floats,
    HiddenGLM,
    HiddenWeights,
    log_probability,
)

MOST = 20
"""Hidden neurons times steps, whose trains are summed up."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What visible spikes say.

    Parameters
    ----------
    log_likelihood, elbo : float
        Natural logarithms (module docstring).
    by_likelihood, by_elbo : HiddenWeights
        Their derivatives.
    """

    log_likelihood: float
    elbo: float
    by_likelihood: HiddenWeights
    by_elbo: HiddenWeights


def evidence(
    glm: HiddenGLM, weights: HiddenWeights, inputs: ArrayLike, visible: ArrayLike
) -> Evidence:
    """Likelihood and its bound, with derivatives.

    Parameters
    ----------
    glm : HiddenGLM
    weights : HiddenWeights
    inputs, visible : array of 0 and 1, shape (n_steps, n_inputs) and (n_steps, n_visible)

    Raises
    ------
    WeightsError, DataError
        If the weights or spikes do not fit, or there are too many hidden trains to sum up.
    """
    glm.check(weights)
    seen = glm.spikes(visible, glm.n_visible, "Visible")
    given = glm.spikes(inputs, glm.n_inputs, "Input", len(seen))
    own = _all_trains(glm, seen)
    acted_on = glm.acted_on(given, own)
    potentials = glm.potentials(weights, acted_on)
    logs = log_probability(own, potentials)
    of_visible = logs[..., : glm.n_visible].sum(axis=(1, 2))
    of_hidden = logs[..., glm.n_visible :].sum(axis=(1, 2))
    total = float(logsumexp(of_visible + of_hidden))
    posterior, prior = np.exp(of_visible + of_hidden - total), np.exp(of_hidden)
    wrong = own - expit(potentials)
    by_elbo = prior[:, None, None] * wrong
    by_elbo[..., glm.n_visible :] *= of_visible[:, None, None]
    return Evidence(
        total,
        float(prior @ of_visible),
        glm.gradients(acted_on, posterior[:, None, None] * wrong),
        glm.gradients(acted_on, by_elbo),
    )


def _all_trains(glm: HiddenGLM, seen: Floats) -> Floats:
    """Every combination of hidden spikes beside the visible ones, (2^(h T), T, n).

    Raises
    ------
    DataError
        If there are too many.
    """
    bits = glm.n_hidden * len(seen)
    if bits > MOST:
        raise DataError(
            f"{glm.n_hidden} hidden neurons have 2^{bits} trains of {len(seen)} steps; 2^{MOST} "
            "are summed up at the most."
        )
    numbers = np.arange(2**bits)[:, None] >> np.arange(bits) & 1
    hidden = numbers.reshape(2**bits, len(seen), glm.n_hidden).astype(np.float64)
    return np.concatenate([np.broadcast_to(seen, (len(hidden), *seen.shape)), hidden], axis=-1)
