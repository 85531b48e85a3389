from typing import ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from brainsnn.config import (
    Choice,
    Config,
    apply_overrides,
    parse_value,
    read_toml,
    to_mapping,
    write_toml,
)
from brainsnn.errors import ConfigError
from brainsnn.registry import Registry


class Shape(Choice):
    variants: ClassVar[Registry] = Registry("shape")


@Shape.variants.register("circle")
class Circle(Shape):
    name: Literal["circle"] = "circle"
    radius: float = Field(default=1.0, gt=0)


@Shape.variants.register("box")
class Box(Shape):
    name: Literal["box"] = "box"
    sides: tuple[int, ...] = (1, 2)


class Rule(Config):
    learning_rate: float = Field(default=0.2, gt=0)
    normalised: bool = True


class Settings(Config):
    epochs: int = Field(default=10, ge=1)
    update: Literal["sequential", "simultaneous"] = "sequential"
    patience: int | None = 5
    limit: float | None = None
    thresholds: dict[str, float] = Field(default={"hidden": 100.0, "output": 90.0})
    rule: Rule = Rule()
    shape: Shape = Circle()


def test_overrides_reach_the_leaves():
    new = apply_overrides(
        Settings(), ["epochs=5", "rule.learning_rate=1e-3", "rule.normalised = false"]
    )
    assert new == Settings(epochs=5, rule=Rule(learning_rate=1e-3, normalised=False))
    assert Settings().epochs == 10


def test_no_override_changes_nothing():
    assert apply_overrides(Settings(), []) == Settings()


def test_none_is_absence_both_ways():
    new = apply_overrides(Settings(), ["patience=none", "limit=3"])
    assert new.patience is None
    assert new.limit == 3.0


def test_one_entry_of_a_table():
    new = apply_overrides(Settings(), ["thresholds.hidden=50"])
    assert new.thresholds == {"hidden": 50.0, "output": 90.0}


@pytest.mark.parametrize(
    "overrides",
    [
        ["shape.name=box", "shape.sides=[3, 4]"],
        ["shape.sides=[3, 4]", "shape.name=box"],
        ["shape={name = 'box', sides = [3, 4]}"],
    ],
)
def test_choice_takes_the_place_of_another(overrides):
    assert apply_overrides(Settings(), overrides).shape == Box(sides=(3, 4))


def test_choice_by_its_name_alone():
    assert apply_overrides(Settings(), ["shape=box"]).shape == Box()
    assert Settings(shape={"name": "box"}).shape == Box()


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("epoch=5", ["'epoch'", "Did you mean 'epochs'?", "patience"]),
        ("rule.learnin_rate=1", ["'rule.learnin_rate'", "Did you mean 'learning_rate'?"]),
        ("shape.sides=[1]", ["'shape.sides'", "Known: name, radius"]),
        ("shape.name=bax", ["Unknown shape 'bax'", "Did you mean 'box'?", "circle"]),
        ("epochs=0", ["epochs = 0", "greater than or equal to 1"]),
        ("epochs=five", ["epochs = 'five'", "integer"]),
        ("epochs=2.5", ["epochs = 2.5", "integer"]),
        ("epochs=true", ["epochs is not a switch"]),
        ("rule.learning_rate=-1", ["rule.learning_rate = -1", "greater than 0"]),
        ("rule.learning_rate=nan", ["rule.learning_rate", "finite"]),
        ("rule.normalised=3", ["rule.normalised = 3", "boolean"]),
        ("update=both", ["update = 'both'", "'sequential' or 'simultaneous'"]),
        ("thresholds.hidden=high", ["thresholds.hidden = 'high'", "number"]),
        ("rule=3", ["'rule' is a group", "rule.learning_rate"]),
        ("epochs.x=3", ["epochs"]),
        ("epochs", ["KEY=VALUE"]),
        ("=3", ["KEY=VALUE"]),
        ("rule.=3", ["KEY=VALUE"]),
    ],
)
def test_bad_override_is_named(override, words):
    with pytest.raises(ConfigError) as caught:
        apply_overrides(Settings(), [override])
    for word in words:
        assert word in str(caught.value)


def test_contradicting_overrides():
    with pytest.raises(ConfigError, match="contradicts"):
        apply_overrides(Settings(), ["rule=3", "rule.learning_rate=1"])


@given(
    st.builds(
        Settings,
        epochs=st.integers(1, 10**6),
        patience=st.none() | st.integers(1, 9),
        limit=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        rule=st.builds(Rule, learning_rate=st.floats(1e-300, 1e300), normalised=st.booleans()),
        shape=st.builds(Box, sides=st.lists(st.integers(0, 5)).map(tuple)) | st.just(Circle()),
    )
)
def test_toml_and_back(tmp_path_factory, settings):
    path = tmp_path_factory.getbasetemp() / "settings.toml"
    path.write_text(write_toml(settings), encoding="utf-8")
    assert read_toml(Settings, path) == settings


def test_toml_spells_out_everything():
    assert to_mapping(Settings())["limit"] == "none"
    assert to_mapping(Settings())["shape"] == {"name": "circle", "radius": 1.0}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("epochs = ", ["TOML"]),
        ("[rule]\nrate = 3", ["'rule.rate'", "Known: learning_rate"]),
        ("[rule]\nlearning_rate = 0", ["rule.learning_rate = 0"]),
        (None, ["cannot be read"]),
    ],
)
def test_bad_file_is_named(tmp_path, text, words):
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_toml(Settings, path)
    for word in ["mine.toml", *words]:
        assert word in str(caught.value)


def test_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Settings().epochs = 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("1e-3", 1e-3),
        ("true", True),
        ('"5"', "5"),
        ("[1, 2]", [1, 2]),
        ("cosine", "cosine"),
        (" runs/a b ", "runs/a b"),
        ("1\nepochs = 3", "1\nepochs = 3"),
    ],
)
def test_values_are_toml_or_text(text, value):
    assert parse_value(text) == value
