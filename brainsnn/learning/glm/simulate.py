"""A GLM network run freely, compiled, without a simulator: for selection, as a check on engines.

A trial can be stopped at the first output spike, which is all that a first-to-spike decision needs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brainsnn.errors import DataError
from brainsnn.indices import seal
from brainsnn.jit import njit
from brainsnn.learning.glm.activations import g
from brainsnn.learning.glm.kernel import gather, potentials_of
from brainsnn.learning.glm.structure import GLM, GLMWeights
from brainsnn.spikes import Recording, SpikeTrains

FloatArray = NDArray[np.float64]


@njit(nogil=True)
def _run(  # type: ignore[no-untyped-def]
    weights, n_inputs, bias, basis, kernel, columns, code, rng, stop, u, out
):
    """Run every trial; fills potentials `u` and spikes `out` (n_trials, n_steps, n_classes)."""
    offsets, neuron, step = columns
    n_trials, n_steps, n_classes = u.shape
    given = np.zeros(neuron.size, np.int32)
    sums = np.empty((n_steps, basis.shape[1] * n_classes))
    for trial in range(n_trials):
        begin, end = offsets[trial], offsets[trial + 1]
        gather(weights, n_inputs, begin, end, given, neuron, step, sums)
        potentials_of(sums, basis, bias, u[trial])
        for t in range(n_steps):
            fired = False
            for i in range(n_classes):
                for lag in range(1, min(t, kernel.shape[0]) + 1):
                    if out[trial, t - lag, i]:
                        u[trial, t, i] += kernel[lag - 1, i]
                out[trial, t, i] = rng.random() < g(u[trial, t, i], code)
                fired = fired or out[trial, t, i]
            if fired and stop:
                break


def simulate(
    glm: GLM,
    weights: GLMWeights,
    inputs: SpikeTrains,
    rng: np.random.Generator,
    *,
    stop_at_first: bool = False,
    dt: float = 1e-3,
) -> Recording:
    """Run trials freely: neurons spike by chance and hear their own spikes.

    Parameters
    ----------
    glm : GLM
    weights : GLMWeights
    inputs : SpikeTrains
        Input spikes of the trials.
    rng : numpy.random.Generator
        Draws the output spikes.
    stop_at_first : bool, default False
        End each trial with the step of its first output spike.
    dt : float, default 1e-3
        Length of a step in seconds, for the recording.

    Returns
    -------
    Recording
        Populations ``input`` and ``output``, with all input spikes; final potentials are those of
        the last step.

    Raises
    ------
    WeightsError
        If the weights do not fit.
    DataError
        If the inputs do not fit the network.
    """
    glm.check(weights)
    if not isinstance(inputs, SpikeTrains):
        raise DataError(f"Inputs are SpikeTrains, got {type(inputs).__name__}.")
    if inputs.n_neurons != glm.n_inputs or inputs.n_steps > glm.n_steps:
        raise DataError(
            f"Inputs have {inputs.n_neurons} neurons and {inputs.n_steps} steps; the network takes "
            f"{glm.n_inputs} neurons and at most {glm.n_steps} steps."
        )
    shape = (inputs.n_trials, glm.n_steps, glm.n_classes)
    u, out = np.empty(shape), np.zeros(shape, np.bool_)
    kernels = [np.ascontiguousarray(w) for w in np.moveaxis(weights.synaptic, 1, 0)]
    at = np.array([w.ctypes.data for w in kernels], np.int64)
    own = np.ascontiguousarray(glm.feedback @ weights.feedback)
    parameters = (at, glm.n_inputs, np.ascontiguousarray(weights.bias), glm.basis, own)
    columns = (inputs.offsets, inputs.neuron, inputs.step)
    _run(*parameters, columns, glm.activation.code, rng, stop_at_first, u, out)
    return _record(inputs, glm, u, out, dt)


def _record(
    inputs: SpikeTrains, glm: GLM, u: FloatArray, out: NDArray[np.bool_], dt: float
) -> Recording:
    """Columns of the given input spikes and of the output spikes, in the order of a recording."""
    trial, step, neuron = np.nonzero(out)
    given = inputs.trial
    trials = np.concatenate((given, trial))
    steps = np.concatenate((inputs.step, step)).astype(np.int32)
    neurons = np.concatenate((inputs.neuron, neuron)).astype(np.int32)
    population = np.repeat(np.array([0, 1], np.int32), (given.size, trial.size))
    potential = np.concatenate((np.full(given.size, np.nan), u[trial, step, neuron]))
    order = np.lexsort((neurons, population, steps, trials))
    offsets = np.searchsorted(trials[order], np.arange(inputs.n_trials + 1)).astype(np.int64)
    columns = (population[order], neurons[order], steps[order], potential[order])
    seal(offsets, *columns)
    sizes = {"input": glm.n_inputs, "output": glm.n_classes}
    return Recording(sizes, glm.n_steps, dt, offsets, *columns, {"output": u[:, -1].copy()})
