"""The smallest and largest settings that encoders take, and the first that they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from brainsnn.codes import (
    BernoulliEncoder,
    BurstEncoder,
    GammaEncoder,
    LatencyEncoder,
    ModulatedPoissonEncoder,
    OrientedLatencyEncoder,
    PoissonEncoder,
    RankLatencyEncoder,
    RegularEncoder,
    StaggeredLatencyEncoder,
)
from brainsnn.codes.images import check_images, check_lengths, fractions
from brainsnn.errors import ConfigError, DataError, DataWarning

INTEGERS = {"n_steps": (1, 0), "intensity_max": (1, 0)}

#: Settings of each encoder: the last value that is taken, the first that is not.
LIMITS = [
    (RegularEncoder, {**INTEGERS, "phase": (0.0, -1e-9)}),
    (RegularEncoder, {"phase": (0.999, 1.0)}),
    (BernoulliEncoder, {**INTEGERS, "probability_max": (1.0, 1.0001)}),
    (BernoulliEncoder, {"probability_max": (1e-9, 0.0)}),
    (PoissonEncoder, {**INTEGERS, "rate_max": (1e-9, 0.0), "dt": (1e-9, 0.0)}),
    (PoissonEncoder, {"dead_time": (0.0, -1e-9), "rate_max": (1e9, np.inf), "dt": (1.0, np.nan)}),
    (PoissonEncoder, {"method": ("gaps", "jumps")}),
    (ModulatedPoissonEncoder, {**INTEGERS, "depth": (0.0, -1e-9), "frequency": (1e-9, 0.0)}),
    (ModulatedPoissonEncoder, {"depth": (1.0, 1.0001), "method": ("thinning", "exactly")}),
    (GammaEncoder, {**INTEGERS, "order": (1e-9, 0.0)}),
    (BurstEncoder, {**INTEGERS, "spikes": (1, 0), "interval": (1e-9, 0.0)}),
    (BurstEncoder, {"interval": (0.0149, 0.0151)}),
    (LatencyEncoder, INTEGERS),
    (LatencyEncoder, {"n_steps": (2**31 - 1, 2**31), "intensity_max": (2**16 - 1, 2**16)}),
    (RankLatencyEncoder, {**INTEGERS, "share": (0.0, -1e-9)}),
    (RankLatencyEncoder, {"share": (1.0, 1.0001)}),
    (OrientedLatencyEncoder, {**INTEGERS, "wavelength": (2.0, 1.999)}),
    (OrientedLatencyEncoder, {"n_orientations": (1, 0), "pool": (1, 0)}),
    (OrientedLatencyEncoder, {"wavelength": (1e9, np.inf)}),
    (StaggeredLatencyEncoder, {**INTEGERS, "amplitude": (0.0, -1e-9), "tile": (1, 0)}),
    (StaggeredLatencyEncoder, {"tile": (2, 3)}),
]


@pytest.mark.parametrize(("encoder", "limits"), LIMITS)
def test_settings_end_where_they_should(encoder, limits):
    for name, (last, wrong) in limits.items():
        assert getattr(encoder(**{name: last}), name) == last
        with pytest.raises(ConfigError):
            encoder(**{name: wrong})


@pytest.mark.parametrize("encoder", [LatencyEncoder, RankLatencyEncoder])
def test_black_is_silent_and_white_is_first(encoder):
    image = np.full((1, 4, 4), 255)
    image[0, 0, 0] = 0
    steps = encoder().encode(image).first_steps()
    assert steps[0].tolist() == [256] + [0] * 15


def test_a_step_and_a_level_are_enough():
    image = np.array([[[1, 0], [1, 1]]])
    for encoder in (LatencyEncoder, RankLatencyEncoder):
        trains = encoder(n_steps=1, intensity_max=1).encode(image)
        assert trains.first_steps().tolist() == [[0, 1, 0, 0]]
    even = RegularEncoder(n_steps=1, intensity_max=1, phase=0.0).encode(image)
    assert even.neuron.tolist() == [0, 2, 3]
    sure = BernoulliEncoder(n_steps=1, intensity_max=1, probability_max=1.0).encode(
        image, np.random.default_rng(0)
    )
    assert sure.neuron.tolist() == [0, 2, 3]


def test_images_almost_black_are_warned_of_where_light_counts():
    dark = np.full((2, 50), 31)
    with pytest.warns(DataWarning, match="brightest of 100 intensities is 31"):
        check_images("A code", dark, 255)
    for images, options in (
        (np.full((2, 50), 32), {}),
        (np.zeros((2, 50), int), {}),
        (dark[:, :49], {}),
        (dark, {"scaled": False}),
    ):
        check_images("A code", images, 255, **options)
    assert check_images("A code", np.zeros((0, 3), int), 255).size == 0
    for wrong in (np.full((1, 1), 256), np.full((1, 1), -1), np.zeros(3, int), np.zeros((1, 1))):
        with pytest.raises(DataError, match="A code"):
            check_images("A code", wrong, 255)
    assert fractions("A code", np.array([[0, 51, 255]]), 255) == pytest.approx(
        np.array([[0, 0.2, 1]])
    )


def test_lengths_name_what_is_wrong():
    for wrong, name in (((0, 1), "n_steps"), ((1, 0), "intensity_max")):
        with pytest.raises(ConfigError, match=f"{name} must be in 1"):
            check_lengths("A code", *wrong)
    check_lengths("A code", 1, 1)
