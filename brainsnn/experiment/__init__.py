"""Experiments: conditions times seeds, each a run directory that can be resumed by itself."""

from brainsnn.experiment.carry_out import resume, start
from brainsnn.experiment.experiment import (
    Condition,
    Experiment,
    ExperimentConfig,
    Work,
    open_seeds,
    seed_by_seed,
    tell,
)
from brainsnn.experiment.material import Material
from brainsnn.experiment.outcome import Outcome
from brainsnn.experiment.training import TrainedNetwork, TrainingExperiment
from brainsnn.experiment.weights import evaluate_weights

__all__ = [
    "Condition",
    "Experiment",
    "ExperimentConfig",
    "Material",
    "Outcome",
    "TrainedNetwork",
    "TrainingExperiment",
    "Work",
    "evaluate_weights",
    "open_seeds",
    "resume",
    "seed_by_seed",
    "start",
    "tell",
]
