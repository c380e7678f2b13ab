"""Tables on disk, the comparison with reported numbers, and the wide tables."""

import math

import numpy as np
import pandas as pd
import pytest

from helpers.core.errors import UserError
from helpers.report.formats import duration, formatter, interval, text_html, text_markdown
from helpers.report.tables import (
    COLUMNS,
    COMPARISON_COLUMNS,
    REPORTED_COLUMNS,
    comparison,
    item_name,
    read_csv,
    wide_html,
    write_csv,
)

NAN = math.nan
OURS = pd.DataFrame(
    [
        ("table_1", "Normal", "Loss", 0.0812, 0.06, 0.1, 1000, ""),
        ("table_1", "LWA", "Loss", NAN, NAN, NAN, NAN, ""),
        ("table_1", "extra", "Loss", 0.5, -math.inf, math.inf, 1000, ""),
        ("figure_2", "FGM", "0.2", 12.5, 12, 13, 200, "%"),
        ("text_7_1", "LeNet", "train", 1.0, 0.99, 1.0, 60000, ""),
    ],
    columns=COLUMNS,
)
REPORTED = pd.DataFrame(
    [
        ("Table 1", "Normal", "Loss", 0.085, "", "Table 1", "print"),
        ("Table 1", "Normal", "Loss", 0.201, "", "notebook", "authors"),
        ("Table 1", "Normal", "Loss", 0.198, "", "second notebook", "authors"),
        ("Table 1", "LWA", "Loss", 0.861, "", "Table 1", "print"),
        ("Table 1", "Goodfellow", "Loss", 0.844, "", "notebook", "authors"),
        ("Figure 2", "FGM", 0.2, 0.121, "", "Figure 2", "digitised"),
        ("Text 7.1", "LeNet", "train", 1.0, "", "7.1", "print"),
    ],
    columns=REPORTED_COLUMNS,
)


@pytest.mark.parametrize(
    "printed, name",
    [
        ("Table 1", "table_1"),
        ("Figure 2", "figure_2"),
        ("Text 7.1", "text_7_1"),
        ("table_1", "table_1"),
        ("Table 1b", "table_1b"),
    ],
)
def test_item_names(printed, name):
    assert item_name(printed) == name


def test_comparison():
    found = comparison(OURS, REPORTED)
    assert tuple(found.columns) == COMPARISON_COLUMNS and len(found) == 5
    lines = {(line["item"], line["row"]): line for line in found.to_dict("records")}
    normal = lines["table_1", "Normal"]
    assert (normal["reported"], normal["authors"], normal["ours"]) == (0.085, 0.201, 0.0812)
    assert (normal["low"], normal["high"], normal["note"]) == (0.06, 0.1, "authors also 0.198")
    assert lines["table_1", "LWA"]["note"] == "not run" and math.isnan(lines["table_1", "LWA"]["ours"])
    assert math.isnan(lines["table_1", "Goodfellow"]["reported"]) and lines["table_1", "Goodfellow"]["authors"] == 0.844
    # A column named 0.2 in one file and "0.2" in the other is one column; another unit is said.
    figure = lines["figure_2", "FGM"]
    assert (figure["reported"], figure["ours"], figure["note"]) == (0.121, 12.5, "digitised; ours in %")
    assert lines["text_7_1", "LeNet"]["note"] == ""


def test_comparison_of_nothing():
    empty = pd.DataFrame(columns=list(COLUMNS))
    assert set(comparison(empty, REPORTED)["note"]) >= {"not run", "digitised; not run"}
    assert comparison(OURS, REPORTED[:0]).empty


def test_comparison_refuses_what_is_ambiguous():
    with pytest.raises(UserError, match="two values"):
        comparison(pd.concat([OURS, OURS]), REPORTED)
    with pytest.raises(UserError, match="hearsay"):
        comparison(OURS, REPORTED.assign(source="hearsay"))
    with pytest.raises(UserError, match="lacks the columns unit"):
        comparison(OURS.drop(columns="unit"), REPORTED)


def test_csv_is_deterministic_and_comes_back(tmp_path):
    frame = OURS.assign(row=["None", "NA", 'a "b", c', "FGM", "é"], value=[1 / 3, NAN, -0.0, 1e-7, 1234567.0])
    write_csv(frame, tmp_path / "tables" / "t.csv")
    text = (tmp_path / "tables" / "t.csv").read_bytes().decode()
    assert text.splitlines()[0] == ",".join(COLUMNS) and "\r" not in text
    assert text.splitlines()[1] == "table_1,None,Loss,0.333333,0.06,0.1,1000,"
    assert ",1e-07," in text and ",1234567," in text and ",-0," not in text
    again = read_csv(tmp_path / "tables" / "t.csv")
    assert list(again["row"]) == list(frame["row"]) and list(again["unit"]) == ["", "", "", "%", ""]
    assert np.isnan(again["value"][1]) and again["low"][2] == -math.inf
    write_csv(again, tmp_path / "u.csv")
    assert (tmp_path / "u.csv").read_text() == text


def test_csv_errors_name_the_file(tmp_path):
    (tmp_path / "bad.csv").write_text("value\nabc\n")
    for name in ("bad.csv", "missing.csv"):
        with pytest.raises(UserError, match=name):
            read_csv(tmp_path / name)


def test_wide_tables():
    table = wide_html(OURS[:3], REPORTED, "Table 1 <b>")
    for words in (
        ".081",
        "[.060, .100]",
        "printed .085",
        "authors .201",
        "not run",
        "printed .861",
        "Goodfellow",
        "n = 1000",
    ):
        assert words in table
    assert "Table 1 &lt;b&gt;" in table and "inf" not in table and "http" not in table
    places = [table.index(f">{name}<") for name in ("Normal", "LWA", "extra", "Goodfellow")]
    assert places == sorted(places)
    with pytest.raises(UserError, match="one item"):
        wide_html(OURS, REPORTED, "")


def test_wide_tables_without_reported_numbers():
    table = wide_html(OURS[3:4], None, "x")
    assert "12.5" in table and "unit: %" in table
    assert "<tbody>\n\n</tbody>" in wide_html(OURS[:0], REPORTED[:1], "x")


@pytest.mark.parametrize("ours, reported, shown", [
    ([0.5, 1.0], [], [".500", "1.000"]),
    ([0.99119, 0.5], [0.9912], [".9912", ".5000"]),
    ([3, 1200], [], ["3", "1200"]),
    ([87.25, 1.0], [87.3], ["87.25", "1.00"]),
    ([0.00002, -0.00001], [], ["2e-05", "-1e-05"]),
    ([0.5, -0.0], [], [".500", ".000"]),
    ([NAN, math.inf], [], ["–", "∞"]),
])  # fmt: skip
def test_numbers(ours, reported, shown):
    assert [formatter(ours, reported)(value) for value in ours] == shown


def test_intervals_and_durations():
    show = formatter([0.5])
    assert interval(0.4, 0.6, show) == "[.400, .600]"
    assert interval(NAN, 0.6, show) == interval(-math.inf, math.inf, show) == interval(0.5, 0.5, show) == ""
    assert [duration(seconds) for seconds in (40, 720, 11100, None)] == ["40 s", "12 min", "3 h 05 min", ""]


def test_text_is_escaped_and_formulas_kept():
    assert text_html("a < b & $x_1$ costs $5 or $6").startswith("a &lt; b &amp; <math") and "$5 or $6" in text_html(
        "costs $5 or $6"
    )
    assert text_markdown("a|b_c *d*\n$|r|_2$") == r"a\|b\_c \*d\* $\vert r\vert _2$"
    assert text_html(NAN) == text_html(None) == ""
