"""Training: the loop over trials, selection, checkpoints, progress, health."""

from brainsnn.interrupts import Interrupted, StopRequest
from brainsnn.training.bptt import BPTT
from brainsnn.training.callbacks.base import Callback, MetricsWriter, Progress
from brainsnn.training.callbacks.health import HealthReport, diagnose
from brainsnn.training.callbacks.health_monitor import HealthMonitor
from brainsnn.training.callbacks.progress import reporter
from brainsnn.training.config import TrainingConfig
from brainsnn.training.eprop import EProp
from brainsnn.training.eventprop import EventProp
from brainsnn.training.result import TrainingResult
from brainsnn.training.trainer import Trainer

__all__ = [
    "BPTT",
    "Callback",
    "EProp",
    "EventProp",
    "HealthMonitor",
    "HealthReport",
    "Interrupted",
    "MetricsWriter",
    "Progress",
    "StopRequest",
    "Trainer",
    "TrainingConfig",
    "TrainingResult",
    "diagnose",
    "reporter",
]
