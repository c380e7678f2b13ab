"""What attacks push: one number per sample, and its gradient with respect to the images.

Cross-entropy is never differentiated through float32 probabilities: with m = logsumexp of the other logits minus the
label's logit, CE = softplus(m) and grad CE = sigmoid(m) grad m, so grad m has its direction and never rounds away.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from helpers.core.checks import check_images, check_labels, check_logits, check_output
from helpers.core.errors import UserError


def without_label(logits: Tensor, labels: Tensor, fill: float = -torch.inf) -> Tensor:
    """Logits (b, k) with each sample's label entry replaced by `fill`."""
    return logits.scatter(1, labels.unsqueeze(1), fill)


def cross_entropy_margin(logits: Tensor, labels: Tensor) -> Tensor:
    """m (b,) = logsumexp_{k != y} z_k - z_y; cross-entropy is softplus(m). [Huang Eq. 5] [Balda Alg. FastGrad]"""
    return without_label(logits, labels).logsumexp(1) - logits.gather(1, labels.unsqueeze(1)).squeeze(1)


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy (b,) as softplus of the margin: its gradient keeps the label's term at any confidence."""
    return functional.softplus(cross_entropy_margin(logits, labels))


def differentiable(model: nn.Module, images: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (b, k) with a graph, and the leaf (b, ...) they can be differentiated by; an attack's own iterates.

    Logits of less precision than the images (autocast) are widened to theirs.
    """
    leaf = images.detach().clone().requires_grad_()
    try:
        output = model(leaf)
    except RuntimeError as error:
        if "in-place operation" not in str(error):
            raise
        # A first layer that works in place may overwrite a copy of the leaf, not the leaf.
        output = model(leaf.clone())
    output = check_output(output)
    return output.to(torch.promote_types(output.dtype, leaf.dtype)), leaf


def input_gradient(output: Tensor, leaf: Tensor, seed: Tensor, retain: bool = False) -> Tensor:
    """Gradient (b, ...) of <seed, output> by the leaf; `retain` keeps the graph for another seed.

    A sample whose gradient is not finite (a square root at 0) has a zero one, and so takes no step. An output that does
    not depend on its input has a zero gradient.
    """
    if not output.requires_grad:
        return torch.zeros_like(leaf)
    try:
        gradient = torch.autograd.grad(
            output, leaf, grad_outputs=seed.to(output.dtype), retain_graph=retain, allow_unused=True
        )[0]
    except RuntimeError as error:
        if "donated buffer" not in str(error):
            raise
        raise UserError(
            "The compiled model frees its buffers after one backward pass and the attack needs several: set "
            "torch._functorch.config.donated_buffer = False before the model is compiled."
        ) from error
    if gradient is None:
        return torch.zeros_like(leaf)
    total = gradient.flatten(1).sum(1)
    if bool(total.isfinite().all()):
        return gradient
    finite = gradient.flatten(1).isfinite().all(1)
    return torch.where(finite.reshape(-1, *[1] * (gradient.dim() - 1)), gradient, 0)


def left(logits: Tensor, labels: Tensor) -> Tensor:
    """(b,) bool: the answer is another class than the label; never where a logit is not a number."""
    return (logits.argmax(1) != labels) & logits.isnan().any(1).logical_not()


def reached(logits: Tensor, targets: Tensor) -> Tensor:
    """(b,) bool: the answer is the target; never where a logit is not a number."""
    return (logits.argmax(1) == targets) & logits.isnan().any(1).logical_not()


def forward(model: nn.Module, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """`differentiable` of what the caller gave: images, labels and the model's answer are checked."""
    check_images(images)
    logits, leaf = differentiable(model, images)
    check_logits(logits, len(images))
    check_labels(labels, logits)
    return logits, leaf


def rounded_seed(logits: Tensor, labels: Tensor) -> Tensor:
    """softmax - one_hot (b, k) in the logits' own precision: the usual backward of cross-entropy.

    On confident images the label's term rounds away and the direction is wrong; kept to show that difference only.
    """
    return logits.detach().softmax(1) - functional.one_hot(labels, logits.shape[1])


def margin_seed(logits: Tensor, labels: Tensor) -> Tensor:
    """Gradient (b, k) of cross_entropy_margin by the logits: softmax over the other classes minus one_hot."""
    return without_label(logits.detach(), labels).softmax(1).scatter_(1, labels.unsqueeze(1), -1.0)
