"""Weights scaled so that rates of neurons with threshold 1 stand for activations.

References
----------
P. U. Diehl, D. Neil, J. Binas, M. Cook, S.-C. Liu and M. Pfeiffer, Fast-classifying, high-accuracy
spiking deep networks through weight and threshold balancing, IJCNN (2015); B. Rueckauer,
I.-A. Lungu, Y. Hu, M. Pfeiffer and S.-C. Liu, Conversion of continuous-valued deep networks to
efficient event-driven networks for image classification, Front. Neurosci. 11, 682 (2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from brainsnn.conversion.layers import Layer
from brainsnn.conversion.stages import Stage, activations, stages
from brainsnn.errors import DataError

Method = Literal["data", "model", "percentile", "none"]


def normalise(
    layers: Sequence[Layer],
    method: Method = "percentile",
    data: NDArray[np.float64] | None = None,
    percentile: float = 99.9,
) -> list[Stage]:
    r"""Scale a network's weights, stage by stage.

    Parameters
    ----------
    layers : sequence of Layer
    method : {"data", "model", "percentile", "none"}, default "percentile"
        ``data``: by :math:`s_l`, the larger of the largest weight and the largest activation,
        :math:`w_l s_{l-1} / s_l`, biases dropped (Diehl et al. 2015, algorithm 2). ``model``: by
        the largest sum of positive weights onto a neuron, biases dropped (algorithm 1).
        ``percentile``: by :math:`\lambda_l`, a percentile of the activations,
        :math:`w_l \lambda_{l-1} / \lambda_l` and :math:`b_l / \lambda_l` (Rueckauer et al. 2017,
        section 2.2.2). ``none``: weights and biases as they are.
    data : array of float, shape (trials, ...), optional
        Inputs to take activations of; training data. Not needed for ``model`` and ``none``.
    percentile : float, default 99.9
        Of all activations of a stage, zeros too, interpolated.

    Returns
    -------
    list of Stage

    Raises
    ------
    ModelError
        If a layer cannot be converted.
    DataError
        If the method is unknown, data are missing or silent, or the percentile is impossible.
    """
    parts = stages(layers)
    if method == "none":
        return parts
    if method == "model":
        sums = [
            np.maximum(p.weighted.weight, 0).reshape(-1, p.weighted.weight.shape[-1]).sum(axis=0)
            for p in parts
        ]
        factors = [_positive(s.max(), k) for k, s in enumerate(sums)]
        return [p.scaled(1 / f, None) for p, f in zip(parts, factors, strict=True)]
    scales = [1.0, *_scales(parts, method, data, percentile)]
    with_bias = method == "percentile"
    return [
        stage.scaled(scales[k] / scales[k + 1], 1 / scales[k + 1] if with_bias else None)
        for k, stage in enumerate(parts)
    ]


def _scales(
    parts: Sequence[Stage], method: Method, data: NDArray[np.float64] | None, percentile: float
) -> list[float]:
    """Largest activation of each stage, by the method's measure."""
    if method not in ("data", "percentile"):
        raise DataError(f"Methods are data, model, percentile and none, not {method!r}.")
    if data is None or not len(data):
        raise DataError(f"The method {method!r} needs data to take activations of.")
    if not 0 < percentile <= 100:
        raise DataError(f"A percentile must be above 0 and at most 100, got {percentile}.")
    values = activations(parts, np.asarray(data, np.float64), biases=method == "percentile")
    if method == "percentile":
        found = [float(np.percentile(v, percentile)) for v in values]
    else:
        found = [
            float(max(v.max(), p.weighted.weight.max())) for v, p in zip(values, parts, strict=True)
        ]
    return [_positive(scale, k) for k, scale in enumerate(found)]


def _positive(scale: float, stage: int) -> float:
    if not 0 < scale < np.inf:
        raise DataError(
            f"Stage {stage + 1} cannot be scaled by {scale:g}: for these data it is silent."
        )
    return float(scale)
