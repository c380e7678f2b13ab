"""torchvision's own downloads, only where the user allowed them with HELPERS_DOWNLOAD=1."""

import os
from pathlib import Path

from helpers.core.errors import UserError

SETS = {"mnist": "MNIST", "cifar10": "CIFAR10", "cifar100": "CIFAR100", "stl10": "STL10"}


def allowed() -> bool:
    """Whether the environment says HELPERS_DOWNLOAD=1."""
    return os.environ.get("HELPERS_DOWNLOAD") == "1"


def fetch(name: str, folder: Path) -> None:
    """Download a set into `folder`, in the layout the readers expect. UserError when that fails."""
    from torchvision import datasets  # here, because it takes two seconds and few need it

    try:
        folder.mkdir(parents=True, exist_ok=True)
        getattr(datasets, SETS[name])(folder, download=True)
    except (OSError, RuntimeError) as error:
        raise UserError(f"{name} could not be downloaded into {folder} ({error}).") from error
