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

COUNT = (
    "J. Wu, Y. Chua, M. Zhang, Q. Yang, G. Li and H. Li, Deep spiking neural network with spike "
    "count based learning rule, IJCNN (2019), arXiv:1902.05705"
)
"""Likewise."""

PAPER: Mapping[str, Mapping[str, float]] = {
    "s4nn-mnist": {
        "accuracy_ties_right": 0.974,
        "decision_step": 89.7,
        "spikes_to_decision": 218.0,
    },
    "s4nn-caltech": {"accuracy_ties_right": 0.992},
    "count-mnist/default": {"accuracy": 0.9864},
    "count-mnist/deep": {"accuracy": 0.9866},
    "count-mnist/short": {"accuracy": 0.9840},
    "count-mnist/cnn": {"accuracy": 0.9926},
}
"""By protocol, or protocol and variant, and column of the results: accuracies are fractions, scored
as the authors do."""

SOURCES: Mapping[str, str] = {
    "s4nn-mnist": S4NN,
    "s4nn-caltech": S4NN,
    "glm-basis": GLM,
    "glm-complexity": GLM,
    "antlr-matching": ANTLR,
    "antlr-mnist": ANTLR,
    "antlr-nmnist": ANTLR,
    "count-mnist": COUNT,
    "count-uci": COUNT,
    "count-latency": COUNT,
}
"""The paper that a protocol repeats."""
