"""STDP that a reward at the end of the trial turns into changes of weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from brainsnn.errors import RuleError
from brainsnn.learning.base import Weights
from brainsnn.learning.local.bound import BoundLocalRule
from brainsnn.learning.local.reward import ELIGIBLE, ON_POST, ON_PRE
from brainsnn.learning.local.rule import LocalRule
from brainsnn.learning.local.settings import Time
from brainsnn.learning.local.strings import Strings
from brainsnn.learning.rule import RULES
from brainsnn.network.names import ParameterName
from brainsnn.spikes import Recording
from brainsnn.spikes.targets import Classes, Targets

if TYPE_CHECKING:
    from brainsnn.codes import Decoder
    from brainsnn.network.model import Model


@RULES.register("trial_reward_stdp")
class TrialRewardSTDP(LocalRule):
    """Pairs of spikes leave an eligibility c; a reward R makes it a change: w += eta R c.

    Within the trial dc/dt = -c / tau_c, with jumps A_plus x at a postsynaptic and -A_minus x at a
    presynaptic spike (x as in `PairSTDP`). At its end R is `reward` where the decoder decides
    rightly, -`punishment` where wrongly, 0 where it decides nothing; w stays in [0, w_max], and c
    begins anew. eta, the learning rate (1), follows the schedule of the training.

    Parameters
    ----------
    A_plus, A_minus : float, default 0.01, 0.0105
    tau_plus, tau_minus : text with a unit, default "20*ms"
    tau_c : text with a unit, default "1*second"
    w_max : float, default 1
    reward, punishment : float, default 1
    """

    citation: ClassVar[str] = (
        "N. Fremaux and W. Gerstner, Neuromodulated spike-timing-dependent plasticity, and theory "
        "of three-factor learning rules, Frontiers in Neural Circuits 9 (2016) 85, eqs. 1-3"
    )

    name: Literal["trial_reward_stdp"] = "trial_reward_stdp"
    A_plus: float = 0.01
    A_minus: float = 0.0105
    tau_plus: Time = "20*ms"
    tau_minus: Time = "20*ms"
    tau_c: Time = "1*second"
    w_max: float = Field(default=1.0, gt=0)
    reward: float = Field(default=1.0, ge=0)
    punishment: float = Field(default=1.0, ge=0)

    def strings(self) -> Strings:
        """See `LocalRule`."""
        falling = ELIGIBLE.replace(
            "eligibility : 1", "deligibility/dt = -eligibility / tau_c : 1 (clock-driven)"
        )
        return Strings(
            equations=falling, on_pre=ON_PRE, on_post=ON_POST, plastic=("w", "eligibility")
        )

    def learns_from(self) -> tuple[type[Targets], ...]:
        """Classes: what is right."""
        return (Classes,)

    def bind(
        self,
        network: Model,
        decoder: Decoder | None,
        n_steps: int,
        targets: type[Targets] = Classes,
    ) -> BoundTrialReward:
        """See `Rule`."""
        super().bind(network, decoder, n_steps, targets)
        if decoder is None:
            raise RuleError(f"The rule {self.name!r} needs a decoder: a decision to reward.")
        return BoundTrialReward(network, self.sums(network), self, decoder)


@dataclass(frozen=True)
class BoundTrialReward(BoundLocalRule):
    """Rewards the decision of each trial.

    Parameters
    ----------
    network, sums
        As for `BoundLocalRule`.
    settings : TrialRewardSTDP
    decoder : Decoder
    """

    settings: TrialRewardSTDP
    decoder: Decoder

    @property
    def targets(self) -> tuple[type[Targets], ...]:
        """Classes: what is right."""
        return (Classes,)

    @property
    def idle(self) -> bool:
        """There is a reward after every trial."""
        return False

    def after_trial(
        self, weights: Weights, recording: Recording, wanted: Any, rate: float = 1.0
    ) -> None:
        """See `BoundLocalRule`."""
        decision = self.decoder.decode(recording, self.network.output.name).decision[0]
        right = decision == wanted[0]
        value = self.settings.reward if right else -self.settings.punishment
        for name in self.settings.taught(self.network):
            eligibility = weights[str(ParameterName(name, "eligibility"))]
            if decision >= 0:
                changed = weights[name] + rate * value * eligibility
                np.clip(changed, 0, self.settings.w_max, out=weights[name])
            eligibility[...] = 0
        super().after_trial(weights, recording, wanted, rate)
