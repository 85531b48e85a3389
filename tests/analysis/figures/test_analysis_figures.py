"""Each kind of figure shows what its table says."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from brainsnn.analysis.accuracy import confusion_matrix
from brainsnn.analysis.figures import (
    plot_confusion,
    plot_decisions_by_class,
    plot_firing_histogram,
    plot_firing_matrix,
    plot_jitter_curve,
    plot_learning_curve,
    plot_raster,
    plot_receptive_fields,
    plot_speed_accuracy,
    plot_weight_histogram,
    plot_winner_histogram,
)
from brainsnn.analysis.figures.style import BLUE, GREEN, VERMILION
from brainsnn.analysis.latency import (
    decisions_by_class,
    firing_time_histogram,
    firing_time_matrix,
    output_firing_times,
    winner_histogram,
)
from brainsnn.analysis.learning import learning_curve
from brainsnn.analysis.robustness import jitter_curve
from brainsnn.analysis.tables import TableError
from brainsnn.analysis.tradeoff import speed_accuracy
from brainsnn.analysis.weights import receptive_fields, weight_histogram

SIZES = {"input": 6, "hidden": 4, "output": 3}


def labels(axes):
    return axes.get_xlabel(), axes.get_ylabel()


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def cells(axes):
    return {
        (int(text.get_position()[1]), int(text.get_position()[0])): text.get_text()
        for text in axes.texts
    }


def test_learning_curve_has_thin_seeds_and_a_thick_mean(metrics):
    axes = plot_learning_curve(learning_curve(metrics), best_epoch=2, reference=("paper", 0.974))
    axes = axes.axes[0]
    assert labels(axes) == ("Epoch", "Accuracy (%)")
    assert [line.get_linewidth() for line in axes.lines].count(0.7) == 4
    thick = {line.get_label(): line for line in axes.lines}
    mean = thick["validation (mean of 2 seeds)"]
    assert mean.get_ydata().tolist() == pytest.approx([50, 70, 80])
    assert thick["paper"].get_ydata()[0] == pytest.approx(97.4)
    assert thick["selected epoch"].get_xdata()[0] == 2


def test_learning_curve_of_one_seed(metrics):
    curve = learning_curve(metrics[metrics["seed"] == 0])
    axes = plot_learning_curve(curve, "loss").axes[0]
    assert labels(axes) == ("Epoch", "Loss")
    assert legend(axes) == ["train"]


def test_learning_curve_lists_the_measures_it_has(metrics):
    with pytest.raises(TableError, match=r"accuracy, accuracy_ties_wrong, loss"):
        plot_learning_curve(learning_curve(metrics), "speed")


def test_raster_stacks_populations_and_marks_the_decision(trials, spikes):
    figure = plot_raster(spikes, SIZES, 100, trials.head(2), ("a", "b", "c"))
    assert len(figure.axes) == 6
    panels = np.array(figure.axes).reshape(3, 2)
    drawn = [[len(axes.collections[0].get_offsets()) for axes in row] for row in panels]
    assert drawn == [[2, 1], [1, 1], [1, 2]]
    assert panels[2, 1].lines[0].get_xdata()[0] == 20
    assert [panels[0, k].lines[0].get_color() for k in (0, 1)] == [GREEN, VERMILION]
    assert panels[0, 1].get_title(loc="left") == "class a\ndecided b, step 20"
    assert labels(panels[2, 0]) == ("Step", "output\nneuron")


def test_raster_says_silent_and_none(trials, spikes):
    figure = plot_raster(spikes, SIZES, 100, trials.iloc[[3, 4]])
    titles = [axes.get_title(loc="left") for axes in figure.axes[:2]]
    assert titles == ["class 1\ndecided none, step 12", "class 2\ndecided 2, silent"]


def test_raster_of_titled_trials_marks_no_decision(trials, spikes):
    titled = trials[["trial"]].head(2).assign(title=["one", "other"])
    figure = plot_raster(spikes, SIZES, 100, titled)
    assert [axes.get_title(loc="left") for axes in figure.axes[:2]] == ["one", "other"]
    assert not any(axes.lines for axes in figure.axes)


def test_raster_needs_a_population(trials, spikes):
    with pytest.raises(TableError, match="at least one population"):
        plot_raster(spikes, {}, 100, trials)


def test_firing_histogram_has_a_panel_a_population(spikes):
    figure = plot_firing_histogram(firing_time_histogram(spikes, 100, 50))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["input", "hidden", "output"]
    assert labels(figure.axes[0]) == ("Firing time (step)", "Spikes (%)")
    assert figure.axes[2].get_legend() is None
    heights, edges, _ = figure.axes[2].patches[1].get_data()
    assert heights.tolist() == pytest.approx([200 / 3, 100 / 3])
    assert edges.tolist() == [0, 50, 100]


def test_firing_histogram_compares_stages(spikes):
    both = pd.concat([spikes.assign(stage="before"), spikes.assign(stage="after")])
    table = firing_time_histogram(both, 100, 10, ("stage", "population"))
    figure = plot_firing_histogram(table)
    assert legend(figure.axes[-1]) == ["before", "after"]


def test_firing_matrix_writes_its_values(trials):
    axes = plot_firing_matrix(firing_time_matrix(output_firing_times(trials))).axes[0]
    assert labels(axes) == ("Output neuron", "Class of the image")
    assert cells(axes)[2, 1] == "90"
    assert len(axes.texts) == 9


def test_decisions_by_class_are_bars(trials):
    figure = plot_decisions_by_class(decisions_by_class(trials), {"decision_step": 89.7})
    steps, counts = figure.axes
    assert [bar.get_height() for bar in steps.patches] == [15, 21, 54]
    assert labels(steps) == ("Class of the image", "Mean decision step")
    assert legend(steps) == ["mean: 30.0", "paper: 89.7"]
    assert legend(counts) == ["mean: 9.2"]
    assert [text.get_text() for text in steps.texts] == ["15", "21", "54"]


def test_speed_accuracy_has_three_views(trials):
    table = speed_accuracy(trials.assign(threshold=[10] * 3 + [20] * 3))
    figure = plot_speed_accuracy(table, "accuracy_ties_wrong", trained=20)
    first, second, third = figure.axes
    assert labels(first) == ("Threshold", "Accuracy ties wrong (%)")
    assert first.lines[0].get_ydata().tolist() == pytest.approx([100 / 3, 200 / 3])
    assert legend(second) == ["steps", "spikes"]
    assert third.lines[0].get_xdata().tolist() == [20, 40]
    assert third.texts[0].get_text() == "as trained"


def test_few_winners_share_a_panel(trials):
    figure = plot_winner_histogram(winner_histogram(trials, 100, 10))
    axes = figure.axes[0]
    assert labels(axes) == ("Firing time of the winner (step)", "Trials")
    assert legend(axes) == ["0", "1", "2"]


def test_many_winners_have_a_panel_each(trials):
    copies = pd.concat([trials.iloc[[0]].assign(decision=k) for k in range(6)])
    figure = plot_winner_histogram(winner_histogram(copies, 100, 10))
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == [f"{k} (n = 1)" for k in range(6)]
    assert figure.get_supxlabel() == "Firing time of the winner (step)"


def test_receptive_fields_are_centred_at_zero(weights):
    fields = receptive_fields(weights["input_hidden"] - 12, (2, 3))
    axes = plot_receptive_fields(fields, columns=3, titles=list("abcd"), quantile=1).axes[0]
    image = axes.images[0]
    assert image.get_clim() == (-12, 12)
    assert image.get_array().shape == (2 + 1 + 2, 3 * 3 + 2)
    assert image.get_array()[0, 0] == -12
    assert [text.get_text() for text in axes.texts] == list("abcd")
    shown = image.get_array().filled(np.nan)
    corners = [(0, 0), (0, 4), (0, 8), (3, 0)]
    tiles = [shown[top : top + 2, left : left + 3] for top, left in corners]
    np.testing.assert_array_equal(tiles, fields)
    assert np.isnan(shown).sum() == shown.size - fields.size


@pytest.mark.parametrize("fields", [np.zeros((2, 3)), np.zeros((0, 2, 2))])
def test_receptive_fields_need_images(fields):
    with pytest.raises(TableError, match="shape"):
        plot_receptive_fields(fields)


def test_receptive_fields_of_zeros_are_drawn():
    assert plot_receptive_fields(np.zeros((1, 2, 2))).axes[0].images[0].get_clim() == (-1, 1)


def test_weight_histogram_marks_zero_within_the_range(weights):
    stages = {"before": weights, "after": weights}
    figure = plot_weight_histogram(weight_histogram(stages, 5))
    first, second = figure.axes
    assert first.get_title(loc="left") == "input → hidden"
    assert (len(first.lines), len(second.lines)) == (0, 1)
    assert legend(second) == ["before", "after"]
    assert plot_weight_histogram(weight_histogram(stages), log=True).axes[0].get_yscale() == "log"


def test_jitter_curve_marks_what_is_allowed(trials):
    curve = jitter_curve(trials.assign(jitter=[0] * 3 + [240] * 3))
    axes = plot_jitter_curve(curve, allowed=0.05).axes[0]
    assert labels(axes) == ("Jitter amplitude (steps)", "Accuracy (%)")
    assert axes.lines[1].get_ydata()[0] == pytest.approx(200 / 3 - 5)
    assert axes.get_xticks().tolist() == [0, 240]


def test_confusion_colours_only_mistakes(trials):
    axes = plot_confusion(confusion_matrix(trials)).axes[0]
    assert labels(axes) == ("Decision", "Class of the image")
    assert cells(axes) == {(0, 0): "1", (0, 1): "1", (1, 1): "1", (1, 3): "1", (2, 2): "2"}
    shown = np.ma.masked_invalid(axes.images[0].get_array())
    assert shown.count() == 2


def test_confusion_without_mistakes(trials):
    right = trials[trials["decision"] == trials["label"]]
    assert len(plot_confusion(confusion_matrix(right)).axes[0].texts) == 3


@pytest.mark.parametrize("plot", [plot_confusion, plot_firing_matrix])
def test_empty_matrices_are_refused(plot):
    with pytest.raises(TableError, match="empty"):
        plot(pd.DataFrame())


def test_bars_are_colour_blind_safe(trials):
    axes = plot_decisions_by_class(decisions_by_class(trials)).axes[0]
    assert to_hex(axes.patches[0].get_facecolor()) == BLUE
