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
    from brainsnn.codes import EvenEncoder as Even
    from brainsnn.codes import LatencyEncoder as Latency
    from brainsnn.codes import OrientedLatencyEncoder as Oriented
    from brainsnn.codes import RankLatencyEncoder as Rank
    from brainsnn.codes import StaggeredLatencyEncoder as Staggered
    from brainsnn.delays import GivenDelays as GivenDelays
    from brainsnn.delays import UniformDelays as UniformDelays
    from brainsnn.learning.rules import S4NN as S4NN
    from brainsnn.learning.rules import Antlr as Antlr
    from brainsnn.learning.rules import Count as Count
    from brainsnn.learning.rules import Decision as Decision
    from brainsnn.learning.rules import Race as Race
    from brainsnn.network import Network as Network
    from brainsnn.neurons import Neuron as Neuron
    from brainsnn.spikes import Recording as Recording
    from brainsnn.spikes import SpikeTrains as SpikeTrains
    from brainsnn.streams import Streams as Streams
    from brainsnn.structures import AllToAll as AllToAll
    from brainsnn.structures import AllToOthers as AllToOthers
    from brainsnn.structures import FixedInDegree as FixedInDegree
    from brainsnn.structures import FixedProbability as FixedProbability
    from brainsnn.structures import GivenPairs as GivenPairs
    from brainsnn.structures import OneToOne as OneToOne
    from brainsnn.synapses import FanInNormal as FanInNormal
    from brainsnn.synapses import Normal as Normal
    from brainsnn.synapses import SynapseModel as Synapse
    from brainsnn.synapses import Uniform as Uniform

_MODULES = ("datasets", "errors")

#: Where each word of the vocabulary comes from: a module and the name there.
_PLACES = {
    "Antlr": ("brainsnn.learning.rules", "Antlr"),
    "Bernoulli": ("brainsnn.codes", "BernoulliEncoder"),
    "Classifier": ("brainsnn.classifier", "Classifier"),
    "Count": ("brainsnn.learning.rules", "Count"),
    "Decision": ("brainsnn.learning.rules", "Decision"),
    "Even": ("brainsnn.codes", "EvenEncoder"),
    "Latency": ("brainsnn.codes", "LatencyEncoder"),
    "GivenDelays": ("brainsnn.delays", "GivenDelays"),
    "UniformDelays": ("brainsnn.delays", "UniformDelays"),
    "Network": ("brainsnn.network", "Network"),
    "Neuron": ("brainsnn.neurons", "Neuron"),
    "Oriented": ("brainsnn.codes", "OrientedLatencyEncoder"),
    "Race": ("brainsnn.learning.rules", "Race"),
    "Rank": ("brainsnn.codes", "RankLatencyEncoder"),
    "Recording": ("brainsnn.spikes", "Recording"),
    "S4NN": ("brainsnn.learning.rules", "S4NN"),
    "SpikeTrains": ("brainsnn.spikes", "SpikeTrains"),
    "Staggered": ("brainsnn.codes", "StaggeredLatencyEncoder"),
    "Streams": ("brainsnn.streams", "Streams"),
    "AllToAll": ("brainsnn.structures", "AllToAll"),
    "AllToOthers": ("brainsnn.structures", "AllToOthers"),
    "FixedInDegree": ("brainsnn.structures", "FixedInDegree"),
    "FixedProbability": ("brainsnn.structures", "FixedProbability"),
    "GivenPairs": ("brainsnn.structures", "GivenPairs"),
    "OneToOne": ("brainsnn.structures", "OneToOne"),
    "FanInNormal": ("brainsnn.synapses", "FanInNormal"),
    "Normal": ("brainsnn.synapses", "Normal"),
    "Synapse": ("brainsnn.synapses", "SynapseModel"),
    "Uniform": ("brainsnn.synapses", "Uniform"),
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
