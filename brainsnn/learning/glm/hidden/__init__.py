"""GLM networks with hidden neurons: likelihoods exactly, and learning on-line by three factors.

`network` has the neurons and their parameters, `exact` sums over all hidden trains of a tiny one,
`online` learns from one train after the other.
"""

from brainsnn.learning.glm.hidden.exact import Evidence, evidence
from brainsnn.learning.glm.hidden.network import HiddenGLM, HiddenWeights
from brainsnn.learning.glm.hidden.online import Learned, OnlineRule, generate

__all__ = [
    "Evidence",
    "HiddenGLM",
    "HiddenWeights",
    "Learned",
    "OnlineRule",
    "evidence",
    "generate",
]
