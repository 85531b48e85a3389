"""A converted network as a network of Brian2 neurons, for any engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.conversion.converted import Converted
from brainsnn.conversion.layers import Linear
from brainsnn.errors import ModelError
from brainsnn.network.network import Network
from brainsnn.network.neurons import Neuron


def to_network(
    converted: Converted, dt: float = 1e-3, name: str = "converted"
) -> tuple[Network, dict[str, NDArray[np.float64]]]:
    """Network and weights of a converted chain of linear layers.

    Its input are spikes, such as those of the code ``regular`` or ``poisson``, which stand for the
    constant currents; a spike reaches its targets a step later, so the output of L layers lags by L
    steps. Biases are currents: ``dv/dt = bias``.

    Parameters
    ----------
    converted : Converted
    dt : float, default 0.001
        Length of a step in seconds.
    name : str, default "converted"

    Returns
    -------
    network : Network
    weights : dict of array
        By connection, shape (pre, post), for ``engine.set_weights``.

    Raises
    ------
    ModelError
        If a layer is no linear one.
    """
    layers = []
    for place, stage in enumerate(converted.stages):
        if not isinstance(stage.weighted, Linear):
            raise ModelError(
                f"Stage {place + 1}: {type(stage.weighted).__name__} layers run by Converted.run "
                "only; a network is made of linear ones."
            )
        layers.append(stage.weighted)
    network = Network(dt=dt, name=name)
    network.add("input", layers[0].weight.shape[0])
    weights, before = {}, "input"
    for place, layer in enumerate(layers, start=1):
        own = "output" if place == len(layers) else f"hidden{place}"
        network.add(own, layer.weight.shape[1], _neuron(converted, layer, dt))
        network.connect(before, own)
        weights[f"{before}_{own}"] = layer.weight
        before = own
    return network, weights


def _neuron(converted: Converted, layer: Linear, dt: float) -> Neuron:
    """Integrate-and-fire with threshold 1 and the layer's biases."""
    from brian2 import second

    bias = np.zeros(layer.weight.shape[1]) if layer.bias is None else layer.bias
    return Neuron(
        name="converted",
        equations="dv/dt = bias : 1\nbias : Hz (constant)",
        threshold="v >= 1",
        reset="v -= 1" if converted.reset == "subtract" else "v = 0",
        parameters={"bias": bias / dt / second},
        initial={"v": converted.initial},
        method="euler",
        summary="Integrate-and-fire with a constant current, standing for a rectified unit.",
        citation="Rueckauer et al. 2017, section 2.2",
    )
