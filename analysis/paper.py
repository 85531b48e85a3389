"""Numbers that papers report, to set ours beside.

References
----------
S. R. Kheradpisheh and T. Masquelier, Temporal backpropagation for spiking neural networks with one
spike per neuron, Int. J. Neural Syst. 30, 2050027 (2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from brainsnn.analysis.claims import Claim, judged_together
from brainsnn.analysis.tables import TableError

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

GLM_HIDDEN = (
    "H. Jang, O. Simeone, B. Gardner and A. Gruening, An introduction to probabilistic spiking "
    "neural networks, IEEE Signal Processing Magazine 36(6), 64-77 (2019)"
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

CONSTRAINED = (
    "E. Hunsberger and C. Eliasmith, Training spiking deep networks for neuromorphic hardware "
    "(2016), arXiv:1611.05141"
)
"""Likewise."""


LSNN = (
    "G. Bellec, D. Salaj, A. Subramoney, R. Legenstein and W. Maass, Long short-term memory and "
    "learning-to-learn in networks of spiking neurons, NeurIPS 31 (2018), arXiv:1803.09574"
)
"""Likewise."""

EPROP = (
    "G. Bellec, F. Scherr, A. Subramoney, E. Hajek, D. Salaj, R. Legenstein and W. Maass, A "
    "solution to the learning dilemma for recurrent networks of spiking neurons, Nature "
    "Communications 11, 3625 (2020)"
)
"""Likewise."""

SURROGATE = (
    "F. Zenke and T. P. Vogels, The remarkable robustness of surrogate gradient learning for "
    "instilling complex function in spiking neural networks, Neural Computation 33(4), 899-925 "
    "(2021)"
)
"""Likewise."""

SPYTORCH = (
    "E. O. Neftci, H. Mostafa and F. Zenke, Surrogate gradient learning in spiking neural "
    "networks, IEEE Signal Processing Magazine 36(6), 51-63 (2019), with its tutorial SpyTorch"
)
"""Likewise."""

EVENTPROP = (
    "T. C. Wunderlich and C. Pehle, Event-based backpropagation can compute exact gradients for "
    "spiking neural networks, Scientific Reports 11 (2021) 12829, arXiv:2009.08378"
)
"""Likewise."""

MILLER = (
    "E. K. Miller, C. A. Erickson and R. Desimone, Neural mechanisms of visual working memory in "
    "prefrontal cortex of the macaque, Journal of Neuroscience 16(16) (1996) 5154-5167"
)
"""Likewise."""

DIEHL_COOK = (
    "P. U. Diehl and M. Cook, Unsupervised learning of digit recognition using "
    "spike-timing-dependent plasticity, Frontiers in Computational Neuroscience 9 (2015) 99"
)
"""Likewise."""

SONG = (
    "S. Song, K. D. Miller and L. F. Abbott, Competitive Hebbian learning through spike-timing-"
    "dependent synaptic plasticity, Nature Neuroscience 3 (2000) 919"
)
"""Likewise."""

PATTERN = (
    "T. Masquelier, R. Guyonneau and S. J. Thorpe, Spike timing dependent plasticity finds the "
    "start of repeating patterns in continuous spike trains, PLoS ONE 3 (2008) e1377"
)
"""Likewise."""

DISTAL = (
    "E. M. Izhikevich, Solving the distal reward problem through linkage of STDP and dopamine "
    "signaling, Cerebral Cortex 17 (2007) 2443"
)
"""Likewise."""

SPIKEPROP = (
    "S. M. Bohte, J. N. Kok and H. La Poutre, Error-backpropagation in temporally encoded networks "
    "of spiking neurons, Neurocomputing 48 (2002) 17-37"
)
"""Likewise."""

GATED = (
    "D. Huh and T. J. Sejnowski, Gradient descent for spiking neural networks, NeurIPS (2018), "
    "arXiv:1706.04698"
)
"""Likewise."""

ALPHA = (
    "I. M. Comsa, K. Potempa, L. Versari, T. Fischbacher, A. Gesmundo and J. Alakuijala, Temporal "
    "coding in spiking neural networks with alpha synaptic function, ICASSP (2020), "
    "arXiv:1907.13223"
)
"""Likewise."""

SBOEV = (
    "A. Sboev, D. Vlasov, R. Rybka and A. Serenko, Spiking neural network reinforcement learning "
    "method based on temporal coding and STDP, Procedia Computer Science 145 (2018) 458-463"
)
"""Likewise."""

PANINSKI = (
    "L. Paninski, Maximum likelihood estimation of cascade point-process neural encoding models, "
    "Network: Computation in Neural Systems 15 (2004) 243-262"
)
"""Likewise."""

CONVERSION = (
    "P. U. Diehl, D. Neil, J. Binas, M. Cook, S.-C. Liu and M. Pfeiffer, Fast-classifying, "
    "high-accuracy spiking deep networks through weight and threshold balancing, IJCNN (2015)"
)
"""Likewise."""


@dataclass(frozen=True)
class Printed:
    """A number that a paper prints, and the column of measured rows that is set beside it.

    Parameters
    ----------
    text : str
        What it is.
    value : float or None
        In the unit given: accuracies in per cent. None where the network is in no paper.
    column : str
        Of the measured rows; fractions there are per cent here.
    where : str
        Table or figure.
    unit : str, default "%"
    asks : {"at least", "at most"}
        What meets it.
    variants : tuple of str
        Those whose network it is of; all if empty.
    """

    text: str
    value: float | None
    column: str
    where: str
    unit: str = "%"
    asks: Literal["at least", "at most"] = "at least"
    variants: tuple[str, ...] = ()

    @property
    def scale(self) -> float:
        """Times which a measured value is in the unit given."""
        return 100.0 if self.unit == "%" else 1.0


def _s4nn(accuracy: float, where: str) -> tuple[Printed, Printed]:
    """An accuracy of S4NN, as its authors' program scores it and as strictly as one can."""
    return (
        Printed("Test accuracy, ties right", accuracy, "accuracy_ties_right", where),
        Printed(
            "Test accuracy, ties wrong (the paper counts them as right)",
            accuracy,
            "accuracy_ties_wrong",
            where,
        ),
    )


def _count(accuracy: float, *variants: str) -> Printed:
    return Printed("Test accuracy", accuracy, "accuracy", "Table II", variants=variants)


PAPER: Mapping[str, tuple[Printed, ...]] = {
    "s4nn-mnist": (
        *_s4nn(97.4, "Table 3"),
        Printed(
            "Step of the label's output",
            89.7,
            "label_step",
            "Table 4: of the correct output, not of the winner",
            "steps",
            "at most",
        ),
        Printed(
            "Spikes to decision, all layers",
            218.0,
            "spikes_to_decision",
            "Table 4",
            "spikes",
            "at most",
        ),
    ),
    "s4nn-caltech": _s4nn(99.2, "abstract"),
    "count-mnist": (
        _count(98.64, "default", "faithful"),
        _count(98.66, "deep"),
        _count(98.40, "short", "faithful-short"),
        _count(99.26, "cnn"),
    ),
    **{
        name: (Printed("Test accuracy", None, "accuracy", "in no paper"),)
        for name in ("adex-mnist", "recurrent-mnist")
    },
}
"""By protocol: those whose runs are of one network each. Studies keep a table of claims."""


OTHER_DATA = " on "
"""What parts a variant's name from that of a data set that is not the paper's."""


def printed_value(protocol: str, column: str, variant: str = "") -> float:
    """The number that a paper prints, of `PAPER`.

    Raises
    ------
    TableError
        If it prints none there.
    """
    for printed in PAPER.get(protocol, ()):
        of_it = printed.column == column and (not printed.variants or variant in printed.variants)
        if of_it and printed.value is not None:
            return printed.value
    raise TableError(f"No paper prints {column} of {protocol}, variant {variant or 'any'}.")


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
    "lsnn-store-recall": LSNN,
    "lsnn-mnist": LSNN,
    "lsnn-l2l": LSNN,
    "delayed-match": MILLER,
    "eprop-evidence": EPROP,
    "eprop-pattern": EPROP,
    "surrogate-randman": SURROGATE,
    "surrogate-shapes": SURROGATE,
    "surrogate-fashion": SPYTORCH,
    "eventprop-yin-yang": EVENTPROP,
    "eventprop-mnist": EVENTPROP,
    "conversion-mnist": CONVERSION,
    "constrained-mnist": CONSTRAINED,
    "stdp-mnist": DIEHL_COOK,
    "stdp-balance": SONG,
    "srm-fit": PANINSKI,
    "spikeprop-xor": SPIKEPROP,
    "gated-xor": GATED,
    "alpha-xor": ALPHA,
    "alpha-mnist": ALPHA,
    "stdp-pattern": PATTERN,
    "rstdp-credit": DISTAL,
    "rstdp-iris": SBOEV,
    "glm-hidden": GLM_HIDDEN,
}
"""The paper that a protocol repeats."""


def claims_of_rows(protocol: str, rows: pd.DataFrame) -> list[Claim]:
    """What a paper prints beside the mean over seeds of each variant's rows.

    Parameters
    ----------
    protocol : str
        One of `PAPER`; others have no claims here.
    rows : pandas.DataFrame
        Its measured rows (`brainsnn.analysis.ledger`). Variants on other data have no claims.
    """
    found = []
    for variant, mine in rows.groupby("variant", sort=True):
        for printed in PAPER.get(protocol, ()):
            of_it = variant in printed.variants or not printed.variants
            if not of_it or OTHER_DATA in str(variant):
                continue
            values = printed.scale * mine[printed.column].dropna()
            found.append(
                Claim.judged(
                    f"{variant}: {printed.text}",
                    printed.value,
                    float(values.mean()) if len(values) else None,
                    printed.unit,
                    higher_is_better=printed.asks == "at least",
                    spread=float(values.std(ddof=1)) if len(values) > 1 else None,
                    digits=2,
                    note=printed.where if len(values) else f"{printed.where}; not measured",
                    seeds=len(values),
                )
            )
    return list(judged_together(found))
