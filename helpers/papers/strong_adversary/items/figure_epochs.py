"""LeNet's robustness against the number of epochs: the authors' plain SGD beside one cycle."""

from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.shares import Key
from helpers.papers.strong_adversary.items.figure_2 import learning_curves
from helpers.papers.strong_adversary.networks import lenet, long_networks
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import table
from helpers.report.specs import Figure
from helpers.units.unit import Unit

ALT = "Clean accuracy and accuracy under Adv_Loss of LeNet against training epochs: plain SGD beside one cycle."


def units(settings: Settings) -> dict[Key, Unit]:
    """The longer run beside Table 2's first seed: what the schedule and the number of epochs move."""
    found = {Key("watch", f"Normal, {name}"): network for name, network in long_networks(settings).items()}
    return found | {Key("watch", "Normal, one cycle"): lenet(settings, "Normal", settings.seed)} if found else {}


def draw(settings: Settings, results: Results) -> Drawn:
    """LeNet's robustness against the number of epochs."""
    if not results:
        return Drawn(table("figure_epochs", ()), note="Not run in this profile: needs the profile cpu.")
    cells, panels = learning_curves(results, "", None)
    note = f"MNIST, LeNet Normal; both schedules on the first 2,000 test images, l2 size {settings.budget}."
    return Drawn(table("figure_epochs", cells), Figure(tuple(panels), columns=2, alt=ALT), note)


ITEM = Item("figure_epochs", "LeNet's robustness against epochs", units, draw, order=13)
