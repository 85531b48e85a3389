"""Voltage-based STDP (Clopath et al. 2010)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from brainsnn.learning.local.rule import LocalRule
from brainsnn.learning.local.settings import Time, Voltage
from brainsnn.learning.local.strings import Strings
from brainsnn.learning.rule import RULES


@RULES.register("voltage_stdp")
class VoltageSTDP(LocalRule):
    """Plasticity that reads the postsynaptic potential instead of its spikes.

    With u_minus and u_plus the potential v, low-pass filtered, x the trace of presynaptic spikes
    and [a]+ the positive part of a: at a presynaptic spike w -= A_LTD [u_minus - theta_minus]+; in
    every step w += A_LTP x [v - theta_plus]+ [u_plus - theta_minus]+ a millisecond (potentials in
    mV), clipped to [0, w_max]. For neurons with a potential ``v`` in volts, whose spikes have a
    shape that v follows. A neuron that is integrated exactly must have another time constant than
    `tau_minus` and `tau_plus`, or ``method="euler"``.

    Parameters
    ----------
    A_LTD : float, default 14e-5
        Amplitude of depression, a mV.
    A_LTP : float, default 8e-5
        Amplitude of potentiation, a mV^2 and ms.
    theta_minus, theta_plus : text with a unit, default "-70.6*mV", "-45.3*mV"
    tau_x, tau_minus, tau_plus : text with a unit, default "15*ms", "10*ms", "7*ms"
        Of x, u_minus and u_plus.
    w_max : float, default 3
    """

    citation: ClassVar[str] = (
        "C. Clopath, L. Busing, E. Vasilaki and W. Gerstner, Connectivity reflects coding: a model "
        "of voltage-based STDP with homeostasis, Nature Neuroscience 13 (2010) 344, eqs. 1-3 and "
        "table 1b (visual cortex)"
    )

    name: Literal["voltage_stdp"] = "voltage_stdp"
    A_LTD: float = Field(default=14e-5, ge=0)
    A_LTP: float = Field(default=8e-5, ge=0)
    theta_minus: Voltage = "-70.6*mV"
    theta_plus: Voltage = "-45.3*mV"
    tau_x: Time = "15*ms"
    tau_minus: Time = "10*ms"
    tau_plus: Time = "7*ms"
    w_max: float = Field(default=3.0, gt=0)

    def strings(self) -> Strings:
        """See `LocalRule`."""
        low = "(u_minus_post - theta_minus)/mV*int(u_minus_post > theta_minus)"
        above = "(v_post - theta_plus)/mV*int(v_post > theta_plus)"
        high = "(u_plus_post - theta_minus)/mV*int(u_plus_post > theta_minus)"
        return Strings(
            equations="x : 1",
            on_pre=f"w = clip(w - A_LTD*{low}, 0, w_max)\nx += 1",
            each_step=f"w = clip(w + A_LTP*dt/ms*x*{above}*{high}, 0, w_max)\nx = x*exp(-dt/tau_x)",
            neuron="du_minus/dt = (v - u_minus) / tau_minus : volt\n"
            "du_plus/dt = (v - u_plus) / tau_plus : volt",
            begins_as={"u_minus": "potential", "u_plus": "potential"},
        )
