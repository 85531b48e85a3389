"""Probabilistic two-layer networks of generalised linear model (GLM) neurons.

`basis` has the functions that kernels are made of, `activations` the spike probabilities,
`structure` the network and its parameters, `rate` and `first_to_spike` the two likelihoods with
their gradients, `updates` the same as a compiled stochastic gradient, `simulate` the network run
freely.
"""

from brainsnn.learning.glm.activations import ACTIVATIONS, Activation
from brainsnn.learning.glm.basis import BASES, raised_cosines
from brainsnn.learning.glm.first_to_spike import FirstToSpikeLikelihood
from brainsnn.learning.glm.likelihood import LIKELIHOODS, Likelihood
from brainsnn.learning.glm.rate import RateLikelihood
from brainsnn.learning.glm.structure import GLM, GLMGradient, GLMWeights

__all__ = [
    "ACTIVATIONS",
    "BASES",
    "GLM",
    "LIKELIHOODS",
    "Activation",
    "FirstToSpikeLikelihood",
    "GLMGradient",
    "GLMWeights",
    "Likelihood",
    "RateLikelihood",
    "raised_cosines",
]
