"""Lines and bands of figures lie where their tables say, in the units of their axes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brainsnn.analysis.figures import (
    plot_curves,
    plot_decoding,
    plot_firing_histogram,
    plot_information,
    plot_jitter_curve,
    plot_lines,
    plot_quantiles,
    plot_raster,
    plot_raster_psth,
    plot_speed_accuracy,
    plot_weight_histogram,
    plot_winner_histogram,
)
from brainsnn.analysis.figures.style import GREEN, VERMILION, headroom, new_figure, series_colours
from brainsnn.analysis.spikes import from_frame
from brainsnn.analysis.tables import TableError


def band(axes, index=0):
    """Corners of a band: x, lower and upper edge."""
    corners = axes.collections[index].get_paths()[0].vertices
    x = np.unique(corners[:, 0])
    return [[at, *np.quantile(corners[corners[:, 0] == at, 1], [0, 1])] for at in x]


def line(axes, index=0):
    return [values.tolist() for values in map(np.asarray, axes.lines[index].get_data())]


def assert_band(axes, x, low, high, index=0):
    np.testing.assert_allclose(band(axes, index), np.column_stack([x, low, high]))


X = [0.0, 2.0, 5.0]
MEAN, LOW, HIGH = [0.9, 0.8, 0.5], [0.85, 0.7, 0.25], [0.95, 0.9, 0.65]


def stairs(axes, index=0):
    values, edges, _ = axes.patches[index].get_data()
    return values.tolist(), edges.tolist()


def percent(values):
    return [100 * value for value in values]


def test_jitter():
    table = pd.DataFrame(
        {"jitter": X, "accuracy": MEAN, "accuracy_low": LOW, "accuracy_high": HIGH}
    )
    (axes,) = plot_jitter_curve(table, allowed=0.05).axes
    assert_band(axes, X, percent(LOW), percent(HIGH))
    assert line(axes) == [X, pytest.approx(percent(MEAN))]
    assert line(axes, 1)[1] == pytest.approx([85, 85])
    assert axes.texts[0].get_text() == "5 points below no jitter"
    assert axes.texts[0].xy == (0, pytest.approx(85))
    assert axes.get_xticks().tolist() == X


def test_speed_and_accuracy():
    table = pd.DataFrame({"threshold": X, "accuracy": MEAN, "decision_step": [9.0, 7.0, 4.0]})
    table = table.assign(spikes_to_decision=[30.0, 20.0, 5.0])
    table = table.assign(accuracy_low=LOW, accuracy_high=HIGH)
    first, second, third = plot_speed_accuracy(table, trained=2.2).axes
    assert_band(first, X, percent(LOW), percent(HIGH))
    assert line(first) == [X, pytest.approx(percent(MEAN))]
    assert line(first, 1)[0] == [2.2, 2.2]
    assert line(second) == [X, [9, 7, 4]]
    assert line(second, 1) == [X, [30, 20, 5]]
    assert second.get_ylim()[0] == 0
    assert line(third) == [[9, 7, 4], pytest.approx(percent(MEAN))]
    assert line(third, 1) == [[7], [pytest.approx(80)]]


def test_curves():
    table = pd.DataFrame({"steps": X, "rule": "a", "mean": MEAN, "low": LOW, "high": HIGH})
    both = pd.concat([table[::-1], table.assign(rule="b", mean=LOW)])
    (axes,) = plot_curves(both, "steps", "accuracy", "Steps").axes
    assert line(axes) == [X, pytest.approx(percent(MEAN))]
    assert line(axes, 1) == [X, pytest.approx(percent(LOW))]
    assert_band(axes, X, percent(LOW), percent(HIGH), 1)
    assert axes.get_xscale() == "linear"
    first, second = plot_curves(
        both.assign(panel=["a"] * 2 + ["b"] * (len(both) - 2)),
        *("steps", "accuracy", "Steps"),
        split="panel",
    ).axes
    assert first.get_ylim() == second.get_ylim()


def test_decoding_and_chance():
    table = pd.DataFrame({"code": "count", "window": [0.1, 0.2], "accuracy": [0.5, 0.7]})
    table = table.assign(low=[0.4, 0.6], high=[0.6, 0.8], chance_low=[0.1, 0.2], chance_high=0.3)
    (axes,) = plot_decoding(table).axes
    assert line(axes) == [pytest.approx([100, 200]), pytest.approx([50, 70])]
    assert_band(axes, [100, 200], [40, 60], [60, 80])
    assert_band(axes, [100, 200], [10, 20], [30, 30], 1)
    assert axes.get_ylim() == (0, 100)


def test_information_is_a_mean_over_rows():
    table = pd.DataFrame({"neuron": "u", "code": "count", "window": [0.1, 0.1, 0.3]})
    (axes,) = plot_information(table.assign(information=[0.2, 0.4, 0.9])).axes
    assert line(axes) == [pytest.approx([100, 300]), pytest.approx([0.3, 0.9])]


def test_a_raster_has_a_line_a_trial_and_its_histogram_below():
    spikes = pd.DataFrame({"trial": [0, 2, 2], "neuron": ["x", "x", "y"], "time": [0.1, 0.3, 0.5]})
    trials = pd.DataFrame({"trial": [0, 1, 2], "stimulus": ["a", "b", "a"]})
    table = from_frame(spikes, 0.0, 1.0, trials=trials)
    rates = pd.DataFrame({"stimulus": ["a", "a", "b"], "neuron": "x", "time": [0.0, 0.5, 0.0]})
    panels = plot_raster_psth(table, rates.assign(rate=[3.0, 1.0, 9.0]), "x", {"a": 0.2, "b": 0.4})
    above_a, above_b, below_a, below_b = panels.axes
    assert [line(above_a, k) for k in range(2)] == [[[0.1], [0.5]], [[0.3], [1.5]]]
    assert line(above_a, 2)[0] == [0.2, 0.2]
    assert line(above_b, 0) == [[], []]
    assert line(below_a) == [[0.0, 0.5], [3.0, 1.0]]
    assert line(below_b) == [[0.0], [9.0]]
    assert below_a.get_xlim() == (0, 1)


def test_headroom_is_a_part_of_the_range():
    axes = new_figure(1, 1).add_subplot()
    axes.set_ylim(2, 6)
    headroom(axes, 0.25)
    assert axes.get_ylim() == (2, 7)


def test_colours_recur():
    colours = list(series_colours([str(k) for k in range(9)]).values())
    assert colours[7:] == colours[:2]
    assert len(set(colours)) == 7
    assert {GREEN, VERMILION} < set(colours)


def raster_of(size):
    spikes = pd.DataFrame({"trial": 0, "population": "p", "neuron": [0, size - 1], "step": [3, 9]})
    trials = pd.DataFrame({"trial": [0], "label": [1], "decision": [1], "decision_step": [9]})
    (axes,) = plot_raster(spikes, {"p": size}, 100, trials).axes
    return axes


def test_few_neurons_of_a_raster_are_told_apart():
    few, many = raster_of(24), raster_of(25)
    assert few.collections[0].get_sizes()[0] > many.collections[0].get_sizes()[0]
    ticks = {*few.get_yticks().tolist(), *few.get_yticks(minor=True).tolist()}
    assert ticks == set(range(24))
    assert many.get_yticks(minor=True).tolist() == []
    assert raster_of(4).get_yticks().tolist() == [0, 1, 2, 3]
    assert raster_of(5).get_yticks().tolist() == [0, 3]
    assert few.get_ylim() == (23.5, -0.5)
    assert few.get_xlim() == (-2, 102)
    assert few.collections[0].get_offsets().tolist() == [[3, 0], [9, 23]]
    assert few.lines[0].get_xdata() == [9, 9]


def test_amplitudes_of_jitter_are_ticks_up_to_ten():
    for n, ticks in ((10, 10), (11, None)):
        table = pd.DataFrame({"jitter": np.arange(n) * 3.0, "accuracy": 0.5})
        table = table.assign(accuracy_low=0.4, accuracy_high=0.6)
        (axes,) = plot_jitter_curve(table).axes
        assert (axes.get_xticks().tolist() == table["jitter"].tolist()) == (ticks == n)


def winners(n):
    names = np.repeat([str(k) for k in range(n)], 3)
    table = pd.DataFrame({"winner": names, "start": [0, 8, 16] * n, "stop": [8, 16, 24] * n})
    return plot_winner_histogram(table.assign(count=np.arange(3 * n)))


def test_winners_share_a_panel_up_to_three():
    (axes,) = winners(3).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["0", "1", "2"]
    assert stairs(axes, 2) == ([3, 4, 5], [0, 8, 16, 24])
    panels = winners(6).axes
    assert [axes.get_visible() for axes in panels] == [True] * 6 + [False] * 4
    assert panels[5].get_title(loc="left") == "5 (n = 48)"
    assert len(winners(5).axes) == 5
    assert len(winners(4).axes) == 5


def test_firing_times_are_shares_in_bins():
    table = pd.DataFrame({"population": "p", "start": [0, 8, 16], "stop": [8, 16, 24]})
    both = [table.assign(stage=stage, fraction=f) for stage, f in (("a", X), ("b", MEAN))]
    (axes,) = plot_firing_histogram(pd.concat(both)).axes
    for index in (2, 3):
        values, edges = stairs(axes, index)
        assert (values, edges) == (pytest.approx(percent(MEAN)), [0, 8, 16, 24])
    assert axes.get_legend() is not None
    assert axes.get_ylim()[0] == 0
    (alone,) = plot_firing_histogram(table.assign(fraction=X)).axes
    assert alone.get_legend() is None


def test_weights_are_densities_in_bins():
    table = pd.DataFrame({"connection": "c", "start": [0, 1, 2], "stop": [1, 2, 3]})
    table = table.assign(stage="now", density=MEAN, count=[1, 2, 3])
    (axes,) = plot_weight_histogram(table).axes
    values, edges = stairs(axes)
    assert (values, edges) == (pytest.approx(MEAN), [0, 1, 2, 3])


def test_quantiles_are_bands_around_the_median():
    rows = [(x, q, 10 * x + q) for x in (0, 1, 4) for q in (0.1, 0.5, 0.9)]
    table = pd.DataFrame(rows, columns=["t", "quantile", "w"]).assign(network="a")
    (axes,) = plot_quantiles(table, "t", "w", "Time", "Weight", panel="network").axes
    assert line(axes) == [[0, 1, 4], [0.5, 10.5, 40.5]]
    assert_band(axes, [0, 1, 4], [0.1, 10.1, 40.1], [0.9, 10.9, 40.9])
    with pytest.raises(TableError, match="median"):
        plot_quantiles(table[table["quantile"] != 0.5], "t", "w", "", "", panel="network")


def test_lines_have_their_own_unit():
    table = pd.DataFrame({"t": X, "mean": MEAN, "low": LOW, "high": HIGH}).assign(condition="a")
    (axes,) = plot_lines(table, "t", "Time", "CV").axes
    assert line(axes) == [X, MEAN]
    assert_band(axes, X, LOW, HIGH)
    assert axes.get_ylabel() == "CV"
