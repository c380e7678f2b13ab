"""The attacks of Figure 2 on a network of a panel: units by method."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.papers.convex_programming.networks import attacked, budgets, largest, sizes_of
from helpers.papers.convex_programming.settings import Settings
from helpers.units.attack import Attack, attack
from helpers.units.distances import Distances, distances
from helpers.units.minimal import Minimal, minimal
from helpers.units.unit import Unit

BOX = (0.0, 1.0)


@dataclass(frozen=True)
class Method:
    """A file of attacks/ with its arguments; `least`: it returns a least norm, which is compared with the budgets."""

    file: str
    options: Mapping[str, Any] = field(default_factory=dict)
    least: bool = False


METHODS: Mapping[str, Method] = {
    "DeepFool": Method("deepfool", {"norm": "inf"}, least=True),
    "Algorithm 1-10": Method("linearised", {"steps": 10}),
    "Algorithm 1-5": Method("linearised", {"steps": 5}),
    "Algorithm 1": Method("linearised"),
    "Algorithm 2": Method("linearised", {"select": "own"}),
    "FastGrad": Method("fast_gradient", {"norm": "inf"}),
    "Random": Method("random_direction", {"norm": "inf"}),
}
"""The seven curves of Figure 2, in the order of its legend."""

RAW_NAME = "FastGrad, float32 cross-entropy"
RAW = Method("fast_gradient", {"norm": "inf", "arithmetic": "rounded"})
"""FastGrad through the float32 cross-entropy, as a library computes it and the authors ran it (E2)."""

ACTIVE_NAME = "Algorithm 1, active class"
ACTIVE = Method("linearised", {"select": "active"})
"""Algorithm 1 as printed: the gradient of the minimum, one backward pass (E3)."""

MORE = {RAW_NAME: RAW, ACTIVE_NAME: ACTIVE}
"""Beside the seven."""


def few(settings: Settings) -> dict[str, Any]:
    """The images of the expensive comparisons."""
    return {"data": settings.mnist, "images": settings.strong_images}


def against(network: Unit, method: Method, sizes: tuple[float, ...], label: str, **how: Any) -> Unit:
    """An attack on a network at l_inf `sizes`, or its least norms; `how`: data, images, box, ..."""
    how = {"box": None, "measure": "inf", **how}
    options = dict(method.options)
    if method.least:
        return Unit(minimal, Minimal(attack=method.file, options=options, **how), {"network": network}, label)
    return Unit(attack, Attack(attack=method.file, budgets=sizes, options=options, **how), {"network": network}, label)


def curve_units(
    settings: Settings, name: str, network: Unit, methods: Mapping[str, Method] = METHODS, *,
    points: tuple[int, ...] | None = None, **how: Any,
) -> dict[str, Unit]:  # fmt: skip
    """A panel's attacks on one network by method, over its budgets or those of `points`; no box, as in the paper, unless
    one is given."""
    sizes = sizes_of(settings, name) if points is None else budgets(name, points)
    suffix = ", in the box" if how.get("box") else ""
    suffix += f", first {how['images']}" if "images" in how else ""
    how = {**attacked(settings, name), **how}
    return {
        label: against(network, method, sizes, f"{label}{suffix} on {network.label}", **how)
        for label, method in methods.items()
    }


def distance_unit(settings: Settings, name: str, network: Unit, least: int = 0) -> Unit:
    """rho_2's distances on a network; `least`: of so many images also the least budget of Algorithm 1-10."""
    how = Distances(**attacked(settings, name), top=2 * largest(name), least=least)
    return Unit(distances, how, {"network": network}, f"distances on {network.label}")
