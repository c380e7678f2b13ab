"""A network in two parts: the layers that represent, the layers that classify. [Huang Eq. 4]"""

import math

import torch
from torch import Tensor, nn


class Split(nn.Module):
    """`classifier(representation(x))`: images (b, c, h, w) -> logits (b, k)."""

    def __init__(self, representation: nn.Module, classifier: nn.Module):
        super().__init__()
        self.representation = representation
        self.classifier = classifier

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.representation(images))


@torch.no_grad()
def initialise(network: nn.Module, generator: torch.Generator, bound: float | None = None) -> None:
    """Weights uniform in +-bound (default +-sqrt(6 / fan_in), He), biases 0; batch normalisation keeps its 1 and 0."""
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            fan_in = layer.weight[0].numel()
            limit = math.sqrt(6 / fan_in) if bound is None else bound
            layer.weight.uniform_(-limit, limit, generator=generator)
            if layer.bias is not None:
                layer.bias.zero_()
