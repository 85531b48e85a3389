"""Training the network of ``benchmarks/antlr_mnist.py`` with SpikingJelly, on the processor.

Run by that benchmark with an interpreter that has SpikingJelly:
``python spikingjelly_antlr.py IMAGES N_STEPS N ROUNDS BATCH`` prints the milliseconds an image of
each round, of processor and of wall, as JSON. The same current-based neurons (a reset of both
states, a bias), the same input spikes, cross-entropy of output counts, surrogate gradients through
time, Adam. All steps at once (``step_mode="m"``), one thread.
"""

from __future__ import annotations

import itertools
import json
import sys
import time

import numpy as np
import torch
from spikingjelly.activation_based import functional, layer, neuron, surrogate
from torch import nn

SIZES, DECAY = (784, 800, 10), 0.99


class CurrentBased(neuron.SimpleBaseNode):
    """Current and potential that decay alike, both put to 0 by a spike."""

    def __init__(self, scale: float) -> None:
        shape = surrogate.ATan()
        super().__init__(1.0, 0.0, shape, detach_reset=True, step_mode="m")
        self.scale = scale
        self.register_memory("current", 0.0)

    def neuronal_charge(self, x: torch.Tensor) -> None:
        """One step of the equations, given what arrives."""
        self.current = DECAY * self.current + x
        self.v = DECAY * self.v + self.scale * self.current

    def neuronal_reset(self, spike: torch.Tensor) -> None:
        """Put both states of the neurons that spiked to 0."""
        kept = 1 - spike.detach()
        self.v, self.current = self.v * kept, self.current * kept


def network(n_steps: int) -> nn.Sequential:
    """The layers; a kernel reaches 1 at its largest."""
    t = np.arange(n_steps)
    scale = float(1 / ((t + 1) * DECAY**t).max())
    parts: list[nn.Module] = []
    for before, after in itertools.pairwise(SIZES):
        parts += [layer.Linear(before, after), CurrentBased(scale)]
    made = nn.Sequential(*parts)
    functional.set_step_mode(made, "m")
    return made


def train(net: nn.Sequential, steps: torch.Tensor, labels: torch.Tensor, t: int, size: int) -> None:
    """One pass through images whose pixels' first-spike steps are given, t or more if silent."""
    optimiser, loss = torch.optim.Adam(net.parameters(), lr=1e-3), nn.CrossEntropyLoss()
    for k in range(0, len(steps), size):
        now = torch.arange(t).view(-1, 1, 1)
        spikes = (steps[k : k + size] == now).float()
        optimiser.zero_grad()
        loss(net(spikes).sum(0), labels[k : k + size]).backward()
        optimiser.step()
        functional.reset_net(net)


def main() -> None:
    """Measure and print."""
    path, *numbers = sys.argv[1:]
    n_steps, n, rounds, batch = (int(text) for text in numbers)
    torch.set_num_threads(1)
    with np.load(path, allow_pickle=False) as archive:
        steps = torch.from_numpy(archive["steps"].astype(np.int64))
        labels = torch.from_numpy(archive["labels"].astype(np.int64))
    net, found = network(n_steps), []
    train(net, steps[:batch], labels[:batch], n_steps, batch)
    for k in range(rounds):
        mine = slice(k * n, (k + 1) * n)
        begun = time.process_time(), time.perf_counter()
        train(net, steps[mine], labels[mine], n_steps, batch)
        taken = time.process_time() - begun[0], time.perf_counter() - begun[1]
        found.append([1e3 * value / n for value in taken])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
