"""Credit by delayed reward: what is rewarded, what goes on between pieces, what is kept."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.config import apply_overrides
from brainsnn.engine import build_engine
from brainsnn.errors import ConfigError
from brainsnn.experiment.carry_out import start
from brainsnn.protocols.reward.credit import PROTOCOL
from brainsnn.protocols.reward.credit_inputs import Inputs, coincidences
from brainsnn.protocols.reward.credit_network import firsts, pairs
from brainsnn.records import RunDirectory
from brainsnn.streams import Streams

LITTLE = (
    *("engine=runtime", "seeds=2", "duration=4", "every=2", "window=500"),
    *("network.excitatory=6", "network.inhibitory=2", "network.noise=8"),
)


def little(*more: str):
    return apply_overrides(PROTOCOL.config(), [*LITTLE, *more])


def test_a_spike_is_rewarded_that_follows_the_last_of_the_source_within_the_window():
    pre = np.array([-np.inf, 10.0, 50.0, 90.0])
    post = np.array([5.0, 29.0, 30.0, 50.0, 51.0, 52.0])
    assert coincidences(pre, post, 20).tolist() == [29, 51, 52]
    assert coincidences(np.array([-np.inf]), post, 20).size == 0
    assert coincidences(pre, np.empty(0), 20).size == 0


def test_inputs_are_noise_rewards_and_tonic_spikes_side_by_side():
    config = little("network.dt=0.5")
    spikes = Inputs(config.network, config.n_steps).draw(
        np.array([3.7, 999.9]), np.random.default_rng(1)
    )
    assert spikes.n_neurons == 6 + 2 + 1 + 1
    of = {n: spikes.step[spikes.neuron == n].tolist() for n in (8, 9)}
    assert of == {8: [7, 1999], 9: list(range(0, 2000, 20))}
    share = (spikes.neuron < 8).sum() / (8 * 2000)
    assert share == pytest.approx(0.5, abs=0.02)


def test_tonic_spikes_keep_dopamine_at_its_level():
    config = little()
    model = PROTOCOL.model(config)
    inputs = Inputs(config.network, config.n_steps)
    with build_engine("runtime", model, config.n_steps) as engine:
        engine.set_weights(model.draw_weights(Streams(0)))
        rng, none = np.random.default_rng(2), np.empty(0)
        for _ in range(3):
            trace = engine.run(inputs.draw(none, rng)).traces["output.dopamine"]
    assert np.mean(trace.values) == pytest.approx(config.tonic, rel=0.05)


def test_what_a_network_is_in_goes_on_to_the_next_piece():
    config = little()
    model = PROTOCOL.model(config)
    inputs = Inputs(config.network, config.n_steps)
    with build_engine("runtime", model, config.n_steps) as engine:
        engine.set_weights(model.draw_weights(Streams(0)))
        engine.run(inputs.draw(np.array([990.0]), np.random.default_rng(3)))
        kept = {name: array.copy() for name, array in engine.weights.items()}
        assert (kept["output.dopamine"] > 40).all()
        assert np.ptp(kept["output.v"]) > 0
        assert (kept["output_output.eligibility"] != 0).any()
        later = engine.run(inputs.draw(np.empty(0), np.random.default_rng(4)))
    first = later.traces["output.dopamine"].values[0, 0, 0]
    assert first == pytest.approx(kept["output.dopamine"][0, 0], rel=0.02)


def test_a_rewarded_pair_is_a_synapse_between_two_excitatory_neurons():
    model = PROTOCOL.model(little())
    source, target = pairs(model)
    assert (source != target).all()
    chosen = list(firsts(model))
    assert source[chosen].tolist() == sorted(set(source.tolist()))


def test_delays_shorter_than_a_piece_or_turned_round_are_refused():
    for wrong in ("[{low=0.5,high=2}]", "[{low=3,high=2}]"):
        with pytest.raises(ConfigError):
            little(f"delays={wrong}")


def test_a_run_has_its_tables_figures_and_claims(tmp_path):
    start(PROTOCOL, little(), tmp_path / "run", ["brainsnn"])
    run = RunDirectory.read(tmp_path / "run")
    results = run.table("results")
    assert results.groupby("condition")["seed"].apply(list).tolist() == [[0, 1], [0, 1]]
    state = run.table("state")
    assert sorted(state["time"].unique()) == [2, 4]
    assert state["rate"].gt(0).all()
    assert results["rewards"].sum() > 0
    trace = run.table("trace")
    assert trace["eligibility"].abs().max() > 0
    assert len(PROTOCOL.totals(run)) == 2
    assert run.table("claims")["paper"].isna().all()
    for name in ("weights_0", "weights_1", "histogram", "trace_eligibility", "rate"):
        assert (run.figures / f"{name}.svg").exists()


def test_the_chosen_synapse_begins_at_0_and_grows_by_rewards_of_its_spikes(tmp_path):
    config = little("delays=[{low=1,high=1}]", "seeds=1", "duration=8", "reward=500")
    start(PROTOCOL, config, tmp_path / "run", ["brainsnn"])
    run = RunDirectory.read(tmp_path / "run")
    grown = run.table("results")["chosen"][0]
    start(PROTOCOL, config.model_copy(update={"reward": 0.0}), tmp_path / "other", ["brainsnn"])
    without = RunDirectory.read(tmp_path / "other").table("results")["chosen"][0]
    assert without < 0.3
    assert grown != without
