"""A sweep on two workers, one of which is killed in its middle, beside the sweep in one process.

Run as ``python tests/killed_sweep.py [--runs 40] [--row]``. Both sweeps are the command
``brainsnn sweep``. The second has two workers, processes of their own: once a share of the runs
has ended and both workers are in one, a worker gets SIGKILL; another goes on with its run. Every
table of every run is then compared to the bit, and whether the killed run was resumed. ``--row``
adds what was found to results/benchmarks/killed-sweep.csv.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

ROOT = Path(__file__).parents[1]
ROWS = ROOT / "results" / "benchmarks" / "killed-sweep.csv"
#: Names of a run's tables of which times of day, or seconds, are a part.
CLOCKS = ("seconds",)


@dataclass(frozen=True)
class Told:
    """What a sweep was told, and what killing it did.

    Parameters
    ----------
    protocol : str
    given : sequence of str
        Options after the protocol.
    """

    protocol: str
    given: Sequence[str]

    def command(self, out: Path, workers: int = 2) -> list[str]:
        """The sweep, on workers."""
        program = "from brainsnn.cli.main import main; main()"
        asked = ["sweep", self.protocol, *self.given, "--workers", str(workers), "--quiet"]
        return [sys.executable, "-c", program, *asked, "--out", str(out)]


def undisturbed(told: Told, out: Path) -> None:
    """Carry it out, in one process."""
    subprocess.run(told.command(out, 1), check=True, capture_output=True)


def disturbed(told: Told, out: Path, after: int) -> list[str]:
    """Carry it out; once `after` runs have ended, kill a worker. Runs that the workers were in."""
    with subprocess.Popen(told.command(out), stdout=subprocess.DEVNULL) as sweep:
        inside: list[str] = []
        while sweep.poll() is None and not inside:
            if len(_states(out / "runs")[1]) >= after:
                inside = _killed(_workers(sweep.pid), out / "runs")
            time.sleep(0.01)
        if sweep.wait() or not inside:
            raise RuntimeError(f"The sweep ended with {sweep.returncode}; killed in {inside}.")
    return inside


def _killed(workers: list[psutil.Process], runs: Path) -> list[str]:
    """Kill one of two workers if both are in a run; those runs, or none. They stand meanwhile."""
    for worker in workers:
        worker.suspend()
    begun = [name for name in _states(runs)[0] if (runs / name / "config.toml").exists()]
    if len(workers) == len(begun) == 2:
        workers.pop().kill()
    for worker in workers:
        worker.resume()
    return begun if len(workers) == 1 else []


def _workers(pid: int) -> list[psutil.Process]:
    """Workers of a sweep: processes below it that have begun no other, of nannies."""
    below = psutil.Process(pid).children(recursive=True)
    return [p for p in below if "spawn_main" in " ".join(_command(p))]


def _command(process: psutil.Process) -> list[str]:
    """The words that a process was begun with; none of one that is gone, as a compiler soon is."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def _states(runs: Path) -> tuple[list[str], list[str]]:
    """Runs that have begun and not ended, and those that have ended."""
    begun, ended = [], []
    for path in sorted(runs.glob("*/provenance.json")):
        (ended if json.loads(path.read_text())["ended"] else begun).append(path.parent.name)
    return begun, ended


def resumed(out: Path) -> list[str]:
    """Runs that were begun again."""
    paths = sorted((out / "runs").glob("*/provenance.json"))
    return [p.parent.name for p in paths if json.loads(p.read_text()).get("resumed")]


def _table(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path).drop(columns=[*CLOCKS], errors="ignore")


def differing(one: Path, other: Path) -> list[str]:
    """Tables and weights of two sweeps that are not the same to the bit."""
    names = [sorted(p.relative_to(f) for p in f.rglob("*.parquet")) for f in (one, other)]
    found = [] if names[0] == names[1] else ["the files that there are"]
    for name in names[0]:
        ours, theirs = (_table(folder / name) for folder in (one, other))
        if not ours.equals(theirs):
            found.append(str(name))
    for path in one.rglob("*.npz"):
        with np.load(path) as a, np.load(other / path.relative_to(one)) as b:
            if set(a) != set(b) or any(not np.array_equal(a[k], b[k]) for k in a):
                found.append(str(path.relative_to(one)))
    return found


def few(n_runs: int, updates: int = 300) -> Told:
    """Learning rates of one small network on the iris, each with two seeds."""
    rates = ",".join(f"{0.0005 * (k + 1):g}" for k in range(n_runs // 2))
    settings = ('sets=["iris"]', 'codes=["regular"]', f"training.updates={updates}")
    given = [word for setting in settings for word in ("--set", setting)]
    return Told("count-uci", [*given, "--grid", f"rule.learning_rate={rates}", "--seeds", "2"])


def main() -> None:
    """Compare, print, and keep a row."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--row", action="store_true")
    asked = parser.parse_args()
    told = few(asked.runs)
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder) / "undisturbed", Path(folder) / "disturbed"
        undisturbed(told, one)
        inside = disturbed(told, other, asked.runs // 3)
        again, unequal = resumed(other), differing(one, other)
        files = sum(1 for _ in one.rglob("*.parquet"))
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from rows import Results

    found = Results(detail="runs")
    found.add("runs begun again", str(asked.runs), len(again), "runs")
    found.add("tables compared", str(asked.runs), files, "tables")
    found.add("tables and weights that differ", str(asked.runs), len(unequal), "files")
    found.print()
    sys.stdout.write(f"Killed in one of {inside}; begun again: {again}; differing: {unequal}\n")
    if asked.row:
        found.append(ROWS)
    sys.exit(bool(unequal) or not again)


if __name__ == "__main__":
    main()
