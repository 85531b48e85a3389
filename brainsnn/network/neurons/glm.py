r"""The GLM neuron: spikes by chance, with a probability that depends on its potential alone.

In every step

.. math:: v_t = \sum_k \sum_{\ell=1}^{\tau} A_{\ell k}\, s_{k,t-\ell}
          + \sum_{\ell=1}^{\tau'} \Big(\sum_k B_{\ell k} v_k\Big) y_{t-\ell} + \text{bias}

and the neuron spikes with probability :math:`g(v_t)`. A connection for each basis function
:math:`k` adds its weights to ``arrived<k>`` (:math:`s_k`), which holds for one step; what it and
the neuron's own spikes :math:`y` bring to later steps waits in a register, ``ahead<l>`` being what
comes in :math:`\ell` steps. The equations are written as differential equations whose Euler step of
one ``dt`` is exactly this assignment.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainsnn.errors import ModelError
from brainsnn.network.neurons.base import Neuron

CITATION = "Bagheri, Simeone and Rajendran 2018, eq. 1"

_NUMBER = r"([-+0-9.e]+)"


def glm_neuron(
    basis: ArrayLike, feedback: ArrayLike, threshold: str = "rand() < 1 / (1 + exp(-v))"
) -> Neuron:
    """Make the neuron of given basis functions.

    Parameters
    ----------
    basis : array of float, shape (window, n_functions)
        Of what synapses bring; row 0 is lag 1, the step in which a spike arrives.
    feedback : array of float, shape (window, n_functions)
        Of the neuron's own spikes.
    threshold : str
        Brian2 condition that draws the spike, given the potential ``v``.

    Returns
    -------
    Neuron
        With the trainable parameters ``bias`` and ``feedback1`` .. , one a function of `feedback`.

    Raises
    ------
    ModelError
        If one is no finite matrix with a row and a column.
    """
    matrices = []
    for name, given in (("basis", basis), ("feedback", feedback)):
        matrix = np.asarray(given, np.float64)
        if matrix.ndim != 2 or not matrix.size or not np.isfinite(matrix).all():
            raise ModelError(f"GLM neuron: {name} must be a finite (window, n_functions) matrix.")
        matrices.append(matrix)
    brought, own = matrices
    n_ahead = max(len(brought) - 1, len(own))
    terms = [_sum(row, "arrived") for row in brought] + [""] * (n_ahead + 1 - len(brought))
    lines = [
        f"dv/dt = (bias + ahead1{terms[0]} - v) / dt : 1  # membrane potential",
        *(f"darrived{k}/dt = -arrived{k} / dt : 1" for k in _count(brought)),
        *(_register(lag, n_ahead, terms[lag]) for lag in range(1, n_ahead + 1)),
        "bias : 1 (constant)",
        *(f"feedback{k} : 1 (constant)" for k in _count(own)),
    ]
    parameters = ["bias", *(f"feedback{k}" for k in _count(own))]
    return Neuron(
        name="glm",
        equations="\n".join(lines),
        threshold=threshold,
        reset="\n".join(
            f"ahead{lag} += 0{_sum(row, 'feedback')}" for lag, row in enumerate(own, start=1)
        ),
        parameters=dict.fromkeys(parameters, 0.0),
        trainable=tuple(parameters),
        method="euler",
        summary=f"Spikes by chance given its potential; hears {len(own)} of its own past steps.",
        citation=CITATION,
    )


def functions_of(neuron: Neuron) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Basis functions that a `glm_neuron` was made of; None if it is another neuron.

    Returns
    -------
    (array, array) of float64, or None
        `basis` and `feedback`.
    """
    found = dict(re.findall(r"d(v|ahead\d+)/dt = \((.*) - \1\) / dt", neuron.equations))
    resets = dict(re.findall(r"ahead(\d+) \+= 0(.*)", neuron.reset))
    if "v" not in found or not resets:
        return None
    brought = [found["v"], *(found.get(f"ahead{lag}", "") for lag in range(1, len(found)))]
    n_functions = len(re.findall(r"^darrived\d+/dt", neuron.equations, re.MULTILINE))
    n_own = len([p for p in neuron.parameters if re.fullmatch(r"feedback\d+", p)])
    if not n_functions or not n_own:
        return None
    basis = np.array([_row(line, "arrived", n_functions) for line in brought])
    feedback = np.array([_row(line, "feedback", n_own) for line in resets.values()])
    heard = np.flatnonzero(basis.any(axis=1))
    return basis[: heard[-1] + 1] if heard.size else basis[:1], feedback


def _count(matrix: NDArray[np.float64]) -> range:
    return range(1, matrix.shape[1] + 1)


def _sum(row: NDArray[np.float64], variable: str) -> str:
    """What is added: values of the functions at a lag times what goes through each."""
    return "".join(
        f" + {value!r}*{variable}{k}" for k, value in enumerate(row.tolist(), 1) if value
    )


def _register(lag: int, last: int, term: str) -> str:
    """Equation of what comes in `lag` steps."""
    after = f"ahead{lag + 1}" if lag < last else "0"
    return f"dahead{lag}/dt = ({after}{term} - ahead{lag}) / dt : 1  # comes {lag} steps later"


def _row(line: str, variable: str, n: int) -> list[float]:
    """Values of the functions in a sum (`_sum`)."""
    found = {int(k): float(x) for x, k in re.findall(rf"{_NUMBER}\*{variable}(\d+)", line)}
    return [found.get(k, 0.0) for k in range(1, n + 1)]
