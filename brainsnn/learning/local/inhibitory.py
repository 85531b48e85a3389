"""Inhibitory plasticity that balances excitation (Vogels et al. 2011)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from brainsnn.learning.local.rule import LocalRule
from brainsnn.learning.local.settings import Rate, Time
from brainsnn.learning.local.strings import Strings
from brainsnn.learning.rule import RULES


@RULES.register("inhibitory_stdp")
class InhibitorySTDP(LocalRule):
    """Near pairs of spikes, in either order, strengthen; each presynaptic spike weakens.

    With traces x of the presynaptic and y of the postsynaptic spikes, both with `tau`:
    w += eta (y - alpha) at a presynaptic spike, w += eta x at a postsynaptic one,
    alpha = 2 target_rate tau; w stays in [0, w_max]. The weights are sizes: the synapse subtracts
    them (``v_post -= w``).

    Parameters
    ----------
    eta : float, default 1e-3
        Learning rate.
    target_rate : text with a unit, default "5*Hz"
        Rate of the postsynaptic neurons at which weights stay.
    tau : text with a unit, default "20*ms"
    w_max : float, default 1
    """

    citation: ClassVar[str] = (
        "T. P. Vogels, H. Sprekeler, F. Zenke, C. Clopath and W. Gerstner, Inhibitory plasticity "
        "balances excitation and inhibition in sensory pathways and memory networks, Science 334 "
        "(2011) 1569"
    )

    name: Literal["inhibitory_stdp"] = "inhibitory_stdp"
    eta: float = Field(default=1e-3, gt=0)
    target_rate: Rate = "5*Hz"
    tau: Time = "20*ms"
    w_max: float = Field(default=1.0, gt=0)

    def strings(self) -> Strings:
        """See `LocalRule`."""
        return Strings(
            equations="""
            dpre_trace/dt = -pre_trace / tau : 1 (event-driven)
            dpost_trace/dt = -post_trace / tau : 1 (event-driven)
            """,
            on_pre="w = clip(w + eta*(post_trace - 2*target_rate*tau), 0, w_max)\npre_trace += 1",
            on_post="w = clip(w + eta*pre_trace, 0, w_max)\npost_trace += 1",
        )
