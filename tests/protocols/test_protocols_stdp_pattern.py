"""A repeating pattern: the spikes that hold it, how answers to it are judged, what is kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.config import apply_overrides
from brainsnn.engine import build_engine
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.stdp.pattern import PROTOCOL
from brainsnn.protocols.stdp.pattern_inputs import PatternInputs, Times, apart, on_steps
from brainsnn.protocols.stdp.pattern_measures import answers, by_part, histogram, summary
from brainsnn.protocols.stdp.pattern_network import PatternNetwork
from brainsnn.protocols.stdp.pattern_page import _claims
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams

LITTLE = (
    *("engine=runtime", "seeds=2", "trials=3", "windows=4"),
    *("network.inputs=40", "network.threshold=5", "network.dt=0.5"),
)


def test_all_afferents_have_the_same_rate_in_and_outside_of_the_pattern():
    inputs, rng = PatternInputs(), np.random.default_rng(1)
    pattern = inputs.pattern(300, rng)
    assert pattern.neuron.max() < 150
    assert 0 <= pattern.time.min() <= pattern.time.max() < 50
    times, begins = inputs.piece(pattern, 300, 120, rng)
    assert begins.size == 30
    inside = np.isin(times.time // 50 * 50, begins)
    for mine in (times.neuron < 150, times.neuron >= 150):
        for part, seconds in ((inside, 1.5), (~inside, 4.5)):
            rate = (mine & part).sum() / (150 * seconds)
            assert rate == pytest.approx(64, rel=0.06)


def test_each_window_of_the_pattern_holds_it_and_no_other_does():
    inputs = PatternInputs(noise=0, jitter=0)
    rng = np.random.default_rng(2)
    pattern = inputs.pattern(40, rng)
    times, begins = inputs.piece(pattern, 40, 12, rng)
    wanted = sorted(zip(pattern.neuron, pattern.time, strict=True))
    for begin in range(0, 600, 50):
        here = (times.time >= begin) & (times.time < begin + 50) & (times.neuron < 20)
        found = sorted(zip(times.neuron[here], times.time[here] - begin, strict=True))
        same = len(found) == len(wanted) and np.allclose(found, wanted)
        assert same == (begin in begins)


def test_every_afferent_spikes_in_the_length_of_a_pattern():
    inputs = PatternInputs(rate_max=1e-6, noise=0)
    pattern = inputs.pattern(30, np.random.default_rng(3))
    assert sorted(pattern.neuron) == list(range(15))


def test_rates_wander_within_bounds():
    slow = PatternInputs(fastest=0, change=0, rate_max=1000, noise=0, part=1)
    pattern = slow.pattern(400, np.random.default_rng(4))
    counts = np.bincount(pattern.neuron, minlength=400)
    assert counts.mean() == pytest.approx(25, rel=0.1)
    assert counts.std() > 12


def test_no_two_windows_are_neighbours():
    rng = np.random.default_rng(5)
    seen = {tuple(apart(5, 2, rng).tolist()) for _ in range(200)}
    assert seen == {(0, 2), (0, 3), (0, 4), (1, 3), (1, 4), (2, 4)}


def test_spikes_of_a_step_are_one_and_those_outside_none():
    times = Times(np.array([1, 0, 1, 1, 0]), np.array([0.6, 0.9, 0.7, -0.1, 2.0]))
    spikes = on_steps(times, 2, 4, 0.5)
    assert (spikes.neuron.tolist(), spikes.step.tolist()) == ([0, 1], [1, 1])


def test_a_pulse_of_weight_1_peaks_at_1():
    plan = PatternNetwork()
    s = np.linspace(0, 50, 50_001)
    kernel = np.exp(-s / plan.tau_m) - np.exp(-s / plan.tau_s)
    assert (plan.jump / (plan.tau_m / plan.tau_s - 1) * kernel).max() == pytest.approx(1)


def test_the_potential_goes_on_to_the_next_piece():
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    inputs, rng = config.inputs, np.random.default_rng(6)
    pattern = inputs.pattern(40, rng)
    with build_engine("runtime", PROTOCOL.model(config), config.n_steps) as engine:
        engine.set_weights(engine.model.draw_weights(Streams(0)))
        times, _ = inputs.piece(pattern, 40, config.windows, rng)
        engine.run(on_steps(times, 40, config.n_steps, config.network.dt))
        v, x = (float(engine.weights[f"output.{name}"][0, 0]) for name in "vx")
        silent = on_steps(Times(np.empty(0, int), np.empty(0)), 40, config.n_steps, 0.5)
        first = engine.run(silent).traces["output.v"].values[0, 0, 0]  # noqa: PD011
    slow, fast = np.exp(-0.5 / 10), np.exp(-0.5 / 2.5)
    assert abs(v) > 0.1
    assert first == pytest.approx(v * slow + x / 3 * (slow - fast))


def test_a_membrane_that_is_not_the_slower_is_refused():
    with pytest.raises(ConfigError, match="tau_m must be above tau_s"):
        apply_overrides(PROTOCOL.config(), ["network.tau_m=2.5"])


def test_spikes_inside_and_outside_are_told_apart():
    found = answers(np.array([3.0, 52.0, 60.0, 100.0, 151.0]), np.array([50, 150]), 50)
    np.testing.assert_array_equal(found.latency, [np.nan, 2, 10, np.nan, 1])
    assert found.first.tolist() == [False, True, False, False, True]
    assert found.spikes(1000)["time"].tolist() == pytest.approx([1.003, 1.052, 1.06, 1.1, 1.151])


def test_success_is_judged_by_the_last_pieces():
    begins = np.array([0, 100])
    wild, good = np.array([60.0, 103.0]), np.array([4.0, 102.0, 109.0])
    pieces = [answers(t, begins, 50) for t in (wild, good, good)]
    found = summary(pieces, 200, 2)
    assert (found["hits"], found["false_alarms"], found["success"]) == (1, 0, 1)
    assert found["latency"] == pytest.approx(3)
    assert found["found"] == pytest.approx(0.06)
    assert (found["discharges"], found["rate_first"], found["rate"]) == (1, 10, 15)
    failed = summary(pieces[::-1], 200, 2)
    assert (failed["hits"], failed["false_alarms"], failed["success"]) == (0.75, 1, 0)
    assert np.isnan([failed["found"], failed["discharges"]]).all()
    silent = summary([answers(np.empty(0), begins, 50)] * 3, 200, 1)
    assert (silent["hits"], silent["success"]) == (0, 0)
    assert np.isnan(silent["latency"])


def test_weights_are_told_apart_by_the_first_spike_in_the_pattern():
    pattern = Times(np.array([0, 0, 1]), np.array([41.0, 3.0, 49.0]))
    table = by_part(np.array([0.5, 0.25, 1.0, 0.0]), pattern, 50)
    assert table.set_index("part")["weight"].to_dict() == {
        "0 to 4 ms": 0.5,
        "25 to 50 ms": 0.25,
        "not in the pattern": 0.5,
    }
    assert histogram(np.array([0.0, 0.06, 1.0]), 1.0)["density"].sum() == pytest.approx(20)


def test_a_run_has_its_tables_figures_and_claims(tmp_path):
    config = apply_overrides(PROTOCOL.config(), LITTLE)
    start(PROTOCOL, config, tmp_path / "run", ["brainsnn"])
    run = RunDirectory.read(tmp_path / "run")
    results = run.table("results")
    assert results["seed"].tolist() == [0, 1]
    assert set(results["condition"]) == {"40 inputs"}
    potential = run.table("potential")
    assert potential.groupby(["seed", "piece"]).size().eq(200).all()
    assert run.table("parts").groupby("seed")["time"].nunique().eq(3).all()
    assert run.table("weights")["stage"].nunique() == 3
    claims = run.table("claims")
    assert claims["paper"].isna().all()
    assert PROTOCOL.totals(run).keys() == {"fraction that succeeded, 40 inputs"}
    for name in ("latency", "potential", "weights", "weights_time"):
        assert (run.figures / f"{name}.svg").exists()


def test_the_papers_numbers_stand_beside_its_own_network_alone():
    row = {"condition": "c", "success": 1.0, "found": 12.0, "latency": 5.0, "hits": 1.0}
    more = {"false_alarms": 0.0, "rate_first": 60.0, "rate": 5.0, "in_pattern": 1.0}
    claims = _claims(pd.DataFrame([{**row, **more}]), 2000)
    assert [claim.paper for claim in claims[:3]] == [96, 13.5, 4]
    assert [claim.verdict for claim in claims[:3]] == ["met", "met", "not met"]
