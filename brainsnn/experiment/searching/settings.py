"""What a search varies, as it is told and kept."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, ValidationError, model_validator

from brainsnn.config import Config
from brainsnn.errors import ConfigError

#: What is compared: of the best epoch of each run.
MEASURE = "validation_accuracy"

#: Column of the epochs after which a trial was given up; 0 where it was not.
PRUNED = "pruned_after"


class Range(Config):
    """Numbers that a setting may have.

    Parameters
    ----------
    low, high : float
        Both among them.
    whole : bool, default False
        Whether only whole numbers are.
    log : bool, default False
        Whether ratios count, not differences.
    """

    low: float
    high: float
    whole: bool = False
    log: bool = False

    @model_validator(mode="after")
    def _is_one(self) -> Range:
        if self.low >= self.high:
            raise ValueError(f"its low end, {self.low:g}, must be below its high one")
        if self.log and self.low <= 0:
            raise ValueError("where ratios count (log), its low end must be above 0")
        if self.whole and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError("of whole numbers, both ends must be whole")
        return self

    def text(self, value: float) -> str:
        """A number as it is written in ``KEY=VALUE``."""
        return str(int(value)) if self.whole else repr(float(value))


class SearchConfig(Config):
    """What a search varies, and what it leaves as it is.

    Parameters
    ----------
    search : str
        The protocol.
    settings : list of str
        ``KEY=VALUE`` of all runs.
    ranges : dict of str to Range
        Settings that have a number of a range.
    grid : dict of str to list of str
        Settings that have one of several values, as they are written in ``KEY=VALUE``.
    trials : int, default 50
        Points that are tried.
    seed : int, default 0
        The first seed of the runs; what is proposed follows from it too.
    seeds : int, default 1
        Runs of each point; their mean is compared.
    prune : bool, default False
        Whether points are given up whose first run is worse than most were by the same epoch.
    """

    search: str = ""
    settings: tuple[str, ...] = ()
    ranges: dict[str, Range] = Field(default_factory=dict)
    grid: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    trials: int = Field(default=50, ge=1, le=10_000)
    seed: int = Field(default=0, ge=0)
    seeds: int = Field(default=1, ge=1, le=1000)
    prune: bool = False

    @property
    def varied(self) -> list[str]:
        """Names of the settings that are varied."""
        return [*self.ranges, *self.grid]


def read_ranges(texts: Sequence[str]) -> dict[str, Range]:
    """Return the range of each setting of ``KEY=[int:][log:]LOW,HIGH``.

    Raises
    ------
    ConfigError
        If a text is none, or a setting stands twice.

    Examples
    --------
    >>> read_ranges(["rule.learning_rate=log:0.01,1"])["rule.learning_rate"].log
    True
    """
    found: dict[str, Range] = {}
    for text in texts:
        key, _, rest = text.partition("=")
        *kinds, ends = rest.split(":")
        if key.strip() in found:
            raise ConfigError(f"The range of {key.strip()!r} is given twice.")
        try:
            numbers = [float(end) for end in ends.split(",")]
            if len(numbers) != 2:
                raise ValueError("it takes two numbers, with a comma between them")
            low, high = numbers
            if not key.strip() or len(set(kinds)) < len(kinds) or set(kinds) - {"int", "log"}:
                raise ValueError("what stands before a colon is int or log")
            found[key.strip()] = Range(low=low, high=high, whole="int" in kinds, log="log" in kinds)
        except ValueError as error:
            told = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            why = told.removeprefix("Value error, ")
            raise ConfigError(
                f"{text!r} is no range: {why}. Write KEY=LOW,HIGH, KEY=log:LOW,HIGH, "
                "KEY=int:LOW,HIGH or KEY=int:log:LOW,HIGH."
            ) from error
    return found
