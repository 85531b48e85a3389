"""Deep networks from the notation of papers: ``784-800-10``, ``28x28-12c5-2a-64c5-2a-10``."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from brainsnn.errors import ModelError
from brainsnn.network.connectivity import AllToAll, AveragePooling, Connectivity, Convolution
from brainsnn.network.connectivity.base import ImageConnectivity
from brainsnn.network.model import Connection, Model, Population
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


def chain(
    name: str,
    notation: str,
    neuron: Neuron,
    initialiser: Initialiser | Sequence[Initialiser],
    synapse: SynapseModel = instantaneous,
    pooling: Neuron | None = None,
    dt: float = 1e-3,
) -> Model:
    """Chain of populations, each connected to the next, from the notation that papers use.

    Parameters
    ----------
    name : str
        Name of the model.
    notation : str
        Layers, joined by hyphens. First the input: ``784``, ``28x28`` or ``32x32x3`` (height,
        width, channels). Then ``12c5``, a convolution with 12 kernels of 5 x 5; ``2a``, average
        pooling by 2 x 2; ``10``, all-to-all to 10 neurons.
    neuron : Neuron
        The neuron of every population after the input.
    initialiser : Uniform, Normal or FanInNormal, or a sequence of them
        First weights: one for all, or one for each connection that learns.
    synapse : SynapseModel
        The synapse of every connection.
    pooling : Neuron, optional
        The neuron of pooling populations, if another.
    dt : float, default 1e-3
        Length of a step in seconds.

    Returns
    -------
    Model
        Populations are ``input``, ``conv1``, ``pool1``, ``hidden1``... and ``output``, the last;
        connections ``<source>_<target>``.

    Raises
    ------
    ModelError
        If a layer cannot be read or does not fit the one before, or the number of `initialiser` is
        another than that of the connections that learn.

    Examples
    --------
    >>> from brainsnn.network.neurons import integrate_and_fire_once
    >>> from brainsnn.network.synapses import FanInNormal
    >>> net = chain("cnn", "28x28-12c5-2a-10", integrate_and_fire_once, FanInNormal())
    >>> net.sizes
    {'input': 784, 'conv1': 6912, 'pool1': 1728, 'output': 10}
    >>> net.shapes
    {'input_conv1': (25, 12), 'pool1_output': (1728, 10)}
    """
    layers = _read(notation)
    names = _names(layers)
    populations = [
        Population(n, layer.size, _neuron(layer, neuron, pooling))
        for n, layer in zip(names, layers, strict=True)
    ]
    firsts = iter(_firsts(layers, initialiser))
    connections = [
        Connection(
            f"{pre}_{post}", pre, post, synapse, connectivity=connectivity, initialiser=next(firsts)
        )
        if connectivity.fixed_weight is None
        else Connection(f"{pre}_{post}", pre, post, synapse, connectivity=connectivity)
        for (pre, post), connectivity in zip(
            itertools.pairwise(names), _connectivities(layers), strict=True
        )
    ]
    return Model(name, tuple(populations), tuple(connections), dt)


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


def _neuron(layer: _Layer, neuron: Neuron, pooling: Neuron | None) -> Neuron | None:
    if layer.connectivity is None:
        return None
    return pooling if pooling and layer.kind == "pool" else neuron


def _connectivities(layers: Sequence[_Layer]) -> Iterator[Connectivity]:
    return (layer.connectivity for layer in layers if layer.connectivity is not None)


def _firsts(
    layers: Sequence[_Layer], initialiser: Initialiser | Sequence[Initialiser]
) -> Sequence[Initialiser]:
    """First weights of each connection that learns.

    Raises
    ------
    ModelError
        If their number is another.
    """
    n = sum(connectivity.fixed_weight is None for connectivity in _connectivities(layers))
    firsts = initialiser if isinstance(initialiser, Sequence) else [initialiser] * n
    if len(firsts) != n:
        raise ModelError(f"{n} connections learn and need as many initialiser: got {len(firsts)}.")
    return firsts
