"""Cells of accuracy tables from units by "row/seed/column"."""

import numpy as np
import pytest

from helpers.papers.cells import accuracy_rows, bits, cell_estimate
from helpers.units.unit import Result, Value


def made(clean, correct):
    return Result(None, Value({}, {"clean": np.array(clean, bool), "correct": np.array(correct, bool)}))


@pytest.mark.parametrize("name", ["LWA", "table_1/LWA", "Table 2, LWA: 50 epochs"])
def test_bits_by_seed_and_column(name):
    results = {
        f"{name}/10/Adv_Loss": made([1, 1], [[1, 1], [0, 1]]),
        f"{name}/2/Adv_Loss": made([1, 0], [[1, 0], [0, 0]]),
        f"{name}/2/Fixed": made([1, 0], [[1, 1]]),
        f"{name}_Rep/2/Adv_Loss": made([0, 0], [[0, 0]]),
    }
    assert [list(values) for values in bits(results, name, "Adv_Loss")] == [[False, False], [False, True]]
    assert [list(values) for values in bits(results, name, "Fixed")] == [[True, True]]
    assert [list(values) for values in bits(results, name, "Validation")] == [[True, False], [True, True]]
    assert cell_estimate(results, name, "Validation").value == 0.75 and cell_estimate(results, name, "Adv_Alpha") is None
    rows = accuracy_rows("table_1", results, (name, "none"), ("Validation", "Fixed", "Adv_Alpha"))
    assert [(row["row"], row["column"], row["value"]) for row in rows] == [(name, "Validation", 0.75), (name, "Fixed", 1.0)]
