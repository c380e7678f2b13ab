"""A small network in two parts, in float64, and a batch of images."""

import pytest
import torch
from torch import nn

from helpers.core.model import PixelModel
from helpers.networks.split import Split


def small_model(dropout=0.0, batch_norm=False, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        norm = [nn.BatchNorm1d(7)] if batch_norm else []
        represent = nn.Sequential(nn.Flatten(), nn.Linear(12, 7), *norm, nn.Tanh())
        classify = nn.Sequential(
            nn.Linear(7, 6),
            *([nn.BatchNorm1d(6)] if batch_norm else []),
            nn.Tanh(),
            nn.Dropout(dropout),
            nn.Linear(6, 4),
        )
        return PixelModel(Split(represent, classify), 0.4, 0.5).double().train()


@pytest.fixture(scope="session")
def make_model():
    return small_model


@pytest.fixture
def model():
    return small_model()


@pytest.fixture
def images():
    return torch.rand(8, 3, 2, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


@pytest.fixture
def labels():
    return torch.arange(8) % 4
