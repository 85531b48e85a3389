"""The count rule for a whole network and batch, compiled (`brainsnn.learning.kernels`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from brainsnn.jit import njit
from brainsnn.learning.base import Weights
from brainsnn.learning.count.convolution import ConvolutionConnection
from brainsnn.learning.count.counts import count
from brainsnn.learning.count.dense import DenseConnection
from brainsnn.learning.count.penalty import excess
from brainsnn.learning.count.pooling import PoolingConnection
from brainsnn.learning.count.products import (
    add_patches,
    back,
    over_trials,
    patches,
    total_over_trials,
    unpooled,
)
from brainsnn.learning.kernels import matrix_at
from brainsnn.learning.losses.count_softmax import errors
from brainsnn.network.names import ParameterName

if TYPE_CHECKING:
    from brainsnn.learning.count.rule import Link

KINDS = (DenseConnection, ConvolutionConnection, PoolingConnection)
DENSE, CONVOLUTION, POOLING = range(3)
WIDTH = 11
"""Numbers of a link in the layout: kind, sizes of its ends, places of its weights and of its
target's initial potentials among all weights (-1 for none), the address of the matrix by which
errors come down in their place (0 for none), and the connection's own numbers."""


def layout(
    links: Sequence[Link],
    populations: Mapping[str, int],
    weights: Weights,
    matrices: Weights,
) -> NDArray[np.int64] | None:
    """The links as `gradient` takes them; None if one is of another kind.

    It points at `matrices`, by which errors come down, and which must outlive it.
    """
    if not all(type(link.connection) in KINDS for link in links):
        return None
    places = {name: place for place, name in enumerate(weights)}
    rows = np.zeros((len(links), WIDTH), np.int64)
    for row, link in zip(rows, links, strict=True):
        bias = str(ParameterName(link.target, "v0"))
        row[:6] = (
            KINDS.index(type(link.connection)),
            populations[link.source],
            populations[link.target],
            places[link.name] if link.weights is not None else -1,
            places.get(bias, -1),
            matrices[link.name].ctypes.data if link.name in matrices else 0,
        )
        own = list(vars(link.connection).values())
        row[6 : 6 + len(own)] = own
    return rows.ravel()


@njit()
def _through_slopes(by_count, counts, final, threshold, n_steps):  # type: ignore[no-untyped-def]
    """Turn derivatives by counts into those by what arrives, in place (`transfer.slope`)."""
    for n in range(counts.shape[0]):
        for j in range(counts.shape[1]):
            received = threshold * counts[n, j] + final[n, j]
            inside = received > 0 and received < threshold * n_steps
            by_count[n, j] *= (1.0 if inside else 0.0) / threshold


@njit()
def _of_weights(link, counts, error, out):  # type: ignore[no-untyped-def]
    """Gradient of a link's weights, summed over trials."""
    if link[0] == DENSE:
        over_trials(counts, error, out)
        return
    height, width, channels, kernel, filters = link[6:]
    places = (height - kernel + 1) * (width - kernel + 1)
    seen = np.empty((counts.shape[0] * places, kernel * kernel * channels))
    patches(counts, height, width, channels, kernel, seen)
    over_trials(seen, error.reshape(-1, filters), out)


@njit()
def _below(link, error, weights, out):  # type: ignore[no-untyped-def]
    """Derivative by the counts that a link starts from."""
    height, width, channels, size, filters = link[6:]
    if link[0] == DENSE:
        back(error, weights, out)
    elif link[0] == POOLING:
        unpooled(error, height, width, channels, size, out)
    else:
        places = (height - size + 1) * (width - size + 1)
        seen = np.empty((error.shape[0] * places, size * size * channels))
        back(error.reshape(-1, filters), weights, seen)
        out[:] = 0.0
        add_patches(seen, height, width, channels, size, out)


@njit()
def _penalise(by_count, counts, n_steps, weight, target):  # type: ignore[no-untyped-def]
    """Add the derivative of the penalty of rates, where there is one."""
    if weight != 0.0:
        scale, beyond = weight / (counts.shape[1] * n_steps), excess(counts, n_steps, target)
        for n in range(counts.shape[0]):
            for j in range(counts.shape[1]):
                by_count[n, j] += scale * beyond[n]


@njit()
def _shape(link):  # type: ignore[no-untyped-def]
    """Shape of a link's weights, of which pooling has none."""
    if link[0] == POOLING:
        return 0, 0
    if link[0] == CONVOLUTION:
        return link[9] * link[9] * link[8], link[10]
    return link[1], link[2]


@njit()
def gradient(  # type: ignore[no-untyped-def]
    offsets,
    population,
    neuron,
    step,  # noqa: ARG001
    final,
    labels,
    n_steps,  # noqa: ARG001
    weights,
    values,
    rows,  # noqa: ARG001
    n_rows,
    layout,
    parameters,
    observed,  # noqa: ARG001
):
    """See `NetworkKernel`; parameters are those of `CountBackprop.network_kernel`."""
    threshold, temperature, most, open_output, penalty, target, direct = parameters
    links, n = layout.reshape(-1, WIDTH), labels.size
    size = np.append(links[:1, 1], links[:, 2])
    begin = n * (np.cumsum(size) - size)
    flat = np.zeros(n * size.sum())
    count(offsets, population, neuron, begin, size, flat)
    by_count, ends = np.empty((n, size[-1])), np.cumsum(size[1:])
    last = by_count
    errors(flat[begin[-1] :].reshape(n, size[-1]), labels, temperature, by_count)
    for q in range(len(links) - 1, -1, -1):
        link, (n_pre, n_post) = links[q], _shape(links[q])
        source = flat[begin[q] : begin[q] + n * size[q]].reshape(n, size[q])
        if q == len(links) - 1 and open_output:
            by_count *= 1.0 / threshold
        else:
            counts = flat[begin[q + 1] : begin[q + 1] + n * size[q + 1]].reshape(n, size[q + 1])
            mine = final[:, ends[q] - size[q + 1] : ends[q]]
            _through_slopes(by_count, counts, mine, threshold, most)
        if link[3] >= 0:
            _of_weights(link, source, by_count, matrix_at(values[link[3]], n_pre, n_post))
            n_rows[link[3]] = n_pre
        if link[4] >= 0:
            total_over_trials(by_count, matrix_at(values[link[4]], 1, size[q + 1]))
            n_rows[link[4]] = 1
        if q:
            below = np.empty((n, size[q]))
            if link[5] != 0 and direct != 0.0:
                back(last, matrix_at(link[5], size[q], size[-1]), below)
            else:
                through = link[5] if link[5] != 0 else weights[max(link[3], 0)]
                _below(link, by_count, matrix_at(through, n_pre, n_post), below)
            _penalise(below, source, most, penalty, target)
            by_count = below
