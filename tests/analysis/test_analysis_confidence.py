"""Every interval is of the confidence that was asked for, however deep it is computed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from brainsnn.analysis.accuracy import accuracy_by_class, accuracy_table, wilson_interval
from brainsnn.analysis.codes.curves import curve
from brainsnn.analysis.codes.decisions import accuracy_against_time
from brainsnn.analysis.robustness import jitter_curve
from brainsnn.analysis.seeds import mean_interval, over_seeds, t_interval
from brainsnn.analysis.sweep import sweep
from brainsnn.analysis.tradeoff import speed_accuracy

SOURCES = Path(__file__).parents[2] / "analysis"

#: Right and wrong decisions of four trials, by seed: shares of 1/4, 1/2, 1/2.
RIGHT = ((1, 0, 0, 0), (1, 1, 0, 0), (0, 1, 1, 0))
SHARES = np.array([0.25, 0.5, 0.5])


def of_seeds(confidence: float) -> tuple[float, float]:
    """Student's interval of the shares, with n - 1 degrees of freedom."""
    return stats.t.interval(confidence, 2, SHARES.mean(), stats.sem(SHARES))


def of_trials(right: int, n: int, confidence: float) -> tuple[float, float]:
    """Wilson's interval: where the share is as many deviations off as the normal quantile says."""
    found = stats.binomtest(right, n).proportion_ci(confidence, method="wilson")
    return found.low, found.high


def decided(column: str, seeds: int = 3) -> pd.DataFrame:
    """Trials of some seeds, with a column that does not vary."""
    parts = [
        pd.DataFrame(
            {
                "trial": range(4),
                "label": 0,
                "decision": 1 - np.array(right),
                "decision_step": 2,
                "spikes_to_decision": 3,
                "tie": False,
                "silent": False,
                "candidate": np.array(right, bool),
                "seed": seed,
                column: 0,
            }
        )
        for seed, right in enumerate(RIGHT[:seeds])
    ]
    return pd.concat(parts, ignore_index=True)


def bounds(table: pd.DataFrame, name: str = "") -> list[float]:
    """Low and high of the last row of a table."""
    return [float(table[f"{name}{end}"].iloc[-1]) for end in ("low", "high")]


RESULTS = pd.DataFrame({"x": 1, "accuracy": SHARES})

#: What gives means over seeds, and its interval of the shares above.
OVER_SEEDS: dict[str, Callable[[float], Any]] = {
    "t_interval": lambda c: t_interval(SHARES.mean(), SHARES.std(ddof=1), 3, c),
    "mean_interval": lambda c: mean_interval(SHARES, c),
    "over_seeds": lambda c: bounds(over_seeds(RESULTS, ["accuracy"], confidence=c)),
    "curve": lambda c: bounds(curve(RESULTS, "x", "accuracy", confidence=c)),
    "accuracy_against_time": lambda c: bounds(accuracy_against_time(decided("code"), 5, "code", c)),
    "sweep": lambda c: bounds(sweep(decided("size"), "size", c), "accuracy_"),
    "speed_accuracy": lambda c: bounds(speed_accuracy(decided("threshold"), c), "accuracy_"),
    "jitter_curve": lambda c: bounds(jitter_curve(decided("jitter"), c), "accuracy_"),
}

#: What gives shares of trials: here, of one of four.
OVER_TRIALS: dict[str, Callable[[float], Any]] = {
    "wilson_interval": lambda c: wilson_interval(1, 4, c),
    "accuracy_table": lambda c: bounds(accuracy_table(decided("code", 1), c).iloc[:1]),
    "accuracy_by_class": lambda c: bounds(accuracy_by_class(decided("code", 1), None, c)),
    "sweep": lambda c: bounds(sweep(decided("size", 1), "size", c), "accuracy_"),
}

#: Others, whose intervals are of shuffles too: tests of their modules ask for two confidences.
OF_SHUFFLES = ("decode_against_window", "best_of_windows")


@pytest.mark.parametrize("confidence", [0.95, 0.5])
@pytest.mark.parametrize("name", OVER_SEEDS)
def test_intervals_over_seeds(name: str, confidence: float) -> None:
    wanted = pytest.approx(np.clip(of_seeds(confidence), 0, 1))
    assert list(np.clip(OVER_SEEDS[name](confidence), 0, 1)) == wanted


@pytest.mark.parametrize("confidence", [0.95, 0.5])
@pytest.mark.parametrize("name", OVER_TRIALS)
def test_intervals_over_trials(name: str, confidence: float) -> None:
    assert list(OVER_TRIALS[name](confidence)) == pytest.approx(of_trials(1, 4, confidence))


def test_every_function_with_a_confidence_is_asked() -> None:
    takers = {
        node.name
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        for argument in (*node.args.args, *node.args.kwonlyargs)
        if argument.arg == "confidence"
    }
    assert takers == {*OVER_SEEDS, *OVER_TRIALS, *OF_SHUFFLES}
