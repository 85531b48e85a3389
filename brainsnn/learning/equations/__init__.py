"""Gradients derived from Brian2's strings: any neuron that a user writes can be taught.

A step of a network is a list of assignments that Brian2 itself gives: what arriving spikes do, the
state update of the chosen method, threshold, reset. Its derivative is another such list. See
`derive` for a network's gradient, `check_gradient` to hold it against finite differences.
"""

import brainsnn.network.brian2_import  # noqa: F401 - before Brian2 itself

# isort: split

from brainsnn.learning.equations.build import derive
from brainsnn.learning.equations.gradient_check import check_gradient
from brainsnn.learning.equations.network import DerivedNetwork
from brainsnn.learning.equations.parts import Trace
from brainsnn.learning.equations.slopes import SLOPES
from brainsnn.learning.equations.step import Spike

__all__ = ["SLOPES", "DerivedNetwork", "Spike", "Trace", "check_gradient", "derive"]
