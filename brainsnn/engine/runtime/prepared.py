"""A network of Brian2's runtime that stays as it is: its code is made once, not in each run."""

from __future__ import annotations

from functools import partial
from typing import Any

from brian2 import Network, NeuronGroup, Synapses
from brian2.groups.group import CodeRunner


def keep_code(network: Network) -> None:
    """Let all later runs of a network that has run use the code of that run.

    ``Network.run`` writes and compiles the code of every object anew and checks all units, which
    takes longer than a short trial does. Equations, namespaces and clocks must not change any more;
    values may, those too that code holds as constants: they are looked up before each run.

    Parameters
    ----------
    network : Network
        Run at least once, if only for no time.
    """
    for part in network.sorted_objects:
        if isinstance(part, CodeRunner):
            part.create_code_objects = partial(_look_up, part.code_objects)
        for kind in (NeuronGroup, Synapses):
            if isinstance(part, kind):  # Their own `before_run` checks units, and calls this.
                part.before_run = super(kind, part).before_run


def _look_up(code_objects: list[Any], run_namespace: dict[str, Any]) -> None:  # noqa: ARG001
    for code_object in code_objects:
        code_object.variables_to_namespace()
