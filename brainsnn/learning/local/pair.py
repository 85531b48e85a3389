"""Pair STDP: each pair of a pre- and a postsynaptic spike changes the weight."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from brainsnn.learning.local.rule import LocalRule
from brainsnn.learning.local.settings import Time
from brainsnn.learning.local.strings import Strings
from brainsnn.learning.rule import RULES

Pairing = Literal["all", "nearest", "presynaptic_centred", "reduced_symmetric"]
Dependence = Literal["additive", "multiplicative", "power"]

#: What a spike does to its own trace, and to the other side's: on_pre, on_post.
_GROWTH: dict[str, tuple[str, str]] = {
    "all": ("pre_trace += 1", "post_trace += 1"),
    "nearest": ("pre_trace = 1", "post_trace = 1"),
    "presynaptic_centred": ("pre_trace += 1", "post_trace = 1\npre_trace = 0"),
    "reduced_symmetric": ("pre_trace = 1\npost_trace = 0", "post_trace = 1\npre_trace = 0"),
}
#: What an amplitude is multiplied by: potentiation, depression.
_DEPENDENCE: dict[str, tuple[str, str]] = {
    "additive": ("", ""),
    "multiplicative": ("*(w_max - w)", "*w"),
    "power": ("*(w_max - clip(w, 0, w_max))**mu", "*clip(w, 0, w_max)**mu"),
}


@RULES.register("pair_stdp")
class PairSTDP(LocalRule):
    """Spike-timing-dependent plasticity of pairs of spikes.

    With x the sum of exp(-distance / tau) over partners, tau_plus for a postsynaptic spike and
    tau_minus for a presynaptic one: w += A_plus x f(w) at a postsynaptic spike, w -= A_minus x g(w)
    at a presynaptic one, clipped to [0, w_max]. Spikes of one step are a pair of distance 0 and
    potentiate, unless `strict`.

    Parameters
    ----------
    A_plus, A_minus : float, default 0.01, 0.0105
        Amplitudes.
    tau_plus, tau_minus : text with a unit, default "20*ms"
        Time constants.
    w_max : float, default 1
        Largest weight; the least is 0.
    pairing : {"all", "nearest", "presynaptic_centred", "reduced_symmetric"}
        Partners of a spike: all earlier ones of the other side; the last one; each presynaptic
        spike with the last postsynaptic before it and the first after it; neighbours only, with no
        spike of either side between (Morrison, Diesmann and Gerstner 2008, section 4.1.2).
    dependence : {"additive", "multiplicative", "power"}
        f = g = 1; f = w_max - w, g = w; or these to the power of `mu`.
    mu : float, default 0.4
        Exponent of "power".
    strict : bool, default False
        Whether spikes of one step are no pair (as in the rule of Sboev et al. 2018:
        A_plus = lambda, A_minus = alpha lambda).
    """

    citation: ClassVar[str] = (
        "S. Song, K. D. Miller and L. F. Abbott, Nature Neuroscience 3 (2000) 919; A. Morrison, "
        "M. Diesmann and W. Gerstner, Biological Cybernetics 98 (2008) 459"
    )

    name: Literal["pair_stdp"] = "pair_stdp"
    A_plus: float = 0.01
    A_minus: float = 0.0105
    tau_plus: Time = "20*ms"
    tau_minus: Time = "20*ms"
    w_max: float = Field(default=1.0, gt=0)
    pairing: Pairing = "all"
    dependence: Dependence = "additive"
    mu: float = Field(default=0.4, ge=0)
    strict: bool = False

    def strings(self) -> Strings:
        """See `LocalRule`."""
        more, less = _DEPENDENCE[self.dependence]
        pre, post = _GROWTH[self.pairing]
        equations = """
        dpre_trace/dt = -pre_trace / tau_plus : 1 (event-driven)
        dpost_trace/dt = -post_trace / tau_minus : 1 (event-driven)
        """
        seen = "pre_trace"
        if self.strict:
            equations += "arrived : second"
            pre = f"arrived = t\n{pre}"
            seen = "(pre_trace - int(arrived == t))"
            if "pre_trace = 1" in pre:
                equations += "\nbefore : 1"
                pre = f"before = pre_trace\n{pre}"
                seen = "(pre_trace*int(arrived != t) + before*int(arrived == t))"
        return Strings(
            equations=equations,
            on_pre=f"w = clip(w - A_minus*post_trace{less}, 0, w_max)\n{pre}",
            on_post=f"w = clip(w + A_plus*{seen}{more}, 0, w_max)\n{post}",
        )
