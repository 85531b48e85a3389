r"""The three-factor rule of trials that have been run: what it adds to parameters that stay.

With the weights as they are during a trial, the on-line rule (`online`) changes a parameter by
:math:`\eta \sum_t e_t` in a visible and :math:`\eta \sum_t (L_t - b_t) e_t` in a hidden neuron.
That sum, a function of spikes and weights, is what an optimiser is given; it is what the rule does
where changes are small within a trial. Signal, eligibility and baseline begin anew with each trial.
"""

from __future__ import annotations

import numpy as np
import scipy
from scipy.special import expit

from brainsnn.learning.glm.hidden.network import (
    Floats,
    HiddenGLM,
    HiddenWeights,
    log_probability,
)


def estimated(
    glm: HiddenGLM,
    weights: HiddenWeights,
    inputs: Floats,
    own: Floats,
    kappa: float,
    baseline: float | None,
) -> HiddenWeights:
    """Direction in which the rule changes the parameters, summed over steps and trials.

    Parameters
    ----------
    glm : HiddenGLM
    weights : HiddenWeights
    inputs, own : array of 0 and 1, shape (n_trials, n_steps, n_inputs) and (.., n)
        Of inputs; of visible neurons what is wanted, of hidden ones what they did.
    kappa, baseline : float, float or None
        As for `OnlineRule`.
    """
    acted_on, seen = glm.acted_on(inputs, own), glm.n_visible
    potentials = glm.potentials(weights, acted_on)
    wrong = own - expit(potentials)
    told = log_probability(own, potentials)[..., :seen].sum(axis=-1)
    signal = scipy.signal.lfilter([1 - kappa], [1, -kappa], told, axis=1)
    shape = len(own), glm.n_inputs + glm.n + 2, glm.n
    eligibility, total = np.zeros(shape), np.zeros(shape[1:])
    top, bottom = (np.zeros((*shape[:2], glm.n_hidden)) for _ in range(2))
    for t in range(own.shape[1]):
        eligibility *= kappa
        eligibility += (1 - kappa) * wrong[:, t, None] * _acts_on(glm, acted_on, t)
        total[:, :seen] += eligibility[..., :seen].sum(axis=0)
        hidden, now = eligibility[..., seen:], signal[:, t, None, None]
        if baseline is None:
            total[:, seen:] += (now * hidden).sum(axis=0)
            continue
        known = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
        total[:, seen:] += ((now - known) * hidden).sum(axis=0)
        top = baseline * top + (1 - baseline) * hidden**2 * now
        bottom = baseline * bottom + (1 - baseline) * hidden**2
    return HiddenWeights.of_table(total)


def _acts_on(glm: HiddenGLM, acted_on: tuple[Floats, Floats], t: int) -> Floats:
    """What each parameter acts on in a step, shape (n_trials, n_inputs + n + 2, n)."""
    traces, own = (part[:, t] for part in acted_on)
    rows = traces[:, :, None] * glm.others(), own[:, None], np.ones_like(own)[:, None]
    return np.concatenate(rows, axis=1)
