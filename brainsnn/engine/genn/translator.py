"""The Brian2 device that turns a network into GeNN's snippets of code, and writes nothing.

`Translator` is Brian2GeNN's device reduced to its translation, with what newer versions broke or
what was wrong repaired: code objects are abstract in two more methods since Brian2 2.10; ``clip``
computed in single precision; ``int`` of a number gave 0 or 1; ``exprel``, ``expm1`` and ``log1p``
were missing. Nothing of Brian2GeNN itself is changed: the repairs belong to the subclasses here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice
from brian2.groups.neurongroup import NeuronGroup

from brainsnn.engine.genn.adapter import import_brian2genn
from brainsnn.network.build import BuiltModel

_CodeObject: Any = import_brian2genn("codeobject").GeNNCodeObject
_Device: Any = import_brian2genn("device").GeNNDevice

_FUNCTIONS = {
    "clip": (
        "_clip",
        "SUPPORT_CODE_FUNC double _clip(const double value, const double low, const double high)\n"
        "{ return value < low ? low : value > high ? high : value; }",
    ),
    "int": ("_int", "SUPPORT_CODE_FUNC int _int(const double value) { return (int)value; }"),
    "exprel": (
        "_exprel",
        "SUPPORT_CODE_FUNC double _exprel(const double x)\n"
        "{ return fabs(x) < 1e-16 ? 1.0 : x > 717 ? INFINITY : expm1(x) / x; }",
    ),
    "expm1": ("expm1", None),
    "log1p": ("log1p", None),
}


class Snippets(_CodeObject):
    """Code object that holds GeNN's snippets; there is nothing to compile or run in Python."""

    #: Brian2 names the implementations of a function when it misses one: without a name, it fails.
    class_name = "brainsnn_genn"

    def compile_block(self, block: str) -> None:
        """Do nothing."""

    def run_block(self, block: str) -> None:
        """Do nothing."""


for _name, (_genn_name, _code) in _FUNCTIONS.items():
    DEFAULT_FUNCTIONS[_name].implementations.add_implementation(
        Snippets, code=_code, name=_genn_name
    )


class Translator(_Device):
    """Device on which running a network translates it.

    After the run and `translate`, `neuron_models` and `synapse_models` hold one entry a population
    and connection, with Brian2GeNN's own attributes.
    """

    def activate(self, build_on_run: bool = True, **options: Any) -> None:
        """Become Brian2's device, without touching the preferences."""
        CPPStandaloneDevice.activate(self, build_on_run, **options)

    def code_object_class(self, codeobj_class: Any = None, *args: Any, **kwds: Any) -> Any:
        """Return the class to use, `Snippets` for Brian2GeNN's."""
        found = super().code_object_class(codeobj_class, *args, **kwds)
        return Snippets if found is _CodeObject else found

    def network_run(self, net: Any, *_: Any, namespace: Any = None, **__: Any) -> None:
        """Create the code objects of every part of the network."""
        net._clocks = {obj.clock for obj in net.sorted_objects}
        net.before_run(namespace)

    def translate(self, built: BuiltModel) -> None:
        """Fill `neuron_models` and `synapse_models`, in the order of the description."""
        objects: Mapping[str, Any] = {**built.groups, **built.synapses}
        driven = [group for group in built.groups.values() if isinstance(group, NeuronGroup)]
        self.process_neuron_groups(driven, objects)
        self.process_synapses(list(built.synapses.values()), objects)
