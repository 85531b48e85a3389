"""Functions of a lag are drawn as they are, a line each."""

from __future__ import annotations

import pandas as pd
import pytest

from brainsnn.analysis.figures import plot_functions
from brainsnn.analysis.tables import TableError


def test_a_line_a_function_with_its_values_in_the_order_of_lags():
    table = pd.DataFrame(
        {"function": list("abab"), "lag": [2, 1, 1, 2], "value": [0.5, 0.2, 1.0, 0.9]}
    )
    axes = plot_functions(table, "Lag (samples)").axes[0]
    drawn = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert drawn == {"a": [[1, 1.0], [2, 0.5]], "b": [[1, 0.2], [2, 0.9]]}
    assert axes.get_xlabel() == "Lag (samples)"
    with pytest.raises(TableError, match="value"):
        plot_functions(table.drop(columns="value"), "Lag")
