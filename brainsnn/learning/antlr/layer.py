"""The layers of a network at work on a block of trials, one trial after the other, compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import copy_row, njit
from brainsnn.learning.antlr.gradients import (
    add_weight_gradient,
    backward,
    forget_the_spent,
    penalise,
    times_below,
)
from brainsnn.learning.antlr.potentials import Floats, Steps, integrate
from brainsnn.learning.antlr.trials import LayerSpikes


class Layer(NamedTuple):
    """A connection and the population it leads to: weights, gradients, work space for a trial.

    Parameters
    ----------
    weights : array of float64, shape (pre, post)
    across : array of float64, shape (post, pre or 0)
        The same the other way round, times `beta_i`; nothing in the first layer, which passes
        nothing down.
    bias : array of float64, shape (post,)
    place : array of int64, shape (pre,)
        Row of `values` of each presynaptic neuron; -1 if its weights have no gradient.
    values : array of float64, shape (n_rows, post)
        Gradient of the weights, summed over the trials so far.
    into_bias : array of float64, shape (post,)
        Derivatives of the biases, likewise.
    current, potential, by_activation, into_current, into_time : array of float64
        Of shape (n_steps, post), or with fewer rows where others are not needed; see `integrate`
        and `backward`.
    by_time, slope : array of float64, shape (most spikes of a trial,)
    """

    weights: Floats
    across: Floats
    bias: Floats
    place: NDArray[np.int64]
    values: Floats
    into_bias: Floats
    current: Floats
    potential: Floats
    by_activation: Floats
    into_current: Floats
    into_time: Floats
    by_time: Floats
    slope: Floats


def make_layer(
    weights: Floats,
    bias: Floats,
    used: NDArray[np.bool_],
    spikes: tuple[LayerSpikes, LayerSpikes],
    n_steps: int,
    beta_i: float,
    *,
    first: bool,
    reset_path: bool,
) -> Layer:
    """Make a layer without gradients yet.

    Parameters
    ----------
    weights : array of float64, shape (pre, post)
    bias : array of float64, shape (post,)
    used : array of bool, shape (pre,)
        Presynaptic neurons whose weights have a gradient.
    spikes : pair of LayerSpikes
        Those of its source and its own, of all trials.
    n_steps : int
        Length of a trial.
    beta_i : float
        See `Coefficients`.
    first : bool
        Whether its source is the input, whose spikes have no derivatives.
    reset_path : bool
        Whether activations are followed through the reset, for which currents are kept.
    """
    n, (source, own) = weights.shape[1], spikes
    place = np.where(used, np.cumsum(used) - 1, -1)
    lengths = dict.fromkeys(("potential", "by_activation"), n_steps)
    lengths["current"] = n_steps if reset_path else 1
    lengths["into_current"] = int(source.step.max(initial=-1)) + 1 if first else n_steps
    lengths["into_time"] = 0 if first else n_steps
    most = int(np.diff(own.offsets).max(initial=0))
    return Layer(
        weights=np.ascontiguousarray(weights),
        across=np.ascontiguousarray(weights[:0].T if first else beta_i * weights.T),
        bias=bias,
        place=place,
        values=np.zeros((np.count_nonzero(used), n)),
        into_bias=np.zeros(n),
        by_time=np.zeros(most),
        slope=np.zeros(most),
        **{name: np.zeros((length, n)) for name, length in lengths.items()},
    )


@njit()
def _horizon(by_activation: Floats, by_time: Floats) -> int:
    """Step from which on the loss of a trial depends on nothing."""
    for t in range(len(by_activation) - 1, -1, -1):
        if by_activation[t].any() or by_time[t].any():
            return t + 1
    return 0


@njit()
def _after_hidden_spikes(spikes: tuple[LayerSpikes, ...], trial: int) -> int:
    """Step after the last spike of the hidden layers in a trial; 0 if there is none."""
    end = 0
    for q in range(1, len(spikes) - 1):
        first, last = spikes[q].offsets[trial], spikes[q].offsets[trial + 1]
        if last > first:
            end = max(end, spikes[q].step[last - 1] + 1)
    return end


@njit()
def _before(spikes: LayerSpikes, trial: int, end: int) -> tuple[Steps, Steps]:
    """Steps and neurons of the spikes of a trial before step `end`."""
    first, last = spikes.offsets[trial], spikes.offsets[trial + 1]
    while last > first and spikes.step[last - 1] >= end:
        last -= 1
    return spikes.step[first:last], spikes.neuron[first:last]


@njit()
def _learn(
    layer: Layer,
    source: tuple[Steps, Steps],
    own: tuple[Steps, Steps],
    end: int,
    c: Floats,
    p: Floats,
    once: bool,
) -> None:
    """Add the trial's gradient, from `by_activation` and `by_time`."""
    wanted, into_current = layer.by_activation[:end], layer.into_current[:end]
    if once:
        forget_the_spent(own, wanted)
    felt = (layer.current[:end], layer.potential[:end], layer.slope)
    into = (layer.into_bias, into_current, layer.into_time[:end])
    backward(wanted, layer.by_time, own, felt, c, p, *into)
    add_weight_gradient(source, layer.place, into_current, c[2], layer.values)


@njit()
def _pass_down(
    layer: Layer, below: Layer, source: tuple[Steps, Steps], end: int, c: Floats, p: Floats
) -> None:
    """Give the layer below the derivatives with respect to its spikes (eqs. 9 and 10)."""
    if p[0] != 0.0:
        np.dot(layer.into_current[:end], layer.across, below.by_activation[:end])
        penalise(source, p[6], below.by_activation)
    if p[1] != 0.0:
        times_below(source, layer.weights, layer.into_time[:end], c[2], below.by_time)


@njit(nogil=True)
def learn_trials(
    layers: tuple[Layer, ...],
    spikes: tuple[LayerSpikes, ...],
    by_activation: Floats,
    by_time: Floats,
    c: Floats,
    p: Floats,
    once: bool,
) -> None:
    """Add the gradients of all trials.

    Parameters
    ----------
    layers : tuple of Layer
    spikes : tuple of LayerSpikes
        Of the input and of every layer.
    by_activation, by_time : array of float64, shape (n_trials, n_steps, n_outputs)
        Derivatives of the loss by the outputs' spikes.
    c, p : array of float64
        See `pack` and `Antlr.parameters`.
    once : bool
        Whether neurons spike at most once a trial.
    """
    top = layers[len(layers) - 1]
    for trial in range(len(by_activation)):
        end = _horizon(by_activation[trial], by_time[trial])
        if p[6] != 0.0:
            end = max(end, _after_hidden_spikes(spikes, trial))
        for q in range(len(layers)):
            layer = layers[q]
            source, own = _before(spikes[q], trial, end), _before(spikes[q + 1], trial, end)
            felt = (layer.current[:end], layer.potential[:end], layer.slope)
            integrate(source, own, layer.weights, layer.bias, c, *felt)
        for t in range(end):
            copy_row(by_activation[trial, t], top.by_activation[t])
        step, neuron = _before(spikes[len(layers)], trial, end)
        for k in range(step.size):
            top.by_time[k] = by_time[trial, step[k], neuron[k]]
        for q in range(len(layers) - 1, -1, -1):
            source, own = _before(spikes[q], trial, end), _before(spikes[q + 1], trial, end)
            _learn(layers[q], source, own, end, c, p, once)
            if q:
                _pass_down(layers[q], layers[q - 1], source, end, c, p)
