"""Figures, a kind a file; each takes a table of this package and returns a matplotlib figure.

No figure touches matplotlib's global state, so any number may be drawn at once. Write one as PNG
and SVG with `save`; put it into a page with `brainsnn.analysis.report`.
"""

from brainsnn.analysis.figures.atlas import plot_atlas
from brainsnn.analysis.figures.confusion import plot_confusion
from brainsnn.analysis.figures.correlograms import plot_correlograms
from brainsnn.analysis.figures.curves import plot_curves
from brainsnn.analysis.figures.descents import plot_descents
from brainsnn.analysis.figures.discharges import plot_discharges
from brainsnn.analysis.figures.firing_histogram import plot_firing_histogram
from brainsnn.analysis.figures.firing_matrix import plot_firing_matrix
from brainsnn.analysis.figures.functions import plot_functions
from brainsnn.analysis.figures.grid_points import plot_grid_points
from brainsnn.analysis.figures.intervals import plot_intervals
from brainsnn.analysis.figures.jitter import plot_jitter_curve
from brainsnn.analysis.figures.landscape import plot_landscapes
from brainsnn.analysis.figures.latency_bars import plot_decisions_by_class
from brainsnn.analysis.figures.learning_curve import plot_learning_curve
from brainsnn.analysis.figures.lines import plot_lines
from brainsnn.analysis.figures.pair_matrix import plot_pair_matrix
from brainsnn.analysis.figures.pareto import plot_pareto
from brainsnn.analysis.figures.plane import plot_plane_classes, plot_plane_values
from brainsnn.analysis.figures.potentials import plot_potentials
from brainsnn.analysis.figures.quantiles import plot_quantiles
from brainsnn.analysis.figures.raster import plot_raster
from brainsnn.analysis.figures.receptive_fields import plot_receptive_fields
from brainsnn.analysis.figures.responses import plot_latency_raster, plot_raster_psth
from brainsnn.analysis.figures.speed_accuracy import plot_speed_accuracy
from brainsnn.analysis.figures.style import save
from brainsnn.analysis.figures.weights import plot_weight_histogram
from brainsnn.analysis.figures.windows import plot_decoding, plot_information
from brainsnn.analysis.figures.winner import plot_winner_histogram

__all__ = [
    "plot_atlas",
    "plot_confusion",
    "plot_correlograms",
    "plot_curves",
    "plot_decisions_by_class",
    "plot_decoding",
    "plot_descents",
    "plot_discharges",
    "plot_firing_histogram",
    "plot_firing_matrix",
    "plot_functions",
    "plot_grid_points",
    "plot_information",
    "plot_intervals",
    "plot_jitter_curve",
    "plot_landscapes",
    "plot_latency_raster",
    "plot_learning_curve",
    "plot_lines",
    "plot_pair_matrix",
    "plot_pareto",
    "plot_plane_classes",
    "plot_plane_values",
    "plot_potentials",
    "plot_quantiles",
    "plot_raster",
    "plot_raster_psth",
    "plot_receptive_fields",
    "plot_speed_accuracy",
    "plot_weight_histogram",
    "plot_winner_histogram",
    "save",
]
