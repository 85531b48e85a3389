"""Plant defects one by one and count those that the tests notice.

Run as ``python tests/mutants.py [--n N] [--minutes M] [--seed S] [--jobs N] [--only PATH]
[--record]``. Draws N defects from all that cosmic-ray's operators can make in the areas of
`mutation.areas`, runs the tests of its area on each until one fails, and prints those that no test
noticed; after M minutes no more are tried, and the score is of those that were. ``--record`` adds
it to ``results/benchmarks/mutants.csv``, and writes those to ``mutants-survived.csv`` beside it.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from mutation.areas import area_of, modules, tests_of  # noqa: E402
from mutation.reach import Reach  # noqa: E402
from mutation.sites import Site, draw, sites  # noqa: E402
from mutation.trial import Copy, load_heavy, run_tests, survives  # noqa: E402

#: Seconds that the tests of an area may take without a defect.
LIMIT = 1200.0


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="defects drawn")
    parser.add_argument("--minutes", type=float, default=math.inf, help="try no more after these")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="beginning of the paths that defects are in")
    parser.add_argument("--record", action="store_true", help="add the score to the results")
    options = parser.parse_args()
    chosen = [name for name in modules(ROOT) if name.startswith(options.only)]
    found = [site for name in chosen for site in sites(ROOT, name)]
    drawn = draw(found, options.n, np.random.default_rng(options.seed))
    sys.stdout.write(f"{len(drawn)} of {len(found)} defects in {len(chosen)} files\n")
    tried = list(try_all(drawn, options.jobs, time.time() + 60 * options.minutes))
    if not tried:
        sys.stdout.write("none was tried in that time\n")
        return 1
    survivors = [site for site, noticed in tried if not noticed]
    score = 100 * (1 - len(survivors) / len(tried))
    sys.stdout.write(f"noticed: {len(tried) - len(survivors)} of {len(tried)}, {score:.1f} %\n")
    if options.record:
        _record(options.only or "all areas", len(found), len(tried), score)
        _list(survivors)
    return 0


def try_all(drawn: list[Site], jobs: int, end: float) -> Iterable[tuple[Site, bool]]:
    """Try defects in several processes until a time; give each, and whether it was noticed."""
    shares = [(drawn[k::jobs], end) for k in range(jobs)]
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs) as pool:
        for part in pool.starmap(try_share, shares, chunksize=1):
            yield from part


def try_share(share: list[Site], end: float) -> list[tuple[Site, bool]]:
    """Try some of the defects, one after another, in a copy of the project; say which survive."""
    tried: list[tuple[Site, bool]] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        load_heavy(Path(folder))
        copy = Copy(_copy_of_project(Path(folder) / "project"))
        reaches: dict[str, Reach | None] = {}
        for k, site in enumerate(share, start=1):
            if time.time() > end or not _is_awaited():
                break
            area = area_of(site.module)
            if area not in reaches:
                reaches[area] = _pass_without_defect(copy, site.module)
            reach = reaches[area]
            if reach is None:
                continue
            noticed = not survives(copy, site, reach)
            tried.append((site, noticed))
            if not noticed:
                sys.stdout.write(f"[{k}/{len(share)}] {site.describe(ROOT)}\n")
                sys.stdout.flush()
    return tried


def _is_awaited() -> bool:
    """Whether the process that asked for this one still runs."""
    parent = multiprocessing.parent_process()
    return parent is None or parent.is_alive()


def _pass_without_defect(copy: Copy, module: str) -> Reach | None:
    """What the tests of an area run, if they pass; compiles the kernels that trials share."""
    record = copy.root / f".{area_of(module).replace('/', '-')}.json"
    verdict = run_tests(copy, tests_of(copy.root, module), copy.kernels, LIMIT, record)
    if verdict == "passed":
        return Reach.read(record)
    last = copy.said.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
    message = "\n".join([f"{module}: without a defect, its tests {verdict}; not tried", *last])
    sys.stdout.write(message + "\n")
    return None


def _copy_of_project(target: Path) -> Path:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listing.stdout.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    return target


def _record(what: str, found: int, drawn: int, score: float) -> None:
    from benchmarks.rows import Results

    results = Results("drawn")
    results.add(f"defects noticed, {what}", f"{drawn} of {found:,}", score, "%")
    results.append(ROOT / "results" / "benchmarks" / "mutants.csv")


def _list(survivors: list[Site]) -> None:
    """Write down what no test noticed; why that is well is for a reader to say."""
    rows = [(*site.describe(ROOT).split(": ", 1), "") for site in survivors]
    target = ROOT / "results" / "benchmarks" / "mutants-survived.csv"
    pd.DataFrame(rows, columns=["place", "defect", "why"]).to_csv(target, index=False)


if __name__ == "__main__":
    sys.exit(main())
