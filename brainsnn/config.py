"""Configurations: frozen, checked, written as TOML, changed by dotted keys.

A configuration is a tree of `Config` objects. Every field has a default, so the tree of defaults is
what a file or an override is laid upon. A `Choice` is a configuration picked by its ``name`` from a
registry: ``optimiser.name=adam`` replaces the whole branch by Adam's defaults, and the other
``optimiser.*`` keys then speak of Adam. ``none`` stands for an absent value, which TOML lacks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar, get_args

import tomli_w
from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from brainsnn.errors import ConfigError
from brainsnn.registry import Registry, suggest

C = TypeVar("C", bound="Config")

NONE = "none"


def _takes_bool(annotation: object) -> bool:
    if annotation is bool or annotation is Any:
        return True
    return any(_takes_bool(part) for part in get_args(annotation))


class Config(BaseModel):
    """Base of all configurations: frozen, no surplus keys, no NaN, no boolean for a number."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_bool_for_number(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            for name, value in data.items():
                field = cls.model_fields.get(name)
                if field and isinstance(value, bool) and not _takes_bool(field.annotation):
                    raise ValueError(f"{name} is not a switch: true and false mean nothing")
        return data


class Choice(Config):
    """Base of configurations that a registry knows by ``name``.

    A family sets `variants` on its base class; each member sets a ``name: Literal[...]`` with its
    registered name as default. A field annotated with the family's base then takes any member, or
    a mapping with a ``name``.
    """

    variants: ClassVar[Registry[Any]]
    name: str

    @model_validator(mode="wrap")
    @classmethod
    def _pick_variant(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        own = cls.model_fields["name"].default  # A class need not be registered to know its name.
        if isinstance(data, Mapping) and data.get("name", own) != own:
            variant = cls.variants[data["name"]]
            if variant is not cls:
                return variant.model_validate(data)
        return handler(data)


def to_mapping(config: Config) -> dict[str, Any]:
    """Nested plain values of `config`, ready for TOML or JSON; absent values are ``"none"``."""
    dump = config.model_dump(mode="json", serialize_as_any=True)
    return {key: _spell_none(value) for key, value in dump.items()}


def _spell_none(value: Any) -> Any:
    if value is None:
        return NONE
    if isinstance(value, dict):
        return {key: _spell_none(item) for key, item in value.items()}
    return value


def write_toml(config: Config) -> str:
    """`config` as the text of a TOML file, every value spelled out."""
    return tomli_w.dumps(to_mapping(config))


def read_toml(kind: type[C], path: Path) -> C:
    """Configuration of class `kind` from a TOML file; keys that the file lacks keep their default.

    Raises
    ------
    ConfigError
        If the file cannot be read or is not TOML, or holds an unknown key or an impossible value;
        the message names file, key and value.
    """
    tree = read_tree(path)
    try:
        return _merge(kind(), tree, "")
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def read_tree(path: Path) -> dict[str, Any]:
    """What a TOML file says, unchecked.

    Raises
    ------
    ConfigError
        If the file cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML: {error}") from error
    except RecursionError:
        raise ConfigError(f"{path}: cannot be read as TOML: it is nested too deep.") from None


def apply_overrides(config: C, overrides: Iterable[str]) -> C:
    """`config` with the settings ``"dotted.key=value"`` of `overrides` changed, checked as a whole.

    Parameters
    ----------
    config : Config
        Left as it is.
    overrides : iterable of str
        For example ``["epochs=5", "rule.learning_rate=0.1"]``. A value is read as TOML would read
        it (``5``, ``1e-3``, ``true``, ``[1, 2]``); ``none`` is absence; anything else is a string.

    Returns
    -------
    Config
        Of the same class; ``model_fields_set`` of each branch has the keys that were given.

    Raises
    ------
    ConfigError
        If a key is unknown (the nearest valid name is offered), or a value is of the wrong type or
        impossible (key, value and what is allowed are named).

    Examples
    --------
    >>> class Training(Config):
    ...     epochs: int = 1
    >>> apply_overrides(Training(), ["epochs=5"])
    Training(epochs=5)
    """
    tree: dict[str, Any] = {}
    for override in overrides:
        key, equals, text = override.partition("=")
        key = key.strip()
        if not equals or not all(key.split(".")):
            raise ConfigError(f"{override!r} is not a setting; write KEY=VALUE, as in epochs=5.")
        *parents, leaf = key.split(".")
        branch = tree
        for depth, parent in enumerate(parents):
            branch = branch.setdefault(parent, {})
            if not isinstance(branch, dict):
                above = ".".join(parents[: depth + 1])
                raise ConfigError(f"{override!r} contradicts the value given for {above!r}.")
        branch[leaf] = parse_value(text)
    return _merge(config, tree, "")


def parse_value(text: str) -> Any:
    """Value that `text` spells: a TOML literal, or else the text itself.

    Examples
    --------
    >>> parse_value("1e-3"), parse_value("true"), parse_value("cosine")
    (0.001, True, 'cosine')
    """
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text.strip()
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise ConfigError(f"{text:.40}... is not possible as a value: {reason}.") from None
    return parsed["value"] if list(parsed) == ["value"] else text.strip()


def _merge(config: C, tree: Mapping[str, Any], prefix: str) -> C:
    name = tree.get("name")
    if isinstance(config, Choice) and isinstance(name, str) and name != config.name:
        config = config.variants[name]()
    values: dict[str, Any] = {key: getattr(config, key) for key in type(config).model_fields}
    for key, value in tree.items():
        if key not in values:
            raise ConfigError(f"Unknown setting {prefix + key!r}. {suggest(key, values)}")
        values[key] = _laid_upon(values[key], value, f"{prefix}{key}")
    try:
        whole = type(config).model_validate(values)
    except ValidationError as error:
        raise ConfigError(explain(error, prefix)) from error
    # What was given is told from what was left alone: a protocol may choose the latter itself.
    return type(whole).model_construct(config.model_fields_set | set(tree), **dict(whole))


def _laid_upon(old: Any, new: Any, key: str) -> Any:
    if isinstance(new, str) and new == NONE and not isinstance(old, Config):
        return None
    if isinstance(old, Config):
        if isinstance(new, str) and isinstance(old, Choice):
            new = {"name": new}
        if not isinstance(new, dict):
            known = ", ".join(f"{key}.{name}" for name in type(old).model_fields)
            raise ConfigError(f"{key!r} is a group of settings, not a value. Known: {known}.")
        return _merge(old, new, f"{key}.")
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **new}
    return new


def made(kind: type[C], **values: Any) -> C:
    """Settings of a class.

    Raises
    ------
    ConfigError
        If a value is not possible.
    """
    try:
        return kind(**values)
    except ValidationError as error:
        raise ConfigError(explain(error)) from None


def explain(error: ValidationError, prefix: str = "") -> str:
    """Key, value and reason of everything that a configuration was refused for."""
    lines = []
    for item in error.errors():
        key = prefix + ".".join(str(part) for part in item["loc"])
        reason = item["msg"].removeprefix("Value error, ")
        reason = reason[0].lower() + reason[1:]
        given = "" if isinstance(item["input"], Mapping) else f" = {item['input']!r:.200}"
        lines.append(f"{key.rstrip('.')}{given} is not possible: {reason}.")
    return " ".join(lines)
