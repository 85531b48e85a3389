r"""Errors that come down another way than through the transpose of the weights.

With fixed matrices B, drawn once, in the place of the weights of equation 11:

.. math::
    \text{random: } \delta^l_j = \Big(\sum_k B^l_{jk}\, \delta^{l+1}_k\Big)\, g'(V^l_j), \qquad
    \text{direct: } \delta^l_j = \Big(\sum_k B^l_{jk}\, \delta^L_k\Big)\, g'(V^l_j)

References
----------
T.P. Lillicrap, D. Cownden, D.B. Tweed and C.J. Akerman, Random synaptic feedback weights support
error backpropagation for deep learning, Nature Communications 7, 13276 (2016).
A. Nokland, Direct feedback alignment provides learning in deep neural networks, NeurIPS (2016).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np

from brainsnn.learning.count.connection import CountConnection, Floats
from brainsnn.learning.count.dense import DenseConnection
from brainsnn.learning.layers import Layers
from brainsnn.streams import Streams

Kind = Literal["symmetric", "random", "direct"]


@dataclass(frozen=True)
class Feedback:
    """How errors come down.

    Parameters
    ----------
    kind : {"symmetric", "random", "direct"}
        Through the weights themselves, through a matrix for each connection, or from the output.
    matrices : mapping of str to array
        By connection whose source learns from them: of the shape of its weights, or, if direct,
        (source, output). A connection without weights passes errors on as it is, but for direct.
    """

    kind: Kind = "symmetric"
    matrices: Mapping[str, Floats] = field(default_factory=dict)

    def below(
        self,
        name: str,
        connection: CountConnection,
        weights: Floats | None,
        error: Floats,
        output: Floats,
    ) -> Floats:
        """Derivative by the counts of a connection's source, or what stands for it.

        Parameters
        ----------
        name, connection, weights
            Of the connection.
        error, output : array, shape (n_trials, post) and (n_trials, n_outputs)
            Derivatives by what its target, and the output, received.
        """
        matrix = self.matrices.get(name)
        if matrix is None:
            return connection.below(error, weights)
        if self.kind == "direct":
            return DenseConnection().below(output, matrix)
        return connection.below(error, matrix)


def drawn(
    kind: Kind, layers: Layers, chain: Mapping[str, CountConnection], scale: float, seed: int
) -> Feedback:
    r"""Draw normal numbers of deviation scale / sqrt(rows), from a stream a connection.

    Parameters
    ----------
    kind : {"symmetric", "random", "direct"}
    layers : Layers
    chain : mapping of str to CountConnection
        Its connections, in order.
    scale : float
    seed : int
    """
    found: dict[str, Floats] = {}
    sizes = [population.size for population in layers.populations]
    if kind == "symmetric":
        return Feedback()
    for name, (source, target) in zip(list(chain)[1:], pairwise(sizes), strict=True):
        shape = (source, sizes[-1]) if kind == "direct" else chain[name].shape(source, target)
        if shape is not None:
            normal = Streams(seed).fresh(f"feedback {name}").standard_normal(shape)
            found[name] = scale / np.sqrt(shape[0]) * normal
    return Feedback(kind, found)
