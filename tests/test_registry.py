import pytest

from brainsnn.errors import ConfigError
from brainsnn.registry import Registry, suggest


@pytest.fixture
def shapes():
    registry = Registry("shape")
    registry.add("triangle", 3)
    registry.add("square", 4)
    return registry


def test_entries_by_name(shapes):
    assert shapes["square"] == 4
    assert dict(shapes) == {"square": 4, "triangle": 3}


def test_names_are_sorted(shapes):
    assert list(shapes) == ["square", "triangle"]


def test_membership_and_length(shapes):
    assert "square" in shapes
    assert "circle" not in shapes
    assert 4 not in shapes
    assert len(shapes) == 2


def test_decorator_registers_and_returns(shapes):
    @shapes.register("circle")
    def circle():
        return 0

    assert shapes["circle"] is circle


def test_unknown_name_offers_the_nearest(shapes):
    message = r"Unknown shape 'sqare'. Did you mean 'square'\? Known: square, triangle."
    with pytest.raises(ConfigError, match=message):
        shapes["sqare"]


def test_unknown_name_that_resembles_nothing(shapes):
    with pytest.raises(ConfigError, match=r"Unknown shape 'zzz'. Known: square, triangle."):
        shapes["zzz"]


def test_taken_name_is_refused(shapes):
    with pytest.raises(ConfigError, match="shape named 'square' is already registered"):
        shapes.add("square", 5)


def test_suggestion_among_nothing():
    assert suggest("a", []) == "Known: none."
