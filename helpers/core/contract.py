"""What every attack promises, whatever it is given: its arguments checked, its arithmetic in single precision or better."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from helpers.core.checks import check_box, check_budget, check_count, check_images, clip
from helpers.core.perturbed import Perturbed

LEAST = {"steps": 0, "restarts": 1}
"""The smallest value of a count that an attack takes; an attack that needs more says so itself."""


class Narrow(nn.Module):
    """A half-precision model asked with wider images: they are rounded to its type, as the attack's result will be."""

    def __init__(self, model: nn.Module, dtype: torch.dtype):
        super().__init__()
        self.model, self.dtype = model, dtype

    def forward(self, images: Tensor) -> Tensor:
        return self.model(images.to(self.dtype))


def attack(function: Callable[..., Perturbed]) -> Callable[..., Perturbed]:
    """A decorator of attacks (model, images, labels, *, ...) -> Perturbed.

    Counts, budgets and the box are checked, and that the images lie in the box. The result has no graph, also where the
    images had one. Half-precision images are attacked in single precision by a model that sees them rounded.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def run(*given, **options) -> Perturbed:
        arguments = signature.bind(*given, **options)
        arguments.apply_defaults()
        values = arguments.arguments
        for name, least in LEAST.items():
            if values.get(name) is not None:
                check_count(name, values[name], least)
        images, model = values["images"], values["model"]
        check_images(images)
        check_box(values.get("box"), images)
        if "budget" in values:
            check_budget(values["budget"], images.dtype)
        with torch.inference_mode(False):
            fixed = images.detach().clone() if images.is_inference() else images.detach()
            narrow = fixed.dtype in (torch.float16, torch.bfloat16)
            values["images"] = fixed.float() if narrow else fixed
            values["model"] = Narrow(model, fixed.dtype) if narrow else model
            found = function(*arguments.args, **arguments.kwargs)
            if not narrow:
                return found
            moved = clip(found.images.to(fixed.dtype), values.get("box"))
            return replace(found, images=moved, originals=fixed, model=model)

    return run
