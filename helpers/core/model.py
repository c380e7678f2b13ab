"""A classifier over pixels in [0, 1], and the states in which attacks and training call it."""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import torch
from torch import Tensor, nn

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
            # A copy: the caller's tensor may change.
            channels = torch.as_tensor(value, dtype=torch.float32).detach().clone().reshape(-1, 1, 1)
            self.register_buffer(name, channels, persistent=False)
        if not bool((self.std > 0).all() and self.std.isfinite().all() and self.mean.isfinite().all()):
            raise UserError("PixelModel needs a finite mean and a finite, positive std in every channel.")
        self.identity = not bool(self.mean.any()) and bool((self.std == 1).all())

    def normalise(self, images: Tensor) -> Tensor:
        """(images - mean) / std, the input of the network.

        UserError unless images are (b, c, h, w) with as many channels as mean and std have (any shape where both are one
        number).
        """
        channels = max(self.mean.numel(), self.std.numel())
        if channels > 1 and (images.dim() != 4 or images.shape[1] != channels):
            raise UserError(
                f"PixelModel normalises {channels} channels of images (b, {channels}, h, w), got {tuple(images.shape)}."
            )
        if self.identity:
            return images
        # One number for all: of the images' own shape, whatever it is.
        mean, std = (self.mean, self.std) if channels > 1 else (self.mean.reshape(()), self.std.reshape(()))
        return (images - mean) / std

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


class Drawing(nn.Module):
    """A dropout layer of any kind that draws fresh masks in evaluation mode too."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer = layer

    def train(self, mode: bool = True) -> "Drawing":
        """The layer inside always trains."""
        super().train(mode)
        self.layer.train(True)
        return self

    def forward(self, values: Tensor) -> Tensor:
        self.layer.training = True
        return self.layer(values)


def with_dropout(model: nn.Module) -> nn.Module:
    """A copy of `model` whose dropout layers, of every kind, draw fresh masks in evaluation mode too; the rest is as in
    evaluation."""
    model = copy.deepcopy(model)
    drops = nn.modules.dropout._DropoutNd
    if isinstance(model, drops):
        return Drawing(model)
    drawing: dict[nn.Module, Drawing] = {}
    for parent in list(model.modules()):
        # All names: a layer that is registered twice is one layer.
        for name, layer in list(parent._modules.items()):
            if isinstance(layer, drops):
                setattr(parent, name, drawing.setdefault(layer, Drawing(layer)))
    return model


@contextmanager
def frozen_statistics(model: nn.Module) -> Iterator[None]:
    """The model in its mode without an update of what it tracks (an adversary's pass).

    That is every buffer: running statistics of batch and instance normalisation, the vectors of spectral normalisation.
    """
    kept = [
        (module, name, buffer)
        for module in model.modules()
        for name, buffer in module._buffers.items()
        if buffer is not None
    ]
    for module, name, buffer in kept:
        # The pass updates a copy in place.
        module._buffers[name] = buffer.clone()
    try:
        yield
    finally:
        for module, name, buffer in kept:
            module._buffers[name] = buffer


def predict(model: nn.Module, images: Tensor, batch: int = 500) -> Tensor:
    """Logits (n, k) of images (n, ...), in evaluation mode, in batches; their argmax is the answer k(x). [Balda Eq. 2]"""
    with evaluating(model), torch.no_grad():
        # Copies: a layer that works in place may overwrite them.
        parts = [model(images[start : start + batch].clone()) for start in range(0, max(len(images), 1), batch)]
    return torch.cat(parts)
