"""Numbers that papers report, to set ours beside.

References
----------
S. R. Kheradpisheh and T. Masquelier, Temporal backpropagation for spiking neural networks with one
spike per neuron, Int. J. Neural Syst. 30, 2050027 (2020).
"""

from __future__ import annotations

from collections.abc import Mapping

S4NN = (
    "S. R. Kheradpisheh and T. Masquelier, Temporal backpropagation for spiking neural networks "
    "with one spike per neuron, Int. J. Neural Syst. 30, 2050027 (2020)"
)
"""The paper as one cites it."""

GLM = (
    "A. Bagheri, O. Simeone and B. Rajendran, Training probabilistic spiking neural networks with "
    "first-to-spike decoding, ICASSP (2018), arXiv:1710.10704"
)
"""Likewise."""

ANTLR = (
    "J. Kim, K. Kim and J.-J. Kim, Unifying activation- and timing-based learning rules for "
    "spiking neural networks, NeurIPS 33 (2020), arXiv:2006.02642"
)
"""Likewise."""

PAPER: Mapping[str, Mapping[str, float]] = {
    "s4nn-mnist": {
        "accuracy_ties_right": 0.974,
        "decision_step": 89.7,
        "spikes_to_decision": 218.0,
    },
    "s4nn-caltech": {"accuracy_ties_right": 0.992},
}
"""By protocol and column of the results: accuracies are fractions, scored as the authors do."""

SOURCES: Mapping[str, str] = {
    "s4nn-mnist": S4NN,
    "s4nn-caltech": S4NN,
    "glm-basis": GLM,
    "glm-complexity": GLM,
    "antlr-matching": ANTLR,
    "antlr-mnist": ANTLR,
    "antlr-nmnist": ANTLR,
}
"""The paper that a protocol repeats."""
