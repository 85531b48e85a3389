"""The exceptions that brainsnn raises on bad input.

Each says what was wrong, what is allowed, and where. All derive from `BrainsnnError`, so a caller
can catch every mistake of a user at once and let programming errors through.
"""

from __future__ import annotations


class BrainsnnError(Exception):
    """Base of every error that a user of brainsnn can cause and mend."""


class ConfigError(BrainsnnError):
    """A setting is unknown, of the wrong type, or impossible."""


class DataError(BrainsnnError):
    """A data file or data set is missing, damaged, or not what it should be."""


class DataWarning(UserWarning):
    """Data can be what they say, but are more likely something else."""


class ModelError(BrainsnnError):
    """A model's description is inconsistent, or Brian2 refuses its equations."""


class DerivationError(ModelError):
    """Something in the equations has no derivative, or none that is followed."""


class EngineError(BrainsnnError, RuntimeError):
    """An engine cannot build or run a network."""


class WeightsError(BrainsnnError):
    """Weights do not fit the model: missing, surplus, of another shape, or not finite."""


class RunDirectoryError(BrainsnnError):
    """A run directory is in use, incomplete, or cannot be written."""


class LearningError(BrainsnnError):
    """A learning rule or optimiser was given what it cannot learn from."""


class RuleError(LearningError):
    """A learning rule does not go with the network, the decoder or the trial it is to teach."""


class InputError(DataError, ValueError):
    """Samples or labels that an estimator cannot take; a `ValueError`, as scikit-learn asks."""


class HealthWarning(UserWarning):
    """Learning stalls: what was seen, and what to change first."""
