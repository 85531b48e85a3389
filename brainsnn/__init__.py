"""Spiking networks that learn: Brian2 equations, run trial after trial, taught between trials.

``import brainsnn as bs`` gives the vocabulary; each word is imported when it is first used, so that
importing the package is quick, and changes nothing in the process.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

from brainsnn._version import __version__

if TYPE_CHECKING:
    from brainsnn import datasets as datasets
    from brainsnn import errors as errors
    from brainsnn.classifier import Classifier as Classifier
    from brainsnn.codes import BernoulliEncoder as Bernoulli
    from brainsnn.codes import LatencyEncoder as Latency
    from brainsnn.codes import OrientedLatencyEncoder as Oriented
    from brainsnn.codes import RankLatencyEncoder as Rank
    from brainsnn.codes import RegularEncoder as Regular
    from brainsnn.codes import StaggeredLatencyEncoder as Staggered
    from brainsnn.learning.rules import S4NN as S4NN
    from brainsnn.learning.rules import Antlr as Antlr
    from brainsnn.learning.rules import Count as Count
    from brainsnn.learning.rules import Decision as Decision
    from brainsnn.learning.rules import MaximumLikelihood as MaximumLikelihood
    from brainsnn.learning.rules import Race as Race
    from brainsnn.network.connectivity import AllToAll as AllToAll
    from brainsnn.network.connectivity import AllToOthers as AllToOthers
    from brainsnn.network.connectivity import FixedInDegree as FixedInDegree
    from brainsnn.network.connectivity import FixedProbability as FixedProbability
    from brainsnn.network.connectivity import GivenPairs as GivenPairs
    from brainsnn.network.connectivity import OneToOne as OneToOne
    from brainsnn.network.constraints import Constraint as Constraint
    from brainsnn.network.delays import GivenDelays as GivenDelays
    from brainsnn.network.delays import UniformDelays as UniformDelays
    from brainsnn.network.network import Network as Network
    from brainsnn.network.neurons import Neuron as Neuron
    from brainsnn.network.synapses import FanInNormal as FanInNormal
    from brainsnn.network.synapses import Normal as Normal
    from brainsnn.network.synapses import SynapseModel as Synapse
    from brainsnn.network.synapses import Uniform as Uniform
    from brainsnn.spikes import Recording as Recording
    from brainsnn.spikes import SpikeTrains as SpikeTrains
    from brainsnn.streams import Streams as Streams
    from brainsnn.training.bptt import BPTT as BPTT
    from brainsnn.training.brian2_network import compile_brian2 as compile  # noqa: A004 -- of this package
    from brainsnn.training.eprop import EProp as EProp
    from brainsnn.training.eventprop import EventProp as EventProp
    from brainsnn.training.fitting import fit as fit

_MODULES = ("datasets", "errors")

#: Where each word of the vocabulary comes from: a module and the name there.
_PLACES = {
    "BPTT": ("brainsnn.training.bptt", "BPTT"),
    "EProp": ("brainsnn.training.eprop", "EProp"),
    "EventProp": ("brainsnn.training.eventprop", "EventProp"),
    "Antlr": ("brainsnn.learning.rules", "Antlr"),
    "Bernoulli": ("brainsnn.codes", "BernoulliEncoder"),
    "Classifier": ("brainsnn.classifier", "Classifier"),
    "Constraint": ("brainsnn.network.constraints", "Constraint"),
    "Count": ("brainsnn.learning.rules", "Count"),
    "Decision": ("brainsnn.learning.rules", "Decision"),
    "Regular": ("brainsnn.codes", "RegularEncoder"),
    "Latency": ("brainsnn.codes", "LatencyEncoder"),
    "fit": ("brainsnn.training.fitting", "fit"),
    "compile": ("brainsnn.training.brian2_network", "compile_brian2"),
    "GivenDelays": ("brainsnn.network.delays", "GivenDelays"),
    "UniformDelays": ("brainsnn.network.delays", "UniformDelays"),
    "MaximumLikelihood": ("brainsnn.learning.rules", "MaximumLikelihood"),
    "Network": ("brainsnn.network.network", "Network"),
    "Neuron": ("brainsnn.network.neurons", "Neuron"),
    "Oriented": ("brainsnn.codes", "OrientedLatencyEncoder"),
    "Race": ("brainsnn.learning.rules", "Race"),
    "Rank": ("brainsnn.codes", "RankLatencyEncoder"),
    "Recording": ("brainsnn.spikes", "Recording"),
    "S4NN": ("brainsnn.learning.rules", "S4NN"),
    "SpikeTrains": ("brainsnn.spikes", "SpikeTrains"),
    "Staggered": ("brainsnn.codes", "StaggeredLatencyEncoder"),
    "Streams": ("brainsnn.streams", "Streams"),
    "AllToAll": ("brainsnn.network.connectivity", "AllToAll"),
    "AllToOthers": ("brainsnn.network.connectivity", "AllToOthers"),
    "FixedInDegree": ("brainsnn.network.connectivity", "FixedInDegree"),
    "FixedProbability": ("brainsnn.network.connectivity", "FixedProbability"),
    "GivenPairs": ("brainsnn.network.connectivity", "GivenPairs"),
    "OneToOne": ("brainsnn.network.connectivity", "OneToOne"),
    "FanInNormal": ("brainsnn.network.synapses", "FanInNormal"),
    "Normal": ("brainsnn.network.synapses", "Normal"),
    "Synapse": ("brainsnn.network.synapses", "SynapseModel"),
    "Uniform": ("brainsnn.network.synapses", "Uniform"),
}

__all__ = ["__version__", *_MODULES, *_PLACES]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return _import_module(f"brainsnn.{name}")
    if name not in _PLACES:
        raise AttributeError(f"module 'brainsnn' has no attribute {name!r}")
    module, there = _PLACES[name]
    value = getattr(_import_module(module), there)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
