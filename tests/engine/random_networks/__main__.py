"""Compare networks drawn at random with Brian2: ``python -m engine.random_networks -n 100``.

Each network runs in a process of its own, so that one that ends its process ends no other. A seed
whose network differs is printed, and the smallest script that still differs is saved: run it as it
stands for Brian2's result, with ``brainsnn_resident`` behind its name for the other.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from engine.random_networks.comparison import Verdict, judge
from engine.random_networks.draft import Piece, Script
from engine.random_networks.execution import quickly
from engine.random_networks.networks import network_of
from engine.random_networks.shrinking import shrink

TESTS = Path(__file__).parents[2]

SAVED = '''"""{why}"""

import sys

import numpy as np
from brian2 import *

import brainsnn.engine

prefs.codegen.target = "numpy"
if sys.argv[1:]:
    set_device(sys.argv[1], build_on_run=False)
{text}
if sys.argv[1:]:
    device.build(directory=None, with_output=False)
for owner in [v for v in list(globals().values()) if isinstance(v, Group)]:
    for key, variable in owner.variables.items():
        if hasattr(variable, "get_value") and getattr(variable.owner, "name", "") == owner.name:
            print(f"{{owner.name}}.{{key}}", np.array(variable.get_value()))
'''


def _encode(script: Script) -> str:
    return json.dumps(asdict(script))


def _decode(text: str) -> Script:
    values = json.loads(text)
    pieces = tuple(Piece(**{**p, "needs": tuple(p["needs"])}) for p in values.pop("pieces"))
    return Script(pieces=pieces, **values)


def apart(script: Script) -> Verdict:
    """Compare a network in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", __package__, "--one"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    done = subprocess.run(
        command, input=_encode(script), env=environment, capture_output=True, text=True, check=False
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return Verdict("differs", f"status {done.returncode}: {done.stderr.strip()[-300:]}")
    return Verdict(**json.loads(lines[-1]))


def _one() -> None:
    with quickly():
        verdict = judge(_decode(sys.stdin.read()))
    sys.stdout.write(f"\n{json.dumps(asdict(verdict))}\n")


def save_smallest(seed: int, script: Script, folder: Path) -> Path:
    """Shrink a network that differs, and save it as a script."""
    smallest = shrink(script, lambda candidate: apart(candidate).kind == "differs")
    path = folder / f"random_network_{seed}.py"
    why = apart(smallest).why.replace("\\", "/").replace('"', "'")
    path.write_text(SAVED.format(why=f"Seed {seed}: {why}", text=smallest.text))
    return path


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=100, help="how many networks")
    parser.add_argument("--seed", type=int, default=0, help="of the first one")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path(), help="where scripts are saved")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _one()
        return 0
    seeds = range(options.seed, options.seed + options.n)
    counts: Counter[str] = Counter()
    with ThreadPoolExecutor(options.jobs) as threads:
        scripts = [network_of(seed) for seed in seeds]
        for seed, script, verdict in zip(seeds, scripts, threads.map(apart, scripts), strict=True):
            counts[verdict.kind] += 1
            counts["equal and spiking"] += verdict.kind == "equal" and verdict.n_spikes > 0
            if verdict.kind != "equal":
                sys.stdout.write(f"seed {seed} {verdict.kind}: {verdict.why}\n")
            if verdict.kind == "differs":
                path = save_smallest(seed, script, options.folder)
                sys.stdout.write(f"seed {seed}: saved as {path}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{dict(counts)}\n")
    return 1 if counts["differs"] else 0


if __name__ == "__main__":
    sys.exit(main())
