"""STL-10 (96x96 colour, 10 classes) through torchvision, which also checks its files' md5 sums."""

from pathlib import Path

import numpy as np
import torch

from helpers.core.errors import UserError

CLASSES = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")
FILES = ("train_X.bin", "train_y.bin", "unlabeled_X.bin", "test_X.bin", "test_y.bin")


def files(name: str, split: str, folder: Path) -> list[Path]:
    """The files torchvision insists on (both splits and the unlabelled images)."""
    paths = [folder / "stl10_binary" / file for file in FILES]
    for path in paths:
        if not path.is_file():
            raise UserError(f"{path}: file not found.")
    return paths


def read(name: str, split: str, folder: Path) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    """Images (n, 3, 96, 96) uint8, labels (n,) int64 and the class names."""
    from torchvision.datasets import STL10  # here, because it takes two seconds and few need it

    where = files(name, split, folder)[0].parent
    try:
        decoded = STL10(folder, split, download=False)
    except (RuntimeError, ValueError, OSError) as error:
        raise UserError(f"{where}: a file is cut or damaged, its md5 sum is not STL-10's ({error}).") from error
    images = torch.from_numpy(np.ascontiguousarray(decoded.data))
    return images, torch.from_numpy(decoded.labels.astype(np.int64)), CLASSES
