"""What a classifier's settings mean for a rule that acts inside the trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brainsnn.codes import LabelledResponses
from brainsnn.errors import ConfigError, RuleError
from brainsnn.learning.local import (
    InhibitorySTDP,
    LocalRule,
    PairSTDP,
    RewardSTDP,
    SeveralRules,
    SynapticScaling,
    TrialRewardSTDP,
)
from brainsnn.learning.optimisers import SGDConfig

#: What each setting of a gradient may be beside a local rule, which has none: its default says
#: nothing, and the second is what such a rule does.
UNUSED: Mapping[str, tuple[Any, ...]] = {
    "batch_size": (16, 1),
    "learning_rate": (None,),
    "optimiser": ("adam", "sgd", SGDConfig()),
    "workers": (1,),
    "neuron": (None,),
}
REASONS: Mapping[str, str] = {
    "batch_size": "each trial goes on from what the one before has changed",
    "learning_rate": "its own settings, such as A_plus, say how much a spike changes",
    "optimiser": "it has no gradient",
    "workers": "trials depend on those before, so one worker runs them",
    "neuron": "neurons that compete have their own; others come with a network",
}


def named_pair() -> PairSTDP:
    """What ``rule="pair_stdp"`` stands for in a classifier: amplitudes for neurons that compete.

    Depression is little, since normalisation takes from all what some have gained; they were
    chosen on validation samples of scikit-learn's digits.
    """
    return PairSTDP(A_plus=0.03, A_minus=1e-4, pairing="nearest")


def check_settings(rule: LocalRule, settings: Mapping[str, Any]) -> None:
    """Refuse what does not go with the rule, by name.

    Parameters
    ----------
    rule : LocalRule
    settings : mapping of str to Any
        Those of the classifier.

    Raises
    ------
    ConfigError
        If a setting is for gradients, or for many trials at a time.
    RuleError
        If the rule learns from rewards.
    """
    for name, allowed in UNUSED.items():
        if not any(settings[name] is k or settings[name] == k for k in allowed):
            raise ConfigError(
                f"{name} = {settings[name]!r} does not go with the rule {rule.name!r}, which acts "
                f"inside the trial: {REASONS[name]}."
            )
    rewarded = [r.name for r in _parts(rule) if isinstance(r, RewardSTDP | TrialRewardSTDP)]
    if rewarded:
        raise RuleError(
            f"The rule {rewarded[0]!r} learns from rewards, which a classifier does not give: it "
            "labels neurons that have learned without. Use a Trainer (docs/local.md)."
        )


def _parts(rule: LocalRule) -> tuple[LocalRule, ...]:
    return tuple(rule.rules) if isinstance(rule, SeveralRules) else (rule,)


def check_competes(rule: LocalRule) -> None:
    """Refuse rules that do not say how inputs of neurons that compete change.

    Raises
    ------
    RuleError
    """
    if isinstance(rule, InhibitorySTDP | SynapticScaling | SeveralRules):
        raise RuleError(
            f"The rule {rule.name!r} is not for the inputs of neurons that compete: give a network "
            "of your own, or a rule such as 'pair_stdp'."
        )


def own_responses(decoder: Any, rule: LocalRule) -> LabelledResponses:
    """A decoder that knows no responses yet, with the settings of the one that was given.

    Raises
    ------
    ConfigError
        If it does not label neurons by their responses.
    """
    if not isinstance(decoder, LabelledResponses):
        raise ConfigError(
            f"decoder = {decoder!r} does not go with the rule {rule.name!r}: nobody tells its "
            "neurons what they stand for, so that only 'labelled' can read them."
        )
    return LabelledResponses(decoder.half_life, votes=decoder.votes)
