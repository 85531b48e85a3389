"""Triplet STDP (Pfister and Gerstner 2006)."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from brainsnn.learning.local.rule import LocalRule
from brainsnn.learning.local.settings import Time
from brainsnn.learning.local.strings import Strings
from brainsnn.learning.rule import RULES

_NAMES = ("A2_plus", "A3_plus", "A2_minus", "A3_minus", "tau_x", "tau_y")
#: Tables 3 (visual cortex) and 4 (hippocampus): amplitudes, then tau_x and tau_y in ms.
_PUBLISHED = {
    ("visual", "all", "full"): (5e-10, 6.2e-3, 7e-3, 2.3e-4, 101, 125),
    ("visual", "all", "minimal"): (0, 6.5e-3, 7.1e-3, 0, 101, 114),
    ("visual", "nearest", "full"): (8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, 714, 40),
    ("visual", "nearest", "minimal"): (0, 5e-2, 8e-3, 0, 714, 40),
    ("hippocampus", "all", "full"): (6.1e-3, 6.7e-3, 1.6e-3, 1.4e-3, 946, 27),
    ("hippocampus", "all", "minimal"): (5.3e-3, 8e-3, 3.5e-3, 0, 946, 40),
    ("hippocampus", "nearest", "full"): (4.6e-3, 9.1e-3, 3e-3, 7.5e-9, 575, 47),
    ("hippocampus", "nearest", "minimal"): (4.6e-3, 9.1e-3, 3e-3, 0, 575, 48),
}


@RULES.register("triplet_stdp")
class TripletSTDP(LocalRule):
    """STDP of pairs and triplets of spikes.

    Traces r1, r2 are of presynaptic spikes (tau_plus, tau_x), o1, o2 of postsynaptic ones
    (tau_minus, tau_y). At a presynaptic spike w -= gain o1 (A2_minus + A3_minus r2), at a
    postsynaptic one w += gain r1 (A2_plus + A3_plus o2), with r2 and o2 from before the spike;
    clipped to [0, w_max].

    Parameters
    ----------
    A2_plus, A3_plus, A2_minus, A3_minus : float
        Amplitudes of pairs and triplets; by default those of visual cortex, all-to-all, full model.
    tau_plus, tau_minus, tau_x, tau_y : text with a unit
        Time constants.
    gain : float, default 1
        Of all amplitudes.
    pairing : {"all", "nearest"}
        Whether a spike adds 1 to its traces, or sets them to 1.
    w_max : float, default 1
        Largest weight; the least is 0.
    """

    citation: ClassVar[str] = (
        "J.-P. Pfister and W. Gerstner, Triplets of spikes in a model of spike timing-dependent "
        "plasticity, Journal of Neuroscience 26 (2006) 9673, eqs. 2-4, tables 3 and 4"
    )
    equations: ClassVar[str] = """
        dr1/dt = -r1 / tau_plus : 1 (event-driven)
        dr2/dt = -r2 / tau_x : 1 (event-driven)
        do1/dt = -o1 / tau_minus : 1 (event-driven)
        do2/dt = -o2 / tau_y : 1 (event-driven)
        """

    name: Literal["triplet_stdp"] = "triplet_stdp"
    A2_plus: float = 5e-10
    A3_plus: float = 6.2e-3
    A2_minus: float = 7e-3
    A3_minus: float = 2.3e-4
    tau_plus: Time = "16.8*ms"
    tau_minus: Time = "33.7*ms"
    tau_x: Time = "101*ms"
    tau_y: Time = "125*ms"
    gain: float = Field(default=1.0, gt=0)
    pairing: Literal["all", "nearest"] = "all"
    w_max: float = Field(default=1.0, gt=0)

    def strings(self) -> Strings:
        """See `LocalRule`."""
        grown = "+= 1" if self.pairing == "all" else "= 1"
        return Strings(
            equations=self.equations,
            on_pre="w = clip(w - gain*o1*(A2_minus + A3_minus*r2), 0, w_max)\n"
            f"r1 {grown}\nr2 {grown}",
            on_post="w = clip(w + gain*r1*(A2_plus + A3_plus*o2), 0, w_max)\n"
            f"o1 {grown}\no2 {grown}",
        )

    @classmethod
    def published(
        cls,
        data: Literal["visual", "hippocampus"] = "visual",
        pairing: Literal["all", "nearest"] = "all",
        model: Literal["full", "minimal"] = "full",
        **settings: Any,
    ) -> Self:
        """The rule with the parameters that were fitted to data.

        Parameters
        ----------
        data : {"visual", "hippocampus"}
            Visual cortex (table 3) or hippocampal culture (table 4).
        pairing : {"all", "nearest"}
        model : {"full", "minimal"}
            "minimal" lacks the terms that the data do not need.
        **settings
            Other settings of the rule.
        """
        *amplitudes, tau_x, tau_y = _PUBLISHED[data, pairing, model]
        values: dict[str, Any] = dict(zip(_NAMES, amplitudes, strict=False))
        values |= {"tau_x": f"{tau_x}*ms", "tau_y": f"{tau_y}*ms", "pairing": pairing}
        return cls(**{**values, **settings})
