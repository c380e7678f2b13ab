"""A paper's contract: typed tables, claims that read like their sentence, errata as text."""

from types import SimpleNamespace

import numpy as np
import pytest

from helpers.core.errors import UserError
from helpers.core.quantities import Missing, ours, share
from helpers.core.statistics import wilson
from helpers.core.verdicts import NOT_RUN, REPRODUCED, WEAKER
from helpers.papers import errata
from helpers.papers.claims import claim, judged
from helpers.papers.shares import Key, accuracies, attacked, bars, correct, curve, fooled, over_sizes
from helpers.papers.table import Table, cell, table
from helpers.papers.tables import of_tables
from helpers.runner import catalogue
from helpers.runner.parameters import make_settings
from helpers.units.unit import Result, Unit, Value, closure


def result(clean, correct):
    return Result(None, Value({}, {"clean": np.array(clean, bool), "correct": np.array(correct, bool)}))


RESULTS = {
    Key("LWA", "Adv_Loss", 10): result([1, 1], [[1, 1], [0, 1]]),
    Key("LWA", "Adv_Loss", 2): result([1, 0], [[1, 0], [0, 0]]),
    Key("LWA", "Fixed", 2): result([1, 0], [[1, 1]]),
    Key("LWA_Rep", "Adv_Loss", 2): result([0, 0], [[0, 0]]),
}


def test_cells_are_found_by_row_column_and_seed():
    made = accuracies("table_1", RESULTS, ("LWA", "none"), ("Validation", "Fixed", "Adv_Alpha", "Adv_Loss"), "Validation")
    assert [(one.row, one.column, one.quantity.value) for one in made] == [
        ("LWA", "Validation", 0.75), ("LWA", "Fixed", 1.0), ("LWA", "Adv_Loss", 0.25)]  # fmt: skip
    assert made["LWA", "Validation"].estimate.n == 2 and isinstance(made["LWA", "Adv_Alpha"], Missing)
    assert [list(part) for part in correct(RESULTS, "LWA", "Adv_Loss").samples] == [[False, False], [False, True]]
    assert fooled(RESULTS, "LWA", "Adv_Loss").value == 0.75
    assert isinstance(fooled(RESULTS, "LWA", "no"), Missing)


def test_units_are_keyed_by_row_column_and_seed():
    unit = Unit(lambda settings, inputs, context: None, None)
    made = attacked({("LWA", 0): unit, ("Normal", 1): unit}, lambda row, seed: {f"{row} {seed}": unit})
    assert list(made) == [Key("LWA", "LWA 0", 0), Key("Normal", "Normal 1", 1)]
    assert str(Key("LWA", "Fixed", 3)) == "LWA/Fixed/3" and str(Key("LWA")) == "LWA"


def test_the_long_form_has_intervals_counts_and_bare_numbers():
    frame = table("t", [cell("a", 0.5, wilson(3, 10)), cell("a", "seconds", 2.0, "s")]).frame
    first, second = frame.to_dict("records")
    assert (first["column"], first["value"], first["n"], first["unit"]) == ("0.5", 0.3, 10, "accuracy")
    assert first["low"] == pytest.approx(wilson(3, 10).low)
    assert second["value"] == 2.0 and np.isnan(second["n"])


def test_curves_and_bars_come_from_the_table():
    sizes = (0.0, 1.0)
    made = Table("figure_1", tuple(over_sizes(RESULTS, "LWA", "Adv_Loss", sizes)))
    line = curve(made, "Adv_Loss")
    assert list(line.x) == [0.0, 1.0] and list(line.y) == [0.75, 0.25]
    assert made["Adv_Loss", 1.0].value == 0.25
    reported = SimpleNamespace(get=lambda item, row, column: 0.7)
    cells = accuracies("table_1", RESULTS, ("LWA",), ("Fixed", "Adv_Loss"))
    panel = bars(cells, reported, "T", ("LWA", "none"), ("Fixed", "Adv_Loss"), "alt").panels[0]
    assert [series.label for series in panel.series] == ["LWA"] and list(panel.series[0].marks) == [0.7, 0.7]


def test_an_item_that_is_not_there_is_named():
    tables = of_tables({"table_1": Table("table_1")}, None, None)
    assert isinstance(tables.table_1["a", "b"], Missing)
    with pytest.raises(UserError, match="no item 'table_9'; there are: table_1"):
        tables["table_9"]


def bits(count):
    return [np.arange(200) < count]


@pytest.fixture
def tables():
    cells = [cell("LWA", "Adv_Loss", share(bits(150))), cell("Normal", "Adv_Loss", share(bits(20)))]
    return of_tables({"table_1": table("table_1", cells)}, None, None)


def test_a_claim_reads_like_its_sentence(tables):
    @claim("C8", "Table 1", needs="cpu")
    def highly(t):
        """The normal network is highly non-robust."""
        return t.table_1["Normal", "Adv_Loss"] <= ours(0.25, direction=0.5)

    @highly.beyond("on the other network")
    def other(t):
        return t.table_1["LWA", "Adv_Loss"] <= 0.5

    line = judged(highly, tables, lambda profile: True)
    assert (line.id, line.statement, line.verdict) == ("C8", "The normal network is highly non-robust", REPRODUCED)
    assert line.evidence.startswith("Normal, Adv_Loss: .100 [.0") and "asked at most .25 (our bar" in line.evidence
    assert line.beyond.startswith("on the other network: contradicted (LWA, Adv_Loss: .750 [")
    assert judged(highly, tables, lambda profile: False).evidence == "Needs the profile cpu."


def test_what_was_not_run_narrows_the_scope(tables):
    @claim("C1", "Table 1")
    def better(t):
        """LWA beats all."""
        return [t.table_1["LWA", "Adv_Loss"] - t.table_1[row, "Adv_Loss"] >= ours(0.9) for row in ("Normal", "Miyato")]

    @claim("C2", "Table 1")
    def absent(t):
        """Nothing of it was run."""
        return t.table_1["Miyato", "Fixed"] > 0.5

    line = judged(better, tables, lambda profile: True)
    assert (line.verdict, line.scope) == (WEAKER, "1 of 2 comparisons (without Miyato Adv_Loss)")
    line = judged(absent, tables, lambda profile: True)
    assert (line.verdict, line.evidence) == (NOT_RUN, "Not run: Miyato Fixed.")


SOURCES = {
    "ours": {"table_1/LWA/Fixed": 0.97216, "table_1/LWA/8/255": 0.5}.get,
    "print": {"table_1/LWA/Fixed": 0.972}.__getitem__,
    "check": {"rounding/cosine": 3.2e-16}.__getitem__,
}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("ours {ours:table_1/LWA/Fixed}, printed {print:table_1/LWA/Fixed|.2}", "ours .972, printed .97"),
        ("{ours:table_1/LWA/Fixed - print:table_1/LWA/Fixed|+.5}", "+.00016"),
        ("{ours:table_1/LWA/8/255|%} and {check:rounding/cosine|e}", "50.0% and 3e-16"),
        ("all[[, LeNet {ours:table_2/LWA/Fixed}]]; {ours:table_2/LWA/Fixed}", "all; not run"),
        ("all[[, ours {ours:table_1/LWA/Fixed}]].", "all, ours .972."),
        ("$\\frac{1}{n} w_{j}$ stays", "$\\frac{1}{n} w_{j}$ stays"),
    ],
)
def test_placeholders_are_filled(text, expected):
    assert errata.fill(text, SOURCES) == expected


def test_placeholders_that_name_nothing_and_wrong_fields_are_refused(tmp_path):
    one = errata.Erratum("E1", "w", "naming", "s", "{print:table_1/none/Fixed}", "c", "b")
    with pytest.raises(UserError, match="E1, printed: nothing is named 'print:table_1/none/Fixed'"):
        errata.filled(one, SOURCES)
    file = tmp_path / "errata.toml"
    file.write_text('[E1]\nwhere = "a"\nkind = "naming"\nstatement = "b"\nprinted = "c"\ncorrected = "d"\nshown_by = "e"\n')
    assert errata.filled(errata.read(file)[0], SOURCES)["id"] == "E1"
    file.write_text('[E1]\nwhere = "a"\nkind = "wrong"\n')
    with pytest.raises(UserError, match=r"errata\.toml, E1: an erratum has the fields"):
        errata.read(file)


@pytest.mark.parametrize("profile", ["quick", "cpu", "paper"])
@pytest.mark.parametrize("name", ["strong_adversary", "convex_programming"])
def test_labels_of_units_are_unique(name, profile):
    paper = catalogue.find(name)
    settings, _ = make_settings(paper, profile, {})
    units = [unit for item in paper.items for unit in item.units(settings).values()]
    labels = {}
    for unit in closure(units):
        labels.setdefault(unit.label, set()).add(unit.identity(lambda data: data))
    assert {label: len(found) for label, found in labels.items() if len(found) > 1 or not label} == {}
