"""Networks drawn at random, on the resident device and on Brian2; ``make fuzz`` tries more."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from engine.random_networks.comparison import differences, judge, judge_together
from engine.random_networks.draft import Piece, Script
from engine.random_networks.execution import quickly
from engine.random_networks.networks import network_of
from engine.random_networks.shrinking import shrink

#: How many networks are drawn; each compilation takes several.
N_NETWORKS, TOGETHER = 40, 10

FIRST = 161  # From this seed on, the networks have every feature of `FEATURES`.

SCRIPTS = [network_of(seed, f"n{seed}_") for seed in range(FIRST, FIRST + 2 * N_NETWORKS)]
COMPILED = [script for script in SCRIPTS if not script.refused][:N_NETWORKS]


@pytest.fixture(autouse=True)
def numpy_and_no_optimisation() -> Iterator[None]:
    with quickly():
        yield


@pytest.mark.parametrize("first", range(0, N_NETWORKS, TOGETHER))
def test_networks_are_as_on_brian2_and_their_trials_are_alike(first):
    scripts = COMPILED[first : first + TOGETHER]
    verdicts = judge_together(scripts)
    wrong = [
        f"{script.text}\n{verdict.why}"
        for script, verdict in zip(scripts, verdicts, strict=True)
        if verdict.kind != "equal"
    ]
    assert not wrong, "\n\n".join(wrong)
    assert sum(verdict.n_spikes > 0 for verdict in verdicts) > TOGETHER / 2


def test_what_no_compiled_device_can_do_is_refused():
    script = next(script for script in SCRIPTS if script.refused)
    verdict = judge(script)
    assert verdict.kind == "refused", verdict
    assert "store/restore" in verdict.why


#: What has to occur in the networks that the suite compiles.
FEATURES = [
    *(f"method={m!r}" for m in ("exact", "linear", "euler", "exponential_euler", "rk2", "rk4")),
    *("method='heun'", "method='milstein'", "xi", "rand()", "PoissonGroup(", "PoissonInput("),
    *(
        "refractory='rest'",
        "refractory='flag'",
        "(unless refractory)",
        "lastspike",
        "ms + 0.3*ms*i",
    ),
    *("events=", "run_on_event(", "on_event=", "EventMonitor(", "linked_var(", "(summed)"),
    *("(event-driven)", "(clock-driven)", "on_post=", "on_pre={", "multisynaptic_index"),
    *("TimedArray(", "(t, i)", "run_regularly(", "period=", "set_spikes(", "delay = '", "@impl"),
    *(
        "(constant over dt)",
        "gain",
        "k += 1",
        "not flag",
        "StateMonitor(",
        "PopulationRateMonitor(",
    ),
    *("dt=0.05*ms", "run(0*ms)", ".active = False", ".remove(", "part0", "variables=['v'", "onto0"),
]


@pytest.mark.parametrize("feature", FEATURES)
def test_the_networks_hold_every_feature(feature):
    assert any(feature in script.text for script in COMPILED)


def test_a_seed_always_gives_the_same_network():
    assert network_of(3, "a_") == network_of(3, "a_") != network_of(4, "a_")


def test_a_difference_is_found_and_told():
    one = {"cells.v": np.array([1.0, 2.0]), "cells.k": np.array([1])}
    assert not differences(one, {**one, "cells.v": np.array([1.0, 2.0 + 1e-12])})
    assert differences(one, {**one, "cells.v": np.array([1.0, 2.1])}) == [
        "cells.v is [1. 2.] for [1.  2.1]"
    ]
    assert "shape" in differences(one, {**one, "cells.k": np.array([1, 2])})[0]
    assert "only in one" in differences(one, {"cells.v": one["cells.v"]})[0]


def test_shrinking_leaves_what_the_difference_needs():
    pieces = (
        Piece("a = 1", "a"),
        Piece("b = a", "b", ("a",)),
        Piece("a.set", needs=("a",)),
        Piece("c = 2", "c"),
        Piece("c.run", needs=("c", "a")),
    )
    smallest = shrink(Script("", pieces, False), lambda script: "c.run" in script.text)
    assert [piece.code for piece in smallest.pieces] == ["a = 1", "c = 2", "c.run"]
