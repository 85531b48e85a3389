"""A sample of Brian2's own tests; ``make brian2-suite`` runs them all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SUITE = Path(__file__).parents[1] / "brian2_suite.py"


def test_a_sample_of_brian2s_own_tests_passes_on_the_resident_device():
    # A process of its own: those tests change Brian2's preferences and its unit registry.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    result = subprocess.run(
        [sys.executable, str(SUITE), "--sample", "--jobs", "0", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-4000:]
    assert "\nfailed: 0\n" in result.stdout
    assert "\npassed: 0\n" not in result.stdout
