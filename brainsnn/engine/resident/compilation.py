"""Compile any Brian2 network for many trials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import brian2
from brian2.core.namespace import get_local_namespace

from brainsnn.engine import brian2_device
from brainsnn.engine.resident.compiled import CompiledNetwork, Draws
from brainsnn.engine.resident.device import DEVICE_NAME, ResidentDevice
from brainsnn.engine.resident.place import Place
from brainsnn.errors import EngineError


def compile_network(
    network: brian2.Network | None = None,
    duration: Any = None,
    *,
    namespace: Mapping[str, Any] | None = None,
    workers: int = 1,
    draws: Draws = "a spike",
) -> CompiledNetwork:
    """Compile a Brian2 network for many trials.

    Its objects must have been created after ``set_device("brainsnn_resident",
    build_on_run=False)``.

    Parameters
    ----------
    network : Network, optional
        By default, everything that the script has run so far is the trial: several runs, and
        what is between them.
    duration : Quantity, optional
        Of a run of `network`.
    namespace : mapping, optional
        External names of the equations; by default, those where this function is called.
    workers : int, default 1
        Threads that share the trials of a block, each with a copy of the network. With a seed,
        the results do not depend on it.
    draws : {"a spike", "a step"}
        Where spikes come by chance and nothing in a step changes the chances, as in a
        PoissonGroup of given rates: a number for each spike, the steps up to the next, which is
        geometric; or a number for each neuron and step, those that Brian2 would draw. The
        distribution is the same.

    Returns
    -------
    CompiledNetwork
        A trial is everything from the first run on. What comes before (initial values, synapses,
        random numbers drawn for them) is done once, now. The script ends here: what is assigned
        to its objects later is refused. Called again without `network`, it gives another copy of
        the same; with `network`, the same script with another run in place of the one before.

    Raises
    ------
    EngineError
        If the device is another one, if the script has been run or compiled already, or if there
        is no compiler or it refuses the code.

    Examples
    --------
    >>> from brian2 import *
    >>> import brainsnn.engine.resident as resident
    >>> set_device("brainsnn_resident", build_on_run=False)
    >>> source = SpikeGeneratorGroup(2, [], [] * ms, name="source")
    >>> equations = "dv/dt = -v/(10*ms) : 1"
    >>> neuron = NeuronGroup(1, equations, threshold="v > 1", reset="v = 0", method="exact")
    >>> synapses = Synapses(source, neuron, "w : 1", on_pre="v += w", name="synapses")
    >>> synapses.connect()
    >>> spikes = SpikeMonitor(neuron, name="spikes")
    >>> trials = resident.compile_network(Network(collect()), 50 * ms)
    >>> trials.set("synapses", "w", [0.8, 0.6])
    >>> trials.set_spikes("source", [0, 1], [10e-3, 12e-3])
    >>> trials.run(1000)["spikes"].counts.sum()
    """
    known = dict(get_local_namespace(level=1) if namespace is None else namespace)
    if workers < 1:
        raise EngineError(f"workers must be 1 or more, got {workers}.")
    if draws not in get_args(Draws):
        raise EngineError(
            f"draws is one of {', '.join(map(repr, get_args(Draws)))}, not {draws!r}."
        )
    with brian2_device.BRIAN2:
        device = active_device_or_raise()
        if device.has_been_run:
            raise EngineError(
                "The script has been run already. Use set_device('brainsnn_resident', "
                "build_on_run=False) to compile it for many trials."
            )
        if network is not None:
            _compile_run(device, network, duration, known)
        elif not device.main_queue.closed:
            _compile(device)
        return CompiledNetwork(device, workers, draws)


def _compile_run(
    device: ResidentDevice, network: brian2.Network, duration: Any, namespace: Mapping[str, Any]
) -> None:
    """Compile the script with a run more; where one was added before, with this in its place."""
    if device.before_run is not None:
        device.before_run.go_back()
    before = Place.of(device, network)
    try:
        build_on_run, device.build_on_run = device.build_on_run, False
        network.run(duration, namespace=dict(namespace))
        device.build_on_run = build_on_run
        _compile(device)
    except BaseException:
        before.go_back()
        raise
    device.before_run = before


def _compile(device: ResidentDevice) -> None:
    build_on_run, device.build_on_run = device.build_on_run, False
    try:
        _check_synapses(device)
        device.build(run=False, direct_call=False)
    finally:
        device.build_on_run = build_on_run


def _check_synapses(device: ResidentDevice) -> None:
    """Refuse synapses that every trial would add once more."""
    for name, args in device.main_queue[device.trial_start() :]:
        if name == "run_code_object" and args[0].template_name.startswith("synapses_create"):
            raise EngineError(
                f"Synapses {args[0].owner.name!r} are connected after the first run; connect them "
                "before it, and make them inactive or weightless where they should have no effect."
            )


def active_device_or_raise() -> ResidentDevice:
    """Return the active Brian2 device, which must be the resident one."""
    device = brian2.get_device()
    if not isinstance(device, ResidentDevice):
        raise EngineError(
            f"The active Brian2 device is not the resident one: call set_device('{DEVICE_NAME}', "
            "build_on_run=False) before creating the network."
        )
    return device
