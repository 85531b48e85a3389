"""Codes that ``s4nn-mnist`` chooses among, each with the rule and the length of trial it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from brainsnn.learning.rules import Decision
from brainsnn.protocols.common.image_codes import ImageCodeConfig, LatencyCodeConfig, RankCodeConfig

if TYPE_CHECKING:
    from brainsnn.protocols.s4nn.mnist import S4NNMnistConfig


@dataclass(frozen=True)
class Candidate:
    """A code, and what goes with it.

    Parameters
    ----------
    code : ImageCodeConfig
    rule : Decision
        Its times are those of a trial of `n_steps`.
    n_steps : int
        Length of a trial.
    """

    code: ImageCodeConfig
    rule: Decision
    n_steps: int

    def rule_for(self, n_steps: int) -> Decision:
        """Return the rule for trials of another length."""
        times = ("tau", "margin", "target", "earliest")
        scaled = {name: getattr(self.rule, name) * n_steps / self.n_steps for name in times}
        return self.rule.model_copy(update=scaled)


CANDIDATES = (
    Candidate(LatencyCodeConfig(), Decision(target=86), 256),
    Candidate(
        RankCodeConfig(share=0.5),
        Decision(tau=24, margin=24, target=256, earliest=64, reads="peak"),
        512,
    ),
)
"""What is tried; of equals, the first is taken."""


def options(config: S4NNMnistConfig) -> dict[str, S4NNMnistConfig]:
    """Return the configurations that the candidates make of one, by the name of their code.

    A rule that was given goes with every code, in trials of the configured length; a code that was
    given goes with the rule of its candidate, or of the first.
    """
    given, network = config.model_fields_set, config.network
    if "rule" in given:
        return {c.code.name: config.model_copy(update={"code": c.code}) for c in CANDIDATES}
    tried: tuple[Candidate, ...] = CANDIDATES
    if "code" in given:
        tried = tuple(c for c in CANDIDATES if c.code.name == config.code.name) or CANDIDATES[:1]
    found = {}
    for candidate in tried:
        fixed = "n_steps" in network.model_fields_set
        n_steps = network.n_steps if fixed else candidate.n_steps
        update = {
            "code": config.code if "code" in given else candidate.code,
            "rule": candidate.rule_for(n_steps),
            "network": network.model_copy(update={"n_steps": n_steps}),
        }
        found[candidate.code.name] = config.model_copy(update=update)
    return found
