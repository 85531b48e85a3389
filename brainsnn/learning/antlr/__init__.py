"""Activation-based, timing-based and combined gradients of current-based neurons (ANTLR).

`rule` has the rules, `potentials` what neurons felt, `gradients` the recurrences of a layer, and
`trials` how a recording is cut into trials of the paper's steps.
"""

from brainsnn.learning.antlr.rule import (
    Antlr,
    AntlrBackprop,
    activation_based,
    bias_name,
    timing_based,
)

__all__ = ["Antlr", "AntlrBackprop", "activation_based", "bias_name", "timing_based"]
