"""Deep networks from the notation of papers: ``784-800-10``, ``28x28-12c5-2a-64c5-2a-10``."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from brainsnn.errors import ModelError
from brainsnn.network.connectivity import AllToAll, AveragePooling, Convolution, Structure
from brainsnn.network.connectivity.base import ImageStructure
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import Neuron
from brainsnn.network.synapses import Initial, SynapseModel, instantaneous

_INPUT = re.compile(r"(\d+)x(\d+)(?:x(\d+))?\Z")
_CONVOLUTION = re.compile(r"(\d+)c(\d+)\Z")
_POOLING = re.compile(r"(\d+)a\Z")


@dataclass(frozen=True)
class _Layer:
    """A population to be: the structure that leads to it (none to the input), and its size."""

    kind: str
    size: int
    structure: Structure | None = None
    image: tuple[int, int, int] | None = None


def chain(
    name: str,
    notation: str,
    neuron: Neuron,
    initial: Initial | Sequence[Initial],
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
    initial : Uniform, Normal or FanInNormal, or a sequence of them
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
        If a layer cannot be read or does not fit the one before, or the number of `initial` is
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
    firsts = iter(_firsts(layers, initial))
    connections = [
        Connection(f"{pre}_{post}", pre, post, synapse, structure=structure, initial=next(firsts))
        if structure.fixed_weight is None
        else Connection(f"{pre}_{post}", pre, post, synapse, structure=structure)
        for (pre, post), structure in zip(
            itertools.pairwise(names), _structures(layers), strict=True
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
    structure: ImageStructure
    if convolution:
        filters, kernel = map(int, convolution.groups())
        structure = Convolution(*before.image, kernel=kernel, filters=filters)
        return _Layer("conv", structure.n_target, structure, structure.output)
    assert pooling is not None
    structure = AveragePooling(*before.image, size=int(pooling[1]))
    return _Layer("pool", structure.n_target, structure, structure.output)


def _names(layers: Sequence[_Layer]) -> list[str]:
    """Names of populations: a kind's layers are numbered from 1; the first and last are not."""
    counts = {kind: itertools.count(1) for kind in ("conv", "pool", "hidden")}
    between = [f"{layer.kind}{next(counts[layer.kind])}" for layer in layers[1:-1]]
    return ["input", *between, "output"]


def _neuron(layer: _Layer, neuron: Neuron, pooling: Neuron | None) -> Neuron | None:
    if layer.structure is None:
        return None
    return pooling if pooling and layer.kind == "pool" else neuron


def _structures(layers: Sequence[_Layer]) -> Iterator[Structure]:
    return (layer.structure for layer in layers if layer.structure is not None)


def _firsts(layers: Sequence[_Layer], initial: Initial | Sequence[Initial]) -> Sequence[Initial]:
    """First weights of each connection that learns.

    Raises
    ------
    ModelError
        If their number is another.
    """
    n = sum(structure.fixed_weight is None for structure in _structures(layers))
    firsts = initial if isinstance(initial, Sequence) else [initial] * n
    if len(firsts) != n:
        raise ModelError(f"{n} connections learn and need as many initial: got {len(firsts)}.")
    return firsts
