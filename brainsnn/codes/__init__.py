"""Codes: encoders turn values into input spikes, decoders output spikes into classes.

To add one, see ``docs/codes.md``.
"""

from brainsnn.codes.base import Decoder, Encoder
from brainsnn.codes.bernoulli import BernoulliEncoder
from brainsnn.codes.decisions import Decisions
from brainsnn.codes.first_spike import FirstSpikeDecoder
from brainsnn.codes.jitter import jitter_steps
from brainsnn.codes.latency import LatencyEncoder
from brainsnn.codes.oriented import OrientedLatencyEncoder
from brainsnn.codes.point_processes import (
    BurstEncoder,
    GammaEncoder,
    ModulatedPoissonEncoder,
    PoissonEncoder,
)
from brainsnn.codes.potential import PotentialDecoder
from brainsnn.codes.rank import RankLatencyEncoder
from brainsnn.codes.rate import RateDecoder
from brainsnn.codes.regular import RegularEncoder
from brainsnn.codes.responses.labelled import LabelledResponses
from brainsnn.codes.sequences.threshold_crossing import ThresholdCrossingEncoder
from brainsnn.codes.staggered import StaggeredLatencyEncoder
from brainsnn.registry import Registry

ENCODERS: Registry[type[Encoder]] = Registry("encoder")
ENCODERS.add("latency", LatencyEncoder)
ENCODERS.add("rank", RankLatencyEncoder)
ENCODERS.add("staggered", StaggeredLatencyEncoder)
ENCODERS.add("oriented", OrientedLatencyEncoder)
ENCODERS.add("bernoulli", BernoulliEncoder)
ENCODERS.add("regular", RegularEncoder)
ENCODERS.add("poisson", PoissonEncoder)
ENCODERS.add("modulated_poisson", ModulatedPoissonEncoder)
ENCODERS.add("gamma", GammaEncoder)
ENCODERS.add("bursts", BurstEncoder)
ENCODERS.add("threshold_crossing", ThresholdCrossingEncoder)

DECODERS: Registry[type[Decoder]] = Registry("decoder")
DECODERS.add("first_spike", FirstSpikeDecoder)
DECODERS.add("rate", RateDecoder)
DECODERS.add("potential", PotentialDecoder)
DECODERS.add("labelled", LabelledResponses)

__all__ = [
    "DECODERS",
    "ENCODERS",
    "BernoulliEncoder",
    "BurstEncoder",
    "Decisions",
    "Decoder",
    "Encoder",
    "FirstSpikeDecoder",
    "GammaEncoder",
    "LabelledResponses",
    "LatencyEncoder",
    "ModulatedPoissonEncoder",
    "OrientedLatencyEncoder",
    "PoissonEncoder",
    "PotentialDecoder",
    "RankLatencyEncoder",
    "RateDecoder",
    "RegularEncoder",
    "StaggeredLatencyEncoder",
    "ThresholdCrossingEncoder",
    "jitter_steps",
]
