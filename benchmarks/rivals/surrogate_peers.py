"""Surrogate gradients in Norse, snnTorch and SpikingJelly: ms of processor time a sample.

Networks of the sizes, steps and input rates of ``benchmarks/bptt.py``, of each library's own
neurons; forward and backward, one thread, the shortest of some calls. Prints a JSON object: by
network, library and batch, and the libraries' ``versions``.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version

import torch
from torch import nn

warnings.simplefilter("ignore")
torch.set_num_threads(1)
Run = Callable[[], None]


def spikes_and_wanted(n_steps: int, batch: int, n_in: int, rate: float) -> tuple:
    """Input spikes, and what the readout is compared with."""
    return (torch.rand(n_steps, batch, n_in) < rate).float(), torch.randn(n_steps, batch, 10)


def norse_layers(batch: int) -> Run:
    """784-400-10 with currents, 100 steps."""
    from norse.torch import LIFCell, LIFParameters, LILinearCell

    given, wanted = spikes_and_wanted(100, batch, 784, 0.02)
    into, out = nn.Linear(784, 400, bias=False), LILinearCell(400, 10)
    cells = LIFCell(LIFParameters(tau_mem_inv=torch.tensor(50.0)))

    def run() -> None:
        a, b, seen = None, None, []
        for x in given:
            s, a = cells(into(x), a)
            v, b = out(s, b)
            seen.append(v)
        (torch.stack(seen) * wanted).sum().backward()

    return run


def snntorch_layers(batch: int) -> Run:
    """784-400-10 with currents, 100 steps."""
    import snntorch

    given, wanted = spikes_and_wanted(100, batch, 784, 0.02)
    into, out = nn.Linear(784, 400, bias=False), nn.Linear(400, 10, bias=False)
    decay = {"alpha": 0.8187, "beta": 0.9512}
    cells = snntorch.Synaptic(**decay, reset_mechanism="zero")
    last = snntorch.Synaptic(**decay, reset_mechanism="none")

    def run() -> None:
        a, b, seen = cells.init_synaptic(), last.init_synaptic(), []
        for x in given:
            s, *a = cells(into(x), *a)
            _, *b = last(out(s), *b)
            seen.append(b[1])
        (torch.stack(seen) * wanted).sum().backward()

    return run


def spikingjelly_layers(batch: int) -> Run:
    """784-400-10 of leaky neurons, 100 steps, all steps of a layer at once."""
    from spikingjelly.activation_based import functional, layer, neuron

    given, wanted = spikes_and_wanted(100, batch, 784, 0.02)
    net = nn.Sequential(
        layer.Linear(784, 400, bias=False),
        neuron.LIFNode(tau=20.0, step_mode="m"),
        layer.Linear(400, 10, bias=False),
        neuron.LIFNode(tau=20.0, v_threshold=1e9, step_mode="m", store_v_seq=True),
    )
    functional.set_step_mode(net, "m")

    def run() -> None:
        functional.reset_net(net)
        net(given)
        (net[-1].v_seq * wanted).sum().backward()

    return run


def norse_recurrent(batch: int) -> Run:
    """80-220-10, recurrent and adaptive, 784 steps."""
    from norse.torch import LILinearCell, LSNNRecurrentCell

    given, wanted = spikes_and_wanted(784, batch, 80, 0.03)
    cells, out = LSNNRecurrentCell(80, 220), LILinearCell(220, 10)

    def run() -> None:
        a, b, seen = None, None, []
        for x in given:
            s, a = cells(x, a)
            v, b = out(s, b)
            seen.append(v)
        (torch.stack(seen) * wanted).sum().backward()

    return run


def snntorch_recurrent(batch: int) -> Run:
    """80-220-10, recurrent and leaky, 784 steps."""
    import snntorch

    given, wanted = spikes_and_wanted(784, batch, 80, 0.03)
    into, out = nn.Linear(80, 220, bias=False), nn.Linear(220, 10, bias=False)
    cells = snntorch.RLeaky(beta=0.9512, linear_features=220)
    last = snntorch.Leaky(beta=0.9512, reset_mechanism="none")

    def run() -> None:
        (s, v), u, seen = cells.init_rleaky(), last.init_leaky(), []
        for x in given:
            s, v = cells(into(x), s, v)
            _, u = last(out(s), u)
            seen.append(u)
        (torch.stack(seen) * wanted).sum().backward()

    return run


def spikingjelly_recurrent(batch: int) -> Run:
    """80-220-10, recurrent and leaky, 784 steps."""
    from spikingjelly.activation_based import functional, neuron

    given, wanted = spikes_and_wanted(784, batch, 80, 0.03)
    into, out = nn.Linear(80, 220, bias=False), nn.Linear(220, 10, bias=False)
    back = nn.Linear(220, 220, bias=False)
    cells, last = neuron.LIFNode(tau=20.0), neuron.LIFNode(tau=20.0, v_threshold=1e9)

    def run() -> None:
        functional.reset_net(cells)
        functional.reset_net(last)
        s, seen = torch.zeros(batch, 220), []
        for x in given:
            s = cells(into(x) + back(s))
            last(out(s))
            seen.append(last.v)
        (torch.stack(seen) * wanted).sum().backward()

    return run


PEERS = {
    "recurrent": {
        "Norse": norse_recurrent,
        "snnTorch": snntorch_recurrent,
        "SpikingJelly": spikingjelly_recurrent,
    },
    "layers": {
        "Norse": norse_layers,
        "snnTorch": snntorch_layers,
        "SpikingJelly": spikingjelly_layers,
    },
}


def shortest(run: Run, rounds: int) -> float:
    """Processor time of the shortest call, in ms."""
    best = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        run()
        best = min(best, 1e3 * (time.process_time() - begin))
    return best


def main() -> None:
    """Run from the command line: the number of calls, and networks, all by default."""
    rounds, names = int(sys.argv[2]), sys.argv[3:] or list(PEERS)
    found: dict[str, dict] = {
        network: {
            name: {batch: shortest(make(batch), rounds) / batch for batch in (1, 64)}
            for name, make in PEERS[network].items()
        }
        for network in names
    }
    libraries = {name for network in names for name in PEERS[network]}
    found["versions"] = {name: version(name.lower()) for name in sorted(libraries | {"torch"})}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
