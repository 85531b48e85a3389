"""From tables of trials, spikes and epochs to tables, figures and a report.

Every function takes and returns pandas tables with one observation a row; every figure is drawn
from such a table, so that a number in a figure can always be looked up. Nothing here knows how the
spikes were made: the package imports no simulator, and of the framework only what compiles
functions.

Modules
-------
accuracy, latency, tradeoff, robustness, learning, weights
    One result of an experiment each.
summary, sweep, seeds, tables
    What those share: one run in a line, one line a condition, one line a set of seeds, checks.
figures
    A kind of figure a file.
report, results
    A run as a self-contained web page; all measured runs as ``RESULTS.md``.
"""
