"""Features of Brian2, each as objects of one network and what to read afterwards.

To add one: write a function that builds it, and append it to `FEATURES`. Names of objects start
with the name of the function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import brian2 as b2
import numpy as np
from brian2 import ms, um

Feature = Callable[[], tuple[list[Any], list[tuple[Any, str]]]]
"""Objects, and pairs of object and variable to read after the run."""

DURATION = 20 * ms


def pulses(name: str, n: int = 3) -> b2.NeuronGroup:
    """Neurons that fire regularly, each at a rate of its own."""
    return b2.NeuronGroup(
        n,
        "dv/dt = (i + 1)/(6*ms) : 1\nx : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name=name,
    )


def linked_variables():
    source = pulses("linked_variables_source")
    group = b2.NeuronGroup(2, "y : 1 (linked)\nz : 1", name="linked_variables")
    group.y = b2.linked_var(source, "v", index=np.array([2, 0]))
    group.run_regularly("z += y", name="linked_variables_sum")
    return [source, group, *group.contained_objects], [(group, "z")]


def custom_events():
    group = b2.NeuronGroup(
        3,
        "dv/dt = (i + 1)/(6*ms) : 1\nn : 1",
        threshold="v > 1",
        reset="v = 0",
        events={"half": "v > 0.5 and n < 3"},
        method="euler",
        name="custom_events",
    )
    group.run_on_event("half", "n += 1")
    target = b2.NeuronGroup(3, "c : 1", name="custom_events_target")
    synapses = b2.Synapses(
        group,
        target,
        on_pre={"up": "c_post += i + 1"},
        on_event={"up": "half"},
        name="custom_events_synapses",
    )
    synapses.connect(j="i")
    monitor = b2.EventMonitor(group, "half", variables="v", name="custom_events_monitor")
    reads = [(group, "n"), (target, "c"), (monitor, "i"), (monitor, "t"), (monitor, "v")]
    return [group, target, synapses, monitor], reads


def sparse_multiple_synapses():
    group = pulses("sparse_multiple_synapses", 5)
    synapses = b2.Synapses(
        group,
        group,
        "w : 1\nk : integer",
        on_pre="x_post += w*(copy + 1)\nk += 1",
        multisynaptic_index="copy",
        name="sparse_multiple_synapses_s",
    )
    synapses.connect(condition="(i + j) % 3 == 0", n=2)
    synapses.w = "i + 0.1*j"
    synapses.delay = "(i + 2*copy)*ms"
    return [group, synapses], [(group, "x"), (synapses, "k")]


def generated_synapses():
    group = pulses("generated_synapses", 6)
    synapses = b2.Synapses(group, group, on_pre="x_post += 1", name="generated_synapses_s")
    synapses.connect(j="k for k in range(i - 1, i + 2) if k != i", skip_if_invalid=True)
    return [group, synapses], [(group, "x"), (synapses, "i"), (synapses, "j")]


def synapses_of_subgroups():
    group, target = pulses("synapses_of_subgroups", 5), pulses("synapses_of_subgroups_t", 6)
    part = group[1:4]
    synapses = b2.Synapses(part, target[2:5], on_pre="x_post += i", name="synapses_of_subgroups_s")
    synapses.connect()
    return [group, target, synapses], [(target, "x")]


def summed_and_clock_driven_synapses():
    group = pulses("summed")
    target = b2.NeuronGroup(2, "total : 1\nsum : 1", name="summed_target")
    target.run_regularly("sum += total", name="summed_sum")
    synapses = b2.Synapses(
        group,
        target,
        "ds/dt = -s/(5*ms) : 1 (clock-driven)\ntotal_post = s*(j + 1) : 1 (summed)",
        on_pre="s += 1",
        method="exact",
        name="summed_synapses",
    )
    synapses.connect()
    return [group, target, *target.contained_objects, synapses], [(target, "sum")]


def event_driven_plasticity():
    group, target = pulses("plasticity"), pulses("plasticity_target", 4)
    synapses = b2.Synapses(
        group,
        target,
        "w : 1\nda/dt = -a/(5*ms) : 1 (event-driven)\ndb/dt = -b/(9*ms) : 1 (event-driven)",
        on_pre="a += 1\nw = clip(w - 0.1*b, 0, 2)",
        on_post="b += 1\nw = clip(w + 0.2*a, 0, 2)",
        name="plasticity_synapses",
    )
    synapses.connect()
    return [group, target, synapses], [(synapses, "w"), (synapses, "a")]


def refractoriness_by_condition():
    group = b2.NeuronGroup(
        3,
        "dv/dt = (i + 1)/(2*ms) : 1 (unless refractory)\nrest : second",
        threshold="v > 1",
        reset="v = 0\nrest += 0.5*ms",
        refractory="rest",
        method="euler",
        name="refractoriness",
    )
    monitor = b2.SpikeMonitor(group, name="refractoriness_monitor")
    return [group, monitor], [(monitor, "i"), (monitor, "t"), (group, "v"), (group, "lastspike")]


def a_compartment_model():
    morphology = b2.Soma(diameter=30 * um)
    morphology.axon = b2.Cylinder(n=5, length=100 * um, diameter=1 * um)
    neuron = b2.SpatialNeuron(
        morphology,
        "Im = 1e-4*siemens/cm**2*(-70*mV - v) : amp/meter**2\nI : amp (point current)",
        method="exponential_euler",
        name="a_compartment_model",
    )
    neuron.v = -70 * b2.mV
    neuron.I[0] = 0.1 * b2.nA
    return [neuron], [(neuron, "v")]


def integers_booleans_shared():
    group = b2.NeuronGroup(
        4, "flag : boolean\nk : integer\ncommon : integer (shared)", name="integers"
    )
    group.k, group.flag, group.common = "i", "i > 1", 2
    group.run_regularly("k = (3*k + int(flag) + common) % 11\nflag = not flag", name="integers_run")
    return [group, *group.contained_objects], [(group, "k"), (group, "flag")]


def timed_array_of_two_dimensions():
    drive = b2.TimedArray(np.arange(12).reshape(4, 3), dt=5 * ms, name="drive_of_each")
    group = b2.NeuronGroup(
        3, "x = drive(t, i) : 1\ny : 1", namespace={"drive": drive}, name="timed_array"
    )
    group.run_regularly("y += x", name="timed_array_sum")
    return [group, *group.contained_objects], [(group, "y")]


def periodic_input_spikes():
    source = b2.SpikeGeneratorGroup(
        3, [0, 1, 1], [1, 3, 4] * ms, period=5 * ms, name="periodic_input_spikes"
    )
    monitor = b2.SpikeMonitor(source, name="periodic_input_spikes_monitor")
    return [source, monitor], [(monitor, "i"), (monitor, "t"), (monitor, "count")]


def objects_that_are_inactive():
    group = b2.NeuronGroup(1, "n : 1", name="inactive")
    group.run_regularly("n += 1", name="inactive_no").active = False
    group.run_regularly("n += 100", dt=1 * ms, name="inactive_yes")
    return [group, *group.contained_objects], [(group, "n")]


def function_in_cpp():
    @b2.implementation("cpp", "#include <cmath>\ninline double root(double x) { return sqrt(x); }")
    @b2.check_units(x=1, result=1)
    def root(x):
        return np.sqrt(x)

    group = b2.NeuronGroup(3, "y : 1", namespace={"root": root}, name="function_in_cpp")
    group.run_regularly("y += root(i + y)", name="function_in_cpp_run")
    return [group, *group.contained_objects], [(group, "y")]


def states_and_rates():
    group = pulses("states_and_rates")
    states = b2.StateMonitor(group, ["v", "x"], record=[0, 2], dt=1 * ms, name="states")
    rate = b2.PopulationRateMonitor(group, name="rate")
    counted = b2.SpikeMonitor(group, record=False, name="counted")
    reads = [(states, "v"), (states, "t"), (rate, "rate"), (counted, "count")]
    return [group, states, rate, counted], reads


FEATURES: list[Feature] = [
    linked_variables,
    custom_events,
    sparse_multiple_synapses,
    generated_synapses,
    synapses_of_subgroups,
    summed_and_clock_driven_synapses,
    event_driven_plasticity,
    refractoriness_by_condition,
    a_compartment_model,
    integers_booleans_shared,
    timed_array_of_two_dimensions,
    periodic_input_spikes,
    objects_that_are_inactive,
    function_in_cpp,
    states_and_rates,
]


def run_all() -> dict[str, dict[str, np.ndarray]]:
    """Run all features as one network on the active device; what was read, by feature."""
    built = {feature.__name__: feature() for feature in FEATURES}
    objects = {id(obj): obj for parts, _ in built.values() for obj in parts}
    b2.Network(*objects.values()).run(DURATION)
    return {
        feature: {f"{obj.name}.{name}": np.array(getattr(obj, name)) for obj, name in reads}
        for feature, (_, reads) in built.items()
    }
