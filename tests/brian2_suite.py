"""Brian2's own standalone-compatible tests, on a device of this project or of Brian2.

Run as ``python tests/brian2_suite.py [--device NAME] [--jobs N] [--sample] [pytest arguments]``.
Prints which tests passed, failed and were excluded, each exclusion with its reason, and fails if
one failed. The tests are those that come with the installed Brian2.
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

#: Its conftest.py sets the device before each test.
PACKAGE = Path(brian2.__file__).parent
CONFIGURATION = PACKAGE / "tests" / "pytest.ini"

#: The two ways in which Brian2 runs them: scripts with one run statement, and with several.
PASSES: dict[str, dict[str, Any]] = {
    "standalone_compatible and not long and not gsl and not multiple_runs": {},
    "standalone_compatible and not long and not gsl and multiple_runs": {"build_on_run": False},
}

#: Tests that are left out, by marker.
EXCLUDED = {
    "standalone_compatible and gsl": "needs the GNU Scientific Library",
    "standalone_compatible and long and not gsl": "marked as long by Brian2",
}

#: One or two tests of each thing that a device has to get right.
SAMPLE = " or ".join(
    [
        "test_state_monitor_synapses",
        "test_dt_changes_between_runs",
        "test_multiple_runs_report_standalone_2",
        "test_stochastic_variable_multiplicative",
        "test_linked_var_in_reset_size_1",
        "test_random_values_fixed_seed_numbers",
        "test_refractoriness_repeated_legacy",
        "test_spikegenerator_multiple_runs",
        "test_synaptic_propagation_2",
        "test_transmission_one_to_all_heterogeneous_delays",
        "test_summed_variables_subgroups",
        "test_event_driven",
        "test_synapses_to_synapses_different_sizes",
        "test_basic_diffusion",
    ]
)


class Outcomes:
    """Pytest plugin that collects the outcome of every test, and why it was skipped."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.reasons: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst outcome of a test's phases."""
        name = _name(report.nodeid)
        if report.skipped or (report.outcome == "passed" and hasattr(report, "wasxfail")):
            self.outcomes[name] = "excluded"
            reason = getattr(report, "wasxfail", "") or report.longrepr[-1]
            self.reasons[name] = str(reason)
        elif report.failed:
            self.outcomes[name] = "failed"
            self.reasons[name] = str(report.longrepr).strip().splitlines()[-1]
        elif report.when == "call":
            self.outcomes.setdefault(name, "passed")


class Collected:
    """Pytest plugin that collects the names of tests without running them."""

    def __init__(self) -> None:
        self.names: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the names of those that the markers leave."""
        self.names += [_name(item.nodeid) for item in items]


def _name(nodeid: str) -> str:
    return nodeid.split("tests/")[-1]


def _pytest(markers: str, arguments: list[str], plugins: list[Any]) -> None:
    configuration = ["-c", str(CONFIGURATION), "--confcutdir", str(PACKAGE), "-m", markers]
    output = ["-q", "--no-header", "--tb=short"]
    pytest.main([*configuration, *output, *arguments, str(PACKAGE)], plugins=plugins)


def _run_pass(outcomes: Outcomes, device: str, markers: str, arguments: list[str]) -> None:
    plugin = PreferencePlugin(brian2.prefs)
    plugin.device = device
    plugin.device_options = {"directory": None, "with_output": False, **PASSES[markers]}
    _pytest(markers, ["-p", "brainsnn.engine.resident", *arguments], [plugin, outcomes])
    clear_caches()


def _exclude(outcomes: Outcomes, arguments: list[str]) -> None:
    for markers, reason in EXCLUDED.items():
        collected = Collected()
        _pytest(markers, ["--collect-only", "-qq", *arguments], [collected])
        for name in collected.names:
            outcomes.outcomes[name], outcomes.reasons[name] = "excluded", reason


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
    brian2.prefs["codegen.target"] = "numpy"  # for what tests compute outside the device
    for markers in PASSES:
        _run_pass(outcomes, device, markers, ["-n", str(jobs), *arguments])
    _exclude(outcomes, arguments)
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
    parser.add_argument("--sample", action="store_true")
    known, arguments = parser.parse_known_args()
    if known.sample:
        arguments += ["-k", SAMPLE]
    outcomes = run(known.device, known.jobs, arguments)
    sys.stdout.write(report(outcomes) + "\n")
    failed = "failed" in outcomes.outcomes.values()
    return 1 if failed or "passed" not in outcomes.outcomes.values() else 0


if __name__ == "__main__":
    sys.exit(main())
