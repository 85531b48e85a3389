r"""Pseudo-derivatives: what stands for the derivative of a spike by its margin.

The margin :math:`g` is what the threshold compares with 0 (``v > theta``: :math:`v - \theta`); a
slope is a Brian2 string of ``_g`` and ``_scale``, the margin's scale in SI units.

========================= ==========================================================================
``triangle``              :math:`0.3 \max(0, 1 - |g|/s) / s` (Bellec et al. 2018, arXiv:1803.09574)
``superspike``            :math:`(1 + |g|/s)^{-2} / s` (Zenke and Ganguli 2018,
                          doi:10.1162/neco_a_01086)
``sigmoid``               derivative of :math:`1 / (1 + e^{-g/s})`
``gaussian``              density of a normal distribution of width :math:`s`
``piecewise``             :math:`1 / (2 s)` where :math:`|g| < s`, else 0
========================= ==========================================================================
"""

from __future__ import annotations

from brainsnn.errors import DerivationError
from brainsnn.registry import suggest

SLOPES: dict[str, str] = {
    "triangle": "0.3 * clip(1 - abs(_g) / _scale, 0, 1) / _scale",
    "superspike": "1 / (1 + abs(_g) / _scale)**2 / _scale",
    "sigmoid": "exp(-abs(_g) / _scale) / (1 + exp(-abs(_g) / _scale))**2 / _scale",
    "gaussian": "exp(-_g**2 / (2 * _scale**2)) / (_scale * 2.5066282746310002)",
    "piecewise": "int(abs(_g) < _scale) / (2 * _scale)",
}

SMOOTH = "1 / (1 + exp(-_g / _scale))"
"""A spike that is not all or nothing, whose derivative is ``sigmoid``: for checks of gradients."""


def slope_string(slope: str) -> str:
    """Return the string of a named slope, or the string itself.

    Raises
    ------
    DerivationError
        If it is neither a name nor an expression of ``_g``.
    """
    if slope in SLOPES:
        return SLOPES[slope]
    if "_g" not in slope:
        raise DerivationError(
            f"Unknown slope {slope!r}: {suggest(slope, SLOPES)} Or an expression of _g."
        )
    return slope
