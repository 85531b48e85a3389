"""What Brian2 scripts say, one peculiarity each: every trial is Brian2's run of the script."""

from __future__ import annotations

import brian2
import pytest
from brian2 import ms
from engine.judged import assert_trials_are, by_brian2, compiled, quick  # noqa: F401

pytestmark = pytest.mark.usefixtures("quick")


def linked_threshold():
    """A synapse moves a variable that another group's threshold and reset read."""
    source = brian2.SpikeGeneratorGroup(1, [0, 0, 0], [2, 5, 8] * ms, name="source")
    owner = brian2.NeuronGroup(3, "gain : 1\nother : 1", name="owner")
    reader = brian2.NeuronGroup(
        3,
        "level : 1 (linked)\nn : 1",
        threshold="level > n",
        reset="n += 0.25*level",
        name="reader",
    )
    reader.level = brian2.linked_var(owner, "gain")
    reader.n = 0.5
    path = brian2.Synapses(source, owner, on_pre="gain_post += 1", name="path")
    path.connect()
    spikes = brian2.SpikeMonitor(reader, variables="n", name="spikes")
    network = brian2.Network(source, owner, reader, path, spikes)
    network.run(15 * ms)
    return network


def linked_to_a_resetting_group():
    """The reset of one group changes what the threshold of another reads."""
    source = brian2.SpikeGeneratorGroup(1, [0], [2] * ms, name="source")
    first = brian2.NeuronGroup(
        2, "v : 1\nn : 1", threshold="v > 0.5", reset="v = 0; n += 1", name="first"
    )
    second = brian2.NeuronGroup(
        2, "seen : 1 (linked)\nm : 1", threshold="seen > m", reset="m += 1", name="second"
    )
    second.seen = brian2.linked_var(first, "n")
    path = brian2.Synapses(source, first, on_pre="v_post += 1", name="path")
    path.connect()
    spikes = brian2.SpikeMonitor(second, name="spikes")
    network = brian2.Network(source, first, second, path, spikes)
    network.run(5 * ms)
    return network


def names_that_end_in_space():
    group = brian2.NeuronGroup(
        3,
        """dworkspace/dt = (i + 1)*100*Hz : 1
        whitespace : integer
        space : 1 (shared)
        v : 1""",
        method="euler",
        name="cells",
    )
    group.workspace, group.whitespace, group.space = 0.5, 7, 2
    group.run_regularly("v = workspace\nwhitespace += 1", dt=1 * ms, name="often")
    group.run_regularly("space += 1", dt=1 * ms, name="also")
    names = ["workspace", "whitespace", "v"]
    state = brian2.StateMonitor(group, names, record=True, name="state")
    shared = brian2.StateMonitor(group, "space", record=[0], name="shared")
    network = brian2.Network(group, state, shared, *group.contained_objects)
    network.run(2 * ms)
    return network


def synapses_in_three_runs():
    """Active, inactive and active again, with delays and weights that change between the runs."""
    group = brian2.NeuronGroup(
        4,
        "dv/dt = (1.5 + 0.1*i - v)/(5*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="cells",
    )
    path = brian2.Synapses(
        group,
        group,
        "w : 1\ndseen/dt = -seen/(20*ms) : 1 (event-driven)",
        on_pre="v_post += w; seen += 1",
        on_post="w += 0.01*seen",
        name="path",
    )
    path.connect(condition="i != j")
    path.w = "0.01*(i + 1)"
    path.pre.delay = "0.5*ms + 0.3*ms*j"
    spikes = brian2.SpikeMonitor(group, name="spikes")
    weights = brian2.StateMonitor(path, "w", record=[0, 5, 11], dt=1 * ms, name="weights")
    network = brian2.Network(group, path, spikes, weights)
    network.run(12 * ms)
    path.w = "w/2"
    path.active = False
    network.run(6 * ms)
    path.active = True
    path.pre.delay = "0.2*ms + 0.1*ms*i"
    network.run(12 * ms)
    return network


@pytest.mark.parametrize(
    "script",
    [
        linked_threshold,
        linked_to_a_resetting_group,
        names_that_end_in_space,
        synapses_in_three_runs,
    ],
)
def test_every_trial_is_brian2_s_run(script):
    expected = by_brian2(script)
    with compiled(script) as trials:
        assert_trials_are(trials, expected, 3)
