"""Surfaces from gradients, and how alike two surfaces are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.landscape import grid_of, integrate_gradients, resemblance
from brainsnn.analysis.tables import TableError

X, Y = np.linspace(-1, 2, 7), np.linspace(0, 1, 5)


def test_the_gradient_of_a_surface_gives_it_back():
    x, y = np.meshgrid(X, Y)
    surface = integrate_gradients(X, Y, 2 * x + 3 * y, 3 * x - 4 * y)
    expected = x**2 + 3 * x * y - 2 * y**2
    np.testing.assert_allclose(surface, expected - expected.mean(), atol=1e-8)


def misfit(surface, along_x, along_y):
    rise_x = np.diff(X) * (along_x[:, 1:] + along_x[:, :-1]) / 2
    rise_y = np.diff(Y)[:, None] * (along_y[1:] + along_y[:-1]) / 2
    errors = np.diff(surface, axis=1) - rise_x, np.diff(surface, axis=0) - rise_y
    return sum((error**2).sum() for error in errors)


def test_no_other_surface_fits_a_field_better():
    rng = np.random.default_rng(0)
    field = rng.normal(size=(2, Y.size, X.size))
    surface = integrate_gradients(X, Y, *field)
    assert surface.mean() == pytest.approx(0, abs=1e-12)
    for _ in range(20):
        other = surface + 0.01 * rng.normal(size=surface.shape)
        assert misfit(surface, *field) < misfit(other, *field)


def test_resemblance_of_scaled_and_flat_surfaces():
    true = np.arange(6.0).reshape(2, 3)
    alike = resemblance(true, 7 - 3 * true)
    assert alike == {"correlation": pytest.approx(-1), "slope": pytest.approx(-3)}
    assert resemblance(true, np.ones((2, 3))) == {"correlation": 0, "slope": 0}
    assert np.isnan(list(resemblance(np.ones((2, 3)), true).values())).all()


def test_a_table_becomes_a_grid_whatever_its_order():
    x, y = (values.ravel() for values in np.meshgrid(X, Y))
    table = pd.DataFrame({"x": x, "y": y, "loss": x + 10 * y}).sample(frac=1, random_state=0)
    found_x, found_y, values = grid_of(table, "loss")
    np.testing.assert_array_equal(found_x, X)
    np.testing.assert_array_equal(found_y, Y)
    np.testing.assert_allclose(values, X + 10 * Y[:, None])


def test_what_is_no_grid_is_refused():
    table = pd.DataFrame({"x": [0.0, 1.0, 0.0], "y": [0.0, 0.0, 1.0], "loss": 0.0})
    with pytest.raises(TableError, match="3 points; a grid of 2 x 2"):
        grid_of(table, "loss")
    with pytest.raises(TableError, match="lacks the column"):
        grid_of(table, "true")
    with pytest.raises(TableError, match="two points or more"):
        integrate_gradients(X, Y[:1], np.zeros((1, 7)), np.zeros((1, 7)))
    with pytest.raises(TableError, match="shapes"):
        integrate_gradients(X, Y, np.zeros((5, 7)), np.zeros((7, 5)))
