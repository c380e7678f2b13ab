"""A classifier over pixels in [0, 1], and the states in which attacks and training call it."""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import torch
from torch import Tensor, nn
from torch.nn import functional

from helpers.core.errors import UserError


class PixelModel(nn.Module):
    """`network` preceded by (images - mean) / std per channel, so that a budget is counted in pixels of [0, 1].

    Args:
        network: (b, c, h, w) normalised images -> (b, k) logits.
        mean, std: a number, or one per channel; std > 0.
    """

    def __init__(self, network: nn.Module, mean: float | Sequence[float] = 0.0, std: float | Sequence[float] = 1.0):
        super().__init__()
        self.network = network
        for name, value in (("mean", mean), ("std", std)):
            self.register_buffer(name, torch.as_tensor(value, dtype=torch.float32).reshape(-1, 1, 1), persistent=False)
        if not bool((self.std > 0).all()):
            raise UserError("PixelModel needs a positive std in every channel.")
        self.identity = not bool(self.mean.any()) and bool((self.std == 1).all())

    def normalise(self, images: Tensor) -> Tensor:
        """(images - mean) / std, the input of the network."""
        return images if self.identity else (images - self.mean) / self.std

    def forward(self, images: Tensor) -> Tensor:
        return self.network(self.normalise(images))


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode, parameters out of the graph, gradients on; on leaving, all is as before, module by module.

    A module with a `train` of its own (one that merges weights for evaluation) is told by it, both ways. A module that
    knows no modes (torch.export's) stays as it is.
    """
    modes = [(module, module.training) for module in model.modules()]
    own = [(module, mode) for module, mode in modes if type(module).train is not nn.Module.train and mode]
    wanted = [parameter for parameter in model.parameters() if parameter.requires_grad]
    with suppress(NotImplementedError):
        model.eval()
    for parameter in wanted:
        parameter.requires_grad_(False)
    try:
        with torch.inference_mode(False), torch.enable_grad():
            yield
    finally:
        with suppress(NotImplementedError):
            for module, mode in own:
                module.train(mode)
        for module, mode in modes:
            module.training = mode
        for parameter in wanted:
            parameter.requires_grad_(True)


class _Drawing(nn.Dropout):
    """Dropout in evaluation mode too."""

    def forward(self, values: Tensor) -> Tensor:
        return functional.dropout(values, self.p, training=True)


def with_dropout(model: nn.Module) -> nn.Module:
    """A copy of `model` whose dropout layers draw fresh masks in evaluation mode too; the rest is as in evaluation."""
    model = copy.deepcopy(model)
    for parent in list(model.modules()):
        for name, layer in parent.named_children():
            if isinstance(layer, nn.Dropout):
                setattr(parent, name, _Drawing(layer.p))
    return model


@contextmanager
def frozen_statistics(model: nn.Module) -> Iterator[None]:
    """Batch normalisation in training mode without an update of its running statistics (an adversary's pass)."""
    layers = [module for module in model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    kept = [(layer, layer.momentum, layer.num_batches_tracked) for layer in layers]
    for layer in layers:
        layer.momentum = 0.0
        if layer.num_batches_tracked is not None:
            layer.num_batches_tracked = layer.num_batches_tracked.clone()
    try:
        yield
    finally:
        for layer, momentum, tracked in kept:
            layer.momentum, layer.num_batches_tracked = momentum, tracked


def predict(model: nn.Module, images: Tensor, batch: int = 500) -> Tensor:
    """Logits (n, k) of images (n, ...), in evaluation mode, in batches; their argmax is the answer k(x). [Balda Eq. 2]"""
    with evaluating(model), torch.no_grad():
        # Copies: a layer that works in place may overwrite them.
        parts = [model(images[start : start + batch].clone()) for start in range(0, max(len(images), 1), batch)]
    return torch.cat(parts)
