"""The passes through a network: counted from outside, and run again with nothing around them."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Pass:
    """One forward pass of `batch` images and the `backwards` passes that follow it.

    toward: "images", "weights", or "nothing" (a forward pass without a graph).
    """

    batch: int
    backwards: int = 0
    toward: str = "nothing"


class Recorder(nn.Module):
    """`model`, and the passes it was asked for so far."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model
        self.training = model.training
        self._seen: list[tuple[int, str, list[None]]] = []

    def forward(self, images: Tensor) -> Tensor:
        logits = self.model(images)
        toward = "images" if images.requires_grad else "weights"
        backwards: list[None] = []
        if logits.requires_grad:
            logits.register_hook(lambda _: backwards.append(None))
        self._seen.append((len(images), toward if logits.requires_grad else "nothing", backwards))
        return logits

    @property
    def passes(self) -> tuple[Pass, ...]:
        """What was recorded, in order."""
        return tuple(Pass(batch, len(backwards), toward) for batch, toward, backwards in self._seen)


def backwards_per_image(passes: Sequence[Pass], images: int) -> float:
    """Backward passes, each counted for every image of its batch, divided by the number of images."""
    return sum(one.batch * one.backwards for one in passes) / images


def described(passes: Sequence[Pass]) -> str:
    """For example "1 forward, 9 backward"; equal passes of several batch sizes are added up."""
    return f"{len(passes)} forward, {sum(one.backwards for one in passes)} backward"


def replay(model: nn.Module, images: Tensor, passes: Sequence[Pass], seeds: Tensor) -> None:
    """Run `passes` on the first images of each batch, with fixed output gradients `seeds` (n, k), and nothing else."""
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    for one in passes:
        chosen, seed = images[: one.batch], seeds[: one.batch]
        if one.toward == "nothing":
            with torch.no_grad():
                model(chosen)
            continue
        leaf = chosen.detach().requires_grad_(one.toward == "images")
        logits = model(leaf)
        inputs = [leaf] if one.toward == "images" else weights
        for index in range(one.backwards):
            torch.autograd.grad(logits, inputs, seed, retain_graph=index < one.backwards - 1)
