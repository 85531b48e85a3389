"""Names of what is learned."""

from brainsnn.network.model import Model, Population
from brainsnn.network.names import ParameterName
from brainsnn.network.neurons import integrate_and_fire_subtractive


def test_what_is_written_is_read_and_is_what_a_model_says() -> None:
    name = ParameterName("output", "v0")
    assert ParameterName.read(str(name)) == name
    assert ParameterName.read("hidden_output") is None
    output = Population("output", 2, integrate_and_fire_subtractive)
    model = Model("one", (Population("input", 1), output), ())
    assert list(model.trainable) == [str(name)]
    assert [ParameterName.read(n) for n in model.shapes] == [("output", "v0")]
