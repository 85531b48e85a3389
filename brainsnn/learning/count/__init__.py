"""Backpropagation through spike counts: `rule` has the rule, a file each what it is made of."""

from brainsnn.learning.count.connection import CountConnection
from brainsnn.learning.count.convolution import ConvolutionConnection
from brainsnn.learning.count.dense import DenseConnection
from brainsnn.learning.count.penalty import RatePenalty
from brainsnn.learning.count.pooling import PoolingConnection
from brainsnn.learning.count.rule import Count, CountBackprop, count_connection
from brainsnn.learning.count.transfer import disagreement

__all__ = [
    "ConvolutionConnection",
    "Count",
    "CountBackprop",
    "CountConnection",
    "DenseConnection",
    "PoolingConnection",
    "RatePenalty",
    "count_connection",
    "disagreement",
]
