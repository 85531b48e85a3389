"""Training by surrogate gradients in brainsnn, Norse, snnTorch and SpikingJelly, in one table.

A network of 784-400-10 with 100 steps of 64 random trials, in batches of 1 and of 64; one thread;
milliseconds of processor time a trial, the shortest of some calls. Ours is the rule `bptt` in
training's loop, float32, with a step of SGD; theirs, forward and backward alone, of each library's
own leaky neurons (``rivals/surrogate_peers.py``). They are installed into an environment of their
own, which goes afterwards, or stays and is used again with ``--environment FOLDER``.

Run ``python benchmarks/peers.py``, with ``--quick`` for a look; ``--torch`` names another build of
torch, and ``--row`` adds the rows, with versions, to ``results/benchmarks/peers.csv``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

from bptt import N, layers, shortest, training, trials_of
from one_thread import one_thread
from rival import ask_rival
from rows import Results

from brainsnn._version import __version__
from brainsnn.engine import build_engine
from brainsnn.streams import Streams
from brainsnn.training.bptt import BPTT

PEERS = ("norse", "snntorch", "spikingjelly")
ROWS = Path(__file__).parents[1] / "results" / "benchmarks" / "peers.csv"


def interpreter(folder: Path, torch: str) -> str:
    """Python of an environment that has the peers, made where there is none."""
    python, done = folder / "bin" / "python", folder / "peers-installed"
    if not done.exists():
        print(f"Installing {torch}, {', '.join(PEERS)} into {folder} ...", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", torch, *PEERS], check=True)
        done.touch()
    return str(python)


def ours(rounds: int) -> tuple[str, dict[int, float]]:
    """Name of the network; milliseconds a trial by batch."""
    name, model, n_steps, rate, _ = layers()
    _, trials = trials_of(model, n_steps, rate)
    settings = {"loss": "mean_potential", "pseudo_derivative": "triangle", "scale": 1.0}
    with build_engine("resident", model, n_steps, Streams(0)) as engine:
        engine.set_weights(model.draw_weights(Streams(0)))
        rule = BPTT.model_validate(settings | {"precision": "float32"}).bound(model, n_steps)
        calls = {str(batch): training(engine, rule, trials, batch) for batch in (1, N)}
        return name, {int(k): v / N for k, v in shortest(calls, rounds).items()}


def fill(results: Results, rounds: int, peers: dict[str, Any]) -> None:
    """Time ours, and set theirs beside it."""
    name, own = ours(rounds)
    of_torch = f"torch {peers['versions']['torch']}"
    for batch, reference in own.items():
        network = f"{name}, batch {batch}"
        results.add(f"brainsnn {__version__}", network, reference, "ms")
        for peer, by_batch in peers["layers"].items():
            what = f"{peer} {peers['versions'][peer]}, {of_torch}"
            results.add(what, network, by_batch[str(batch)], "ms", ("brainsnn", reference))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few calls")
    parser.add_argument("--environment", type=Path, metavar="FOLDER", help="to keep and use again")
    parser.add_argument("--torch", default="torch", help="what pip is to install (torch)")
    parser.add_argument("--row", action="store_true", help=f"add the rows to {ROWS.name}")
    options = parser.parse_args()
    results, rounds = Results("network"), 2 if options.quick else 8
    with tempfile.TemporaryDirectory(prefix="brainsnn-peers-") as scratch:
        python = interpreter(options.environment or Path(scratch), options.torch)
        peers = ask_rival(python, "surrogate_peers.py", {}, [rounds, "layers"])
    fill(results, rounds, peers)
    results.print()
    if options.row:
        results.append(ROWS)


if __name__ == "__main__":
    one_thread()
    sys.exit(main())
