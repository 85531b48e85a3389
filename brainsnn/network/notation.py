"""Deep networks from the notation of papers: ``784-800-10``, ``28x28-12c5-2a-64c5-2a-10``."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from brainsnn.errors import ModelError
from brainsnn.network.connectivity import AllToAll, AveragePooling, Connectivity, Convolution
from brainsnn.network.connectivity.base import ImageConnectivity
from brainsnn.network.model import Connection, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Initialiser, SynapseModel, instantaneous

_INPUT = re.compile(r"(\d+)x(\d+)(?:x(\d+))?\Z")
_CONVOLUTION = re.compile(r"(\d+)c(\d+)\Z")
_POOLING = re.compile(r"(\d+)a\Z")


@dataclass(frozen=True)
class _Layer:
    """A population to be: the connectivity that leads to it (none to the input), and its size."""

    kind: str
    size: int
    connectivity: Connectivity | None = None
    image: tuple[int, int, int] | None = None


def layered(
    layers: str | Mapping[str, int],
    neuron: Neuron | Sequence[Neuron],
    initialiser: Initialiser | Sequence[Initialiser],
    synapse: SynapseModel = instantaneous,
    pooling: Neuron | None = None,
) -> tuple[tuple[Population, ...], tuple[Connection, ...]]:
    """Populations, and connections from each to the next, as `Network` is told of them.

    Parameters
    ----------
    layers : str or mapping of str to int
        Layers in the notation of papers, joined by hyphens. First the input: ``784``, ``28x28`` or
        ``32x32x3`` (height, width, channels). Then ``12c5``, a convolution with 12 kernels of
        5 x 5; ``2a``, average pooling by 2 x 2; ``10``, all-to-all to 10 neurons. Or names and
        sizes of populations, each connected all-to-all to the next.
    neuron : Neuron, or a sequence of them
        Of every population after the input, or one for each.
    initialiser : Uniform, Normal or FanInNormal, or a sequence of them
        First weights: one for all, or one for each connection that learns.
    synapse : SynapseModel
        Of every connection.
    pooling : Neuron, optional
        Of pooling populations, if another.

    Raises
    ------
    ModelError
        If a layer cannot be read or does not fit the one before, or neurons or first weights are
        of another number.
    """
    if isinstance(layers, str):
        read = _read(layers)
        names = _names(read)
    else:
        names = list(layers)
        read = [_Layer("", n, AllToAll() if k else None) for k, n in enumerate(layers.values())]
    later = read[1:]
    neurons = _each("neurons", neuron, len(later))
    learned = [layer for layer in later if layer.connectivity and _learns(layer.connectivity)]
    firsts = iter(_each("initialisers", initialiser, len(learned)))
    populations, connections = [Population(names[0], read[0].size)], []
    for (source, target), layer, own in zip(itertools.pairwise(names), later, neurons, strict=True):
        assert layer.connectivity is not None
        own = pooling if pooling and layer.kind == "pool" else own
        populations.append(Population(target, layer.size, own))
        connection = Connection(
            f"{source}_{target}", source, target, synapse, connectivity=layer.connectivity
        )
        if _learns(layer.connectivity):
            connection = replace(connection, initialiser=next(firsts))
        connections.append(connection)
    return tuple(populations), tuple(connections)


def _learns(connectivity: Connectivity) -> bool:
    return connectivity.fixed_weight is None


def _each(what: str, given: Any, n: int) -> Sequence[Any]:
    """One for each of n, from one for all or as many."""
    found = list(given) if isinstance(given, Sequence) else [given] * n
    if len(found) != n:
        raise ModelError(f"{n} {what} are needed, one for each layer that has one: {len(found)}.")
    return found


def _read(notation: str) -> list[_Layer]:
    """Layers of a notation.

    Raises
    ------
    ModelError
        If one cannot be read or does not fit the one before.
    """
    first, *rest = notation.split("-")
    image = _INPUT.match(first)
    if image:
        height, width, channels = (int(n or 1) for n in image.groups())
        layers = [_Layer("input", height * width * channels, image=(height, width, channels))]
    elif first.isdecimal():
        layers = [_Layer("input", int(first))]
    else:
        raise ModelError(f"{notation!r}: the input {first!r} is not like 784, 28x28 or 32x32x3.")
    for text in rest:
        try:
            layers.append(_read_layer(text, layers[-1]))
        except ModelError as error:
            raise ModelError(f"{notation!r}, layer {text!r}: {error}") from error
    if len(layers) < 2 or layers[-1].image:
        raise ModelError(f"{notation!r}: the last layer must be a number of output neurons.")
    return layers


def _read_layer(text: str, before: _Layer) -> _Layer:
    convolution, pooling = _CONVOLUTION.match(text), _POOLING.match(text)
    if text.isdecimal():
        return _Layer("hidden", int(text), AllToAll())
    if not convolution and not pooling:
        raise ModelError("a layer is like 10 (all-to-all), 12c5 (convolution) or 2a (pooling).")
    if before.image is None:
        raise ModelError("the layer before it holds no image.")
    connectivity: ImageConnectivity
    if convolution:
        filters, kernel = map(int, convolution.groups())
        connectivity = Convolution(*before.image, kernel=kernel, filters=filters)
        return _Layer("conv", connectivity.n_target, connectivity, connectivity.output)
    assert pooling is not None
    connectivity = AveragePooling(*before.image, size=int(pooling[1]))
    return _Layer("pool", connectivity.n_target, connectivity, connectivity.output)


def _names(layers: Sequence[_Layer]) -> list[str]:
    """Names of populations: a kind's layers are numbered from 1; the first and last are not."""
    counts = {kind: itertools.count(1) for kind in ("conv", "pool", "hidden")}
    between = [f"{layer.kind}{next(counts[layer.kind])}" for layer in layers[1:-1]]
    return ["input", *between, "output"]
