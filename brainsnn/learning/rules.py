"""Rules by name, as users and configurations write them; each stands in the file of its own."""

from brainsnn.learning.antlr import Antlr
from brainsnn.learning.count import Count
from brainsnn.learning.decision import Decision
from brainsnn.learning.glm.hidden.rule import HiddenLikelihood
from brainsnn.learning.glm.rule import MaximumLikelihood
from brainsnn.learning.local import (
    InhibitorySTDP,
    PairSTDP,
    RewardSTDP,
    SeveralRules,
    SumOfProducts,
    SynapticScaling,
    TrialRewardSTDP,
    TripletSTDP,
    VoltageSTDP,
)
from brainsnn.learning.race import Race
from brainsnn.learning.rule import RULES, Rule
from brainsnn.learning.temporal import S4NN

__all__ = [
    "RULES",
    "S4NN",
    "Antlr",
    "Count",
    "Decision",
    "HiddenLikelihood",
    "InhibitorySTDP",
    "MaximumLikelihood",
    "PairSTDP",
    "Race",
    "RewardSTDP",
    "Rule",
    "SeveralRules",
    "SumOfProducts",
    "SynapticScaling",
    "TrialRewardSTDP",
    "TripletSTDP",
    "VoltageSTDP",
]
