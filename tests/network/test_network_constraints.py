"""Bounds and masks of what is learned: given, described, drawn, refused."""

import copy
import pickle

import numpy as np
import pytest

import brainsnn as bs
from brainsnn.errors import ModelError
from brainsnn.network.connectivity import AveragePooling
from brainsnn.network.describe import describe_text
from brainsnn.network.model import Connection, Model, Population
from brainsnn.network.neurons import counting

EQUATIONS = "dv/dt = -v / tau : 1\ntau : second (constant)\nlevel : 1 (constant)"
MASK = np.array([[True, False, True], [False, True, True]])


def neuron(**constraints):
    given = {"tau": "10*ms", "level": 1.0}
    return bs.Neuron(
        EQUATIONS, "v > level", "v = 0", given, trainable=("tau", "level"), constraints=constraints
    )


def network(constraint, sign=None, **constraints):
    net = bs.Network({"input": 2, "output": 3}, neuron(**constraints))
    return bs.Network(
        name="mine",
        populations=net.populations,
        connections=[Connection("w", "input", "output", constraint=constraint, sign=sign)],
    )


def test_first_values_are_within_bounds_and_masks():
    tau = bs.Constraint("5*ms", "8*ms")
    net = network(bs.Constraint(-0.1, 0.2, MASK), tau=tau)
    drawn = net.draw_weights(bs.Streams(0))
    assert not drawn["w"][~MASK].any()
    assert drawn["w"].min() >= -0.1
    assert drawn["w"].max() <= 0.2
    assert drawn["output.tau"].tolist() == [[0.008] * 3]
    assert net.trainable["output.tau"].bounds == (0.005, 0.008)
    assert net.trainable["output.level"].bounds == (-np.inf, np.inf)
    assert network(bs.Constraint(upper=2), "excitatory").trainable["w"].bounds == (0, 2)
    low, high = network(None, tau=bs.Constraint(upper="9*ms")).trainable["output.tau"].bounds
    assert (low, high) == (1e-3, pytest.approx(9e-3))  # a time is not below a step


def test_constraints_are_described_and_are_a_part_of_the_network():
    net = network(bs.Constraint(0, 0.5, MASK))
    for text in (describe_text(net), repr(net)):
        assert "0.0 to 0.5, 4 of 6 weights learn" in text
    for again in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert again == net
    assert net != network(bs.Constraint(0, 0.5))
    assert net != network(bs.Constraint(0, 0.5, ~MASK))
    assert neuron(tau=bs.Constraint("5*ms")) != neuron()
    assert pickle.loads(pickle.dumps(neuron(tau=bs.Constraint("5*ms")))) == neuron(
        tau=bs.Constraint("5*ms")
    )
    net = bs.Network("2-3", neuron())
    net.connect("output", "output", constraint=bs.Constraint(upper=0))
    assert net.trainable["output_output"].bounds == (-np.inf, 0)


@pytest.mark.parametrize(
    ("lower", "upper", "mask", "message"),
    [
        (1, 0, None, "No value is 1.0 or more and 0.0 or less"),
        ("5*ms", 1.0, None, "different units"),
        ("v", None, None, "lower is a number"),
        (None, np.nan, None, "upper is a number"),
        (None, [1, 2], None, "upper is a number"),
        (True, None, None, "lower is a number"),
        (None, None, np.ones((2, 3)), "array of bool"),
        (None, None, [True], "array of bool"),
        (None, None, np.zeros((2, 3), bool), "nothing to learn"),
        (0.1, None, MASK, "Masked weights are 0"),
    ],
)
def test_impossible_constraints_are_refused(lower, upper, mask, message):
    with pytest.raises(ModelError, match=message):
        bs.Constraint(lower, upper, mask)


@pytest.mark.parametrize(
    ("name", "constraint", "message"),
    [
        ("tau", bs.Constraint(upper=1.0), "another unit"),
        ("level", bs.Constraint("1*ms"), "another unit"),
        ("v", bs.Constraint(0), "'v' is not trainable"),
        ("level", (0, 1), "is a Constraint"),
        ("level", bs.Constraint(mask=MASK), "a mask is of a connection"),
    ],
)
def test_constraints_that_no_parameter_could_keep_to_are_refused(name, constraint, message):
    with pytest.raises(ModelError, match=message):
        neuron(**{name: constraint})


def test_constraints_that_no_weights_could_keep_to_are_refused():
    with pytest.raises(ModelError, match=r"'w': its mask has the shape \(3, 2\)"):
        network(bs.Constraint(mask=MASK.T))
    with pytest.raises(ModelError, match="no inhibitory weight is within"):
        network(bs.Constraint(lower=0.5), "inhibitory")
    spiking, *_ = counting("2-2", 4)
    pool = AveragePooling(4, 4, 1, 2)
    populations = (Population("input", 16), Population("output", 4, spiking))
    fixed = Connection("w", "input", "output", connectivity=pool, constraint=bs.Constraint(0))
    with pytest.raises(ModelError, match="weights are fixed"):
        Model("pooled", populations, (fixed,))
