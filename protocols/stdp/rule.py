r"""Diehl and Cook's rule, with the postsynaptic traces where they belong: in the neurons.

A presynaptic spike sets its trace x to 1 and depresses, :math:`w \leftarrow w - \eta_- y`; a
postsynaptic one potentiates, :math:`w \leftarrow w + \eta_+ x z`, with y and z the neuron's own
traces (20 and 40 ms), which its spikes set to 1, z from before the spike. It is the rule of the
authors' program; `TripletSTDP` in its nearest form says the same with four traces a synapse.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from brainsnn.analysis.paper import DIEHL_COOK
from brainsnn.learning.local import LocalRule
from brainsnn.learning.local.settings import Time
from brainsnn.learning.local.strings import Strings

#: Equations and resets of the neurons' traces: y is ``fast``, z before a spike ``before``.
TRACES = """
dfast/dt = -fast / (20*ms) : 1
dslow/dt = -slow / (40*ms) : 1
before : 1
"""
SET = "fast = 1; before = slow; slow = 1"


class DigitSTDP(LocalRule):
    """See the module; the target's neurons have `TRACES` and `SET`.

    Parameters
    ----------
    eta_plus, eta_minus : float, default 0.03 and 0.0001
        Amplitudes; the authors' are 0.01 and 0.0001.
    tau_x : text with a unit, default "20*ms"
        Of the presynaptic trace.
    w_max : float, default 1
        Largest weight; the least is 0.
    """

    citation: ClassVar[str] = DIEHL_COOK

    name: Literal["digit_stdp"] = "digit_stdp"
    normalise: float | None = Field(default=78.0, gt=0)
    eta_plus: float = Field(default=0.03, ge=0)
    eta_minus: float = Field(default=1e-4, ge=0)
    tau_x: Time = "20*ms"
    w_max: float = Field(default=1.0, gt=0)

    def strings(self) -> Strings:
        """See `LocalRule`."""
        return Strings(
            equations="dx/dt = -x / tau_x : 1 (event-driven)",
            on_pre="w = clip(w - eta_minus*fast_post, 0, w_max)\nx = 1",
            on_post="w = clip(w + eta_plus*x*before_post, 0, w_max)",
        )
