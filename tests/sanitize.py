"""Generated C++ under AddressSanitizer and UBSan, and numba's kernels with every index checked.

Run as ``python tests/sanitize.py [--generated | --kernels] [pytest arguments]``; needs g++ with its
sanitizers. Fails if a test fails or anything is reported, and prints what was.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

TESTS = Path(__file__).parent

#: Tests that build and run resident libraries, standalone programs and exported projects. GeNN's
#: own generator is not ours to sanitize.
GENERATED = [
    "export/test_export_cpp.py",
    "engine/test_engine_scenarios.py",
    "engine/test_engine_brian2_features.py",
    "engine/test_engine_random*.py",
    "engine/test_engine_access.py",
    "engine/test_engine_compiled.py",
    "engine/test_engine_inputs.py",
    "engine/test_engine_lanes.py",
    "engine/test_engine_scripts.py",
    "engine/test_engine_until.py",
    "engine/test_engine_workers.py",
]

#: Tests that run the kernels that numba compiles.
KERNELS = ["spikes", "codes", "learning", "training", "datasets/test_datasets_augment.py"]

#: Undefined behaviour is reported and passed over, so that one run shows all of it.
FLAGS = (
    "-g1 -fno-omit-frame-pointer -fsanitize=address,undefined,float-cast-overflow "
    "-fsanitize-recover=undefined,float-cast-overflow"
)


def compiler(folder: Path) -> Path:
    """A compiler that adds the sanitizers to whatever it is asked for; both steps need them."""
    path = folder / "sanitizing-g++"
    path.write_text(f'#!/bin/sh\nexec g++ "$@" -O1 {FLAGS}\n', encoding="ascii")
    path.chmod(0o755)
    return path


def runtime(name: str) -> str:
    """Path of a library of the compiler's."""
    asked = ["g++", f"-print-file-name={name}"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def sanitizers(folder: Path) -> dict[str, str]:
    """Environment in which compiled networks are sanitized, and reports go to a folder.

    Leaks are not looked for: Python's own are many. The library of C++ is loaded beforehand, or
    the sanitizer would not see the exceptions of modules that load it later.
    """
    reports = f"log_path={folder / 'reports' / 'report'}"
    return {
        "CXX": str(compiler(folder)),
        "BRAINSNN_CACHE": str(folder / "cache"),
        "LD_PRELOAD": " ".join(map(runtime, ("libasan.so", "libstdc++.so"))),
        "ASAN_OPTIONS": f"detect_leaks=0:{reports}",
        "UBSAN_OPTIONS": f"print_stacktrace=1:{reports}",
    }


def run_tests(names: Sequence[str], arguments: Sequence[str], changes: Mapping[str, str]) -> bool:
    """Run tests in an environment; returns whether they all passed."""
    files = [str(path) for name in names for path in sorted(TESTS.glob(name))]
    command = [sys.executable, "-m", "pytest", "-q", *files, *arguments]
    done = subprocess.run(command, cwd=TESTS.parent, env={**os.environ, **changes}, check=False)
    return done.returncode == 0


def sanitize_generated(arguments: Sequence[str]) -> bool:
    """Run the tests of generated code; returns whether they pass and nothing is reported."""
    with tempfile.TemporaryDirectory(prefix="sanitize-") as name:
        folder = Path(name)
        reports = folder / "reports"
        reports.mkdir()
        passed = run_tests(GENERATED, ["-k", "not genn", *arguments], sanitizers(folder))
        found = sorted(reports.iterdir())
        for path in found:
            sys.stdout.write(path.read_text(encoding="utf-8", errors="replace"))
        sys.stdout.write(f"{len(found)} processes with reports of the sanitizers\n")
        return passed and not found


def check_kernels(arguments: Sequence[str]) -> bool:
    """Run the tests of kernels with indices checked; an index out of range is an IndexError."""
    with tempfile.TemporaryDirectory(prefix="sanitize-") as folder:
        changes = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": folder}
        return run_tests(KERNELS, arguments, changes)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--generated", action="store_true", help="only the generated C++")
    part.add_argument("--kernels", action="store_true", help="only numba's kernels")
    known, arguments = parser.parse_known_args()
    if shutil.which("g++") is None and not known.kernels:
        parser.error("g++ is needed for the generated C++; --kernels does without.")
    clean = known.kernels or sanitize_generated(arguments)
    clean = (known.generated or check_kernels(arguments)) and clean
    sys.stdout.write("clean\n" if clean else "not clean\n")
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
