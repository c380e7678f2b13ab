"""Figure 2 (a) on the network that the authors stored, its zero border attacked too (E11, E12)."""

from dataclasses import replace

from helpers.papers.convex_programming.attacks import METHODS, RAW, RAW_NAME, curve_units
from helpers.papers.convex_programming.networks import attacked, fcnn, sizes_of
from helpers.papers.convex_programming.panels import draw_ratios, gaps_to_authors, ratios, read_panel
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.units.unit import Unit

TITLE = "FCNN 500x150, border attacked"


def units(settings: Settings) -> dict[Key, Unit]:
    """Figure 2a's methods, and FastGrad as the authors ran it."""
    network = fcnn(settings, settings.seed, stored=True, border=True)
    found = curve_units(settings, "FCNN", network, {**METHODS, RAW_NAME: RAW})
    return {Key(method, seed=settings.seed): unit for method, unit in found.items()}


def draw(settings: Settings, results: Keyed) -> Drawn:
    """The stored shape beside the authors' curves of panel (a)."""
    table = ratios("figure_stored", results, sizes_of(settings, "FCNN"), (*METHODS, RAW_NAME))
    drawn = draw_ratios(settings, table, "FCNN", TITLE, "figure_2a")
    gap = gaps_to_authors(table, "figure_2a", RAW_NAME, "FastGrad")
    more = (
        f" FastGrad through the float32 cross-entropy differs from theirs by at most {gap[0]:.3f}, at {gap[1]} (E2)."
        if gap
        else ""
    )
    data = attacked(settings, "FCNN")["data"]
    return replace(drawn, note=f"Trained by us, attacked as theirs was; {data}. {drawn.note}{more}".rstrip())


ITEM = Item(
    "figure_stored",
    "Figure 2 (a) on the stored shape, border attacked",
    units,
    draw,
    reading=lambda t: read_panel(t.figure_stored, "the stored network"),
    order=6,
)
