"""The report page of a network that learned images, and of several seeds of it."""

from __future__ import annotations

from typing import Any, Protocol

import pandas as pd

from brainsnn.analysis.report import Claim
from brainsnn.experiment.experiment import Experiment
from brainsnn.protocols.common.claims import mean
from brainsnn.protocols.common.mnist import MnistConfig
from brainsnn.protocols.common.page import write_report, write_report_of_seeds
from brainsnn.protocols.common.sections import accuracy, learning
from brainsnn.records import RunDirectory
from brainsnn.training import TrainingConfig


class OfImages(Protocol):
    """Settings of such a network."""

    seed: int
    seeds: int
    training: TrainingConfig
    data: MnistConfig


def write_page_of_images(
    experiment: Experiment[Any],
    run: RunDirectory,
    config: Any,
    told: str,
    decided: str,
    aim: float,
) -> pd.DataFrame:
    """Write the page; return claims.

    Parameters
    ----------
    experiment : Experiment
    run : RunDirectory
    config : OfImages
        Its settings.
    told : str
        What the network is and saw: the sentence before "learned by gradients".
    decided : str
        How it decides.
    aim : float
        Accuracy, in per cent, that it is expected to reach.
    """
    settings: OfImages = config
    if settings.seeds > 1:
        return write_report_of_seeds(experiment, run, config)
    trials = run.trials()
    right = 100 * mean(trials["decision"] == trials["label"])
    claims = [Claim.judged("Test accuracy", None, right, "%", digits=2, aim=aim, headline=True)]
    abstract = (
        f"{told} learned by gradients through time for {settings.training.epochs} epochs (seed "
        f"{settings.seed}), weights selected on validation images only. Of {len(trials):,} test "
        f"trials {right:.2f} % were named rightly."
    )
    sections = [
        learning(run, settings.training.monitor),
        accuracy(run, trials, settings.data.classes, decided),
    ]
    return write_report(experiment, run, config, abstract, claims, sections)
