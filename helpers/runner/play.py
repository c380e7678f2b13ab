"""Sliders under a figure of examples: one image, one attack, any size."""

import numpy as np

from helpers.core.errors import UserError
from helpers.report import draw
from helpers.report.specs import Figure, ImageRow, Images


def frame(value, attack: str, image: int, share: float) -> Figure:
    """Original, perturbed image and perturbation at `share` of the recorded size (one-step attacks scale linearly)."""
    original = value.arrays["originals"][image].squeeze().astype(np.float32) / 255
    r = share * value.arrays[attack][image].squeeze().astype(np.float32)
    if original.ndim == 3:
        original, r = original.transpose(1, 2, 0), r.transpose(1, 2, 0)
    rows = (
        ImageRow("", (original, np.clip(original + r, 0, 1)), ("original", f"{attack}, l2 {np.linalg.norm(r):.2f}")),
        ImageRow("", (r,), ("perturbation",), signed=True, scale=0.5),
    )
    return Figure((Images("", rows),), alt=f"A digit before and after {attack}.")


def player(study, item: str):
    """A widget over the recorded examples of `item`."""
    import ipywidgets
    from IPython.display import Image, display

    found = study.results(item).get("examples")
    if found is None:
        raise UserError(f"{item} has no examples to play with.")
    value = found.value
    attacks = [name for name in value.arrays if name != "originals"]

    def show(attack: str, image: int, size: float) -> None:
        display(Image(draw.png(frame(value, attack, image, size))))

    return ipywidgets.interactive(
        show,
        attack=ipywidgets.Dropdown(options=attacks, description="attack"),
        image=ipywidgets.IntSlider(0, 0, len(value.arrays["originals"]) - 1, description="image", continuous_update=False),
        size=ipywidgets.FloatSlider(1.0, min=0.0, max=3.0, step=0.1, description="size x", continuous_update=False),
    )
