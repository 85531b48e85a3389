"""Training the networks of ``benchmarks/count.py`` with SpikingJelly, on the processor.

Run by that benchmark with an interpreter that has SpikingJelly:
``python spikingjelly_count.py IMAGES NOTATION N_STEPS N ROUNDS BATCH`` prints the images a second
of each round, as JSON. The same neurons (integrate-and-fire, a reset that subtracts), the same
spikes drawn from images, cross-entropy of output counts, surrogate gradients through time, Adam.
All steps at once (``step_mode="m"``), one thread.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import torch
from spikingjelly.activation_based import functional, layer, neuron, surrogate
from torch import nn


def network(notation: str) -> nn.Sequential:
    """Layers of a notation like 784-800-10 or 28x28-12c5-2a-10."""
    first, *rest = notation.split("-")
    image = [1, *(int(n) for n in first.split("x"))] if "x" in first else None
    before, parts = int(first) if image is None else 0, []
    for text in rest:
        if "c" in text:
            filters, kernel = (int(n) for n in text.split("c"))
            parts.append(layer.Conv2d(image[0], filters, kernel, bias=False))
            image = [filters, image[1] - kernel + 1, image[2] - kernel + 1]
        elif text.endswith("a"):
            parts.append(layer.AvgPool2d(int(text[:-1])))
            image = [image[0], image[1] // int(text[:-1]), image[2] // int(text[:-1])]
        else:
            if image is not None:
                parts.append(layer.Flatten())
                before, image = int(np.prod(image)), None
            parts.append(layer.Linear(before, int(text), bias=False))
            before = int(text)
        parts.append(neuron.IFNode(v_reset=None, surrogate_function=surrogate.ATan()))
    made = nn.Sequential(*parts)
    functional.set_step_mode(made, "m")
    return made


def train(
    net: nn.Sequential, images: torch.Tensor, labels: torch.Tensor, t: int, batch: int
) -> None:
    """One pass through the images."""
    optimiser, loss = torch.optim.Adam(net.parameters(), lr=1e-3), nn.CrossEntropyLoss()
    for k in range(0, len(images), batch):
        values = images[k : k + batch]
        spikes = (torch.rand(t, *values.shape) < values).float()
        optimiser.zero_grad()
        loss(net(spikes).sum(0), labels[k : k + batch]).backward()
        optimiser.step()
        functional.reset_net(net)


def main() -> None:
    """Measure and print."""
    path, notation, *numbers = sys.argv[1:]
    n_steps, n, rounds, batch = (int(text) for text in numbers)
    torch.set_num_threads(1)
    with np.load(path, allow_pickle=False) as archive:
        images = torch.from_numpy(archive["images"] / np.float32(255))
        labels = torch.from_numpy(archive["labels"].astype(np.int64))
    images = images[:, None] if "x" in notation else images.flatten(1)
    net, found = network(notation), []
    train(net, images[:batch], labels[:batch], n_steps, batch)
    for k in range(rounds):
        mine = slice(k * n, (k + 1) * n)
        begin = time.process_time()
        train(net, images[mine], labels[mine], n_steps, batch)
        found.append(n / (time.process_time() - begin))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
