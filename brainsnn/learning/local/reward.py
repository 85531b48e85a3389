"""STDP that a reward turns into changes of weights, inside the trial (Izhikevich 2007)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from brainsnn.learning.local.rule import LocalRule
from brainsnn.learning.local.settings import Time
from brainsnn.learning.local.strings import Strings
from brainsnn.learning.rule import RULES
from brainsnn.network.synapses import SynapseModel

#: Synapses that bring a reward to plastic ones: a spike of an input population is a reward.
reward = SynapseModel(
    name="reward",
    on_pre="dopamine_post += w",
    summary="Each presynaptic spike adds the synapse's weight to the target's dopamine.",
    citation="Izhikevich 2007",
)

reward_now = SynapseModel(
    name="reward_now",
    on_pre="rewards_post += w",
    summary="Each presynaptic spike is a reward of the step in which it arrives.",
    citation="Davies et al. 2018",
)

ELIGIBLE = """
dpre_trace/dt = -pre_trace / tau_plus : 1 (event-driven)
dpost_trace/dt = -post_trace / tau_minus : 1 (event-driven)
eligibility : 1
"""
ON_PRE = "eligibility -= A_minus*post_trace\npre_trace += 1"
ON_POST = "eligibility += A_plus*pre_trace\npost_trace += 1"
_RATE = "(1/tau_c + 1/tau_d_post)"
#: A step in which eligibility and dopamine fall: the solution, or Euler's.
_STEP = {
    "exact": "w = clip(w + eligibility*dopamine_post*(1 - exp(-dt*"
    + _RATE
    + "))/"
    + _RATE
    + "/second,"
    " 0, w_max)\neligibility = eligibility*exp(-dt/tau_c)",
    "euler": "w = clip(w + dt/second*eligibility*dopamine_post, 0, w_max)\n"
    "eligibility = eligibility - dt*eligibility/tau_c",
}


@RULES.register("reward_stdp")
class RewardSTDP(LocalRule):
    """Pairs of spikes leave an eligibility c, which dopamine d turns into changes of the weight.

    dc/dt = -c / tau_c, with jumps A_plus x at a postsynaptic and -A_minus x at a presynaptic spike
    (x as in `PairSTDP`, all pairs); dd/dt = -d / tau_d, with jumps by the reward; dw/dt = c d a
    second, in [0, w_max]. Dopamine is a variable of the target's neurons, ``dopamine``; a reward
    is a spike of an input population whose synapses add to it
    (`reward`, beside this rule).

    Parameters
    ----------
    A_plus, A_minus : float, default 1, 1.5
        Amplitudes.
    tau_plus, tau_minus : text with a unit, default "20*ms"
    tau_c, tau_d : text with a unit, default "1*second", "200*ms"
        Of eligibility and dopamine.
    w_max : float, default 4
        Largest weight; the least is 0.
    integration : {"exact", "euler"}
        How weights and eligibility advance in a step. Dopamine advances by the method of its
        neuron.
    """

    citation: ClassVar[str] = (
        "E. M. Izhikevich, Solving the distal reward problem through linkage of STDP and dopamine "
        "signaling, Cerebral Cortex 17 (2007) 2443, eqs. 1-3"
    )

    name: Literal["reward_stdp"] = "reward_stdp"
    A_plus: float = 1.0
    A_minus: float = 1.5
    tau_plus: Time = "20*ms"
    tau_minus: Time = "20*ms"
    tau_c: Time = "1*second"
    tau_d: Time = "200*ms"
    w_max: float = Field(default=4.0, gt=0)
    integration: Literal["exact", "euler"] = "exact"

    def strings(self) -> Strings:
        """See `LocalRule`."""
        return Strings(
            equations=ELIGIBLE,
            on_pre=ON_PRE,
            on_post=ON_POST,
            each_step=_STEP[self.integration],
            neuron="ddopamine/dt = -dopamine / tau_d : 1",
        )
