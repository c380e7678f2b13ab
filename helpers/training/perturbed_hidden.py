"""Training against a perturbation of the hidden representation: LWA_Rep."""

import torch
from torch import Tensor
from torch.nn import functional

from helpers.core.model import PixelModel, frozen_statistics
from helpers.core.norms import norm as length
from helpers.core.norms import per_sample, steepest
from helpers.core.objectives import margin_seed


def perturbed_hidden(
    model: PixelModel, images: Tensor, labels: Tensor, *, radius: float, relative: bool = True, norm: float = 2
) -> Tensor:
    """CE(N_cla(h + c d)), h = N_rep(x), d the steepest ascent of the loss at h. [Huang Alg. 3] [Huang Eq. 4]

    Args:
        model: PixelModel of a Split network; images: (b, ...) in [0, 1].
        radius: c, or with `relative` the share of ||h||_2 (an absolute c does not bind where h is unbounded).

    One ordinary backward pass through N_cla(N_rep(x) + r), r constant, gives both parts their gradients: N_cla at the
    perturbed point, N_rep at the clean input.
    """
    hidden = model.network.representation(model.normalise(images))
    leaf = hidden.detach().requires_grad_()
    with frozen_statistics(model.network.classifier):
        logits = model.network.classifier(leaf)
        direction = steepest(torch.autograd.grad(logits, leaf, margin_seed(logits, labels))[0], norm)
    size = radius * length(leaf.detach(), norm) if relative else leaf.new_full((len(images),), radius)
    moved = hidden + per_sample(size, direction) * direction
    return functional.cross_entropy(model.network.classifier(moved), labels)
