"""Rules that act inside a trial, as Brian2 strings: a rule a file."""

from brainsnn.learning.local.inhibitory import InhibitorySTDP
from brainsnn.learning.local.pair import PairSTDP
from brainsnn.learning.local.products import SumOfProducts
from brainsnn.learning.local.reward import RewardSTDP
from brainsnn.learning.local.rule import LocalRule
from brainsnn.learning.local.scaling import SynapticScaling
from brainsnn.learning.local.several import SeveralRules
from brainsnn.learning.local.strings import Strings
from brainsnn.learning.local.trial_reward import TrialRewardSTDP
from brainsnn.learning.local.triplet import TripletSTDP
from brainsnn.learning.local.voltage import VoltageSTDP

__all__ = [
    "InhibitorySTDP",
    "LocalRule",
    "PairSTDP",
    "RewardSTDP",
    "SeveralRules",
    "Strings",
    "SumOfProducts",
    "SynapticScaling",
    "TrialRewardSTDP",
    "TripletSTDP",
    "VoltageSTDP",
]
