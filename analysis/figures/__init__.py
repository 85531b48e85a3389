"""Figures, a kind a file; each takes a table of this package and returns a matplotlib figure.

No figure touches matplotlib's global state, so any number may be drawn at once. Write one as PNG
and SVG with `save`; put it into a page with `analysis.report`.
"""

from analysis.figures.confusion import plot_confusion
from analysis.figures.curves import plot_curves
from analysis.figures.descents import plot_descents
from analysis.figures.firing_histogram import plot_firing_histogram
from analysis.figures.firing_matrix import plot_firing_matrix
from analysis.figures.functions import plot_functions
from analysis.figures.jitter import plot_jitter_curve
from analysis.figures.landscape import plot_landscapes
from analysis.figures.latency_bars import plot_decisions_by_class
from analysis.figures.learning_curve import plot_learning_curve
from analysis.figures.pareto import plot_pareto
from analysis.figures.raster import plot_raster
from analysis.figures.receptive_fields import plot_receptive_fields
from analysis.figures.responses import plot_latency_raster, plot_raster_psth
from analysis.figures.speed_accuracy import plot_speed_accuracy
from analysis.figures.style import save
from analysis.figures.weights import plot_weight_histogram
from analysis.figures.windows import plot_decoding, plot_information
from analysis.figures.winner import plot_winner_histogram

__all__ = [
    "plot_confusion",
    "plot_curves",
    "plot_decisions_by_class",
    "plot_decoding",
    "plot_descents",
    "plot_firing_histogram",
    "plot_firing_matrix",
    "plot_functions",
    "plot_information",
    "plot_jitter_curve",
    "plot_landscapes",
    "plot_latency_raster",
    "plot_learning_curve",
    "plot_pareto",
    "plot_raster",
    "plot_raster_psth",
    "plot_receptive_fields",
    "plot_speed_accuracy",
    "plot_weight_histogram",
    "plot_winner_histogram",
    "save",
]
