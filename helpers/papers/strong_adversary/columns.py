"""Which attacks make the paper's columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.papers.strong_adversary.settings import Settings
from helpers.units.attack import Attack, attack
from helpers.units.unit import Unit

PIXEL = 256 / 255
"""One unit of the paper (8-bit value / 256) in pixels of [0, 1]."""

COLUMNS = ("Validation", "Fixed", "Adv_Loss_Sign", "Adv_Loss", "Adv_Alpha")
ADVERSARIAL = COLUMNS[1:]

ATTACKS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "Adv_Loss_Sign": ("fast_gradient", {"norm": "inf", "measure": 2}),
    "Adv_Loss": ("fast_gradient", {"norm": 2}),
    "Adv_Alpha": ("adv_alpha", {"norm": 2}),
}


@dataclass(frozen=True)
class Attacked:
    """What is attacked, and how far.

    Attributes:
        data: the data set; images: how many test images, None for all.
        budgets: sizes in the paper's units, the tables' own last; scale: one of these units in pixels of [0, 1].
        how: further settings of units.attack.Attack; nothing is clipped unless it has a `box`.
        arithmetic: "exact" or "rounded" (gradients of the float32 cross-entropy, as in the authors' code) gradients.
    """

    data: str
    budgets: tuple[float, ...]
    images: int | None = None
    scale: float = PIXEL
    how: Mapping[str, Any] = field(default_factory=dict)
    arithmetic: str | None = None

    def attack(self, name: str, options: Mapping[str, Any], sizes: tuple[float, ...], **more: Any) -> Attack:
        """Settings of an attack of attacks/<name>.py at `sizes`, in the paper's units."""
        options = {**options, "arithmetic": self.arithmetic} if self.arithmetic else dict(options)
        how = {"images": self.images, "box": None, **self.how, **more}
        return Attack(self.data, name, tuple(size * self.scale for size in sizes), options, **how)


def white_box(network: Unit, attacked: Attacked, label: str = "") -> dict[str, Unit]:
    """The three attacks on the network itself, by column."""
    return {
        column: Unit(
            attack,
            attacked.attack(name, options, attacked.budgets),
            {"network": network},
            f"{column}{label} on {network.label}",
        )
        for column, (name, options) in ATTACKS.items()
    }


def fixed(network: Unit, twin: Unit, attacked: Attacked, label: str = "") -> Unit:
    """The network on the images that fool its twin, every one of them moved."""
    settings = attacked.attack("fast_gradient", {"norm": 2}, attacked.budgets[-1:], only_correct=False)
    return Unit(attack, settings, {"network": network, "source": twin}, f"Fixed{label} on {network.label}")


def cells(network: Unit, twin: Unit, attacked: Attacked, label: str = "") -> dict[str, Unit]:
    """The four adversarial columns of one network."""
    return {**white_box(network, attacked, label), "Fixed": fixed(network, twin, attacked, label)}


def grid(settings: Settings) -> tuple[float, ...]:
    """The curves' l2 sizes, with the tables' budget as the last entry."""
    count = round(settings.top / settings.spacing)
    return (*(round(settings.spacing * index, 6) for index in range(count + 1)), settings.budget)
