import numpy as np
import pytest

from brainsnn.codes import OrientedLatencyEncoder
from brainsnn.codes.oriented import gabor
from brainsnn.errors import ConfigError, DataError


def stripes(angle: float, side: int = 24, wavelength: float = 6.0) -> np.ndarray:
    """An image whose edges a cell of that angle prefers."""
    y, x = np.mgrid[:side, :side]
    wave = np.cos(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / wavelength)
    return np.rint(127.5 + 100 * wave).astype(np.uint8)[None]


def test_fields_see_no_even_grey_and_are_alike_under_a_quarter_turn():
    upright, level = gabor(4.5, 0.0), gabor(4.5, np.pi / 2)
    assert upright.shape == (7, 7)
    assert abs(upright.sum()) < 1e-15
    assert np.abs(upright).sum() == pytest.approx(1)
    np.testing.assert_allclose(level, np.rot90(upright), atol=1e-15)


@pytest.mark.parametrize("preferred", range(4))
def test_the_cell_of_the_stripes_orientation_spikes_first(preferred):
    encoder = OrientedLatencyEncoder(n_steps=4, wavelength=6.0, pool=24)
    trains = encoder.encode(stripes(np.pi * preferred / 4))
    assert trains.neuron[trains.step == 0].tolist() == [preferred]


def test_spikes_are_spread_over_the_trial_by_rank():
    image = np.random.default_rng(0).integers(0, 256, (2, 16, 20), dtype=np.uint8)
    steps = OrientedLatencyEncoder(n_steps=48, pool=4).encode(image).first_steps()
    every = np.arange(80) * 48 // 80
    assert [sorted(trial) for trial in steps.tolist()] == [every.tolist()] * 2


def test_contrast_illumination_and_polarity_change_nothing():
    image = np.random.default_rng(1).integers(0, 128, (1, 16, 24), dtype=np.uint8)
    encoder = OrientedLatencyEncoder(pool=4)
    plain = encoder.encode(image).first_steps()
    for other in (2 * image, image + 100, 255 - image):
        np.testing.assert_array_equal(encoder.encode(other).first_steps(), plain)


def test_even_grey_is_silent_up_to_the_border():
    assert OrientedLatencyEncoder().encode(np.full((3, 20, 30), 77, np.uint8)).step.size == 0


def test_strength_is_that_of_the_best_cell_in_the_square():
    image = np.full((1, 16, 32), 100, np.uint8)
    image[:, 3:13, 20] = 255
    steps = OrientedLatencyEncoder(n_steps=16, pool=16).encode(image).first_steps().reshape(4, 2)
    assert steps[0, 1] == 0
    assert (steps[:, 0] == 16).all()


def test_blocks_of_images_are_encoded_as_one(monkeypatch):
    images = np.random.default_rng(2).integers(0, 256, (5, 9, 11), dtype=np.uint8)
    whole = OrientedLatencyEncoder(pool=4).encode(images).first_steps()
    monkeypatch.setattr("brainsnn.codes.oriented.BLOCK", 2)
    np.testing.assert_array_equal(
        OrientedLatencyEncoder(pool=4).encode(images).first_steps(), whole
    )


@pytest.mark.parametrize(
    "wrong", [{"wavelength": 1.5}, {"wavelength": np.nan}, {"pool": 0}, {"n_orientations": 0}]
)
def test_impossible_parameters(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        OrientedLatencyEncoder(**wrong)


def test_images_need_rows_and_columns():
    with pytest.raises(DataError, match="height, width"):
        OrientedLatencyEncoder().encode(np.zeros((2, 12), np.uint8))


@pytest.mark.parametrize(("wavelength", "angle"), [(4.5, 0.4), (6.0, 2.0)])
def test_a_field_is_gabors_within_its_circle(wavelength, angle):
    """Envelope half a wavelength wide, and 0.3 times as steep along the wave's crests."""
    radius, found = round(0.75 * wavelength), gabor(wavelength, angle)
    assert found.shape == (2 * radius + 1, 2 * radius + 1)
    wave, inside = np.zeros(found.shape), []
    for row, column in np.ndindex(found.shape):
        y, x = row - radius, column - radius
        u = x * np.cos(angle) + y * np.sin(angle)
        v = y * np.cos(angle) - x * np.sin(angle)
        if x * x + y * y <= (radius + 0.5) ** 2:
            inside.append((row, column))
            far = (u * u + 0.09 * v * v) / (2 * (wavelength / 2) ** 2)
            wave[row, column] = np.exp(-far) * np.cos(2 * np.pi * u / wavelength)
    level, wanted = np.mean([wave[place] for place in inside]), np.zeros(found.shape)
    for place in inside:
        wanted[place] = wave[place] - level
    np.testing.assert_allclose(found, wanted / np.abs(wanted).sum(), atol=1e-12)


def test_a_cell_below_one_level_is_silent_and_one_of_a_level_spikes():
    encoder = OrientedLatencyEncoder(n_steps=6)
    assert encoder._steps(np.array([[0.5, 1.0, 3.0]])).tolist() == [[6, 2, 0]]


def test_squares_at_the_edges_count():
    encoder = OrientedLatencyEncoder(pool=4, n_orientations=3)
    assert encoder.neurons((9, 12)) == (3, 3, 3)
    assert encoder.neurons((8, 13)) == (3, 2, 4)
