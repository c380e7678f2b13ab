"""A linear model over images of any shape, and logits of a stated confidence."""

import pytest
import torch
from torch import nn


class Linear(nn.Module):
    """logits = weight x + bias: weight (k, d), images (b, ...) of d pixels."""

    def __init__(self, weight, bias=None):
        super().__init__()
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.zeros(len(weight), dtype=weight.dtype) if bias is None else bias)

    def forward(self, images):
        return images.flatten(1) @ self.weight.T + self.bias


@pytest.fixture(scope="session")
def linear():
    return Linear


@pytest.fixture
def random():
    return torch.Generator().manual_seed(0)
