"""Where a loss is smooth in the firing times, its error is its derivative."""

from __future__ import annotations

import numpy as np

from brainsnn.learning.losses import FirstSpikeSoftmax


def test_softmax_error_is_minus_the_derivative() -> None:
    loss, rng = (
        FirstSpikeSoftmax(7, 4, target=60, anchor=1.5, earliest=55, patience=2),
        np.random.default_rng(0),
    )
    t, labels, n_steps, h = rng.uniform(40, 90, (8, 5)), rng.integers(0, 5, 8), 128, 1e-5
    error = loss.error(t, labels, n_steps)  # type: ignore[arg-type]
    for k in range(5):
        bump = np.zeros(5)
        bump[k] = h
        later, sooner = (loss.value(t + s * bump, labels, n_steps) for s in (1, -1))
        np.testing.assert_allclose(error[:, k], -(later - sooner) / (2 * h), rtol=1e-7, atol=1e-9)
