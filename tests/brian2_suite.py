"""Brian2's own standalone-compatible tests, on a device of this project or of Brian2.

Run as ``python tests/brian2_suite.py [--device NAME] [--jobs N] [pytest arguments]``. Prints
which tests passed, failed and were excluded, each exclusion with its reason, and fails if one
failed. The tests are those that come with the installed Brian2.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import brian2
import pytest
from brian2.tests import PreferencePlugin, clear_caches

from brainsnn.engine.resident.device import DEVICE_NAME

TESTS = Path(brian2.__file__).parent / "tests"
CONFIGURATION = TESTS / "pytest.ini"

#: The two ways in which Brian2 runs them: scripts with one run statement, and with several.
PASSES: dict[str, dict[str, Any]] = {
    "standalone_compatible and not long and not multiple_runs": {},
    "standalone_compatible and not long and multiple_runs": {"build_on_run": False},
}


class Outcomes:
    """Pytest plugin that collects the outcome of every test, and why it was skipped."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.reasons: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst outcome of a test's phases."""
        name = report.nodeid.split("tests/")[-1]
        if report.skipped or (report.outcome == "passed" and hasattr(report, "wasxfail")):
            self.outcomes[name] = "excluded"
            reason = getattr(report, "wasxfail", "") or report.longrepr[-1]
            self.reasons[name] = str(reason)
        elif report.failed:
            self.outcomes[name] = "failed"
            self.reasons[name] = str(report.longrepr).strip().splitlines()[-1]
        elif report.when == "call":
            self.outcomes.setdefault(name, "passed")


def run(device: str, jobs: int, arguments: list[str]) -> Outcomes:
    """Run the tests on a device.

    Parameters
    ----------
    device : str
        Name of a Brian2 device.
    jobs : int
        Processes.
    arguments : list of str
        Passed on to pytest.
    """
    outcomes = Outcomes()
    brian2.prefs.reset_to_defaults()
    brian2.prefs["codegen.cpp.extra_compile_args_gcc"] += ["-w", "-O0"]
    for markers, options in PASSES.items():
        plugin = PreferencePlugin(brian2.prefs)
        plugin.device = device
        plugin.device_options = {"directory": None, "with_output": False, **options}
        pytest.main(
            [
                *("-p", "brainsnn.engine.resident", "-c", str(CONFIGURATION), "-m", markers),
                *("-n", str(jobs), "-q", "--no-header", "--tb=short", *arguments, str(TESTS)),
            ],
            plugins=[plugin, outcomes],
        )
        clear_caches()
    return outcomes


def report(outcomes: Outcomes) -> str:
    """Counts, then each test that failed or was excluded, with the reason."""
    counts = Counter(outcomes.outcomes.values())
    lines = [f"{kind}: {counts[kind]}" for kind in ("passed", "failed", "excluded")]
    for kind in ("failed", "excluded"):
        names = sorted(n for n, outcome in outcomes.outcomes.items() if outcome == kind)
        lines += [f"{kind}: {name}: {outcomes.reasons[name]}" for name in names]
    return "\n".join(lines)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default=DEVICE_NAME)
    parser.add_argument("--jobs", type=int, default=2)
    known, arguments = parser.parse_known_args()
    outcomes = run(known.device, known.jobs, arguments)
    sys.stdout.write(report(outcomes) + "\n")
    failed = "failed" in outcomes.outcomes.values()
    return 1 if failed or "passed" not in outcomes.outcomes.values() else 0


if __name__ == "__main__":
    sys.exit(main())
