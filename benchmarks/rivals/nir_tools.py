"""Networks of snnTorch, Norse and SpikingJelly as NIR graphs, with their spikes.

With an interpreter that has them: ``python benchmarks/rivals/nir_tools.py tests/oracles/data/nir``
makes networks with seeded weights and writes ``TOOL-NETWORK.npz`` with the graph, the input and the
output spikes, which tests compare with ours. It prints, as JSON, the versions and what went wrong.
"""

from __future__ import annotations

import copy
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")

import norse.torch as norse  # noqa: E402
import numpy as np  # noqa: E402
import snntorch as snn  # noqa: E402
import torch  # noqa: E402
from nir_files import arrays_of, versions  # noqa: E402
from norse.torch.utils import export_nir as norse_out  # noqa: E402
from snntorch import export_nir as snntorch_out  # noqa: E402
from spikingjelly.activation_based import layer, neuron, nir_exchange  # noqa: E402
from torch import nn  # noqa: E402

STEPS = 60
IMAGE = (1, 6, 6)


def linear(before: int, after: int) -> nn.Linear:
    """Weights that make neurons of threshold 1 spike."""
    made = nn.Linear(before, after)
    nn.init.normal_(made.weight, 2.0 / before, 2.5 / before**0.5)
    nn.init.normal_(made.bias, 0.05, 0.05)
    return made


def conv(filters: int) -> nn.Conv2d:
    """Kernels of 3 x 3 that make neurons of threshold 1 spike."""
    made = nn.Conv2d(1, filters, 3)
    nn.init.normal_(made.weight, 0.25, 0.4)
    nn.init.normal_(made.bias, 0.05, 0.05)
    return made


def leaky(*shape: int, **other: Any) -> snn.Leaky:
    """SnnTorch's leaky neurons of a layer, one decay and threshold each, as its export needs."""
    return snn.Leaky(torch.full(shape, 0.9), torch.ones(shape), init_hidden=True, **other)


def synaptic(*shape: int) -> snn.Synaptic:
    """SnnTorch's current-based neurons of a layer."""
    decays = {"alpha": torch.full(shape, 0.7), "beta": torch.full(shape, 0.9)}
    return snn.Synaptic(**decays, threshold=torch.full(shape, 2.0), init_hidden=True)


def box(**other: float) -> norse.LIFBoxCell:
    """Norse's leaky neurons with settings of their own."""
    values = {name: torch.tensor(value) for name, value in other.items()}
    return norse.LIFBoxCell(norse.LIFBoxParameters(**values))


def gain(factor: float, module: nn.Linear) -> nn.Linear:
    """Weights times a factor."""
    module.weight.data *= factor
    return module


Make = Callable[[], nn.Module]
NETWORKS: dict[str, dict[str, Make]] = {
    "snntorch": {
        "leaky": lambda: nn.Sequential(linear(8, 10), leaky(10), linear(10, 5), leaky(5)),
        "leaky_zero": lambda: nn.Sequential(
            linear(8, 10),
            leaky(10, reset_mechanism="zero"),
            linear(10, 5),
            leaky(5, reset_mechanism="zero"),
        ),
        "synaptic": lambda: nn.Sequential(linear(8, 10), synaptic(10), linear(10, 5), synaptic(5)),
        "recurrent": lambda: nn.Sequential(
            linear(8, 10),
            snn.RLeaky(0.9, linear_features=10, init_hidden=True),
            linear(10, 5),
            leaky(5),
        ),
        "convolution": lambda: nn.Sequential(
            conv(2), leaky(2, 4, 4), nn.AvgPool2d(2), nn.Flatten(), linear(8, 5), leaky(5)
        ),
    },
    "norse": {
        "leaky": lambda: norse.SequentialState(
            gain(8, linear(8, 10)), box(v_leak=0.1), gain(8, linear(10, 5)), box()
        ),
        "synaptic": lambda: norse.SequentialState(
            gain(3, linear(8, 10)), norse.LIFCell(), gain(3, linear(10, 5)), norse.LIFCell()
        ),
        "integrate": lambda: norse.SequentialState(
            linear(8, 10), norse.IAFCell(), linear(10, 5), norse.IAFCell()
        ),
        "convolution": lambda: norse.SequentialState(conv(2), norse.IAFCell()),
    },
    "spikingjelly": {
        "leaky": lambda: nn.Sequential(
            gain(4, linear(8, 10)),
            neuron.LIFNode(tau=5.0),
            linear(10, 5),
            neuron.LIFNode(tau=5.0, decay_input=False, v_reset=-0.1),
        ),
        "synaptic": lambda: nn.Sequential(
            linear(8, 10), neuron.CUBALIFNode(), linear(10, 5), neuron.CUBALIFNode(v_reset=0.1)
        ),
        "integrate": lambda: nn.Sequential(
            linear(8, 10), neuron.IFNode(), linear(10, 5), neuron.IFNode()
        ),
        "ties": lambda: nn.Sequential(quarters(8, 10), neuron.IFNode()),
        "convolution": lambda: nn.Sequential(
            layer.Conv2d(1, 2, 3),
            neuron.IFNode(v_threshold=0.3),
            layer.AvgPool2d(2),
            neuron.IFNode(v_threshold=0.5),
            layer.Flatten(),
            layer.Linear(8, 5),
            neuron.IFNode(v_threshold=0.2),
        ),
    },
}


def quarters(before: int, after: int) -> nn.Linear:
    """Weights of whole quarters, by which potentials come to lie on the threshold."""
    made = linear(before, after)
    made.weight.data = (made.weight.data * 4).round() / 4
    made.bias.data.zero_()
    return made


def exported(tool: str, network: nn.Module, shape: tuple[int, ...]) -> Any:
    """Graph of a network, as its tool makes it."""
    if tool == "snntorch":
        return snntorch_out.export_to_nir(network, torch.zeros(1, *shape), ignore_dims=[0])
    if tool == "norse":
        return norse_out.to_nir(network, torch.zeros(shape))
    return nir_exchange.export_to_nir(network, torch.zeros(1, *shape))


def spikes(tool: str, network: nn.Module, inputs: Any, stateful: bool) -> Any:
    """Output spikes, a row a step; inputs are of shape (steps, ...)."""
    found, state = [], None
    with torch.no_grad():
        for values in torch.as_tensor(inputs, dtype=torch.float32):
            x = values if tool == "norse" else values[None]
            out = network(x, state) if stateful else network(x)
            out, state = out if isinstance(out, tuple) else (out, None)
            found.append(out.detach().numpy().ravel() > 0)
    return np.array(found)


def write(folder: Path) -> dict[str, str]:
    """Graphs and spikes of all networks; what went wrong."""
    wrong = {}
    for tool, networks in NETWORKS.items():
        for name, make in networks.items():
            torch.manual_seed(1)
            shape = IMAGE if name == "convolution" else (8,)
            inputs = np.random.default_rng(1).random((STEPS, *shape)) < 0.2
            network, path = make(), folder / f"{tool}-{name}"
            try:
                graph = arrays_of(exported(tool, copy.deepcopy(network), shape))
                found = spikes(tool, network, inputs, tool == "norse")
                np.savez_compressed(path.with_suffix(".npz"), inputs=inputs, spikes=found, **graph)
            except Exception as error:  # any of another's
                wrong[path.name] = f"{type(error).__name__}: {error}"
    return wrong


if __name__ == "__main__":
    wrong = write(Path(sys.argv[1]))
    print(json.dumps({"versions": versions(), "wrong": wrong}))
