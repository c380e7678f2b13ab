"""Sliders under a figure of examples: one image, one attack, any size."""

import numpy as np

from helpers.core.errors import UserError
from helpers.report import draw
from helpers.report.specs import Figure, ImageRow, Images


def frame(value, attack: str, image: int, share: float) -> Figure:
    """Original, perturbed image and the recorded perturbation times `share` (what a one-step attack gives at that size)."""
    original = value.arrays["originals"][image].squeeze().astype(np.float32) / 255
    r = share * value.arrays[attack][image].squeeze().astype(np.float32)
    if original.ndim == 3:
        original, r = original.transpose(1, 2, 0), r.transpose(1, 2, 0)
    rows = (
        ImageRow("", (original, np.clip(original + r, 0, 1)), ("original", f"{attack}, l2 {np.linalg.norm(r):.2f}, linf {np.abs(r).max():.3f}")),
        ImageRow("", (r,), ("perturbation",), signed=True, scale=float(np.abs(value.arrays[attack][image]).max()) or 1.0),
    )
    return Figure((Images("", rows),), alt=f"An image before and after {attack}.")


def player(study, item: str):
    """A widget over the recorded examples of `item`."""
    import ipywidgets

    found = {name: result.value for name, result in study.results(item).items() if "originals" in result.value.arrays}
    if not found:
        raise UserError(f"{item} has no examples to play with.")
    first = next(iter(found.values())).arrays
    attacks = [name for name in first if name != "originals"]
    images = min(len(value.arrays["originals"]) for value in found.values())

    controls = {
        "examples": ipywidgets.Dropdown(options=list(found), description="of"),
        "attack": ipywidgets.Dropdown(options=attacks, description="attack"),
        "image": ipywidgets.IntSlider(0, 0, images - 1, description="image", continuous_update=False),
        "size": ipywidgets.FloatSlider(1.0, min=0.0, max=3.0, step=0.1, description="size x", continuous_update=False),
    }
    picture = ipywidgets.Image(format="png")

    def show(change=None) -> None:
        examples, attack, image, size = (control.value for control in controls.values())
        picture.value = draw.png(frame(found[examples], attack, image, size))

    # An image, and not the Output widget of `interactive`: with that one a headless run sometimes waits for ever.
    for control in controls.values():
        control.observe(show, names="value")
    show()
    return ipywidgets.VBox([*controls.values(), picture])
