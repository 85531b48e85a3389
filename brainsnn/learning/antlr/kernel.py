"""ANTLR for a whole network and batch, compiled (`brainsnn.learning.kernels.NetworkKernel`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import copy_row, njit
from brainsnn.learning.antlr.layer import Layer, learn_trials
from brainsnn.learning.antlr.trials import LayerSpikes, of_layer
from brainsnn.learning.base import Weights
from brainsnn.learning.kernels import matrix_at, rows_at, vector_at
from brainsnn.learning.losses import SpikeCountLoss, SpikeLatencyLoss, SpikeLoss
from brainsnn.learning.losses.spike_count import slopes
from brainsnn.learning.losses.spike_latency import first_steps, of_silence, of_times
from brainsnn.network.names import ParameterName

WIDTH = 4
"""Numbers of a connection in the layout: sizes of its ends, places of its weights and of its
target's biases among all weights (-1 for none)."""
COEFFICIENTS, SHAPE = 6, 7
SILENCE, ONCE, NEGLIGIBLE, COUNTED, OF_LOSS = range(COEFFICIENTS + SHAPE, COEFFICIENTS + SHAPE + 5)
"""Where the parameters are: those of the neurons, those of the gradients, and these."""


def layout(
    chain: Sequence[tuple[str, str, str]], populations: Mapping[str, int], weights: Weights
) -> NDArray[np.int64]:
    """The connections (name, source, target) as `gradient` takes them."""
    places = {name: place for place, name in enumerate(weights)}
    rows = [
        (
            populations[source],
            populations[target],
            places[name],
            places.get(str(ParameterName(target, "bias")), -1),
        )
        for name, source, target in chain
    ]
    return np.array(rows, np.int64).ravel()


def of_loss(loss: SpikeLoss, n_outputs: int) -> list[float] | None:
    """Whether the loss is of counts, and its numbers; None if it is not compiled."""
    if type(loss) is SpikeLatencyLoss:
        return [0.0, loss.scale, loss.silence]
    if type(loss) is SpikeCountLoss and loss.counts.shape == (n_outputs, n_outputs):
        return [1.0, *loss.counts.ravel()]
    return None


@njit()
def _of_outputs(own, n, labels, n_steps, parameters):  # type: ignore[no-untyped-def]
    """Derivatives of the loss by the outputs' activations and times; 0 if not asked for."""
    raster = np.zeros((labels.size, n_steps, n), np.bool_)
    for trial in range(labels.size):
        for k in range(own.offsets[trial], own.offsets[trial + 1]):
            raster[trial, own.step[k], own.neuron[k]] = True
    by_activation, by_time = np.zeros(raster.shape), np.zeros(raster.shape)
    numbers, acts = parameters[OF_LOSS:], parameters[COEFFICIENTS] != 0.0
    if parameters[COUNTED] != 0.0:
        if acts:
            slopes(raster, labels, numbers.reshape(n, n), by_activation)
    else:
        first = first_steps(raster)
        if acts:
            of_silence(first, labels, numbers[1], by_activation)
        if parameters[COEFFICIENTS + 1] != 0.0:
            of_times(first, labels, numbers[0], by_time)
    if parameters[NEGLIGIBLE] != 0.0:
        for derivatives in (by_activation, by_time):
            flat = derivatives.ravel()
            for k in range(flat.size):
                if abs(flat[k]) < parameters[NEGLIGIBLE]:
                    flat[k] = 0.0
    return by_activation, by_time


@njit()
def _layer(source, own, link, weights, values, rows, n_rows, n_steps, first, parameters):  # type: ignore[no-untyped-def]
    """A layer without gradients yet, as `make_layer` makes it."""
    n_pre, n = link[0], link[1]
    used = np.full(n_pre, parameters[SILENCE] > 0)
    for neuron in source.neuron:
        used[neuron] = True
    place, mine = np.full(n_pre, -1), rows_at(rows[link[2]], n_pre)
    n_used = 0
    for i in range(n_pre):
        if used[i]:
            place[i], mine[n_used] = n_used, i
            n_used += 1
    n_rows[link[2]] = n_used
    own_weights, gradient = (
        matrix_at(weights[link[2]], n_pre, n),
        matrix_at(values[link[2]], n_used, n),
    )
    gradient[:] = 0.0
    bias = matrix_at(weights[link[3]], 1, n)[0].copy() if link[3] >= 0 else np.zeros(n)
    across, last, most = np.empty((n, 0 if first else n_pre)), -1, 0
    for j in range(across.shape[0]):
        for i in range(across.shape[1]):
            across[j, i] = parameters[2] * own_weights[i, j]
    for t in source.step:
        last = max(last, t)
    for trial in range(own.offsets.size - 1):
        most = max(most, own.offsets[trial + 1] - own.offsets[trial])
    return Layer(
        own_weights,
        across,
        bias,
        place,
        gradient,
        np.zeros(n),
        np.empty((n_steps if parameters[COEFFICIENTS + 5] != 0.0 else 1, n)),
        np.empty((n_steps, n)),
        np.empty((n_steps, n)),
        np.empty((last + 1 if first else n_steps, n)),
        np.empty((0 if first else n_steps, n)),
        np.empty(most),
        np.empty(most),
    )


@njit()
def _punish_silence(layer, own, penalty):  # type: ignore[no-untyped-def]
    """Take off what each trial in which a neuron is silent adds to its weights' derivatives."""
    n_trials, fan_in, n = own.offsets.size - 1, layer.weights.shape[0], layer.weights.shape[1]
    silent, last = np.full(n, n_trials), np.full(n, -1)
    for trial in range(n_trials):
        for k in range(own.offsets[trial], own.offsets[trial + 1]):
            j = own.neuron[k]
            if last[j] != trial:
                silent[j] -= 1
                last[j] = trial
    for i in range(layer.values.shape[0]):
        for j in range(n):
            layer.values[i, j] -= penalty / fan_in * silent[j]


@njit()
def gradient(  # type: ignore[no-untyped-def]
    offsets,
    population,
    neuron,
    step,
    final,  # noqa: ARG001
    labels,
    n_steps,
    weights,
    values,
    rows,
    n_rows,
    layout,
    parameters,
    observed,  # noqa: ARG001
):
    """See `NetworkKernel`."""
    links = layout.reshape(-1, WIDTH)
    length, n = n_steps - len(links), offsets[offsets.size - 1] - offsets[0]
    spikes = []
    for code in range(len(links) + 1):
        found, at, who = (
            np.zeros(offsets.size, np.int64),
            np.empty(n, np.int32),
            np.empty(n, np.int32),
        )
        m = of_layer(offsets, population, neuron, step, code, length, found, at, who)
        spikes.append(LayerSpikes(found, at[:m], who[:m]))
    layers = []
    for q in range(len(links)):
        ends = spikes[q], spikes[q + 1]
        room = weights, values, rows, n_rows
        layers.append(_layer(*ends, links[q], *room, length, q == 0, parameters))
    wanted = _of_outputs(spikes[len(links)], links[-1, 1], labels, length, parameters)
    c, p = parameters[:COEFFICIENTS], parameters[COEFFICIENTS : COEFFICIENTS + SHAPE]
    learn_trials(layers, spikes, *wanted, c, p, parameters[ONCE] != 0.0)
    for q in range(len(links)):
        if parameters[SILENCE] != 0.0:
            _punish_silence(layers[q], spikes[q + 1], parameters[SILENCE])
        place = links[q, 3]
        if place >= 0:
            n_rows[place] = 1
            into_bias = layers[q].into_bias
            copy_row(parameters[4] * into_bias, vector_at(values[place], into_bias.size))
