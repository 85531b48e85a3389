"""What a search tries next.

A proposal follows from the trials before it and from the stream ``search`` of the seed, at the
trial's number. So a search that was interrupted proposes what it would have proposed without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brainsnn.errors import ConfigError
from brainsnn.experiment.searching.settings import MEASURE, PRUNED, SearchConfig
from brainsnn.streams import Streams


def proposed(config: SearchConfig, study: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the next point, by a tree-structured Parzen estimator (Bergstra et al. 2011).

    Parameters
    ----------
    config : SearchConfig
    study : sequence of mapping
        The trials so far, rows of ``study.parquet``, all of them done.
    """
    optuna = import_optuna()
    spaces = _spaces(optuna, config)
    seed = int(Streams(config.seed).fresh("search", len(study)).integers(2**32))
    asked = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    for row in study:
        told = {key: _number(config, key, row[key]) for key in config.varied}
        asked.add_trial(
            optuna.trial.create_trial(params=told, distributions=spaces, **_outcome(optuna, row))
        )
    found: Mapping[str, Any] = asked.ask(spaces).params
    return {
        key: config.ranges[key].text(found[key]) if key in config.ranges else str(found[key])
        for key in config.varied
    }


def _outcome(optuna: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """What came of a trial, as optuna says it."""
    if not row[PRUNED]:
        return {"value": row[MEASURE]}
    reached = {row[PRUNED]: row[MEASURE]}
    return {"state": optuna.trial.TrialState.PRUNED, "intermediate_values": reached}


def _number(config: SearchConfig, key: str, text: str) -> str | float:
    """A setting as optuna knows it."""
    if key not in config.ranges:
        return text
    return int(text) if config.ranges[key].whole else float(text)


def _spaces(optuna: Any, config: SearchConfig) -> dict[str, Any]:
    """Where settings are looked for, as optuna says it."""
    kinds = optuna.distributions
    found: dict[str, Any] = {}
    for key, r in config.ranges.items():
        if r.whole:
            found[key] = kinds.IntDistribution(int(r.low), int(r.high), log=r.log)
        else:
            found[key] = kinds.FloatDistribution(r.low, r.high, log=r.log)
    return found | {k: kinds.CategoricalDistribution(list(v)) for k, v in config.grid.items()}


def import_optuna() -> Any:
    """Return the package, which says nothing by itself.

    Raises
    ------
    ConfigError
        If it is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise ConfigError(
            "A search needs optuna, which is not installed: pip install 'brainsnn[search]'."
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
