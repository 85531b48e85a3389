"""Brian2's own examples, on its C++ standalone mode and on the resident device: the same arrays?

Run as ``python tests/brian2_examples.py FOLDER [names] [--jobs N] [--reference FOLDER] [--row]``.
FOLDER holds the folder ``examples`` of Brian2's sources of the installed version, which no package
brings; by default it is what the variable BRIAN2_EXAMPLES names. Each example runs twice, each time
in a process of its own: without plots, every run shortened, the same seed, a compiler that does not
optimise. Then everything that the two devices hold is compared to the bit: states, spikes, weights.
An example that reads values while it runs is taken up to there, as every compiled device has to.
Prints a table and totals, and fails if an example differs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from brian2_script import Outcome, read_outcome

ROOT = Path(__file__).parents[1]
CHILD = Path(__file__).with_name("brian2_script.py")
VARIABLE = "BRIAN2_EXAMPLES"
REFERENCE, RESIDENT = "cpp_standalone", "brainsnn_resident"
ROWS = ROOT / "results" / "benchmarks" / "brian2-examples.csv"
KINDS = ("equal", "equal within rounding", "differs", "refused", "runs here alone", "not runnable")


#: Where neurons keep the traces of synapses, these are rounded elsewhere than in Brian2.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Verdict:
    """What became of one example."""

    name: str
    kind: str
    why: str = ""


def run(script: Path, folder: Path, device: str, out: Path, limit: float) -> Outcome:
    """Run one example on one device, in a process and a copy of its folder of its own."""
    with tempfile.TemporaryDirectory(prefix="brian2-example-") as scratch:
        copy = Path(scratch) / "examples"
        shutil.copytree(folder, copy)
        command = [sys.executable, str(CHILD), str(copy / script), device, str(out)]
        environment = {**os.environ, "MPLBACKEND": "Agg", "TMPDIR": scratch}
        # A cache of its own: libraries of this size and use would crowd out others.
        environment["BRAINSNN_CACHE"] = str(Path(scratch) / "cache")
        try:
            done = subprocess.run(
                command,
                cwd=(copy / script).parent,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome("Timeout", f"took longer than {limit:g} s")
        if done.returncode or not out.exists():
            return Outcome("Died", f"status {done.returncode}: {done.stdout.strip()[-300:]}")
    return read_outcome(out)


def differences(one: Outcome, two: Outcome, rounding: float = 0) -> list[str]:
    """Arrays that are not the same in both but for relative differences, and how much differs."""
    found = [f"{name} only once" for name in one.arrays.keys() ^ two.arrays.keys()]
    for name in sorted(one.arrays.keys() & two.arrays.keys()):
        a, b = one.arrays[name], two.arrays[name]
        if a.shape != b.shape:
            found.append(f"{name}: {a.shape} for {b.shape}")
            continue
        other = (a != b) & ~((a != a) & (b != b))  # NaN is as NaN.
        if rounding and a.dtype.kind == "f":
            other &= ~np.isclose(a, b, rounding, 0)
        if other.any():
            found.append(f"{name}: {other.mean():.2%} of {a.size} values")
    return found


def judge(name: str, reference: Outcome, resident: Outcome) -> Verdict:
    """Compare what the two devices made of one example."""
    if resident.refused:
        return Verdict(name, "refused", resident.message)
    if resident.arrays and not reference.arrays:
        return Verdict(name, "runs here alone", f"{reference.error}: {reference.message}")
    if not reference.arrays:
        return Verdict(name, "not runnable", f"{reference.error}: {reference.message}")
    if not resident.arrays:
        return Verdict(name, "differs", f"{resident.error}: {resident.message}")
    found = differences(resident, reference)
    if found and not differences(resident, reference, ROUNDING):
        return Verdict(name, "equal within rounding", "; ".join(found[:4]))
    if found:
        return Verdict(name, "differs", "; ".join(found[:4]))
    ended = f"up to {reference.error}: {reference.message}" if reference.error else ""
    size = sum(values.size for values in reference.arrays.values())
    return Verdict(name, "equal", f"{len(reference.arrays)} arrays, {size} values {ended}")


def compare(script: Path, folder: Path, kept: Path | None, limit: float) -> Verdict:
    """Run one example on both devices; what Brian2 gave may be known from an earlier time."""
    name = script.as_posix()
    with tempfile.TemporaryDirectory(prefix="brian2-example-") as scratch:
        file = f"{name.replace('/', '-')}.npz"
        mine = (kept or Path(scratch)) / file
        if mine.exists():
            reference = read_outcome(mine)
        else:
            reference = run(script, folder, REFERENCE, mine, limit)
        resident = run(script, folder, RESIDENT, Path(scratch) / f"resident-{file}", limit)
    verdict = judge(name, reference, resident)
    sys.stderr.write(f"{verdict.kind}: {name}\n")
    return verdict


def report(verdicts: list[Verdict]) -> str:
    """The table, and its totals."""
    counts = Counter(verdict.kind for verdict in verdicts)
    lines = [
        f"{v.kind:12} {v.name:60} {' '.join(v.why.split())[:300]}"
        for v in sorted(verdicts, key=lambda v: (KINDS.index(v.kind), v.name))
    ]
    return "\n".join([*lines, *(f"{kind}: {counts[kind]}" for kind in KINDS)])


def add_rows(verdicts: list[Verdict]) -> None:
    """Add the totals to the table of results."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from rows import Results

    results, counts = Results("where"), Counter(verdict.kind for verdict in verdicts)
    for kind in KINDS:
        results.add(f"Brian2's examples, {kind}", f"of {len(verdicts)}", counts[kind], "")
    results.append(ROWS)


def examples(folder: Path, wanted: list[str]) -> list[Path]:
    """The scripts of the folder, relative to it; those whose name holds a wanted word."""
    scripts = sorted(path.relative_to(folder) for path in folder.rglob("*.py"))
    return [s for s in scripts if not wanted or any(word in s.as_posix() for word in wanted)]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get(VARIABLE) or None)
    parser.add_argument("names", nargs="*", help="parts of the names of those to run")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=900, help="seconds of a script at most")
    parser.add_argument("--reference", type=Path, help="folder that keeps what Brian2 gave")
    parser.add_argument("--row", action="store_true", help=f"add the totals to {ROWS.name}")
    options = parser.parse_args()
    if options.folder is None or not (options.folder / "CUBA.py").is_file():
        parser.error(
            f"{options.folder or 'no folder'}: give the folder 'examples' of Brian2's sources, or "
            f"set {VARIABLE} to it. It is in the archive of each release, "
            "https://github.com/brian-team/brian2/releases."
        )
    folder, kept = options.folder.resolve(), options.reference and options.reference.resolve()
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(options.jobs) as threads:
        verdicts = list(
            threads.map(
                lambda script: compare(script, folder, kept, options.limit),
                examples(folder, options.names),
            )
        )
    sys.stdout.write(report(verdicts) + "\n")
    if options.row:
        add_rows(verdicts)
    return 1 if any(verdict.kind == "differs" for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
