"""Virtual adversarial training: the smoothness term that needs no label (Miyato et al.)."""

import torch
from torch import Tensor
from torch.nn import functional

from helpers.core.model import PixelModel, frozen_statistics
from helpers.core.norms import unit


def divergence(p: Tensor, log_p: Tensor, log_q: Tensor) -> Tensor:
    """KL(p || q) (b,) from probabilities and log-probabilities (b, k)."""
    return (p * (log_p - log_q)).sum(1)


def virtual_adversarial(
    model: PixelModel, images: Tensor, labels: Tensor, *, radius: float, weight: float = 1.0, probe: float = 0.1
) -> Tensor:
    """CE(x) + weight * KL(p(x) || p(x + c unit(g))). [Huang Sec. 5 item 2]

    g is the gradient of KL(p(x) || p(x + probe u)) at a random unit direction u, p detached; the divergence is taken in
    double precision, since it is of second order in the probe.
    """
    logits = model(images)
    log_p = logits.detach().double().log_softmax(1)
    p = log_p.exp()
    with frozen_statistics(model):
        leaf = (images + probe * unit(torch.randn_like(images), 2)).requires_grad_()
        near = divergence(p, log_p, model(leaf).double().log_softmax(1)).sum()
        direction = unit(torch.autograd.grad(near, leaf)[0], 2)
        far = divergence(p, log_p, model(images + radius * direction).double().log_softmax(1)).mean()
    return functional.cross_entropy(logits, labels) + weight * far.to(logits.dtype)
