"""Published models, run as many trials: by brainsnn, and by Brian2 as its documentation says.

Each model (see ``benchmarks/published``) runs in three ways, each in a process of its own: on the
resident engine; by Brian2's runtime with Cython, ``store`` and ``restore``; by Brian2's C++
standalone program with ``run_args``, in shared memory. All are given the same initial values,
weights and inputs. Printed are medians of a trial, on the clock and on the processor (which other
jobs of the machine disturb less), builds apart, and whether the ways agree on the numbers of
spikes: trial by trial where the model is deterministic, else on the mean within five standard
errors.

Run ``python benchmarks/brian2_models.py``, with ``--quick`` for a look. Rows are added to
``results/benchmarks/brian2-models.csv``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from published.base import PublishedModel
from published.ways import MODELS, WAYS
from rows import Results

HERE = Path(__file__).parent
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
UNITS = {"wall": "ms", "processor": "ms of processor"}

Answers = dict[str, dict[str, Any]]


def run(model: str, way: str, n_trials: int) -> dict[str, Any]:
    """Seconds and spikes of each trial of a model, run in one way in its own process."""
    command = [sys.executable, "-m", "published.ways", model, way, "--trials", str(n_trials)]
    done = subprocess.run(
        command,
        cwd=HERE,
        env={**os.environ, **ONE_THREAD},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def agreement(model: PublishedModel, answers: Answers, way: str) -> float:
    """Percent of trials with as many spikes as on the resident engine.

    Of a stochastic model it is all or none: whether the mean numbers of spikes differ by less than
    five standard errors.
    """
    n = min(len(answers[name]["spikes"]) for name in (way, "resident"))
    one, other = (np.array(answers[name]["spikes"][:n], float) for name in (way, "resident"))
    if model.deterministic:
        return float(100 * (one == other).mean())
    error = np.sqrt((one.var() + other.var()) / n)
    return float(100 * (abs(one.mean() - other.mean()) <= 5 * error))


def report(results: Results, model: PublishedModel, answers: Answers) -> None:
    """Add the rows of one model."""
    for clock, unit in UNITS.items():
        mine = 1e3 * float(np.median(answers["resident"][clock]))
        results.add("brainsnn", model.name, mine, unit)
        for way in answers.keys() - {"resident"}:
            taken = 1e3 * float(np.median(answers[way][clock]))
            results.add(f"Brian2 {way}", model.name, taken, unit, ("brainsnn", mine))
    for way, answer in answers.items():
        mean = float(np.mean(answer["spikes"]))
        name = "brainsnn" if way == "resident" else f"Brian2 {way}"
        results.add(f"{name}, spikes a trial", model.name, mean, "")
        results.add(f"{name}, build", model.name, answer["build"], "s")
        if way != "resident":
            same = agreement(model, answers, way)
            results.add(f"{name}, spikes as brainsnn", model.name, same, "%")


def main() -> None:
    """Measure, print, and add to the CSV file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few trials, no rows")
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--runtime-trials", type=int, help="fewer of the slowest way")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks/brian2-models.csv"))
    options = parser.parse_args()
    n = 3 if options.quick else options.trials
    trials = {**dict.fromkeys(WAYS, n), "runtime": min(n, options.runtime_trials or n)}
    for name in options.models:
        results = Results("model")
        report(results, MODELS[name], {way: run(name, way, trials[way]) for way in WAYS})
        results.print()
        if not options.quick:
            results.append(options.out)


if __name__ == "__main__":
    main()
